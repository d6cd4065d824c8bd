"""Connections: what commits, what rolls back, and what an absent database looks like."""

import asyncio
import datetime as dt
import uuid

import pytest
from sqlalchemy import func, select

from vayro.database.engine import Database, open_database
from vayro.database.models import workspaces
from vayro.database.unit_of_work import unit_of_work
from vayro.errors import Unavailable
from vayro.settings import load_settings


def a_workspace(name: str = "one") -> dict[str, object]:
    return {"id": uuid.uuid4(), "name": name, "created_at": dt.datetime.now(dt.UTC)}


async def count(database: Database) -> int:
    async with database.read() as connection:
        return (await connection.execute(select(func.count()).select_from(workspaces))).scalar_one()


async def test_a_transaction_commits_at_its_end(database):
    async with database.transaction() as connection:
        await connection.execute(workspaces.insert().values(a_workspace()))
    assert await count(database) == 1


async def test_a_transaction_that_raises_leaves_nothing(database):
    with pytest.raises(RuntimeError):
        async with database.transaction() as connection:
            await connection.execute(workspaces.insert().values(a_workspace()))
            raise RuntimeError
    assert await count(database) == 0


async def test_identifiers_and_instants_come_back_as_they_went_in(database):
    row = a_workspace() | {"created_at": dt.datetime(2026, 3, 29, 1, 30, 0, 123456, tzinfo=dt.UTC)}
    async with database.transaction() as connection:
        await connection.execute(workspaces.insert().values(row))
    async with database.read() as connection:
        found = dict((await connection.execute(select(workspaces))).mappings().one())
    assert found == row | {"plan": "free", "default_domain": None}  # the plan is the default of the database


async def test_an_instant_without_zone_is_refused_on_sqlite_and_postgres(database):
    from sqlalchemy.exc import StatementError

    async with database.transaction() as connection:
        with pytest.raises(StatementError, match="time zone"):
            await connection.execute(
                workspaces.insert().values(a_workspace() | {"created_at": dt.datetime(2026, 1, 1)})
            )


async def test_fifty_writers_at_once_all_get_through(database):
    async def write() -> None:
        async with database.transaction() as connection:
            seen = (await connection.execute(select(func.count()).select_from(workspaces))).scalar_one()
            await connection.execute(workspaces.insert().values(a_workspace(str(seen))))

    await asyncio.gather(*(write() for _ in range(50)))
    assert await count(database) == 50


async def test_effects_run_after_the_commit_and_never_after_a_rollback(database):
    seen: list[int] = []

    async def effect() -> None:
        seen.append(await count(database))

    async with unit_of_work(database) as work:
        await work.connection.execute(workspaces.insert().values(a_workspace()))
        work.after_commit(effect)
        assert seen == []
    assert seen == [1]
    with pytest.raises(RuntimeError):
        async with unit_of_work(database) as work:
            work.after_commit(effect)
            raise RuntimeError
    assert seen == [1]


async def test_a_database_that_is_not_there_is_unavailable():
    database = open_database(load_settings(database_url="postgresql://nobody@127.0.0.1:1/none"))
    with pytest.raises(Unavailable):
        async with database.read():
            pass
    await database.close()
