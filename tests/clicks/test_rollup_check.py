"""The rollup check finds units that say something else than the clicks, and has them made again."""

import datetime as dt
import random
from typing import Any

import pytest
from sqlalchemy import delete, select, update

from tests.clicks.clicks_data import random_click, store_clicks
from tests.factories import make_link
from vayro.clicks.rollup_check import RollupCheck
from vayro.clicks.rollup_job import RollupJob
from vayro.clicks.rollups import invalidate_rollups
from vayro.database.engine import Database
from vayro.database.models import click_events, click_rollups, links

NOW = dt.datetime(2026, 3, 12, 5, 30, tzinfo=dt.UTC)
DAY = dt.datetime(2026, 3, 11, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def _everybody_is_busy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vayro.clicks.rollup_plan.BUSY_CLICKS", {"hour": 1, "day": 1})
    monkeypatch.setattr("vayro.clicks.rollup_check.CHECKED", dt.timedelta(days=2))


async def roll_up(database: Database) -> Any:
    link = await make_link(database)
    clicks = [random_click(random.Random(n), link.id, DAY, DAY + dt.timedelta(hours=3)) for n in range(30)]
    await store_clicks(database, clicks)
    assert await check(database) == []
    await RollupJob(database, clock=lambda: NOW).run()
    return link


async def check(database: Database) -> list[Any]:
    return await RollupCheck(database, clock=lambda: NOW).run()


async def mend_and_check(database: Database) -> list[Any]:
    await RollupJob(database, clock=lambda: NOW).run()
    return await check(database)


async def test_what_the_job_made_is_right(database: Database) -> None:
    await roll_up(database)
    assert await check(database) == []


async def test_clicks_that_came_without_a_mark_are_found_and_mended(database: Database) -> None:
    link = await roll_up(database)
    await store_clicks(database, [random_click(random.Random(1), link.id, DAY, DAY + dt.timedelta(hours=1))])
    found = await check(database)
    # The mark of the hour speaks for its day, too.
    assert {(one.subject_id, one.period.level) for one in found} == {(link.id, "hour"), (link.workspace_id, "hour")}
    assert await mend_and_check(database) == []


async def test_clicks_that_left_a_mark_are_no_difference(database: Database) -> None:
    link = await roll_up(database)
    late = random_click(random.Random(1), link.id, DAY, DAY + dt.timedelta(hours=1))
    async with database.transaction() as connection:
        await connection.execute(click_events.insert(), [late])
        await invalidate_rollups(connection, {link.id: [late["timestamp"]]})
    assert await check(database) == []


async def test_a_unit_that_is_missing_is_made_again(database: Database) -> None:
    link = await roll_up(database)
    async with database.transaction() as connection:
        await connection.execute(delete(click_rollups).where(click_rollups.c.subject_id == link.workspace_id))
    assert {one.rolled for one in await check(database)} == {0}
    assert await mend_and_check(database) == []


async def test_a_wrong_number_is_made_right(database: Database) -> None:
    await roll_up(database)
    async with database.transaction() as connection:
        await connection.execute(update(click_rollups).values(clicks=click_rollups.c.clicks + 1))
    assert all(one.rolled == one.counted + 1 for one in await check(database))
    assert await mend_and_check(database) == []


async def test_the_clicks_of_a_deleted_link_leave_its_workspace(database: Database) -> None:
    link = await roll_up(database)
    async with database.transaction() as connection:
        await connection.execute(delete(links).where(links.c.id == link.id))
    assert await check(database) != []
    assert await mend_and_check(database) == []
    async with database.read() as connection:
        assert (await connection.execute(select(click_rollups))).all() == []
