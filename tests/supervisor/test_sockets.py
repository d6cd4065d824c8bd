"""An address is held from the start, and answers from the moment somebody can."""

import os
import socket
from collections.abc import Iterator
from contextlib import closing

import pytest

from tests.servers import free_port
from vayro.errors import StartFailed
from vayro.supervisor.sockets import inherit, reserve


@pytest.fixture
def held() -> Iterator[socket.socket]:
    with closing(reserve("127.0.0.1", free_port(), "VAYRO_API")) as held:
        yield held


def connect(held: socket.socket) -> socket.socket:
    return socket.create_connection(held.getsockname(), timeout=5)


def test_until_a_child_listens_a_connection_is_refused(held: socket.socket) -> None:
    with pytest.raises(ConnectionRefusedError):
        connect(held)
    with closing(inherit(os.dup(held.fileno()))) as child:
        child.listen()
        connect(held).close()


def test_the_death_of_a_child_refuses_no_connection(held: socket.socket) -> None:
    with closing(inherit(os.dup(held.fileno()))) as child:
        child.listen()
    connect(held).close()


@pytest.mark.parametrize("is_listening", [False, True])
def test_an_address_is_held_by_one(held: socket.socket, is_listening: bool) -> None:
    with closing(inherit(os.dup(held.fileno()))) if is_listening else closing(held) as child:
        if is_listening:
            child.listen()
        with pytest.raises(StartFailed, match="in use"):
            reserve(*held.getsockname(), "VAYRO_API")


def test_a_restart_is_not_held_up_by_connections_of_the_time_before(held: socket.socket) -> None:
    address = held.getsockname()
    with closing(inherit(os.dup(held.fileno()))) as child:
        child.listen()
        client = connect(held)
        child.accept()[0].close()  # who closes first is the one whose port waits
        assert client.recv(1) == b""
        client.close()
    held.close()
    reserve(*address, "VAYRO_API").close()
