"""A worker's parts on a fresh database, and what they leave in its tables."""

import asyncio
import contextlib
import datetime as dt
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Table, func, select

from tests.clicks.spooled import open_writer
from vayro.clicks.repository import ClickRepository
from vayro.database.engine import Database
from vayro.database.models import click_dead_letters, click_events, click_segments, link_stats
from vayro.errors import Unavailable
from vayro.observability import get_metrics
from vayro.stream import spool_source
from vayro.stream.spool_source import SpoolClickSource
from vayro.visitor.geoip import GeoDatabase
from vayro.visitor.user_agent import UserAgentReader
from vayro.worker.consumer import Consumer
from vayro.worker.enrichment import Tools
from vayro.worker.preparation import Preparer
from vayro.worker.salts import SaltRing

_user_agents = UserAgentReader()


def make_preparer(database: Database, store_ip: Any = "truncated") -> Preparer:
    salts = SaltRing(database)
    return Preparer(Tools(GeoDatabase(Path("absent.mmdb")), _user_agents, store_ip, salts.salts), salts)


def make_consumer(database: Database, source: Any, store_ip: Any = "truncated") -> Consumer:
    return Consumer(source, make_preparer(database, store_ip), ClickRepository(database), get_metrics(), 1_000)


@asynccontextmanager
async def running(consumer: Consumer) -> AsyncIterator[None]:
    stopped = asyncio.Event()
    task = asyncio.create_task(consumer.run(stopped))
    try:
        yield
    finally:
        stopped.set()
        await asyncio.wait_for(task, 10)


async def eventually(condition: Callable[[], Awaitable[bool]], seconds: float = 60) -> None:
    async with asyncio.timeout(seconds):
        while True:
            with contextlib.suppress(Unavailable):  # for the while that a machine with much else to do takes
                if await condition():
                    return
            await asyncio.sleep(0.02)


async def count(database: Database, table: Table) -> int:
    async with database.read() as connection:
        return int(await connection.scalar(select(func.count()).select_from(table)) or 0)


async def rows(database: Database, table: Table) -> list[Any]:
    async with database.read() as connection:
        return list((await connection.execute(select(table))).all())


async def totals(database: Database) -> dict[str, int]:
    """The ledger: rows, what is counted of them, and what the segments say."""
    async with database.read() as connection:
        stats = await connection.scalar(select(func.coalesce(func.sum(link_stats.c.clicks), 0)))
        committed = await connection.scalar(select(func.coalesce(func.sum(click_segments.c.committed), 0)))
    return {
        "events": await count(database, click_events),
        "letters": await count(database, click_dead_letters),
        "stats": int(stats or 0),
        "committed": int(committed or 0),
    }


@pytest.fixture
async def source(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[SpoolClickSource]:
    monkeypatch.setattr(spool_source, "WAIT_SECONDS", 0.05)  # how long the end of a test waits for the last read
    opened = SpoolClickSource(tmp_path / "spool", database, retry_seconds=0.02)
    yield opened
    await opened.close()


def now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


async def consume(database: Database, source: SpoolClickSource, expected: int, **over: object) -> None:
    """Run a consumer until so many events are settled."""
    async with running(make_consumer(database, source, **over)):  # type: ignore[arg-type]

        async def is_done() -> bool:
            return (await totals(database))["committed"] >= expected

        await eventually(is_done)


def spool(tmp_path: Path, *payloads: bytes) -> None:
    writer = open_writer(tmp_path / "spool")
    for payload in payloads:
        assert writer.append(payload)
    writer.close()
