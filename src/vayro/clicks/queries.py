"""Answers one question about clicks: from rollups where they stand, from rows elsewhere."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from vayro.clicks.counting import ClickSource, Counted, Ints, bound, column_sql, count_breakdown, read_visitors
from vayro.clicks.coverage import Range, Scope, cover, instant_of, pieces
from vayro.clicks.periods import Timeline
from vayro.clicks.tally import Tally
from vayro.errors import ValidationFailed

# No rollup knows which browsers the visitors from one country have, so a filtered question reads the rows: a million
# of them in about 2 s. Beyond that the caller is asked for a shorter range.
MAX_FILTERED_CLICKS = 1_000_000


@dataclass(frozen=True)
class Question:
    """What is asked: whose clicks, when, and of which kind. A filter of "" asks for clicks where it is not known."""

    scope: Scope
    timeline: Timeline
    include_bots: bool = False
    filters: Mapping[str, str] = field(default_factory=dict)


async def count_clicks(connection: AsyncConnection, question: Question) -> Tally:
    """Return what the clicks of the question add up to.

    Raises ValidationFailed when a filter would have to read more than `MAX_FILTERED_CLICKS` rows.
    """
    if not question.filters:
        return await _count_covered(connection, question)
    if connection.dialect.name == "postgresql":
        await connection.execute(text("SET LOCAL jit = off"))  # compiling takes longer than counting
    everything = await _count_covered(connection, Question(question.scope, question.timeline))
    clicks = int(everything.clicks.sum())
    if clicks > MAX_FILTERED_CLICKS:
        limit = f"A filter reads {MAX_FILTERED_CLICKS:,} clicks at most"
        message = f"{limit}, and this range has {clicks:,}: choose a shorter one."
        raise ValidationFailed(message, field="from")
    timeline = question.timeline
    tally = Tally(timeline, include_bots=question.include_bots)
    await _add_rows(tally, await _read_rows(connection, question, [timeline.range]))
    return tally


async def _count_covered(connection: AsyncConnection, question: Question) -> Tally:
    tally = Tally(question.timeline, include_bots=question.include_bots)
    covered = await cover(connection, question.scope, question.timeline)

    def add_units() -> None:
        tally.add_days(covered.days)
        tally.add_hours(covered.hours)

    # In a thread: 15 ms for 90 days of a busy link, while the database counts the rows of the days at both ends.
    rows, _ = await asyncio.gather(_read_rows(connection, question, covered.gaps), asyncio.to_thread(add_units))
    await _add_rows(tally, rows)
    tally.finish()
    return tally


@dataclass
class _Rows:
    """What was read from rows: counts of each piece, and who came when."""

    counted: list[Counted] = field(default_factory=list)
    slots: list[Ints] = field(default_factory=list)
    visitors: list[Ints] = field(default_factory=list)


async def _read_rows(connection: AsyncConnection, question: Question, gaps: Sequence[Range]) -> _Rows:
    rows = _Rows()
    slot_seconds = question.timeline.slot_seconds
    for some in pieces(gaps):
        source = click_source(connection, question, some)
        with_links = question.scope.link_id is None
        counted = await count_breakdown(connection, source, slot_seconds, with_links=with_links)
        rows.counted += counted.values()
        _, slots, visitors = await read_visitors(connection, source, slot_seconds)
        rows.slots.append(slots)
        rows.visitors.append(visitors)
    return rows


async def _add_rows(tally: Tally, rows: _Rows) -> None:
    for counted in rows.counted:
        tally.add_rows(counted)
    if rows.slots:
        await asyncio.to_thread(tally.add_visitors, np.concatenate(rows.slots), np.concatenate(rows.visitors))


def click_source(connection: AsyncConnection, question: Question, ranges: Sequence[Range]) -> ClickSource:
    """Return the rows of the question that lie in these ranges.

    One SELECT a range: each becomes a scan of the index (link_id, timestamp) in the partitions that it needs.
    """
    parameters: dict[str, Any] = {"subject": bound(connection, question.scope.subject_id)}
    conditions = _filter_conditions(connection, question.filters, parameters)
    if question.scope.link_id is None:
        rows = "links l JOIN click_events e ON e.link_id = l.id WHERE l.workspace_id = :subject"
    else:
        rows = "click_events e WHERE e.link_id = :subject"
    selects = []
    for number, (start, end) in enumerate(ranges):
        parameters[f"start{number}"] = bound(connection, instant_of(start))
        parameters[f"end{number}"] = bound(connection, instant_of(end))
        within = f"e.timestamp >= :start{number} AND e.timestamp < :end{number}"
        selects.append(f"SELECT 0 AS subject, e.* FROM {rows} AND {within}{conditions}")  # noqa: S608
    return ClickSource(" UNION ALL ".join(selects), parameters)


def _filter_conditions(connection: AsyncConnection, filters: Mapping[str, str], parameters: dict[str, Any]) -> str:
    conditions = ""
    for dimension, value in filters.items():
        parameters[dimension] = value
        conditions += f" AND {column_sql(connection, dimension)} = :{dimension}"
    return conditions
