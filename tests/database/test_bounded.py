"""Giving up on a server that hangs: PgBouncer outlives it, and requests to cancel do not pile up."""

import asyncio

import pytest
from sqlalchemy import text

from tests.conftest import SettingsFactory
from tests.machines import PgBouncerServer, hanging
from tests.servers import PostgresServer, running
from vayro.database import bounded
from vayro.database.engine import Database, open_database
from vayro.errors import Unavailable

WAIT_SECONDS = 60


async def ask(database: Database) -> object:
    async with database.read() as connection:
        return await connection.scalar(text("SELECT 1"))


async def hold(database: Database, ready: asyncio.Barrier, hung: asyncio.Event) -> None:
    """Ask once on a connection that was there before the server hung. Raises Unavailable."""
    async with database.read() as connection:
        await connection.scalar(text("SELECT 1"))
        await ready.wait()
        await hung.wait()
        await connection.scalar(text("SELECT 1"))


async def test_pgbouncer_outlives_those_who_give_up_on_a_server_that_hangs(
    own_postgres: PostgresServer, settings_factory: SettingsFactory
) -> None:
    with running(PgBouncerServer(own_postgres.url)) as bouncer:
        url = bouncer.in_front_of(own_postgres.url)
        database = open_database(settings_factory(database_url=url, database_timeout_seconds=2))
        await ask(database)
        with hanging(own_postgres), pytest.raises(Unavailable):
            await ask(database)
        await _await_no_cancelling()
        async with asyncio.timeout(WAIT_SECONDS):
            while True:
                try:
                    assert await ask(database) == 1
                    break
                except Unavailable:
                    await asyncio.sleep(0.05)
        assert bouncer.process
        assert bouncer.process.poll() is None
        await database.close()


async def test_few_requests_to_cancel_wait_for_a_server_that_hangs(
    own_postgres: PostgresServer, settings_factory: SettingsFactory
) -> None:
    database = open_database(settings_factory(database_url=own_postgres.url, database_timeout_seconds=2))
    many = bounded.CANCELS_AT_ONCE + 3
    ready, hung = asyncio.Barrier(many + 1), asyncio.Event()
    holding = [asyncio.create_task(hold(database, ready, hung)) for _ in range(many)]
    async with asyncio.timeout(WAIT_SECONDS):  # one who fails before never comes
        await ready.wait()
    with hanging(own_postgres):
        hung.set()
        results = await asyncio.gather(*holding, return_exceptions=True)
        assert [type(result) for result in results] == [Unavailable] * many
        assert len(bounded._cancelling) == bounded.CANCELS_AT_ONCE
    await _await_no_cancelling()
    assert await ask(database) == 1
    await database.close()


async def _await_no_cancelling() -> None:
    async with asyncio.timeout(WAIT_SECONDS):
        while bounded._cancelling:
            await asyncio.sleep(0.01)
