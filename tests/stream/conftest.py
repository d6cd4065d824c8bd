"""A shipper and a worker in this process, with a real Redis between them."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

import pytest
from redis import Redis

from tests.clicks.spooled import event_id_of, make_payload
from tests.conftest import SettingsFactory
from tests.worker.conftest import eventually, make_consumer, running, totals
from vayro.database.engine import Database, open_database
from vayro.settings import Settings
from vayro.spool.writer import SpoolWriter
from vayro.stream import shipper as shipper_module
from vayro.stream.redis_client import STREAM, open_redis
from vayro.stream.redis_source import RedisClickSource
from vayro.stream.shipper import ship_until


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
    source = RedisClickSource(open_redis(settings), claim_idle_seconds=0.5)
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


def entries_in(client: "Redis") -> int:
    return int(client.xlen(STREAM))  # type: ignore[arg-type]
