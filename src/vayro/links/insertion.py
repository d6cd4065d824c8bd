"""The SQL that makes links: any number of them in one statement, each with its row in the change feed."""

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import cache
from typing import Any
from uuid import UUID

import msgspec
import orjson
from sqlalchemy import TextClause, text
from sqlalchemy.ext.asyncio import AsyncConnection

from vayro.database.dialect import format_sqlite_instant, select_json_rows
from vayro.database.direct import DirectConnection
from vayro.database.models import links
from vayro.links import allowance, journal
from vayro.links.allowance import OVER_QUOTA, UNCOUNTED, MonthlyLimits
from vayro.links.record import COLUMNS, LinkRecord

Versions = dict[UUID, int]
"""The links that were made, each with its first version; a link that is missing met another one's code or target.

`OVER_QUOTA` stands for a link that the plan does not allow.
"""

# A code that lived before continues where its tombstone ended, so that no cache takes the new link for the older one.
_FIRST_VERSION = """
    1 + COALESCE((SELECT max(version) FROM link_changes AS before
                  WHERE before.domain = rows.domain AND before.short_code = rows.short_code), 0)
"""
_Fetch = Callable[[str, Mapping[str, Any]], Awaitable[Sequence[Any]]]
_INSTANTS = ("created_at", "updated_at", "expires_at")
_encoder = msgspec.json.Encoder()


async def insert_at_once(
    connection: DirectConnection, records: Sequence[LinkRecord], limits: MonthlyLimits
) -> Versions:
    """Make links whose codes were generated, in one statement that is a transaction by itself (PostgreSQL)."""
    return await _insert_combined(connection.fetch, records, limits)


async def insert_with_changes(
    connection: AsyncConnection, records: Sequence[LinkRecord], limits: MonthlyLimits
) -> Versions:
    """Make links whose codes were generated; call it in a transaction."""
    if connection.dialect.name == "sqlite":
        return await insert_in_transaction(connection, records, limits)

    async def fetch(statement: str, parameters: Mapping[str, Any]) -> Sequence[Any]:
        return (await connection.exec_driver_sql(statement, dict(parameters))).all()

    return await _insert_combined(fetch, records, limits)


async def insert_in_transaction(
    connection: AsyncConnection, records: Sequence[LinkRecord], limits: MonthlyLimits
) -> Versions:
    """Make links, of chosen codes too; call it in a transaction.

    The insert may wait for another transaction that is deleting a link with the same code. Only a later statement sees
    the tombstone's version that this one left; so the change rows are written, and the version mended, by a second.
    """
    dialect = connection.dialect.name
    allowed, refused = await allowance.reserve(connection, records, limits)
    made = await connection.execute(_insert(dialect), {"rows": encode_rows(allowed, dialect)})
    ids = orjson.dumps([str(row.id) for row in made]).decode()
    await connection.execute(_mend_versions(dialect), {"ids": ids})
    changes = await connection.execute(_insert_changes(dialect), {"ids": ids})
    versions = {UUID(str(row.link_id)): row.version for row in changes}
    await journal.note_created(connection, [record for record in allowed if record.id in versions])
    await allowance.give_back(connection, [record for record in records if record.id not in versions])
    return versions | dict.fromkeys((record.id for record in refused), OVER_QUOTA)


async def insert_again(connection: AsyncConnection, records: Sequence[LinkRecord]) -> set[UUID]:
    """Insert links that were there before, at versions above all that lived under their codes; return which were made.

    One that is missing met another one's code or target. Neither counted nor noted here.
    """
    dialect = connection.dialect.name
    made = [row.id for row in await connection.execute(_insert(dialect), {"rows": encode_rows(records, dialect)})]
    await connection.execute(_mend_versions(dialect), {"ids": orjson.dumps([*map(str, made)]).decode()})
    return {UUID(str(link_id)) for link_id in made}


async def _insert_combined(fetch: _Fetch, records: Sequence[LinkRecord], limits: MonthlyLimits) -> Versions:
    """Make, judge, count and note them. The first links of a month want a row to be counted in, and a second go."""
    if _are_of_one_without_limit(records, limits):
        return dict(await fetch(_lean(), _lean_parameters(records)))
    parameters = {"limits": allowance.encode_limits(limits), "month": allowance.current_month()}
    versions = dict(await fetch(_combined(), parameters | {"rows": encode_rows(records, "postgresql")}))
    if uncounted := [record for record in records if versions.get(record.id) == UNCOUNTED]:
        await fetch(_open_month(), allowance.open_month_parameters(uncounted))
        again = await fetch(_combined(), parameters | {"rows": encode_rows(uncounted, "postgresql")})
        versions |= dict.fromkeys((record.id for record in uncounted), OVER_QUOTA) | dict(again)
    return versions


def encode_rows(records: Sequence[LinkRecord], dialect_name: str) -> str:
    """Return the records as the JSON that the statements take."""
    if dialect_name == "sqlite":
        return orjson.dumps([_sqlite_row(record) for record in records]).decode()
    return _encoder.encode(records).decode()


def in_lock_order(records: Sequence[LinkRecord]) -> list[LinkRecord]:
    """Return the records so sorted that two processes that insert the same keys wait instead of deadlocking.

    Stable: of two equal codes the first in the request wins.
    """
    return sorted(records, key=_lock_key)


def _lock_key(record: LinkRecord) -> tuple[str, ...]:
    if record.canonical:
        return "canonical", str(record.workspace_id), record.target_url, record.link_type
    return "code", record.domain, record.short_code


def _sqlite_row(record: LinkRecord) -> dict[str, Any]:
    row = {name: getattr(record, name) for name in COLUMNS}
    for name in _INSTANTS:
        if row[name] is not None:
            row[name] = format_sqlite_instant(row[name])
    return row


def _insert_sql(source: str) -> str:
    values = ", ".join(_FIRST_VERSION if name == "version" else f"rows.{name}" for name in COLUMNS)
    # SQLite needs the WHERE to tell ON CONFLICT from the ON of a join.
    return f"""
    INSERT INTO links ({", ".join(COLUMNS)})
    SELECT {values} FROM ({source}) AS rows WHERE true
    ON CONFLICT DO NOTHING
    """  # noqa: S608  # built of the names of columns


@cache
def _insert(dialect_name: str) -> TextClause:
    return text(_insert_sql(select_json_rows(links, "rows", dialect_name)) + " RETURNING id")


@cache
def _combined() -> str:
    """Return rows (id, first version) of the links that were made, and (id, verdict) of those that may not be."""
    rows = select_json_rows(links, "rows", "postgresql", key_id="uuid")
    insertion = _insert_sql("SELECT * FROM judged WHERE verdict = 1")
    return _for_driver(f"""
    WITH rows_in AS ({rows}),
    {allowance.JUDGED},
    made AS ({insertion} RETURNING id, domain, short_code, version, created_at, workspace_id, user_id),
    counted AS ({allowance.COUNTED}),
    noted AS ({journal.NOTED}),
    changed AS (
        INSERT INTO link_changes (domain, short_code, link_id, version, is_deleted, changed_at)
        SELECT domain, short_code, id, version, false, created_at FROM made
        RETURNING link_id, version)
    SELECT link_id, version FROM changed UNION ALL SELECT id, verdict FROM judged WHERE verdict < 1
    """)  # noqa: S608  # built of the names of columns


@cache
def _lean() -> str:
    """As `_combined`, for links of one author whose plan has no limit: 0.2 ms less to plan and to do."""
    return _for_driver(f"""
    WITH made AS ({_insert_sql(select_json_rows(links, "rows", "postgresql"))}
                  RETURNING id, domain, short_code, version, created_at),
    counted AS ({allowance.COUNTED_OF_ONE}),
    noted AS ({journal.NOTED_OF_ONE})
    INSERT INTO link_changes (domain, short_code, link_id, version, is_deleted, changed_at)
    SELECT domain, short_code, id, version, false, created_at FROM made
    RETURNING link_id, version
    """)  # noqa: S608  # built of the names of columns


def _lean_parameters(records: Sequence[LinkRecord]) -> dict[str, Any]:
    first = records[0]
    author = {"workspace": first.workspace_id, "author": first.user_id, "key": first.key_id}
    return author | {"month": allowance.current_month(), "rows": encode_rows(records, "postgresql")}


def _are_of_one_without_limit(records: Sequence[LinkRecord], limits: MonthlyLimits) -> bool:
    """Whether one caller makes them all, whose plan was known a moment ago and has no limit."""
    authors = {(record.workspace_id, record.user_id, record.key_id, record.plan) for record in records}
    return len(authors) == 1 and limits.get(records[0].plan, 0) is None


@cache
def _open_month() -> str:
    return _for_driver(allowance.OPEN_MONTH)


def _for_driver(statement: str) -> str:
    """Write parameters as psycopg does."""
    return re.sub(r":(rows|limits|month|workspaces|workspace|author|key)\b", r"%(\1)s", statement)


@cache
def _mend_versions(dialect_name: str) -> TextClause:
    return text(f"""
    UPDATE links SET version = 1 + (
        SELECT max(before.version) FROM link_changes AS before
        WHERE before.domain = links.domain AND before.short_code = links.short_code)
    WHERE {_is_made(dialect_name)} AND version <= (
        SELECT max(before.version) FROM link_changes AS before
        WHERE before.domain = links.domain AND before.short_code = links.short_code)
    """)  # noqa: S608  # built of constants


@cache
def _insert_changes(dialect_name: str) -> TextClause:
    return text(f"""
    INSERT INTO link_changes (domain, short_code, link_id, version, is_deleted, changed_at)
    SELECT domain, short_code, id, version, false, created_at FROM links WHERE {_is_made(dialect_name)}
    RETURNING link_id, version
    """)  # noqa: S608  # built of constants


def _is_made(dialect_name: str) -> str:
    if dialect_name == "postgresql":
        return "id IN (SELECT CAST(made.id AS uuid) FROM json_array_elements_text(CAST(:ids AS json)) AS made(id))"
    return "id IN (SELECT value FROM json_each(:ids))"
