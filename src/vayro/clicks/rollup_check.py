"""Compares rollups with the rows that they stand for, and has the job make again what differs."""

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import Row, delete, insert, select, union_all
from sqlalchemy.ext.asyncio import AsyncConnection

from vayro.clicks.expiry import find_expired
from vayro.clicks.ownership import owned_links
from vayro.clicks.rollup_job import utc_now
from vayro.clicks.rollup_plan import active_links
from vayro.clicks.rollup_units import LEVELS, Level, Period
from vayro.clicks.rollups import find_until, floor_day
from vayro.database.engine import Database
from vayro.database.models import click_rollups, rollup_marks, workspaces

# Clicks come late by hours, links are deleted any day: what was right a month ago is looked at no more.
CHECKED = dt.timedelta(days=35)
_log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Difference:
    """A unit that says something else than the rows. `workspace_id` is None when its subject is gone."""

    period: Period
    subject_id: UUID
    workspace_id: UUID | None
    rolled: int
    counted: int


class RollupCheck:
    """Counts the clicks of each closed hour and day anew; reads as many rows as the last 35 days have, twice."""

    def __init__(self, database: Database, *, clock: Callable[[], dt.datetime] = utc_now) -> None:
        """Args: database; clock, what time it is."""
        self._database = database
        self._clock = clock

    async def run(self) -> list[Difference]:
        """Return the units that differ. They are marked for the rollup job, or deleted when their subject is gone."""
        since = floor_day(self._clock() - CHECKED)
        differences = []
        for level in LEVELS:
            async with self._database.read() as connection:
                until = await find_until(connection, level)
            for period in _periods(level, since, until):
                differences += await self._check(period)
        if differences:
            _log.warning("rollups differed from their clicks and are made again", units=len(differences))
        return differences

    async def _check(self, period: Period) -> list[Difference]:
        """Compare one period. The marks are read last: a click that came meanwhile has left one.

        Where clicks have expired there are no rows to compare with, or only some.
        """
        async with self._database.read() as connection:
            units = (await connection.execute(_units_of(period))).all()
            rows = (await connection.execute(active_links(period))).all()
            excused = set(await connection.scalars(_marked_in(period)))
            excused |= await find_expired(connection, period.start)
        found = [one for one in _compare(period, units, rows) if one.workspace_id not in excused]
        if found:
            async with self._database.transaction() as connection:
                await _mend(connection, found)
        return found


def _periods(level: Level, since: dt.datetime, until: dt.datetime) -> Iterator[Period]:
    while since + LEVELS[level] <= until:
        yield Period(level, since)
        since += LEVELS[level]


def _units_of(period: Period) -> Any:
    """Return the units with the workspace that each belongs to; none, when link or workspace is gone."""
    owner = union_all(
        *owned_links(),
        select(workspaces.c.id, workspaces.c.id),
    ).subquery()
    unit = click_rollups.c
    return (
        select(unit.subject_id, owner.c.workspace_id, (unit.clicks + unit.bots).label("clicks"))
        .join(owner, owner.c.id == unit.subject_id, isouter=True)
        .where(unit.level == period.level, unit.start == period.start)
    )


def _marked_in(period: Period) -> Any:
    within = (rollup_marks.c.hour >= period.start) & (rollup_marks.c.hour < period.end)
    return select(rollup_marks.c.workspace_id).where(within).distinct()


def _compare(period: Period, units: Sequence[Row[Any]], rows: Sequence[Row[Any]]) -> Iterator[Difference]:
    """Yield what differs. A link without a unit is no difference: its rows are counted when somebody asks."""
    counted: dict[UUID, int] = {}
    owners = {row.workspace_id for row in rows}
    for row in rows:
        counted[row.id] = row.clicks
        counted[row.workspace_id] = counted.get(row.workspace_id, 0) + row.clicks
    for unit in units:
        number = counted.get(unit.subject_id, 0)
        owners.discard(unit.subject_id)
        if unit.clicks != number:
            yield Difference(period, unit.subject_id, unit.workspace_id, unit.clicks, number)
    for workspace_id in owners:
        yield Difference(period, workspace_id, workspace_id, 0, counted[workspace_id])


async def _mend(connection: AsyncConnection, differences: list[Difference]) -> None:
    marks = {(one.workspace_id, one.period.start) for one in differences if one.workspace_id}
    if marks:
        values = [{"workspace_id": workspace_id, "hour": hour} for workspace_id, hour in marks]
        await connection.execute(insert(rollup_marks), values)
    orphans = [one for one in differences if one.workspace_id is None]
    for orphan in orphans:
        unit = click_rollups.c
        own = (unit.subject_id == orphan.subject_id) & (unit.level == orphan.period.level)
        await connection.execute(delete(click_rollups).where(own & (unit.start == orphan.period.start)))
