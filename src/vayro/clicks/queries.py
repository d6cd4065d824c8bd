"""Answers one question about clicks: from rollups where they stand, from rows elsewhere."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from vayro.clicks.counting import REFERER, ClickSource, bound, column_sql, referer_condition
from vayro.clicks.coverage import Range, Scope, cover, instant_of, pieces
from vayro.clicks.periods import Timeline
from vayro.clicks.row_counting import CountedRows, count_rows
from vayro.clicks.tally import Bots, Tally
from vayro.errors import ValidationFailed

# No rollup knows which browsers the visitors from one country have, nor who clicked on several links, so a filtered
# question reads the rows. A million of them take 0.3 to 1.7 s, by how many pass. Beyond two millions the caller is
# asked for a shorter range.
MAX_FILTERED_CLICKS = 2_000_000


@dataclass(frozen=True)
class Question:
    """What is asked: whose clicks, when, and of which kind. A filter of "" asks for clicks where it is not known.

    `tag`: of the links that carry it now, whenever the click was; only of all links of a workspace.
    """

    scope: Scope
    timeline: Timeline
    include_bots: Bots = False
    filters: Mapping[str, str] = field(default_factory=dict)
    tag: str | None = None


async def count_clicks(connection: AsyncConnection, question: Question) -> Tally:
    """Return what the clicks of the question add up to.

    Raises ValidationFailed when a filter would have to read more than `MAX_FILTERED_CLICKS` rows.
    """
    if not question.filters and question.tag is None:
        return await _count_covered(connection, question)
    if connection.dialect.name == "postgresql":
        await connection.execute(text("SET LOCAL jit = off"))  # compiling takes longer than counting
    if await _count_unfiltered(connection, question) > MAX_FILTERED_CLICKS:
        limit = f"A filter reads {MAX_FILTERED_CLICKS:,} clicks at most"
        raise ValidationFailed(f"{limit}, and this range has more: choose a shorter one.", field="from")
    timeline = question.timeline
    tally = Tally(timeline, include_bots=question.include_bots)
    await _add_rows(tally, await _read_rows(connection, question, [timeline.range]))
    return tally


async def _count_unfiltered(connection: AsyncConnection, question: Question) -> int:
    """Return how many clicks would have to be read; with a tag, no more than are too many."""
    if question.tag is None:
        everything = await _count_covered(connection, Question(question.scope, question.timeline))
        return int(everything.clicks.sum())
    source = click_source(connection, replace(question, filters={}), [question.timeline.range])
    limited = f"SELECT 1 FROM ({source.sql}) e LIMIT {MAX_FILTERED_CLICKS + 1}"  # noqa: S608
    counted = await connection.scalar(text(f"SELECT count(*) FROM ({limited}) limited"), source.parameters)  # noqa: S608
    return int(counted or 0)


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


async def _read_rows(connection: AsyncConnection, question: Question, gaps: Sequence[Range]) -> list[CountedRows]:
    rows = []
    slot_seconds = question.timeline.slot_seconds
    for some in pieces(gaps):
        source = click_source(connection, question, some)
        counted = await count_rows(
            connection,
            source,
            slot_seconds,
            with_links=question.scope.link_id is None,
            with_visitors=question.include_bots != "only",
        )
        rows.append(counted)
    return rows


async def _add_rows(tally: Tally, rows: Sequence[CountedRows]) -> None:
    for some in rows:
        tally.add_rows(some.counted)
    if rows:
        slots, visitors = (np.concatenate(parts) for parts in zip(*((s.slots, s.visitors) for s in rows), strict=True))
        await asyncio.to_thread(tally.add_visitors, slots, visitors)


def click_source(connection: AsyncConnection, question: Question, ranges: Sequence[Range]) -> ClickSource:
    """Return the rows of the question that lie in these ranges.

    One SELECT a range: each becomes a scan of the index (link_id, timestamp) in the partitions that it needs.
    """
    parameters: dict[str, Any] = {"subject": bound(connection, question.scope.subject_id)}
    conditions = _filter_conditions(connection, question.filters, parameters)
    if question.scope.link_id is None:
        rows = "links l JOIN click_events e ON e.link_id = l.id WHERE l.workspace_id = :subject"
        rows += _tag_condition(connection, question.tag, parameters)
    else:
        rows = "click_events e WHERE e.link_id = :subject"
    selects = []
    for number, (start, end) in enumerate(ranges):
        parameters[f"start{number}"] = bound(connection, instant_of(start))
        parameters[f"end{number}"] = bound(connection, instant_of(end))
        within = f"e.timestamp >= :start{number} AND e.timestamp < :end{number}"
        selects.append(f"SELECT 0 AS subject, e.* FROM {rows} AND {within}{conditions}")  # noqa: S608
    return ClickSource(" UNION ALL ".join(selects), parameters)


def _tag_condition(connection: AsyncConnection, tag: str | None, parameters: dict[str, Any]) -> str:
    if tag is None:
        return ""
    if connection.dialect.name == "postgresql":
        parameters["tags"] = json.dumps([tag])
        return " AND l.tags @> CAST(:tags AS jsonb)"
    parameters["tag"] = tag
    return " AND EXISTS (SELECT 1 FROM json_each(l.tags) WHERE value = :tag)"


def _filter_conditions(connection: AsyncConnection, filters: Mapping[str, str], parameters: dict[str, Any]) -> str:
    conditions = ""
    for dimension, value in filters.items():
        parameters[dimension] = value
        if dimension == REFERER:
            conditions += f" AND {referer_condition(connection, is_known=value != '')}"
        else:
            conditions += f" AND {column_sql(connection, dimension)} = :{dimension}"
    return conditions
