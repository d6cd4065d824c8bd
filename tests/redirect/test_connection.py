"""Limits that keep a slow or greedy client from holding a connection; the same with the lane on and off."""

import contextlib
import socket
import time
from collections.abc import Iterator

import pytest

from tests.conftest import SettingsFactory
from tests.redirect.engines import EngineThread, get, running_engine, status_of
from vayro.redirect import connection


@pytest.fixture(params=[True, False], ids=["lane on", "lane off"])
def hasty(
    request: pytest.FixtureRequest, settings_factory: SettingsFactory, sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> Iterator[EngineThread]:
    """An engine whose times are tenths of a second instead of ten."""
    monkeypatch.setattr(connection, "MESSAGE_SECONDS", 0.6)
    monkeypatch.setattr(connection, "KEEP_ALIVE_SECONDS", 1.2)
    monkeypatch.setattr(connection, "STALLED_SECONDS", 1.2)
    with running_engine(settings_factory(database_url=sqlite_url, fast_lane=request.param)) as engine:
        yield engine


def read_to_end(client: socket.socket, seconds: float = 30) -> bytes:
    client.settimeout(seconds)
    received = bytearray()
    while part := client.recv(65_536):
        received += part
    return bytes(received)


@pytest.mark.parametrize("start", [b"G", b"GET /x HTTP/1.1\r\n", b"GET /x HTTP/1.1\r\nHost: a\r\nX: ", b"\r\nGET"])
def test_an_unfinished_head_is_refused(hasty: EngineThread, start: bytes) -> None:
    with socket.create_connection(("127.0.0.1", hasty.port)) as client:
        client.sendall(start)
        assert status_of(read_to_end(client)) == 408


def test_a_head_that_comes_byte_by_byte_is_refused_all_the_same(hasty: EngineThread) -> None:
    with socket.create_connection(("127.0.0.1", hasty.port)) as client, contextlib.suppress(ConnectionError):
        started = time.monotonic()
        for byte in get("/x", "X: " + "y" * 200):
            client.sendall(bytes([byte]))
            time.sleep(0.02)
            if time.monotonic() - started > 2.5:
                break
        assert status_of(read_to_end(client)) == 408


def test_a_body_that_never_ends_does_not_hold_the_connection(hasty: EngineThread) -> None:
    with socket.create_connection(("127.0.0.1", hasty.port)) as client:
        client.sendall(get("/x", "Content-Length: 1000") + b"some")
        assert status_of(read_to_end(client)) == 404


@pytest.mark.parametrize("first", [b"", get("/x"), b"\r\n"])
def test_a_silent_connection_is_closed(hasty: EngineThread, first: bytes) -> None:
    with socket.create_connection(("127.0.0.1", hasty.port)) as client:
        client.sendall(first)
        assert status_of(read_to_end(client)) == (404 if len(first) > 2 else 0)


def test_a_connection_in_use_is_kept(hasty: EngineThread, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "KEEP_ALIVE_SECONDS", 3.0)  # more than two requests are ever apart
    with socket.create_connection(("127.0.0.1", hasty.port)) as client:
        for _ in range(12):  # for longer than that and a second, after which an engine looks
            client.sendall(get("/health/live", method="HEAD"))
            assert status_of(client.recv(65_536)) == 200
            time.sleep(0.4)


def test_a_client_that_reads_nothing_is_dropped(hasty: EngineThread) -> None:
    with socket.create_connection(("127.0.0.1", hasty.port)) as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.settimeout(60)
        started = time.monotonic()
        with pytest.raises(ConnectionError):
            while time.monotonic() - started < 60:
                client.sendall(get("/x") * 50)


def test_pipelines_longer_than_the_recursion_limit_are_answered(hasty: EngineThread) -> None:
    with socket.create_connection(("127.0.0.1", hasty.port)) as client:
        client.sendall(get("/health/live") * 3000 + get("/health/live", "Connection: close"))
        assert read_to_end(client).count(b"HTTP/1.1 200") == 3001
