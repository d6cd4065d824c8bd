"""A shipper and a worker in this process, with a real Redis between them."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable

import pytest
from redis import Redis

from tests.clicks.spooled import event_id_of, make_payload
from tests.conftest import SettingsFactory
from tests.servers import wait_until
from tests.worker.conftest import eventually, make_consumer, running, totals
from vayro.cache.adapters import open_commands
from vayro.database.engine import Database, open_database
from vayro.settings import Settings
from vayro.spool.writer import SpoolWriter
from vayro.stream import shipper as shipper_module
from vayro.stream.oversight import StreamWatch
from vayro.stream.pipe import PipeBroken
from vayro.stream.redis_client import STREAM, open_redis
from vayro.stream.redis_source import RedisClickSource
from vayro.stream.sharded_source import ShardedClickSource
from vayro.stream.shipper import ship_until
from vayro.stream.shipping import Shipper


@pytest.fixture
async def database(sqlite_url: str, settings_factory: SettingsFactory) -> AsyncIterator[Database]:
    opened = open_database(settings_factory(database_url=sqlite_url))
    yield opened
    await opened.close()


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look after things ten times as often as in production."""
    monkeypatch.setattr(shipper_module, "OVERSEE_SECONDS", 0.1)
    monkeypatch.setattr(shipper_module, "AWAY_SECONDS", 0.05)


@pytest.fixture
def looks(quick: None, monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """What a look at Redis said, look by look. The first never says that something is lost: tests harm Redis after."""
    answers: list[bool] = []
    look = StreamWatch.has_lost

    async def has_lost(watch: StreamWatch) -> bool:
        answers.append(await look(watch))
        return answers[-1]

    monkeypatch.setattr(StreamWatch, "has_lost", has_lost)
    return answers


async def await_look(looks: list[bool]) -> None:
    """Wait until a shipper has seen its Redis."""
    await asyncio.to_thread(wait_until, lambda: bool(looks), seconds=60, what="a look at Redis")


@contextlib.asynccontextmanager
async def shipping(settings: Settings, database: Database) -> AsyncIterator[None]:
    stopped = asyncio.Event()
    task = asyncio.create_task(ship_until(stopped, settings, database))
    try:
        yield
    finally:
        stopped.set()
        await task


@contextlib.asynccontextmanager
async def working(settings: Settings, database: Database) -> AsyncIterator[None]:
    def make_source(stream: str, is_busy_elsewhere: Callable[[], bool]) -> RedisClickSource:
        client = open_redis(settings, stream)
        return RedisClickSource(client, stream, claim_idle_seconds=0.5, is_busy_elsewhere=is_busy_elsewhere)

    source = ShardedClickSource(open_commands(settings, "names"), settings.stream_shards, make_source)
    consumer = make_consumer(database, source)
    try:
        async with running(consumer):
            yield
    finally:
        await consumer.close()


async def append(writer: SpoolWriter, count: int) -> list[str]:
    payloads = [make_payload() for _ in range(count)]
    assert all(writer.append(payload) for payload in payloads)
    await asyncio.sleep(0)
    return [event_id_of(payload) for payload in payloads]


async def await_rows(database: Database, expected: int) -> None:
    async def are_there() -> bool:
        return (await totals(database))["events"] >= expected

    await eventually(are_there, seconds=40)


def ship_all(shipper: Shipper) -> None:
    """Ship until everything there is has been confirmed."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            if not shipper.ship():
                return
        except PipeBroken:
            time.sleep(0.01)
    raise TimeoutError("not everything was shipped within a minute")


def entries_in(client: "Redis") -> int:
    return int(client.xlen(STREAM))  # type: ignore[arg-type]
