"""Pools: what is closed late, what died unseen, and a server that does not answer."""

import asyncio
import gc
import sqlite3
import threading
import time
import warnings
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import text

from tests.conftest import SettingsFactory
from tests.machines import PgBouncerServer, hanging
from tests.servers import PostgresServer, running
from vayro.database.engine import Database, open_database
from vayro.database.pools import OpenFiles
from vayro.errors import Unavailable


async def ask(database: Database, statement: str = "SELECT 1") -> object:
    async with database.read() as connection:
        return await connection.scalar(text(statement))


def forget_others() -> None:
    """Delete now what tests before have left unclosed: its warnings are theirs."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        gc.collect()


async def test_a_connection_that_comes_back_after_the_end_is_closed_then(database: Database) -> None:
    """Left open, it would be deleted unclosed some day: a warning, in whatever runs then."""
    taken, back = asyncio.Event(), asyncio.Event()

    async def hold() -> None:
        async with database.read() as connection:
            await connection.scalar(text("SELECT 1"))
            taken.set()
            await back.wait()

    holding = asyncio.create_task(hold())
    await taken.wait()
    forget_others()
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        await database.close(seconds=0)
        back.set()
        await holding
        gc.collect()
    assert not [str(warning.message) for warning in seen]


async def test_closing_waits_for_those_who_are_about_to_finish(database: Database) -> None:
    taken = asyncio.Event()

    async def hold() -> None:
        async with database.read() as connection:
            taken.set()
            await asyncio.sleep(0.05)
            await connection.scalar(text("SELECT 1"))

    holding = asyncio.create_task(hold())
    await taken.wait()
    await database.close(seconds=60)
    assert holding.done()
    await holding


async def test_a_cancelled_reader_leaves_nothing_open(settings_factory: SettingsFactory, database_url: str) -> None:
    forget_others()
    before = set(threading.enumerate())
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        for turns in range(12):
            database = open_database(settings_factory(database_url=database_url))
            reading = asyncio.create_task(ask(database))
            for _ in range(turns * 3):
                await asyncio.sleep(0)
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)
            await database.close()
            # A connection to SQLite is a thread, which answers to this loop.
            assert not [thread for thread in set(threading.enumerate()) - before if "_connection_worker" in thread.name]
        gc.collect()
    assert not [str(warning.message) for warning in seen]


@pytest.mark.parametrize("is_pooled", [False, True], ids=["postgres", "pgbouncer"])
async def test_a_restart_gives_nobody_an_error(
    own_postgres: PostgresServer, settings_factory: SettingsFactory, is_pooled: bool
) -> None:
    with running(PgBouncerServer(own_postgres.url)) as bouncer:
        url = bouncer.in_front_of(own_postgres.url) if is_pooled else own_postgres.url
        restarted = bouncer if is_pooled else own_postgres
        database = open_database(settings_factory(database_url=url))
        await asyncio.gather(*(ask(database, "SELECT pg_sleep(0.05)") for _ in range(10)))
        for _ in range(2):
            restarted.kill()
            restarted.start()
            assert await asyncio.gather(*(ask(database) for _ in range(10))) == [1] * 10
        await database.close()


async def test_a_server_that_hangs_costs_the_time_out_and_comes_back(
    own_postgres: PostgresServer, settings_factory: SettingsFactory
) -> None:
    settings = settings_factory(database_url=own_postgres.url, database_timeout_seconds=2)
    database = open_database(settings)
    await ask(database)
    with hanging(own_postgres):
        started = time.monotonic()
        with pytest.raises(Unavailable):
            await ask(database)
        with pytest.raises(Unavailable):  # the pool is empty now: a new connection is accepted, and nobody greets
            await ask(database)
        taken = time.monotonic() - started
    assert taken < 30  # 6 s; it was without end
    assert await ask(database) == 1
    await database.close()


async def test_a_cancelled_wait_for_a_server_that_hangs_ends_soon(
    own_postgres: PostgresServer, settings_factory: SettingsFactory
) -> None:
    database = open_database(settings_factory(database_url=own_postgres.url))
    await ask(database)
    with hanging(own_postgres):
        started = time.monotonic()
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.1):
                await ask(database)
        taken = time.monotonic() - started
    assert taken < 8  # 1.1 s; psycopg's own patience is 10 s
    assert await ask(database) == 1
    await database.close()


async def test_a_cancelled_statement_leaves_its_connection_usable(
    own_postgres: PostgresServer, settings_factory: SettingsFactory
) -> None:
    connection = await psycopg.AsyncConnection.connect(own_postgres.url, autocommit=True)
    database = open_database(settings_factory(database_url=own_postgres.url))
    await ask(database)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.2):
            await ask(database, "SELECT pg_sleep(600)")
    query = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep%' AND state = 'active'"
    async with asyncio.timeout(60):  # the request to cancel goes on when its second is over
        while await (await connection.execute(query)).fetchone() != (0,):
            await asyncio.sleep(0.05)
    assert await ask(database) == 1
    await connection.close()
    await database.close()


async def test_exports_that_take_all_their_connections_keep_nobody_else_waiting(
    postgres_url: str, settings_factory: SettingsFactory
) -> None:
    settings = settings_factory(database_url=postgres_url, database_analytics_pool_size=2, database_pool_size=1)
    database = open_database(settings, has_readers=True)
    release = asyncio.Event()
    taken = asyncio.Semaphore(0)

    async def export() -> None:
        async with database.replica_read("export") as connection:
            await connection.scalar(text("SELECT 1"))
            taken.release()
            await release.wait()

    exports = [asyncio.create_task(export()) for _ in range(20)]
    for _ in range(settings.database_export_pool_size):
        await taken.acquire()
    assert await ask(database) == 1
    async with database.replica_read() as connection:
        assert await connection.scalar(text("SELECT 1")) == 1
    assert taken.locked()  # the others wait for one of the two
    release.set()
    await asyncio.gather(*exports)
    await database.close()


async def test_nobody_waits_for_ever_for_a_connection_of_a_full_pool(
    postgres_url: str, settings_factory: SettingsFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    from vayro.database import pools

    monkeypatch.setattr(pools, "POOL_WAIT_SECONDS", 0.1)
    database = open_database(settings_factory(database_url=postgres_url, database_pool_size=1))
    async with database.read(), database.read():
        with pytest.raises(Unavailable):
            await ask(database)
    assert await ask(database) == 1
    await database.close()


async def test_a_new_file_that_another_process_changes_is_waited_for(
    tmp_path: Path, settings_factory: SettingsFactory
) -> None:
    """Processes that start together on it do: SQLite fails all but one, whatever time the rest would wait."""
    with closing(sqlite3.connect(tmp_path / "new.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        database = open_database(settings_factory(database_url=f"sqlite:///{tmp_path}/new.db"))
        asking = asyncio.create_task(ask(database, "PRAGMA journal_mode"))
        await asyncio.wait([asking], timeout=0.2)
        assert not asking.done()
        other.execute("COMMIT")
        assert await asking == "wal"
        await database.close()


async def test_a_connection_that_nobody_has_any_more_closes_itself(tmp_path: Path) -> None:
    forget_others()
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        files = OpenFiles()
        connection = await files.open(tmp_path / "new.db")
        await (await connection.execute("CREATE TABLE t (n)")).close()
        assert files.are_open
        del connection
        gc.collect()
        async with asyncio.timeout(60):
            while files.are_open:
                await asyncio.sleep(0.01)
    assert not [str(warning.message) for warning in seen]
