"""The seam between writers and the rollup job: what a writer must do about late clicks."""

import datetime as dt

from sqlalchemy import delete, insert, select

from tests.factories import make_link
from vayro.clicks.rollups import EPOCH, floor_day, floor_hour, invalidate_rollups, read_closed_until
from vayro.database.engine import Database
from vayro.database.models import link_deletions, links, rollup_marks, rollup_state

NOON = dt.datetime(2026, 3, 1, 12, 34, 56, tzinfo=dt.UTC)


async def test_nothing_is_closed_before_the_job_ran(database: Database) -> None:
    async with database.transaction() as connection:
        assert await read_closed_until(connection) == EPOCH


async def test_the_closed_end_is_what_the_job_wrote(database: Database) -> None:
    async with database.transaction() as connection:
        await connection.execute(insert(rollup_state).values(name="closed", until=floor_hour(NOON)))
    async with database.transaction() as connection:
        assert await read_closed_until(connection) == floor_hour(NOON)


async def test_late_clicks_mark_the_hours_of_their_workspaces_once(database: Database) -> None:
    link = await make_link(database)
    sibling = await make_link(database, workspace_id=link.workspace_id)
    touched = {link.id: {NOON, NOON + dt.timedelta(minutes=1)}, sibling.id: {NOON, NOON + dt.timedelta(hours=1)}}
    async with database.transaction() as connection:
        await invalidate_rollups(connection, touched)
    async with database.read() as connection:
        found = await connection.execute(select(rollup_marks.c.workspace_id, rollup_marks.c.hour))
        hours = sorted((row.workspace_id, row.hour) for row in found)
    assert hours == [(link.workspace_id, floor_hour(NOON) + dt.timedelta(hours=n)) for n in range(2)]


async def test_a_link_that_is_gone_marks_nothing(database: Database) -> None:
    link = await make_link(database)
    async with database.transaction() as connection:
        await invalidate_rollups(connection, {link.workspace_id: {NOON}})
        assert (await connection.execute(select(rollup_marks))).all() == []


async def test_a_link_whose_deletion_may_be_taken_back_marks_as_if_it_were_there(database: Database) -> None:
    link = await make_link(database)
    async with database.transaction() as connection:
        row = {"link_id": link.id, "workspace_id": link.workspace_id, "deleted_at": NOON, "kept": "{}"}
        await connection.execute(insert(link_deletions).values(row))
        await connection.execute(delete(links))
        await invalidate_rollups(connection, {link.id: {NOON}})
        marks = (await connection.execute(select(rollup_marks.c.workspace_id, rollup_marks.c.hour))).all()
    assert [tuple(mark) for mark in marks] == [(link.workspace_id, floor_hour(NOON))]


def test_hours_and_days_begin_in_utc_whatever_zone_the_instant_is_in() -> None:
    late = NOON.astimezone(dt.timezone(dt.timedelta(hours=13)))
    assert (floor_hour(late), floor_day(late)) == (
        NOON.replace(minute=0, second=0),
        NOON.replace(hour=0, minute=0, second=0),
    )
