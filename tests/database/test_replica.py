"""A real streaming replica: when it is asked, how far behind it may be, and what is said of that."""

import asyncio
import datetime as dt
from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from tests.factories import make_click, make_link
from tests.machines import ReplicaServer, replica
from tests.servers import PostgresServer, free_port, running, wait_until
from vayro.clicks.service import AnalyticsService, Asked
from vayro.database import replica as replica_module
from vayro.database.engine import Database, open_database
from vayro.database.migrations import upgrade
from vayro.observability import get_metrics
from vayro.settings import Settings

CAUGHT_UP = "SELECT CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_lsn() END"


@pytest.fixture(scope="module")
def primary() -> Iterator[PostgresServer]:
    with running(PostgresServer()) as server:
        yield server


@pytest.fixture(scope="module")
def standby(primary: PostgresServer) -> Iterator[ReplicaServer]:
    with replica(primary) as server:
        yield server


@pytest.fixture(scope="module")
def url(primary: PostgresServer, standby: ReplicaServer) -> str:
    """A migrated database on both."""
    made = primary.create_database()
    upgrade(made)
    wait_until(lambda: has_caught_up(made, standby.at(made)), seconds=60)
    return made


def has_caught_up(primary_url: str, standby_url: str) -> bool:
    try:
        return place(primary_url) == place(standby_url)
    except psycopg.OperationalError:  # it does not even know the database yet
        return False


@pytest.fixture
async def database(
    url: str, standby: ReplicaServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Database]:
    monkeypatch.setattr(replica_module, "CHECK_SECONDS", 0.02)
    settings = Settings(
        _env_file=None, data_dir=tmp_path, database_url=url, database_replica_url=standby.at(url),
        database_replica_max_lag_seconds=2, metrics_port=free_port(),
    )  # fmt: skip
    opened = open_database(settings, has_readers=True)
    yield opened
    await opened.close()


async def is_replica(connection: AsyncConnection) -> bool:
    return bool(await connection.scalar(text("SELECT pg_is_in_recovery()")))


async def eventually(database: Database, *, asks_replica: bool) -> dt.datetime:
    """Ask until the answer comes from there; return its time."""
    async with asyncio.timeout(60):
        while True:
            found, as_of = await database.answer_late(is_replica)
            if found is asks_replica:
                return as_of
            await asyncio.sleep(0.02)


async def test_the_replica_answers_and_says_from_when(database: Database) -> None:
    before = dt.datetime.now(dt.UTC)
    as_of = await eventually(database, asks_replica=True)
    async with database.replica_read("export") as connection:
        assert await is_replica(connection)
    assert before - dt.timedelta(seconds=2) < as_of <= dt.datetime.now(dt.UTC)


async def test_an_idle_primary_makes_no_replica_late(database: Database) -> None:
    """Nothing is written for longer than the bound; the last transaction that was replayed grows old."""
    await eventually(database, asks_replica=True)
    await asyncio.sleep(2.2)
    as_of = await eventually(database, asks_replica=True)
    assert dt.datetime.now(dt.UTC) - as_of < dt.timedelta(seconds=2)


async def test_a_replica_that_is_too_far_behind_is_passed_over_until_it_has_caught_up(
    database: Database, standby: ReplicaServer
) -> None:
    await eventually(database, asks_replica=True)
    behind = fallbacks("behind")
    standby.stop_replay()
    try:
        await make_link(database)
        as_of = await eventually(database, asks_replica=False)
        assert dt.datetime.now(dt.UTC) - as_of < dt.timedelta(seconds=2)
        assert fallbacks("behind") > behind
    finally:
        standby.resume_replay()
    await eventually(database, asks_replica=True)


async def test_what_the_replica_does_not_know_yet_is_told_by_the_time_of_the_answer(
    database: Database, standby: ReplicaServer
) -> None:
    link = await make_link(database)
    analytics = AnalyticsService(database)
    await make_click(database, link.id)

    async def count() -> tuple[int, dt.datetime]:
        found = await analytics.read_link(link.workspace_id, link.id, Asked())
        return found.clicks, found.as_of

    async with asyncio.timeout(60):
        while (await count())[0] != 1:
            await asyncio.sleep(0.02)
    await eventually(database, asks_replica=True)
    standby.stop_replay()
    try:
        before = dt.datetime.now(dt.UTC)
        await make_click(database, link.id)
        clicks, as_of = await count()
        while clicks == 1:  # by the replica, which is behind by less than the bound
            assert as_of <= before
            clicks, as_of = await count()
        assert (clicks, as_of > before) == (2, True)
    finally:
        standby.resume_replay()


async def test_a_question_that_fails_on_the_replica_is_asked_of_the_primary(database: Database) -> None:
    await eventually(database, asks_replica=True)
    failed = fallbacks("failed")

    async def ask(connection: AsyncConnection) -> bool:
        await connection.execute(
            text("SELECT CASE WHEN pg_is_in_recovery() THEN pg_terminate_backend(pg_backend_pid()) END")
        )
        return await is_replica(connection)

    async with asyncio.timeout(60):
        while fallbacks("failed") == failed:
            assert (await database.answer_late(ask))[0] is False


async def test_without_its_replica_the_primary_answers(database: Database, standby: ReplicaServer) -> None:
    await eventually(database, asks_replica=True)
    away = fallbacks("away")
    standby.kill()
    try:
        for _ in range(5):
            assert (await database.answer_late(is_replica))[0] is False
        assert fallbacks("away") > away
    finally:
        standby.start()
    await eventually(database, asks_replica=True)


async def test_without_its_primary_the_replica_answers_however_late(
    database: Database, primary: PostgresServer
) -> None:
    last = await eventually(database, asks_replica=True)
    primary.kill()
    try:
        await asyncio.sleep(2.2)
        as_of = await eventually(database, asks_replica=True)
        assert as_of <= last + dt.timedelta(seconds=1)
    finally:
        primary.start()
    async with asyncio.timeout(60):
        while dt.datetime.now(dt.UTC) - await eventually(database, asks_replica=True) > dt.timedelta(seconds=1):
            await asyncio.sleep(0.05)


def fallbacks(reason: str) -> float:
    return get_metrics().replica_fallbacks.labels(reason)._value.get()


def place(url: str) -> str:
    with closing(psycopg.connect(url, autocommit=True)) as connection:
        return str(connection.execute(CAUGHT_UP).fetchone())
