"""Counts the rows of a question: clicks by time, dimension and link, and who came when.

PostgreSQL groups them itself, in two statements. SQLite would sort the rows anew for each dimension, which takes 13 s
for 600,000 of them: it hands each to a function instead, and Python counts them while they are read, in 2 s.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import compress
from operator import itemgetter
from string import ascii_lowercase, ascii_uppercase
from typing import Any

import numpy as np
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from vayro.clicks.counting import (
    DIMENSIONS,
    LINK,
    MAX_LINKS,
    MAX_VALUE_LENGTH,
    MAX_VALUES,
    REFERER,
    SLOT,
    ClickSource,
    Counted,
    Ints,
    add_others,
    column_sql,
    count_breakdown,
    read_visitors,
    slot_sql,
)

# Column by column, which Counter does in C; so many rows lie in the processor's cache.
_ROWS_AT_ONCE = 4_000
_TAKE = "vayro_take"
_ASCII_LOWER = str.maketrans(ascii_uppercase, ascii_lowercase)
_NO_INTS: Ints = np.empty(0, np.int64)


@dataclass
class CountedRows:
    """What rows add up to, and the slot and visitor of each click by a person who has a visitor id."""

    counted: Counted
    slots: Ints = field(default_factory=lambda: _NO_INTS)
    visitors: Ints = field(default_factory=lambda: _NO_INTS)


async def count_rows(
    connection: AsyncConnection, source: ClickSource, slot_seconds: int, *, with_links: bool, with_visitors: bool
) -> CountedRows:
    """Return what the clicks of a source add up to, whose only subject is 0. The limits are `count_breakdown`'s."""
    if connection.dialect.name == "sqlite":
        return await _count_in_sqlite(connection, source, slot_seconds, with_links=with_links)
    counted = await count_breakdown(connection, source, slot_seconds, with_links=with_links)
    found = CountedRows(counted.get(0) or Counted({}))
    if with_visitors:
        _, found.slots, found.visitors = await read_visitors(connection, source, slot_seconds)
    return found


async def _count_in_sqlite(
    connection: AsyncConnection, source: ClickSource, slot_seconds: int, *, with_links: bool
) -> CountedRows:
    columns = {SLOT: slot_sql(connection, slot_seconds)}
    columns |= {dimension: column_sql(connection, dimension) for dimension in DIMENSIONS}
    columns[REFERER] = "coalesce(e.referer, '')"  # the host is cut out of each once
    if with_links:
        columns[LINK] = "e.link_id"
    count = _RunningCount(list(columns))
    # As rows of a result they would take twice as long, and hold up the event loop meanwhile.
    driver: Any = (await connection.get_raw_connection()).driver_connection
    await driver.create_function(_TAKE, -1, count.take)
    sql = f"SELECT count({_TAKE}(e.is_bot, e.visitor_id, {', '.join(columns.values())})) FROM ({source.sql}) e"  # noqa: S608  # no input is in it
    await connection.execute(text(sql), source.parameters)
    await driver.create_function(_TAKE, -1, None)
    return count.finish()


class _RunningCount:
    """Counts rows (is_bot, visitor, slot, dimensions …) as SQLite comes by them, in the thread of its connection."""

    def __init__(self, groups: Sequence[str]) -> None:
        self._by_people: dict[str, Counter[Any]] = {group: Counter() for group in groups}
        self._by_bots: dict[str, Counter[Any]] = {group: Counter() for group in groups}
        self._rows: list[tuple[Any, ...]] = []
        self._slots, self._visitors = [_NO_INTS], [_NO_INTS]

    def take(self, *row: Any) -> None:
        self._rows.append(row)
        if len(self._rows) == _ROWS_AT_ONCE:
            self._count_rows()

    def _count_rows(self) -> None:
        people = [row for row in self._rows if not row[0]]
        _count([row for row in self._rows if row[0]], self._by_bots)
        visitors, slots = _count(people, self._by_people)
        is_known = [visitor is not None for visitor in visitors]
        self._slots.append(np.array(list(compress(slots, is_known)), np.int64))
        self._visitors.append(np.array(list(compress(visitors, is_known)), np.int64))
        self._rows.clear()

    def finish(self) -> CountedRows:
        self._count_rows()
        values = {
            group: _most(group, _add_up(group, people), _add_up(group, self._by_bots[group]))
            for group, people in self._by_people.items()
        }
        counted = Counted(values)
        add_others(counted)
        return CountedRows(counted, np.concatenate(self._slots), np.concatenate(self._visitors))


def _count(rows: Sequence[tuple[Any, ...]], counters: Mapping[str, Counter[Any]]) -> tuple[Sequence[Any], ...]:
    """Count the columns from the third on; return the visitors and the slots."""
    if not rows:
        return (), ()
    _, visitors, *columns = zip(*rows, strict=True)
    for counter, column in zip(counters.values(), columns, strict=True):
        counter.update(column)
    return visitors, columns[0]


def _add_up(group: str, counts: Mapping[Any, int]) -> Mapping[str, int]:
    """Return the counts by the text that answers show: of referers their hosts."""
    if group == SLOT:
        return {str(slot): clicks for slot, clicks in counts.items()}
    if group != REFERER:
        return counts
    hosts: Counter[str] = Counter()
    for referer, clicks in counts.items():
        hosts[host_of(referer)] += clicks
    return hosts


def _most(group: str, people: Mapping[str, int], bots: Mapping[str, int]) -> dict[str, list[int]]:
    """Return the values with most clicks, as many as are kept."""
    counts = {value: [people.get(value, 0), bots.get(value, 0)] for value in people.keys() | bots.keys()}
    most = {SLOT: len(counts), LINK: MAX_LINKS}.get(group, MAX_VALUES)
    if len(counts) <= most:
        return counts
    ordered = sorted(counts.items(), key=itemgetter(0))
    return dict(sorted(ordered, key=lambda item: -sum(item[1]))[:most])


def host_of(referer: str) -> str:
    """Return a referer's host, as `counting.host_sql` cuts it out."""
    lower = referer.lower() if referer.isascii() else referer.translate(_ASCII_LOWER)
    url = lower.replace("?", "/").replace("#", "/")
    _, scheme, rest = url.partition("://")
    return (rest if scheme else url).split("/", 1)[0][:MAX_VALUE_LENGTH]
