"""Makes the units of a few subjects in one hour or day, from the raw clicks."""

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

import numpy as np
from sqlalchemy.ext.asyncio import AsyncConnection

from vayro.clicks.counting import DIMENSIONS, LINK, SLOT, ClickSource, Counted, bound, count_breakdown, read_visitors
from vayro.clicks.packing import (
    DAY_QUARTERS,
    HOUR_QUARTERS,
    QUARTER_SECONDS,
    Breakdown,
    Counts,
    pack_breakdown,
    pack_quarters,
)
from vayro.clicks.rollup_visitors import DayVisitors, HourVisitors
from vayro.clicks.rollups import DAY, HOUR

Level = Literal["hour", "day"]
LEVELS: dict[Level, dt.timedelta] = {"hour": HOUR, "day": DAY}
# Clicks whose visitors are held at once: 34 bytes as they come, 24 as numbers, as much again to sort them: 40 MB.
_VISITORS_AT_ONCE = 400_000


@dataclass(frozen=True)
class Subject:
    """A link or a workspace to be rolled up, the links whose clicks are its own, and how many clicks those are."""

    id: UUID
    link_ids: Sequence[UUID]
    clicks: int
    is_workspace: bool


@dataclass(frozen=True)
class Period:
    """One closed UTC hour or day."""

    level: Level
    start: dt.datetime

    @property
    def end(self) -> dt.datetime:
        """The instant at which it is over."""
        return self.start + LEVELS[self.level]

    @property
    def quarters(self) -> int:
        """How many quarters of an hour it has."""
        return HOUR_QUARTERS if self.level == "hour" else DAY_QUARTERS

    @property
    def first_slot(self) -> int:
        """Number of its first quarter, counted from 1970."""
        return int(self.start.timestamp()) // QUARTER_SECONDS


async def make_units(connection: AsyncConnection, period: Period, subjects: Sequence[Subject]) -> list[dict[str, Any]]:
    """Return the rows of `click_rollups` of these subjects. Their clicks should be some 200,000, or one subject's."""
    source = _source(connection, period, subjects)
    counted = await count_breakdown(connection, source, QUARTER_SECONDS, with_links=True)
    visitors = await _count_visitors(connection, source, period, subjects)
    return [
        _make_row(period, subject, counted[number], visitors[number])
        for number, subject in enumerate(subjects)
        if number in counted
    ]


def _source(connection: AsyncConnection, period: Period, subjects: Sequence[Subject]) -> ClickSource:
    """Pair every subject with its links: a click on a busy link counts for the link and for its workspace."""
    pairs = [(number, link_id) for number, subject in enumerate(subjects) for link_id in subject.link_ids]
    if connection.dialect.name == "postgresql":
        joined = "unnest(CAST(:numbers AS INTEGER[]), CAST(:link_ids AS UUID[])) AS p (subject, link_id) JOIN"
        given: dict[str, Any] = {"numbers": [pair[0] for pair in pairs], "link_ids": [pair[1] for pair in pairs]}
    else:
        pair = "json_extract(value, '$[0]') AS subject, json_extract(value, '$[1]') AS link_id"
        # CROSS keeps the pairs as SQLite's outer loop, so that each link's clicks are found by their index.
        joined = f"(SELECT {pair} FROM json_each(:pairs)) p CROSS JOIN"  # noqa: S608  # no input is in it
        given = {"pairs": json.dumps([(number, str(link_id)) for number, link_id in pairs])}
    sql = (
        f"SELECT p.subject, e.* FROM {joined} click_events e ON e.link_id = p.link_id"  # noqa: S608
        " WHERE e.timestamp >= :start AND e.timestamp < :end"
    )
    return ClickSource(sql, given | {"start": bound(connection, period.start), "end": bound(connection, period.end)})


async def _count_visitors(
    connection: AsyncConnection, source: ClickSource, period: Period, subjects: Sequence[Subject]
) -> list[DayVisitors | HourVisitors]:
    tallies = [DayVisitors() if period.level == "day" else HourVisitors() for _ in subjects]
    shares = 1 + sum(subject.clicks for subject in subjects) // _VISITORS_AT_ONCE
    for share in range(shares):
        who, slots, ids = await read_visitors(connection, source, QUARTER_SECONDS, share=(share, shares))
        order = np.argsort(who, kind="stable")
        ends = np.searchsorted(who[order], np.arange(1, len(subjects)))
        for tally, own in zip(tallies, np.split(order, ends), strict=True):
            tally.add(ids[own], slots[own] - period.first_slot)
    return tallies


def _make_row(
    period: Period, subject: Subject, counted: Counted, visitors: DayVisitors | HourVisitors
) -> dict[str, Any]:
    people, bots = counted.total()
    quarters = np.vstack([_quarter_clicks(period, counted), visitors.quarters[:, : period.quarters]])
    return {
        "subject_id": subject.id,
        "level": period.level,
        "start": period.start,
        "clicks": people,
        "bots": bots,
        "visitors": visitors.total,
        "quarters": pack_quarters(quarters),
        "sketches": visitors.pack_sketches(),
        "breakdown": pack_breakdown(_breakdown(counted, with_links=subject.is_workspace)),
    }


def _quarter_clicks(period: Period, counted: Counted) -> Counts:
    clicks = np.zeros((2, period.quarters), np.int64)
    for slot, both in counted.values[SLOT].items():
        clicks[:, int(slot) - period.first_slot] = both
    return clicks


def _breakdown(counted: Counted, *, with_links: bool) -> Breakdown:
    dimensions = (*DIMENSIONS, LINK) if with_links else DIMENSIONS
    found = {dimension: counted.values[dimension] for dimension in dimensions}
    return {
        dimension: (list(values), [people for people, _ in values.values()], [bots for _, bots in values.values()])
        for dimension, values in found.items()
    }
