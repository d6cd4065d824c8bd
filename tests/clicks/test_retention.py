"""Clicks expire by the plan of their workspace; what they add up to stays."""

import datetime as dt
import random
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select, text, update

from tests.clicks.clicks_data import random_click, store_clicks
from tests.factories import make_link, make_workspace
from vayro.clicks.retention import Retention, RetentionReport
from vayro.clicks.rollup_check import RollupCheck
from vayro.clicks.rollup_job import RollupJob
from vayro.clicks.rollups import invalidate_rollups, read_closed_until
from vayro.clicks.service import AnalyticsService, Asked
from vayro.database.engine import Database
from vayro.database.models import click_events, click_expiry, click_rollups, rollup_marks, workspaces
from vayro.database.partitions import create_month, list_months, partition_name

NOW = dt.datetime(2026, 4, 10, 5, 30, tzinfo=dt.UTC)
FIRST = dt.datetime(2026, 3, 29, tzinfo=dt.UTC)
DAYS = 6
PLANS = {"free": 7, "pro": 9, "enterprise": None}
# Of the six days, five have expired by now for the plan `free`: three of March, two of April.
HORIZON = dt.datetime(2026, 4, 3, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vayro.clicks.retention.CHUNK_CLICKS", 7)
    monkeypatch.setattr("vayro.clicks.rollup_plan.BUSY_CLICKS", {"hour": 5, "day": 8})
    monkeypatch.setattr("vayro.clicks.rollup_check.CHECKED", dt.timedelta(days=13))


async def make_links(database: Database, plan: str = "free") -> list[Any]:
    """A busy link and a quiet one of a workspace on this plan, with clicks in an hour of each of six days."""
    workspace = await make_workspace(database, plan=plan)
    found = [await make_link(database, workspace_id=workspace.id) for _ in range(2)]
    source = random.Random(plan)
    for number in range(DAYS):
        day = FIRST + dt.timedelta(days=number)
        start, end = day + dt.timedelta(hours=10), day + dt.timedelta(hours=11)
        clicks = [random_click(source, found[0].id, start, end) for _ in range(15)]
        clicks += [random_click(source, found[1].id, start, end) for _ in range(2)]
        await store_clicks(database, clicks)
    return found


async def roll_up(database: Database) -> None:
    await RollupJob(database, clock=lambda: NOW).run()


async def expire(database: Database, now: dt.datetime = NOW, **over: Any) -> RetentionReport:
    return await Retention(database, PLANS | over, clock=lambda: now).run()


async def answer(database: Database, link: Any, *, whole: bool = False) -> Any:
    service = AnalyticsService(database, clock=lambda: NOW)
    asked = Asked(FIRST.isoformat(), NOW.isoformat(), "day")
    if whole:
        found = await service.read_workspace(link.workspace_id, asked)
    else:
        found = await service.read_link(link.workspace_id, link.id, asked)
    return found.clicks, found.bots, found.visitors, found.series, found.values, found.links


async def count(database: Database, *link_ids: UUID, before: dt.datetime = NOW) -> int:
    query = select(func.count()).where(click_events.c.link_id.in_(link_ids), click_events.c.timestamp < before)
    async with database.read() as connection:
        return int(await connection.scalar(query) or 0)


async def test_rows_go_and_what_they_add_up_to_stays(database: Database) -> None:
    busy, quiet = await make_links(database)
    await roll_up(database)
    before = [await answer(database, busy), await answer(database, quiet), await answer(database, busy, whole=True)]
    report = await expire(database)
    assert report.is_finished
    assert report.clicks == 17 * 5
    assert await count(database, busy.id, quiet.id, before=HORIZON) == 0
    assert await count(database, busy.id, quiet.id) == 17 * 1
    after = [await answer(database, busy), await answer(database, quiet), await answer(database, busy, whole=True)]
    assert after == before


async def test_each_plan_has_its_own_time(database: Database) -> None:
    free, pro, enterprise = [(await make_links(database, plan))[0] for plan in PLANS]
    await roll_up(database)
    await expire(database, now=NOW)
    assert [await count(database, link.id) for link in (free, pro, enterprise)] == [15 * 1, 15 * 3, 15 * 6]


async def test_a_plan_that_the_table_does_not_know_keeps_everything(database: Database) -> None:
    link, _ = await make_links(database, "custom")
    await roll_up(database)
    await expire(database)
    assert await count(database, link.id) == 15 * 6


async def test_a_workspace_that_goes_to_a_smaller_plan_is_taken_up(database: Database) -> None:
    link, _ = await make_links(database, "enterprise")
    await roll_up(database)
    await expire(database)
    async with database.transaction() as connection:
        await connection.execute(update(workspaces).values(plan="free"))
    await expire(database)
    assert await count(database, link.id) == 15 * 1


async def test_the_check_of_rollups_does_not_mind(database: Database) -> None:
    await make_links(database)
    await roll_up(database)
    await expire(database)
    assert await RollupCheck(database, clock=lambda: NOW).run() == []
    async with database.transaction() as connection:
        await connection.execute(click_expiry.delete())
    assert await RollupCheck(database, clock=lambda: NOW).run() != []


async def test_what_is_not_rolled_up_does_not_expire(database: Database) -> None:
    link, _ = await make_links(database)
    assert (await expire(database)).clicks == 0
    assert await count(database, link.id) == 15 * 6


async def test_a_workspace_with_hours_to_mend_waits_for_that(database: Database) -> None:
    link, _ = await make_links(database)
    await roll_up(database)
    async with database.transaction() as connection:
        await invalidate_rollups(connection, {link.id: [FIRST]})
    assert (await expire(database)).clicks == 0
    await roll_up(database)
    assert (await expire(database)).clicks == 17 * 5


async def test_a_run_that_was_killed_among_the_rows_of_a_day_is_finished_by_the_next(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    busy, quiet = await make_links(database)
    await roll_up(database)
    before = [await answer(database, busy), await answer(database, quiet)]
    deleted = 0
    real = database.transaction

    def dying() -> Any:
        nonlocal deleted
        deleted += 1
        if deleted == 6:
            raise RuntimeError("killed")
        return real()

    for _ in range(3):
        deleted = 0
        monkeypatch.setattr(database, "transaction", dying)
        with pytest.raises(RuntimeError):
            await expire(database)
        monkeypatch.setattr(database, "transaction", real)
        assert 0 < await count(database, busy.id, quiet.id, before=HORIZON) < 17 * 5
    await expire(database)
    assert await count(database, busy.id, quiet.id, before=HORIZON) == 0
    assert [await answer(database, busy), await answer(database, quiet)] == before


async def test_to_run_again_changes_nothing(database: Database) -> None:
    link, _ = await make_links(database)
    await roll_up(database)
    await expire(database)
    before = await answer(database, link)
    assert await expire(database) == RetentionReport(is_finished=True, clicks=0)
    await roll_up(database)
    assert await answer(database, link) == before


async def test_a_click_that_comes_after_its_day_has_expired_goes_with_the_next_run(database: Database) -> None:
    link, _ = await make_links(database)
    await roll_up(database)
    await expire(database)
    before = await answer(database, link)
    late = random_click(random.Random(1), link.id, FIRST, FIRST + dt.timedelta(hours=1))
    async with database.transaction() as connection:
        await connection.execute(click_events.insert(), [late])
        assert late["timestamp"] < await read_closed_until(connection)
        await invalidate_rollups(connection, {link.id: [late["timestamp"]]})
        assert await connection.scalar(select(func.count()).select_from(rollup_marks)) == 0
    await roll_up(database)
    assert await answer(database, link) == before
    assert (await expire(database)).clicks == 1
    assert await answer(database, link) == before


async def test_a_run_without_time_goes_on_in_the_next(database: Database) -> None:
    link, _ = await make_links(database)
    await roll_up(database)
    retention = Retention(database, PLANS, clock=lambda: NOW)
    runs = 0
    while not (await retention.run(budget_seconds=0.01)).is_finished:
        runs += 1
        assert runs < 100
    assert await count(database, link.id) == 15 * 1


class TestPartitions:
    """On PostgreSQL alone: a month that nobody keeps goes as a whole."""

    @pytest.fixture
    async def months(self, database: Database) -> list[dt.date]:
        if database.is_sqlite:
            pytest.skip("SQLite has no partitions")
        made = [dt.date(2026, 3, 1), dt.date(2026, 4, 1)]
        async with database.transaction() as connection:
            for month in made:
                await connection.run_sync(create_month, month)
        return made

    async def find(self, database: Database) -> list[dt.date]:
        async with database.read() as connection:
            return [month for month in await connection.run_sync(list_months) if month < dt.date(2026, 5, 1)]

    async def test_a_month_that_nobody_keeps_is_dropped(self, database: Database, months: list[dt.date]) -> None:
        link, quiet = await make_links(database)
        await roll_up(database)
        before = [await answer(database, link), await answer(database, quiet)]
        report = await expire(database)
        assert report.partitions == (f"{partition_name(months[0])}_expired",)
        assert report.clicks == 17 * 2  # those of March needed no deletion of their own
        assert await self.find(database) == months[1:]
        assert [await answer(database, link), await answer(database, quiet)] == before
        async with database.read() as connection:
            assert not await connection.scalar(text("SELECT to_regclass('click_events_2026_03_expired') IS NOT NULL"))

    async def test_a_month_that_one_workspace_keeps_stays(self, database: Database, months: list[dt.date]) -> None:
        free, kept = (await make_links(database))[0], (await make_links(database, "enterprise"))[0]
        await roll_up(database)
        assert (await expire(database)).partitions == ()
        assert await self.find(database) == months
        assert (await count(database, free.id), await count(database, kept.id)) == (15 * 1, 15 * 6)

    async def test_a_month_that_was_detached_before_a_kill_is_dropped(
        self, database: Database, months: list[dt.date], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def die(_: Any) -> Any:
            raise RuntimeError("killed")

        await make_links(database)
        await roll_up(database)
        with monkeypatch.context() as patch:
            patch.setattr("vayro.clicks.retention.drop_detached", die)
            with pytest.raises(RuntimeError):
                await expire(database)
        assert await self.find(database) == months[1:]
        assert len((await expire(database)).partitions) == 1

    @pytest.mark.usefixtures("months")
    async def test_somebody_who_reads_for_long_is_not_disturbed(self, database: Database) -> None:
        link, _ = await make_links(database)
        await roll_up(database)
        async with database.read() as reading:
            await reading.execute(select(click_events.c.id).limit(1))
            assert (await expire(database)).partitions == ()
            assert await count(database, link.id) > 0  # nobody waits in the queue behind us
        assert len((await expire(database)).partitions) == 1


async def test_every_unit_of_a_day_is_there_before_its_rows_go(database: Database) -> None:
    links = await make_links(database)
    await roll_up(database)
    await expire(database)
    day = (click_rollups.c.level == "day") & (click_rollups.c.start < HORIZON)
    async with database.read() as connection:
        query = select(click_rollups.c.subject_id, func.sum(click_rollups.c.clicks + click_rollups.c.bots)).where(day)
        found = (await connection.execute(query.group_by(click_rollups.c.subject_id))).all()
    sums = {subject_id: int(clicks) for subject_id, clicks in found}
    assert sums == {links[0].id: 15 * 5, links[1].id: 2 * 5, links[0].workspace_id: 17 * 5}
