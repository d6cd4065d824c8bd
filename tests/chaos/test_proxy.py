"""The fault proxy does to a connection what its name for the fault says, and nothing else."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Iterator

import pytest

from tests.chaos.proxy import FaultProxy

WAIT_SECONDS = 60


class Echo:
    """A server that repeats what it hears, and counts connections and their ends."""

    def __init__(self) -> None:
        self.heard = bytearray()
        self.connections = 0
        self.ends = 0
        self.port = 0
        self.open: set[asyncio.StreamWriter] = set()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self.open.add(writer)
        try:
            while data := await reader.read(65_536):
                self.heard += data
                writer.write(data)
                await writer.drain()
        except OSError:
            pass
        finally:
            self.ends += 1
            self.open.discard(writer)
            writer.transport.abort()


@pytest.fixture
async def echo() -> AsyncIterator[Echo]:
    echo = Echo()
    server = await asyncio.start_server(echo.serve, "127.0.0.1", 0)
    echo.port = server.sockets[0].getsockname()[1]
    yield echo
    server.close()
    for writer in echo.open:
        writer.transport.abort()
    await until(lambda: echo.ends == echo.connections)


@pytest.fixture
def proxy(echo: Echo) -> Iterator[FaultProxy]:
    with FaultProxy() as proxy:
        proxy.add_link("engine-1", "redis", echo.port)
        yield proxy


@pytest.fixture
async def client(proxy: FaultProxy) -> AsyncIterator["Client"]:
    client = await connect(proxy)
    yield client
    await client.close()


class Client:
    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    async def ask(self, question: bytes) -> bytes:
        """Send, and return as many bytes as were sent."""
        self.writer.write(question)
        async with asyncio.timeout(WAIT_SECONDS):
            return await self.reader.readexactly(len(question))

    async def is_silent(self, seconds: float = 0.2) -> bool:
        try:
            await asyncio.wait_for(self.reader.read(1), seconds)
        except TimeoutError:
            return True
        return False

    async def close(self) -> None:
        self.writer.transport.abort()
        with contextlib.suppress(OSError):
            await self.writer.wait_closed()


async def connect(proxy: FaultProxy, link: str = "engine-1>redis") -> Client:
    return Client(*await asyncio.open_connection("127.0.0.1", proxy.port(link)))


async def is_reset(proxy: FaultProxy) -> bool:
    """Whether a new connection is reset, be it while it is made or as soon as it is."""
    try:
        client = await connect(proxy)
    except ConnectionResetError:
        return True
    try:
        return await client.reader.read(1) is None
    except ConnectionResetError:
        return True
    finally:
        await client.close()


async def until(condition) -> None:
    async with asyncio.timeout(WAIT_SECONDS):
        while not condition():
            await asyncio.sleep(0.01)


async def test_without_a_fault_all_bytes_pass_both_ways_in_order(client):
    data = bytes(range(256)) * 4096
    client.writer.write(data)
    assert await client.reader.readexactly(len(data)) == data


async def test_an_end_on_either_side_reaches_the_other(client, echo):
    assert await client.ask(b"a") == b"a"
    client.writer.close()
    await until(lambda: echo.ends == 1)


async def test_slow_adds_its_delay_to_each_round_trip_and_keeps_the_order(proxy, client):
    proxy.slow("redis", seconds=0.15)
    started = time.monotonic()
    for word in (b"one", b"two"):
        assert await client.ask(word) == word
    assert time.monotonic() - started >= 0.3
    client.writer.write(b"x" * 100_000 + b"y")
    assert (await client.reader.readexactly(100_001)).endswith(b"xy")


async def test_through_a_black_hole_nothing_passes_and_all_arrives_once_it_is_healed(proxy, client, echo):
    assert await client.ask(b"a") == b"a"
    proxy.black_hole("redis")
    client.writer.write(b"later")
    newcomer = await connect(proxy)
    newcomer.writer.write(b"new")
    assert await client.is_silent()
    assert echo.heard == b"a"
    assert echo.connections == 1
    proxy.heal("redis")
    assert await client.reader.readexactly(5) == b"later"
    assert await newcomer.reader.readexactly(3) == b"new"
    await newcomer.close()


async def test_reset_breaks_what_is_open_and_serves_who_comes_next(proxy, client):
    assert await client.ask(b"a") == b"a"
    assert proxy.reset("engine-1") == 1
    with pytest.raises(ConnectionResetError):
        await client.reader.readexactly(1)
    again = await connect(proxy)
    assert await again.ask(b"b") == b"b"
    await again.close()


async def test_refuse_resets_everyone_until_healed(proxy, client):
    assert await client.ask(b"a") == b"a"
    proxy.refuse("redis")
    with pytest.raises(ConnectionResetError):
        await client.reader.readexactly(1)
    assert await is_reset(proxy)
    proxy.heal()
    served = await connect(proxy)
    assert await served.ask(b"b") == b"b"
    await served.close()


async def test_a_half_open_connection_ends_for_the_server_and_stays_open_for_the_client(proxy, client, echo):
    assert await client.ask(b"a") == b"a"
    assert proxy.half_open("redis") == 1
    await until(lambda: echo.ends == 1)
    client.writer.write(b"lost")
    assert await client.is_silent()
    assert echo.heard == b"a"


async def test_half_open_can_leave_the_server_in_the_dark_instead(proxy, client, echo):
    assert await client.ask(b"a") == b"a"
    assert proxy.half_open("redis", kept="server") == 1
    assert await client.reader.read() == b""
    assert echo.ends == 0


async def test_a_dropped_reply_was_carried_out_and_breaks_the_connection(proxy, client, echo):
    proxy.drop_replies("redis", to="XADD")
    assert await client.ask(b"PING") == b"PING"
    client.writer.write(b"XADD x")
    with pytest.raises(ConnectionResetError):
        await client.reader.readexactly(1)
    assert echo.heard == b"PINGXADD x"
    again = await connect(proxy)
    assert await again.ask(b"XADD y") == b"XADD y"
    assert proxy.status()["engine-1>redis"]["replies_dropped"] == 1
    await again.close()


async def test_who_reaches_a_server_that_is_away_is_reset(proxy, echo):
    proxy.retarget("redis", 1)
    assert await is_reset(proxy)
    proxy.retarget("redis", echo.port)
    client = await connect(proxy)
    assert await client.ask(b"a") == b"a"
    await client.close()


async def test_a_fault_of_one_link_leaves_the_others_alone(proxy, client, echo):
    proxy.add_link("worker-1", "redis", echo.port)
    other = await connect(proxy, "worker-1>redis")
    proxy.black_hole("engine-*>redis")
    assert await other.ask(b"a") == b"a"
    client.writer.write(b"b")
    assert await client.is_silent()
    await other.close()


def test_a_name_that_means_no_link_is_refused(proxy):
    with pytest.raises(ValueError, match="engine-1>redis"):
        proxy.black_hole("postgres")


def test_commands_to_a_proxy_that_does_not_run_fail():
    with pytest.raises(RuntimeError, match="does not run"):
        FaultProxy().add_link("a", "b", 1)
