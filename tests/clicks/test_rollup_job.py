"""The rollup job: closes hours, rolls them up, and mends what late clicks touched."""

import datetime as dt
import random
from collections import Counter
from typing import Any

import pytest
from sqlalchemy import func, select

from tests.clicks.clicks_data import Click, host_of, random_click, store_clicks
from tests.factories import make_link
from vayro.clicks.counting import OTHER
from vayro.clicks.packing import unpack_breakdown, unpack_quarters, unpack_sketches
from vayro.clicks.rollup_job import RollupJob
from vayro.clicks.rollups import floor_day, floor_hour, invalidate_rollups, read_closed_until
from vayro.clicks.sketch import merge
from vayro.database.engine import Database
from vayro.database.models import click_events, click_rollups, rollup_marks

DAY = dt.datetime(2026, 3, 10, tzinfo=dt.UTC)
NOW = dt.datetime(2026, 3, 12, 5, 1, tzinfo=dt.UTC)
CLOSED = NOW.replace(hour=4, minute=0)


def job(database: Database, now: dt.datetime = NOW) -> RollupJob:
    return RollupJob(database, clock=lambda: now)


async def read_units(database: Database) -> dict[tuple[Any, str, dt.datetime], Any]:
    async with database.read() as connection:
        rows = (await connection.execute(select(click_rollups))).all()
    return {(row.subject_id, row.level, row.start): row for row in rows}


@pytest.fixture(autouse=True)
def _everybody_is_busy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vayro.clicks.rollup_plan.BUSY_CLICKS", {"hour": 3, "day": 5})


async def make_clicks(database: Database, number: int = 400) -> tuple[Any, list[Click]]:
    source = random.Random(3)
    link = await make_link(database)
    sibling = await make_link(database, workspace_id=link.workspace_id)
    end = DAY + dt.timedelta(days=2, hours=5)
    clicks = [random_click(source, source.choice([link.id, sibling.id]), DAY, end) for _ in range(number)]
    await store_clicks(database, clicks)
    return link, clicks


async def test_units_say_what_the_clicks_say(database: Database) -> None:
    link, clicks = await make_clicks(database)
    report = await job(database).run()
    assert report.is_finished
    units = await read_units(database)
    for subject in (link.id, link.workspace_id):
        own = [click for click in clicks if subject in {click["link_id"], link.workspace_id}]
        for level, floor in (("hour", floor_hour), ("day", floor_day)):
            starts = Counter(floor(click["timestamp"]) for click in own if floor(click["timestamp"]) < floor(CLOSED))
            least = 1 if subject == link.workspace_id else {"hour": 3, "day": 5}[level]
            expected = {start for start, number in starts.items() if number >= least}
            assert {start for who, what, start in units if (who, what) == (subject, level)} == expected
            for start in expected:
                unit_clicks = [click for click in own if floor(click["timestamp"]) == start]
                check_unit(units[subject, level, start], unit_clicks)


def check_unit(unit: Any, clicks: list[Click]) -> None:
    people = [click for click in clicks if not click["is_bot"]]
    visitors = {click["visitor_id"] for click in people} - {None}
    assert (unit.clicks, unit.bots) == (len(people), len(clicks) - len(people))
    assert unit.visitors == len(visitors)
    counts = unpack_quarters(unit.quarters, 4 if unit.level == "hour" else 96)
    assert (counts[0].sum(), counts[1].sum()) == (unit.clicks, unit.bots)
    if unit.level == "hour":
        assert merge(unpack_sketches(unit.sketches)).count() == len(visitors)
    breakdown = unpack_breakdown(unit.breakdown)
    for dimension, column in (("country", "country_code"), ("city", "city"), ("device", "device_type")):
        assert dict(zip(*breakdown[dimension][:2], strict=True)) == count(clicks, lambda c, k=column: c[k] or "")
    assert dict(zip(*breakdown["referer"][:2], strict=True)) == count(clicks, lambda c: host_of(c["referer"]))
    for _, by_people, by_bots in breakdown.values():
        assert (sum(by_people), sum(by_bots)) == (unit.clicks, unit.bots)


def count(clicks: list[Click], value: Any) -> dict[str, int]:
    """Clicks of people by value, with the values that only bots have."""
    counted = Counter({value(click): 0 for click in clicks})
    counted.update(value(click) for click in clicks if not click["is_bot"])
    return dict(counted)


async def test_nothing_is_left_to_do_after_a_run(database: Database) -> None:
    await make_clicks(database)
    await job(database).run()
    again = await job(database).run()
    assert (again.is_finished, again.units, again.marks) == (True, 0, 0)


async def test_an_hour_stays_open_for_two_minutes(database: Database) -> None:
    early = await job(database, NOW.replace(minute=1, second=59)).run()
    late = await job(database, NOW.replace(minute=2)).run()
    assert (early.closed_until, late.closed_until) == (NOW.replace(hour=4, minute=0), NOW.replace(hour=5, minute=0))


async def test_the_closed_end_never_goes_back(database: Database) -> None:
    await job(database).run()
    report = await job(database, NOW - dt.timedelta(days=1)).run()
    assert report.closed_until == floor_hour(NOW) - dt.timedelta(hours=1)


async def test_a_late_click_is_in_the_units_after_the_next_run(database: Database) -> None:
    link, clicks = await make_clicks(database)
    await job(database).run()
    late = random_click(random.Random(1), link.id, DAY, DAY + dt.timedelta(hours=1))
    async with database.transaction() as connection:
        assert late["timestamp"] < await read_closed_until(connection)
        await connection.execute(click_events.insert(), [late])
        await invalidate_rollups(connection, {link.id: {late["timestamp"]}})
    report = await job(database).run()
    assert (report.marks, report.is_finished) == (1, True)
    units = await read_units(database)
    own = [click for click in [*clicks, late] if click["link_id"] == link.id]
    check_unit(units[link.id, "day", DAY], [click for click in own if floor_day(click["timestamp"]) == DAY])
    check_unit(units[link.id, "hour", DAY], [click for click in own if floor_hour(click["timestamp"]) == DAY])
    async with database.read() as connection:
        assert await connection.scalar(select(func.count()).select_from(rollup_marks)) == 0


async def test_a_second_run_at_the_same_time_does_nothing(database: Database) -> None:
    await make_clicks(database)
    first, second = job(database), job(database)
    reports: list[Any] = []

    async def run_inside() -> None:
        reports.append(await second.run())

    original = first._close

    async def close() -> dt.datetime:
        await run_inside()
        return await original()

    first._close = close  # type: ignore[method-assign]
    assert (await first.run()).is_finished
    assert [(report.is_finished, report.units) for report in reports] == [(False, 0)]


async def test_a_run_whose_lease_was_taken_writes_nothing_more(database: Database) -> None:
    await make_clicks(database)
    slow = job(database)
    original = slow._store

    async def store_late(*arguments: Any) -> None:
        slow._store = original  # type: ignore[method-assign]
        assert (await job(database, NOW + dt.timedelta(hours=1)).run()).is_finished
        await original(*arguments)

    slow._store = store_late  # type: ignore[method-assign]
    assert not (await slow.run()).is_finished
    assert slow._units == 0


async def test_a_run_stops_when_its_time_is_used_up_and_the_next_goes_on(database: Database) -> None:
    await make_clicks(database)
    reports = [await job(database).run(budget_seconds=-1) for _ in range(2)]
    assert [report.is_finished for report in reports] == [False, False]
    assert (await job(database).run()).is_finished


async def test_years_without_clicks_are_passed_over_quickly(database: Database) -> None:
    link = await make_link(database)
    old = random_click(random.Random(1), link.id, DAY - dt.timedelta(days=3000), DAY - dt.timedelta(days=2999))
    new = random_click(random.Random(1), link.id, DAY, DAY + dt.timedelta(days=1))
    await store_clicks(database, [old, new])
    report = await job(database).run(budget_seconds=5)
    assert (report.is_finished, report.units) == (True, 4)


async def test_a_unit_keeps_three_hundred_values_and_the_sum_of_the_rest(database: Database) -> None:
    link = await make_link(database)
    hour = DAY + dt.timedelta(hours=1)
    clicks = [
        random_click(random.Random(n), link.id, DAY, hour, referer=f"https://host{n % 1500}/", is_bot=n >= 1500)
        for n in range(1600)
    ]
    await store_clicks(database, clicks)
    await job(database).run()
    unit = (await read_units(database))[link.id, "hour", DAY]
    values, people, bots = unpack_breakdown(unit.breakdown)["referer"]
    assert (len(values), sum(people), sum(bots)) == (301, 1500, 100)
    assert people[values.index(OTHER)] == 1200
