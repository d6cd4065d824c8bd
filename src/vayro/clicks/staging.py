"""Getting a batch into `click_events` so that only new rows count: stage, insert what is not there, keep that.

PostgreSQL takes it by COPY, SQLite by `executemany`. Afterwards the temporary table `click_staging` holds exactly the
rows that were really inserted; what is counted from clicks is counted from it, in the same transaction.
"""

import re
from collections.abc import Iterable, Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from vayro.clicks.click import Click
from vayro.database.dialect import format_sqlite_instant
from vayro.database.engine import Database

COLUMNS = (
    "id", "timestamp", "link_id", "country_code", "city", "device_type", "browser", "os", "referer", "ip_address",
    "is_bot", "visitor_id",
)  # fmt: skip
_LIST = ", ".join(COLUMNS)
_INSERT = (
    f"INSERT INTO click_events ({_LIST}) SELECT {_LIST} FROM {{table}} AS staged "  # noqa: S608 -- our own names
    "WHERE NOT EXISTS (SELECT 1 FROM click_dead_letters AS letter WHERE letter.id = staged.id) "
    # In one order everywhere: two workers with the same clicks wait for each other, and never in a circle.
    "ORDER BY id ON CONFLICT DO NOTHING RETURNING id"
)
POSTGRES_STAGING = "click_staging_1"
SQLITE_STAGING = "click_staging"
_COPY_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
_needs_escape = re.compile(r"[\\\t\n\r]").search

# The name changes with the columns: behind PgBouncer a session outlives the release that made the table in it.
_POSTGRES_TABLE = """
CREATE TEMP TABLE IF NOT EXISTS click_staging_1 (
    id uuid, timestamp timestamptz, link_id uuid, country_code text, city text, device_type text, browser text,
    os text, referer text, ip_address text, is_bot boolean, visitor_id bigint, segment text
) ON COMMIT DELETE ROWS
"""
_SQLITE_TABLE = """
CREATE TEMP TABLE IF NOT EXISTS click_staging (
    id TEXT, timestamp TEXT, link_id TEXT, country_code TEXT, city TEXT, device_type TEXT, browser TEXT,
    os TEXT, referer TEXT, ip_address TEXT, is_bot INTEGER, visitor_id INTEGER, segment TEXT
)
"""


async def insert_new(database: Database, connection: AsyncConnection, clicks: Sequence[Click]) -> int:
    """Insert the clicks that are not there yet; return how many those were. Identifiers must not repeat in a batch.

    Raises what the database says of a row it does not accept: the whole batch is refused then.
    """
    if database.is_sqlite:
        return await _insert_sqlite(connection, clicks)
    return await _insert_postgres(database, connection, clicks)


async def _insert_postgres(database: Database, connection: AsyncConnection, clicks: Sequence[Click]) -> int:
    driver = await database.driver_connection(connection)
    async with driver.cursor() as cursor:
        await cursor.execute(_POSTGRES_TABLE)
        async with cursor.copy(f"COPY click_staging_1 ({_LIST}, segment) FROM STDIN") as copy:
            await copy.write("".join(_copy_lines(clicks)).encode())
        # The rows stay in the server: none comes back only to be counted.
        await cursor.execute(
            f"WITH inserted AS ({_INSERT.format(table=POSTGRES_STAGING)}) DELETE FROM click_staging_1 AS staged "  # noqa: S608
            "WHERE NOT EXISTS (SELECT 1 FROM inserted WHERE inserted.id = staged.id)"
        )
        return len(clicks) - int(cursor.rowcount)


async def _insert_sqlite(connection: AsyncConnection, clicks: Sequence[Click]) -> int:
    await connection.exec_driver_sql(_SQLITE_TABLE)
    await connection.exec_driver_sql("DELETE FROM click_staging")
    marks = ", ".join("?" * (len(COLUMNS) + 1))
    rows = [_sqlite_row(click) for click in clicks]
    await connection.exec_driver_sql(f"INSERT INTO click_staging ({_LIST}, segment) VALUES ({marks})", rows)  # noqa: S608
    inserted = (await connection.exec_driver_sql(_INSERT.format(table=SQLITE_STAGING))).scalars().all()
    if len(inserted) < len(clicks):
        known = set(inserted)
        again = [(click.event_id,) for click in clicks if click.event_id not in known]
        await connection.exec_driver_sql("DELETE FROM click_staging WHERE id = ?", again)
    return len(inserted)


def staging_table(database: Database) -> str:
    """Return the name of the table that holds what was inserted, for statements of the same transaction."""
    return SQLITE_STAGING if database.is_sqlite else POSTGRES_STAGING


def _copy_lines(clicks: Iterable[Click]) -> Iterable[str]:
    """Yield a line of COPY's text format for each click: 1.2 us, where psycopg's `write_row` takes 5."""
    for click in clicks:
        yield (
            f"{click.event_id}\t{click.timestamp.isoformat()}\t{click.link_id}\t{click.country_code or _NULL}\t"
            f"{_escape(click.city)}\t{click.device_type}\t{_escape(click.browser)}\t{_escape(click.os)}\t"
            f"{_escape(click.referer)}\t{click.ip_address or _NULL}\t{'t' if click.is_bot else 'f'}\t"
            f"{_NULL if click.visitor_id is None else click.visitor_id}\t{_escape(click.segment)}\n"
        )


_NULL = "\\N"


def _escape(value: str | None) -> str:
    if value is None:
        return _NULL
    return value.translate(_COPY_ESCAPES) if _needs_escape(value) else value


def _sqlite_row(click: Click) -> tuple[object, ...]:
    return (
        click.event_id, format_sqlite_instant(click.timestamp), click.link_id, click.country_code, click.city,
        click.device_type, click.browser, click.os, click.referer, click.ip_address, click.is_bot, click.visitor_id,
        click.segment,
    )  # fmt: skip
