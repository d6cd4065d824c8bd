"""A glance: one question outside of any transaction, on a connection that is as it was afterwards."""

import contextlib

from sqlalchemy import func, insert, select
from uuid_utils.compat import uuid7

from tests.conftest import SettingsFactory
from tests.factories import make_workspace, now
from vayro.database.engine import Database, open_database
from vayro.database.models import workspaces


async def test_it_sees_what_is_committed(database: Database) -> None:
    made = await make_workspace(database)
    async with database.glance() as connection:
        assert await connection.scalar(select(workspaces.c.name).where(workspaces.c.id == made.id)) == made.name


async def test_it_begins_no_transaction_on_postgresql(postgres_url: str, settings_factory: SettingsFactory) -> None:
    database = open_database(settings_factory(database_url=postgres_url))
    async with database.glance() as connection:
        began = select(func.now())  # the time at which the transaction began
        assert await connection.scalar(began) != await connection.scalar(began)
    await database.close()


async def test_transactions_after_it_are_rolled_back_as_before(
    database_url: str, settings_factory: SettingsFactory
) -> None:
    database = open_database(settings_factory(database_url=database_url), pool_size=1)
    async with database.glance() as connection:
        await connection.scalar(select(func.count()).select_from(workspaces))
    with contextlib.suppress(LookupError):
        async with database.transaction() as connection:
            await connection.execute(insert(workspaces).values(id=uuid7(), name="lost", created_at=now()))
            raise LookupError
    async with database.read() as connection:
        assert await connection.scalar(select(func.count()).where(workspaces.c.name == "lost")) == 0
    await database.close()
