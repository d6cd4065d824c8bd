"""Which rollups answer a range, and which stretches of it must be counted from the rows."""

import datetime as dt
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import Row, and_, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from vayro.clicks.packing import DAY_QUARTERS, HOUR_QUARTERS, QUARTER_SECONDS
from vayro.clicks.periods import Timeline
from vayro.clicks.rollup_units import LEVELS, Level
from vayro.clicks.rollups import floor_day
from vayro.database.models import click_rollups, rollup_marks, rollup_state

# More alternatives in one statement take the planner longer than a second statement takes.
MAX_RANGES = 40

Range = tuple[float, float]
"""Seconds since 1970, exact to the microsecond; the end is excluded."""


@dataclass(frozen=True)
class Scope:
    """Whose clicks are asked for: those of one link, or of all links of a workspace."""

    workspace_id: UUID
    link_id: UUID | None = None

    @property
    def subject_id(self) -> UUID:
        """The subject of the rollups."""
        return self.link_id or self.workspace_id


@dataclass
class Coverage:
    """Disjoint pieces that make up a range: units of days, units of hours, and stretches of rows."""

    days: list[Row[Any]] = field(default_factory=list)
    hours: list[Row[Any]] = field(default_factory=list)
    gaps: list[Range] = field(default_factory=list)


async def cover(connection: AsyncConnection, scope: Scope, timeline: Timeline) -> Coverage:
    """Return the coverage of the range: by days where there are units, else by hours, else by rows.

    The marks are read before the units: a unit that was marked then may have been made again since, but one that was
    not marked held all clicks that were committed by then.
    """
    gaps: list[Range] = [timeline.range]
    if timeline.slot_seconds != QUARTER_SECONDS:
        return Coverage(gaps=gaps)
    states = await connection.execute(select(rollup_state.c.name, rollup_state.c.until))
    rolled = {row.name: int(row.until.timestamp()) for row in states}
    marks = await _read_marks(connection, scope, timeline)
    found = Coverage()
    levels: tuple[tuple[Level, list[Row[Any]]], ...] = (("day", found.days), ("hour", found.hours))
    for level, units in levels:
        spoiled = {mark - mark % _seconds(level) for mark in marks}
        rows = await _read_units(connection, scope, level, gaps) if gaps else []
        fit = _Fit(timeline, level, rolled.get(level, 0), spoiled, gaps)
        units += [row for row in rows if fit.is_usable(int(row.start.timestamp()))]
        used = {int(row.start.timestamp()) for row in units}
        if scope.link_id is None:
            # Every workspace with a click in it has a unit: where there is none, there were no clicks.
            used |= {start for gap in gaps for start in fit.starts(gap) if fit.is_usable(start)}
        gaps = subtract(gaps, sorted(used), _seconds(level))
    found.gaps = gaps
    return found


def subtract(ranges: Iterable[Range], starts: Sequence[int], length: int) -> list[Range]:
    """Return what is left of the ranges without the pieces of this length that begin at `starts`, in order."""
    left: list[Range] = []
    position = 0
    for start, end in ranges:
        at = start
        while position < len(starts) and starts[position] < end:
            if starts[position] > at:
                left.append((at, starts[position]))
            at = max(at, starts[position] + length)
            position += 1
        if at < end:
            left.append((at, end))
    return left


def pieces(items: Sequence[Range]) -> Iterable[Sequence[Range]]:
    """Yield the ranges in pieces that fit into one statement."""
    return (items[first : first + MAX_RANGES] for first in range(0, len(items), MAX_RANGES))


@dataclass(frozen=True)
class _Fit:
    """Decides which units of a level may stand for their clicks in this question."""

    timeline: Timeline
    level: Level
    rolled_until: int
    spoiled: set[int]
    gaps: list[Range]

    def starts(self, gap: Range) -> range:
        """Return the starts of the whole units in a stretch that are rolled up."""
        length = _seconds(self.level)
        last = int(min(gap[1], self.rolled_until)) - length
        return range(math.ceil(gap[0] / length) * length, last + 1, length)

    def is_usable(self, start: int) -> bool:
        end = start + _seconds(self.level)
        if end > self.rolled_until or start in self.spoiled:
            return False
        is_inside = any(gap[0] <= start and end <= gap[1] for gap in self.gaps)
        return is_inside and (self.level == "hour" or self._knows_visitors(start, end))

    def _knows_visitors(self, start: int, end: int) -> bool:
        """Return whether the day can tell the visitors of each of its parts: see `packing`."""
        known = {QUARTER_SECONDS, QUARTER_SECONDS * HOUR_QUARTERS, QUARTER_SECONDS * DAY_QUARTERS}
        return all(
            first == start or last == end or last - first in known for _, first, last in self.timeline.parts(start, end)
        )


def _seconds(level: Level) -> int:
    return int(LEVELS[level].total_seconds())


async def _read_marks(connection: AsyncConnection, scope: Scope, timeline: Timeline) -> set[int]:
    own = (rollup_marks.c.workspace_id == scope.workspace_id) & (rollup_marks.c.hour < timeline.end)
    own &= rollup_marks.c.hour >= floor_day(timeline.start)
    marks = await connection.scalars(select(rollup_marks.c.hour).where(own).distinct())
    return {int(mark.timestamp()) for mark in marks}


async def _read_units(connection: AsyncConnection, scope: Scope, level: Level, gaps: list[Range]) -> list[Row[Any]]:
    rows: list[Row[Any]] = []
    unit = click_rollups.c
    for some in pieces(gaps):
        within = or_(*(and_(unit.start >= instant_of(start), unit.start < instant_of(end)) for start, end in some))
        own = (unit.subject_id == scope.subject_id) & (unit.level == level) & within
        rows += (await connection.execute(select(click_rollups).where(own))).all()
    return rows


def instant_of(seconds: float) -> dt.datetime:
    """Return the instant so many seconds after 1970."""
    return dt.datetime.fromtimestamp(seconds, dt.UTC)
