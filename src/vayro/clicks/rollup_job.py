"""The job that closes hours and rolls them up. See `docs/decisions/0010-deferred-rollups.md`."""

import datetime as dt
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, insert, or_, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from vayro.clicks.lease import Lease, LeaseLost
from vayro.clicks.ownership import links_of
from vayro.clicks.rollup_plan import find_clicks, plan
from vayro.clicks.rollup_units import LEVELS, Level, Period, Subject, make_units
from vayro.clicks.rollups import CLOSING_LOCK, find_until, floor_day, floor_hour
from vayro.database import dialect
from vayro.database.engine import Database
from vayro.database.models import click_events, click_rollups, rollup_marks, rollup_state
from vayro.errors import Unavailable

# Clicks reach the database within seconds; those that come later are late, which costs a mark and a second rolling up.
GRACE = dt.timedelta(minutes=2)
_MARKS_AT_ONCE = 20_000


@dataclass(frozen=True)
class RollupReport:
    """What one run did. `is_finished`: nothing is left to do until the next hour ends or a late click comes."""

    is_finished: bool
    units: int = 0
    marks: int = 0
    closed_until: dt.datetime | None = None


def utc_now() -> dt.datetime:
    """Return this moment."""
    return dt.datetime.now(dt.UTC)


class RollupJob:
    """Brings the rollups up to date. Any number of processes may call `run`; one at a time does something.

    A run may be killed anywhere: what it stored is right, and the next one goes on from there.
    """

    def __init__(self, database: Database, *, clock: Callable[[], dt.datetime] = utc_now) -> None:
        """Args: database; clock, what time it is."""
        self._database = database
        self._clock = clock
        self._lease = Lease("rollups")
        self._units = self._marks = 0

    async def run(self, *, budget_seconds: float = 60) -> RollupReport:
        """Close what can be closed, mend what late clicks touched, roll up what is closed.

        Stops after the hour or day in which the budget runs out. Does nothing while another run is at work.
        """
        self._lease, self._units, self._marks = Lease("rollups"), 0, 0
        async with self._database.transaction() as connection:
            if not await self._lease.acquire(connection, self._clock()):
                return RollupReport(is_finished=False)
        try:
            return await self._work(budget_seconds)
        except LeaseLost:
            return RollupReport(is_finished=False, units=self._units, marks=self._marks)
        finally:
            async with self._database.transaction() as connection:
                await self._lease.release(connection)

    async def _work(self, budget_seconds: float) -> RollupReport:
        closed_until = await self._close()
        # From here: a run that waited long for the writers still rolls up an hour.
        deadline = time.monotonic() + budget_seconds
        is_finished = await self._roll_forward("hour", closed_until, deadline)
        is_finished &= await self._mend(deadline)
        async with self._database.read() as connection:
            rolled_until = await find_until(connection, "hour")
        is_finished &= await self._roll_forward("day", floor_day(rolled_until), deadline)
        return RollupReport(is_finished, self._units, self._marks, closed_until)

    async def _close(self) -> dt.datetime:
        """Close the hours that ended more than the grace ago; return the end of the closed hours.

        Waits until every writer that saw the hour open has committed, which keeps new writers waiting as long. Gives
        up after two seconds, until the next run.
        """
        target = floor_hour(self._clock() - GRACE)
        async with self._database.read() as connection:
            closed_until = await find_until(connection, "closed")
        if closed_until >= target:
            return closed_until
        try:
            async with self._database.transaction() as connection:
                await self._lease.renew(connection, self._clock())
                if not self._database.is_sqlite:
                    await connection.execute(text("SET LOCAL lock_timeout = '2s'"))
                    await connection.execute(select(func.pg_advisory_xact_lock(CLOSING_LOCK)))
                return await self._advance_closed(connection, target)
        except Unavailable:
            return closed_until

    async def _advance_closed(self, connection: AsyncConnection, target: dt.datetime) -> dt.datetime:
        known = set(await connection.scalars(select(rollup_state.c.name)))
        if "closed" not in known:
            first = await connection.scalar(select(func.min(click_events.c.timestamp))) or target
            await self._set_until(connection, "hour", min(floor_hour(first), target))
            await self._set_until(connection, "day", floor_day(min(first, target)))
        closed_until = max(target, await find_until(connection, "closed"))
        await self._set_until(connection, "closed", closed_until)
        return closed_until

    async def _roll_forward(self, level: Level, end: dt.datetime, deadline: float) -> bool:
        """Roll up every hour or day before `end` that was not yet; return whether all are."""
        async with self._database.read() as connection:
            start = await find_until(connection, level)
        while start < end:
            if time.monotonic() > deadline:
                return False
            async with self._database.read() as connection:
                found = await find_clicks(connection, level, start, end)
            start = min(found + LEVELS[level], end)
            if found < end:
                await self._roll_up(Period(level, found))
            async with self._database.transaction() as connection:
                await self._lease.renew(connection, self._clock())
                await self._set_until(connection, level, start)
        return True

    async def _mend(self, deadline: float) -> bool:
        """Make the marked units again, a workspace and day at a time; return whether no mark is left."""
        while groups := await self._read_marks():
            for (workspace_id, day), marks in groups.items():
                if time.monotonic() > deadline:
                    return False
                await self._mend_day(workspace_id, day, {hour for _, hour in marks})
                async with self._database.transaction() as connection:
                    await self._lease.renew(connection, self._clock())
                    # Only those that were read before the clicks were: a newer mark speaks of a newer click.
                    ids = [mark_id for mark_id, _ in marks]
                    await connection.execute(delete(rollup_marks).where(rollup_marks.c.id.in_(ids)))
                self._marks += len(marks)
        return True

    async def _read_marks(self) -> dict[tuple[UUID, dt.datetime], list[tuple[int, dt.datetime]]]:
        groups = defaultdict(list)
        async with self._database.read() as connection:
            rolled_until = await find_until(connection, "hour")
            own = select(rollup_marks).where(rollup_marks.c.hour < rolled_until)
            for row in await connection.execute(own.order_by(rollup_marks.c.id).limit(_MARKS_AT_ONCE)):
                groups[row.workspace_id, floor_day(row.hour)].append((row.id, row.hour))
        return groups

    async def _mend_day(self, workspace_id: UUID, day: dt.datetime, hours: set[dt.datetime]) -> None:
        async with self._database.read() as connection:
            has_day = day < await find_until(connection, "day")
        periods = [Period("hour", hour) for hour in sorted(hours)] + [Period("day", day)] * has_day
        for period in periods:
            async with self._database.transaction() as connection:
                await self._lease.renew(connection, self._clock())
                await self._delete_units(connection, period, workspace_id)
            await self._roll_up(period, workspace_id)

    async def _roll_up(self, period: Period, workspace_id: UUID | None = None) -> None:
        async with self._database.read() as planning, self._database.read() as reading:
            if not self._database.is_sqlite:
                await reading.execute(text("SET LOCAL jit = off"))  # compiling took longer than counting
            async for subjects in plan(planning, period, workspace_id):
                rows = await make_units(reading, period, subjects)
                await self._store(period, subjects, rows)

    async def _store(self, period: Period, subjects: list[Subject], rows: list[dict[str, Any]]) -> None:
        own = (click_rollups.c.level == period.level) & (click_rollups.c.start == period.start)
        own &= click_rollups.c.subject_id.in_([subject.id for subject in subjects])
        async with self._database.transaction() as connection:
            await self._lease.renew(connection, self._clock())
            await connection.execute(delete(click_rollups).where(own))
            if rows:
                await connection.execute(insert(click_rollups), rows)
        self._units += len(rows)

    async def _delete_units(self, connection: AsyncConnection, period: Period, workspace_id: UUID) -> None:
        is_own = or_(click_rollups.c.subject_id == workspace_id, click_rollups.c.subject_id.in_(links_of(workspace_id)))
        same = (click_rollups.c.level == period.level) & (click_rollups.c.start == period.start)
        await connection.execute(delete(click_rollups).where(same & is_own))

    async def _set_until(self, connection: AsyncConnection, name: str, until: dt.datetime) -> None:
        statement = dialect.insert(rollup_state, connection.dialect.name).values(name=name, until=until)
        statement = statement.on_conflict_do_update(index_elements=[rollup_state.c.name], set_={"until": until})
        await connection.execute(statement)
