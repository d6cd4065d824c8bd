"""Writers and the rollup job at the same time: in the end every unit says what the rows say.

The clock runs 36,000 times too fast, so that hours are closed while transactions that began in them are open.
"""

import asyncio
import datetime as dt
import random
import time
from collections import Counter
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select

from tests.clicks.clicks_data import random_click
from tests.factories import make_link
from vayro.clicks import rollup_job
from vayro.clicks.rollup_job import RollupJob, RollupReport
from vayro.clicks.rollups import floor_day, floor_hour, invalidate_rollups, read_closed_until
from vayro.database.engine import Database
from vayro.database.models import click_events, click_rollups, rollup_marks, rollup_state

START = dt.datetime(2026, 3, 10, tzinfo=dt.UTC)
SPEED = 36_000
# A run writes and rolls up side by side for so long, and until so much of both was done: on a machine with much else
# to do that takes longer, and shows as much.
SECONDS = 4
CLICKS = 100
UNITS = 25
PATIENCE_SECONDS = 300
WRITERS = 6

pytestmark = pytest.mark.timeout(900)  # some 10 s; on a machine with much else to do as long as it takes


@pytest.fixture(autouse=True)
def _everybody_is_busy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vayro.clicks.rollup_plan.BUSY_CLICKS", {"hour": 2, "day": 2})
    monkeypatch.setattr("vayro.clicks.lease.LEASE_SECONDS", 300 * SPEED)


class Run:
    """How far writers and jobs have come together; `is_over` once both have done enough."""

    def __init__(self) -> None:
        self.started = time.monotonic()
        self.clicks = self.units = 0

    def now(self) -> dt.datetime:
        """The fast clock. It slows down where nobody keeps up with it: thousands of hours would be left to roll up."""
        hours = (time.monotonic() - self.started) * SPEED / 3_600
        return START + dt.timedelta(hours=min(hours, 40 + self.units + self.clicks / 50))

    def is_over(self) -> bool:
        elapsed = time.monotonic() - self.started
        assert elapsed < PATIENCE_SECONDS, f"{self.clicks} clicks, {self.units} units"
        return elapsed >= SECONDS and self.clicks >= CLICKS and self.units >= UNITS


async def write_until(database: Database, run: Run, link_ids: list[UUID], seed: int, latest_hours: float) -> None:
    """Write batches of clicks, a third of them up to so late, in transactions that take their time to commit."""
    source = random.Random(seed)
    while not run.is_over():
        now = run.now()
        ages = [source.choice([0, 0, source.uniform(0, latest_hours)]) for _ in range(source.randint(1, 20))]
        instants = [max(START, now - dt.timedelta(hours=age)) for age in ages]
        clicks = [
            random_click(source, source.choice(link_ids), START, now + dt.timedelta(hours=1), timestamp=instant)
            for instant in instants
        ]
        async with database.transaction() as connection:
            await connection.execute(click_events.insert(), clicks)
            await asyncio.sleep(source.uniform(0, 0.01))
            closed_until = await read_closed_until(connection)
            late = {link_id: set[dt.datetime]() for link_id in link_ids}
            for click in clicks:
                if click["timestamp"] < closed_until:
                    late[click["link_id"]].add(click["timestamp"])
            await invalidate_rollups(connection, {link_id: hours for link_id, hours in late.items() if hours})
            await asyncio.sleep(source.uniform(0, 0.01 if database.is_sqlite else 0.3))
        run.clicks += len(clicks)
        await asyncio.sleep(source.uniform(0, 0.05))


async def roll_up_until(database: Database, run: Run) -> None:
    while not run.is_over():
        run.units += (await RollupJob(database, clock=run.now).run(budget_seconds=0.3)).units
        await asyncio.sleep(0.01)


async def find_differences(database: Database, closed_until: dt.datetime) -> list[Any]:
    """Units and counts of rows that are not the same, as (subject, level, start, unit, rows)."""
    async with database.read() as connection:
        rows = (await connection.execute(select(click_events.c.link_id, click_events.c.timestamp))).all()
        units = (await connection.execute(select(click_rollups))).all()
        assert await connection.scalar(select(func.count()).select_from(rollup_marks)) == 0
    counted: Counter[Any] = Counter()
    for link_id, instant in rows:
        for level, start, end in (("hour", floor_hour(instant), 1), ("day", floor_day(instant), 24)):
            if start + dt.timedelta(hours=end) <= closed_until:
                counted[link_id, level, start] += 1
    rolled = {(unit.subject_id, unit.level, unit.start): unit.clicks + unit.bots for unit in units}
    of_links = {link_id for link_id, _ in rows}
    expected = {key: number for key, number in counted.items() if number >= 2}
    found = {key: number for key, number in rolled.items() if key[0] in of_links}
    both = expected.keys() | found.keys()
    return [(key, found.get(key), expected.get(key)) for key in both if found.get(key) != expected.get(key)]


async def run_both(database: Database, latest_hours: float = 30) -> list[Any]:
    async with database.transaction() as connection:
        for table in (rollup_state, rollup_marks, click_rollups, click_events):
            await connection.execute(table.delete())
    link = await make_link(database)
    links = [link.id, (await make_link(database, workspace_id=link.workspace_id)).id, (await make_link(database)).id]
    run = Run()
    writers = [write_until(database, run, links, seed, latest_hours) for seed in range(WRITERS)]
    await asyncio.gather(*writers, roll_up_until(database, run), roll_up_until(database, run))
    end = run.now()
    report = await finish(RollupJob(database, clock=lambda: end))
    assert report.closed_until is not None
    return await find_differences(database, report.closed_until)


async def finish(job: RollupJob) -> RollupReport:
    """Run the job until nothing is left; one run ends when its time is up."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not (report := await job.run()).is_finished:
        assert time.monotonic() < deadline
    return report


async def is_difference_found(database: Database, latest_hours: float = 30) -> bool:
    """Whether a broken protocol shows: it takes a collision, and one run may have none. Four are usually enough."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        if await run_both(database, latest_hours) != []:
            return True
    return False


async def test_units_equal_the_rows_though_writers_and_jobs_ran_together(database: Database) -> None:
    assert await run_both(database) == []


async def test_the_test_sees_what_happens_without_marks(database: Database, monkeypatch: Any) -> None:
    if database.is_sqlite:
        pytest.skip("once is enough")

    async def forget(*_: Any) -> None:
        return

    monkeypatch.setitem(write_until.__globals__, "invalidate_rollups", forget)
    assert await is_difference_found(database)


async def test_the_test_sees_what_happens_when_closing_does_not_wait(database: Database, monkeypatch: Any) -> None:
    """Without the writers' lock an hour is closed over the head of a transaction that found it open."""
    if database.is_sqlite:
        pytest.skip("SQLite has one writer at a time")

    async def read_without_lock(connection: Any) -> dt.datetime:
        return await rollup_job.find_until(connection, "closed")

    monkeypatch.setitem(write_until.__globals__, "read_closed_until", read_without_lock)
    # Without late clicks the job has nothing to mend, and is at the heels of the writers.
    assert await is_difference_found(database, latest_hours=0)
