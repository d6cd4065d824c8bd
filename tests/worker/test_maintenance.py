"""The chores."""

import asyncio
import datetime as dt
from uuid import uuid4

import pytest
from sqlalchemy import insert

from tests.factories import make_click, make_link
from tests.worker.conftest import count, eventually, rows
from vayro.clicks.lease import Lease
from vayro.database.engine import Database
from vayro.database.models import click_batches, click_segments, job_leases, link_changes
from vayro.observability import get_metrics
from vayro.worker.maintenance import Chore, Maintenance


@pytest.fixture
def maintenance(database: Database) -> Maintenance:
    return Maintenance(database, get_metrics())


def chore(maintenance: Maintenance, name: str) -> Chore:
    return next(chore for chore in maintenance.chores if chore.name == name)


def ago(**period: float) -> dt.datetime:
    return dt.datetime.now(dt.UTC) - dt.timedelta(**period)


async def test_old_batches_go_and_young_ones_stay(database: Database, maintenance: Maintenance) -> None:
    async with database.transaction() as connection:
        for moment in (ago(minutes=61), ago(minutes=59)):
            values = {"first_timestamp": moment, "last_timestamp": moment, "events": 1, "committed_at": moment}
            await connection.execute(insert(click_batches).values(values))
    await maintenance.do(chore(maintenance, "old batches"))
    assert await count(database, click_batches) == 1


async def test_old_changes_go_but_deletions_stay(database: Database, maintenance: Maintenance) -> None:
    async with database.transaction() as connection:
        for code, moment, is_deleted in (
            ("old", ago(days=8), False),
            ("gone", ago(days=8), True),
            ("new", ago(days=6), False),
        ):
            values = {
                "domain": "",
                "short_code": code,
                "link_id": uuid4(),
                "version": 1,
                "is_deleted": is_deleted,
                "changed_at": moment,
            }
            await connection.execute(insert(link_changes).values(values))
    await maintenance.do(chore(maintenance, "old changes"))
    assert {row.short_code for row in await rows(database, link_changes)} == {"gone", "new"}


async def test_segments_are_kept_for_a_month(database: Database, maintenance: Maintenance) -> None:
    async with database.transaction() as connection:
        for name, moment in (("a-1", ago(days=31)), ("a-2", ago(days=29))):
            values = {"segment": name, "committed": 1, "read_offset": 0, "updated_at": moment}
            await connection.execute(insert(click_segments).values(values))
    await maintenance.do(chore(maintenance, "old segments"))
    assert [row.segment for row in await rows(database, click_segments)] == ["a-2"]


async def test_a_chore_that_another_worker_does_is_left_to_it(database: Database) -> None:
    done: list[str] = []

    async def work() -> None:
        done.append("work")

    maintenance = Maintenance(database, get_metrics())
    shared = Chore("sweep", 60, work)
    lease = Lease("sweep")
    async with database.transaction() as connection:
        assert await lease.acquire(connection, dt.datetime.now(dt.UTC))
    await maintenance.do(shared)
    assert done == []
    async with database.transaction() as connection:
        await lease.release(connection)
    await maintenance.do(shared)
    assert done == ["work"]
    assert await count(database, job_leases) == 0


async def test_a_chore_that_fails_stops_no_other(database: Database) -> None:
    done: list[str] = []

    async def fail() -> None:
        raise RuntimeError("a bug")

    async def work() -> None:
        done.append("work")

    maintenance = Maintenance(database, get_metrics())
    maintenance.chores = [Chore("fails", 60, fail), Chore("works", 60, work)]
    stopped = asyncio.Event()
    task = asyncio.create_task(maintenance.run(stopped))

    async def is_done() -> bool:
        return bool(done)

    await eventually(is_done)
    stopped.set()
    await task
    assert done == ["work"]


async def test_every_chore_runs_on_this_database(
    database: Database, maintenance: Maintenance, capsys: pytest.CaptureFixture[str]
) -> None:
    link = await make_link(database)
    await make_click(database, link.id)
    for each in maintenance.chores:
        if each.is_shared:
            await maintenance._do_alone(each)
        else:
            await each.work()
