"""The SQL that counts raw clicks, for the rollup job and for queries alike.

Where the clicks come from (`ClickSource`) and what is counted about them are kept apart: `count_breakdown` gives clicks
by dimension and time slot, `read_visitors` gives who came when. A *slot* is a number: seconds since 1970 divided by
the slot's length, in UTC.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import numpy as np
import numpy.typing as npt
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from vayro.database.dialect import format_sqlite_instant

SLOT = "slot"
REFERER = "referer"
DIMENSIONS = ("country", "city", "device", "browser", "os", REFERER)
LINK = "link"
# Whoever sends clicks chooses their referers: beyond so many values of a dimension a unit keeps only their sum. Answers
# show 100, added up from many units: 90 units of six dimensions with 300 values are read in 10 ms, with 1,000 in 30.
MAX_VALUES = 300
MAX_LINKS = 1_000
MAX_VALUE_LENGTH = 255
# The name of that sum; no referer, country or browser can be called so.
OTHER = "\N{HORIZONTAL ELLIPSIS}"

_GROUPS = (SLOT, *DIMENSIONS, LINK)
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class ClickSource:
    """The clicks to count: `sql` selects `e.*` and a number `subject` that says for whom each is counted."""

    sql: str
    parameters: dict[str, Any]


@dataclass
class Counted:
    """Clicks of one subject: for each dimension (`slot` too), value → [by people, by bots]."""

    values: dict[str, dict[str, list[int]]]

    def total(self) -> tuple[int, int]:
        """Return the clicks of people and of bots."""
        slots = self.values.get(SLOT, {}).values()
        return sum(people for people, _ in slots), sum(bots for _, bots in slots)


def bound(connection: AsyncConnection, value: Any) -> Any:
    """Return the value as a parameter of hand-written SQL: SQLite knows neither instants nor UUIDs."""
    if connection.dialect.name == "sqlite":
        if isinstance(value, dt.datetime):
            return format_sqlite_instant(value)
        return str(value) if isinstance(value, UUID) else value
    return value


async def count_breakdown(
    connection: AsyncConnection, source: ClickSource, slot_seconds: int, *, with_links: bool
) -> dict[int, Counted]:
    """Return the clicks of each subject by slot and by each dimension (by link as well when asked).

    A dimension has at most 301 values: the 300 (links: 1,000) with most clicks, and `OTHER` for the rest.
    """
    groups = _GROUPS if with_links else _GROUPS[:-1]
    rows = await connection.execute(text(_breakdown_sql(connection, source, slot_seconds, groups)), source.parameters)
    counted: dict[int, Counted] = defaultdict(lambda: Counted({group: {} for group in groups}))
    for subject, group, value, people, bots in rows:
        counted[subject].values[groups[group]][value] = [people, bots]
    for found in counted.values():
        add_others(found)
    return counted


async def read_visitors(
    connection: AsyncConnection, source: ClickSource, slot_seconds: int, *, share: tuple[int, int] = (0, 1)
) -> tuple[Ints, Ints, Ints]:
    """Return (subject, slot, visitor) of each click by a person who has a visitor id, in no order.

    `share` (n, of) asks only for the visitors whose id leaves the rest n when divided by `of`, so that a source of any
    size can be read in pieces that have no visitor in common.
    """
    slot = slot_sql(connection, slot_seconds)
    people = (
        f"FROM ({source.sql}) e WHERE NOT e.is_bot AND e.visitor_id IS NOT NULL"
        " AND (:shares = 1 OR abs(e.visitor_id % :shares) = :share)"
    )
    parameters = source.parameters | {"share": share[0], "shares": share[1]}
    if connection.dialect.name == "sqlite":
        rows = await connection.execute(text(f"SELECT e.subject, {slot}, e.visitor_id {people}"), parameters)
        columns = np.array(rows.all(), np.int64).reshape(-1, 3)
        return columns[:, 0], columns[:, 1], columns[:, 2]
    # One value a slot, of eight bytes a click: a row a click takes Python ten times as long.
    packed = "string_agg(int8send(e.visitor_id), CAST('' AS BYTEA))"
    rows = await connection.execute(text(f"SELECT e.subject, {slot}, {packed} {people} GROUP BY 1, 2"), parameters)
    return _unpack_visitors(rows.all())


def slot_sql(connection: AsyncConnection, slot_seconds: int) -> str:
    """Return the expression of a click's slot."""
    if connection.dialect.name == "postgresql":
        return f"CAST(floor(date_part('epoch', e.timestamp) / {slot_seconds}) AS BIGINT)"
    return f"CAST(strftime('%s', e.timestamp) AS INTEGER) / {slot_seconds}"


def host_sql(connection: AsyncConnection, referer: str = "coalesce(e.referer, '')") -> str:
    """Return the expression of a referer's host: what stands between `://` and the next `/`, `?` or `#`."""
    if connection.dialect.name == "postgresql":
        url = f"translate(lower({referer} COLLATE \"C\"), '?#', '//')"
        rest = f"CASE WHEN strpos({url}, '://') > 0 THEN substr({url}, strpos({url}, '://') + 3) ELSE {url} END"
        return f"left(split_part({rest}, '/', 1), {MAX_VALUE_LENGTH})"
    url = f"replace(replace(lower({referer}), '?', '/'), '#', '/')"
    rest = f"CASE WHEN instr({url}, '://') > 0 THEN substr({url}, instr({url}, '://') + 3) ELSE {url} END"
    return f"substr({rest}, 1, min({MAX_VALUE_LENGTH}, instr(({rest}) || '/', '/') - 1))"


def referer_condition(connection: AsyncConnection, *, is_known: bool) -> str:
    """Return the condition that the referer's host is the parameter `referer`; not `is_known`: that it has none.

    The host is cut out only where a cheaper look leaves it open, for it takes five times as long as reading the row.
    """
    host = host_sql(connection)
    if is_known:
        find, collation = ("strpos", ' COLLATE "C"') if connection.dialect.name == "postgresql" else ("instr", "")
        return f"CASE WHEN {find}(lower(e.referer{collation}), :{REFERER}) > 0 THEN {host} = :{REFERER} ELSE FALSE END"
    has_host = " OR ".join(
        f"(substr(e.referer, 1, {len(start)}) = '{start}'"
        f" AND substr(e.referer, {len(start) + 1}, 1) NOT IN ('', '/', '?', '#'))"
        for start in ("https://", "http://")
    )
    return f"CASE WHEN e.referer IS NULL THEN TRUE WHEN {has_host} THEN FALSE ELSE {host} = :{REFERER} END"


def column_sql(connection: AsyncConnection, dimension: str) -> str:
    """Return the expression of a dimension; what is not known is the empty string."""
    columns = {"country": "country_code", "city": "city", "device": "device_type", "browser": "browser", "os": "os"}
    if dimension == REFERER:
        return host_sql(connection)
    return f"coalesce(e.{columns[dimension]}, '')"


def _breakdown_sql(connection: AsyncConnection, source: ClickSource, slot_seconds: int, groups: tuple[str, ...]) -> str:
    """Return rows (subject, number of the group, value, clicks of people, clicks of bots)."""
    columns = {SLOT: f"CAST({slot_sql(connection, slot_seconds)} AS TEXT)", LINK: "CAST(e.link_id AS TEXT)"}
    columns |= {dimension: column_sql(connection, dimension) for dimension in DIMENSIONS}
    # The host is cut out of each referer once, not once a click: that alone took three quarters of the time.
    columns[REFERER] = "coalesce(e.referer, '')"
    picked = ", ".join(f"{columns[group]} AS {group}" for group in groups)
    clicks = f"SELECT e.subject, e.is_bot, {picked} FROM ({source.sql}) e"  # noqa: S608  # no input is in it
    grouped = _grouping_sets(groups) if connection.dialect.name == "postgresql" else _unions(groups)
    number = groups.index(REFERER)
    counted = (
        f"SELECT * FROM grouped WHERE number <> {number} UNION ALL"  # noqa: S608
        f" SELECT subject, number, {host_sql(connection, 'value')}, CAST(sum(people) AS BIGINT),"
        f" CAST(sum(bots) AS BIGINT) FROM grouped WHERE number = {number} GROUP BY 1, 2, 3"
    )
    rank = "row_number() OVER (PARTITION BY subject, number ORDER BY people + bots DESC, value)"
    return (
        f"WITH clicks AS ({clicks}), grouped AS ({grouped}), counted AS ({counted}),"  # noqa: S608
        f" ranked AS (SELECT *, {rank} AS rank FROM counted)"
        " SELECT subject, number, value, people, bots FROM ranked"
        f" WHERE number = 0 OR rank <= {MAX_VALUES} OR number = {_GROUPS.index(LINK)} AND rank <= {MAX_LINKS}"
    )


def _grouping_sets(groups: tuple[str, ...]) -> str:
    """Count all groups in one pass over the clicks."""
    names, sets = ", ".join(groups), ", ".join(f"({group})" for group in groups)
    # GROUPING sets the bit of every column that a row is not grouped by; the first column has the highest bit.
    every = (1 << len(groups)) - 1
    cases = " ".join(
        f"WHEN {every - (1 << (len(groups) - 1 - number))} THEN {number}" for number, _ in enumerate(groups)
    )
    return (
        f"SELECT subject, CASE GROUPING({names}) {cases} END AS number, coalesce({names}) AS value,"  # noqa: S608
        f" count(*) FILTER (WHERE NOT is_bot) AS people, count(*) FILTER (WHERE is_bot) AS bots"
        f" FROM clicks GROUP BY subject, GROUPING SETS ({sets})"
    )


def _unions(groups: tuple[str, ...]) -> str:
    return " UNION ALL ".join(
        f"SELECT subject, {number} AS number, {group} AS value, sum(NOT is_bot) AS people, sum(is_bot) AS bots"  # noqa: S608
        f" FROM clicks GROUP BY subject, {group}"
        for number, group in enumerate(groups)
    )


def add_others(counted: Counted) -> None:
    """Give each dimension that lacks clicks, because only its largest values were kept, their sum as `OTHER`."""
    people, bots = counted.total()
    for dimension, values in counted.values.items():
        rest = [people - sum(count[0] for count in values.values()), bots - sum(count[1] for count in values.values())]
        if dimension != SLOT and any(rest):
            values[OTHER] = rest


def _unpack_visitors(rows: Sequence[Any]) -> tuple[Ints, Ints, Ints]:
    parts = [np.frombuffer(row[2], ">i8").astype(np.int64) for row in rows]
    sizes = [part.size for part in parts]
    subjects, slots = np.array([row[0] for row in rows], np.int64), np.array([row[1] for row in rows], np.int64)
    visitors = np.concatenate(parts) if parts else np.empty(0, np.int64)
    return np.repeat(subjects, sizes), np.repeat(slots, sizes), visitors
