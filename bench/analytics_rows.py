"""Clicks made by the database itself: a million in seconds."""

import datetime as dt
from uuid import UUID

from sqlalchemy import text

from vayro.clicks.counting import bound
from vayro.database.engine import Database
from vayro.database.partitions import create_month, month_start

# 60,000 visitors a day, 120 countries, 2,000 cities and 1,000 referring hosts, a few of which have most of the clicks.
_VALUES = """
    SELECT {id}, {instant}, {link}, substr('DEUSFRGBINBRCNJPITESPLNLSECAAUMXTRKRZAARCHATBEDKNOFIPTGRCZHUROUAIL',
        1 + 2 * CAST(30 * r1 * r1 AS INTEGER), 2), 'City ' || CAST(2000 * r2 * r2 * r2 AS INTEGER),
        CASE WHEN r3 < 0.6 THEN 'mobile' WHEN r3 < 0.9 THEN 'desktop' WHEN r3 < 0.95 THEN 'tablet' ELSE 'bot' END,
        'Browser ' || CAST(12 * r4 * r4 AS INTEGER), 'System ' || CAST(7 * r1 AS INTEGER),
        CASE WHEN r2 < 0.4 THEN NULL ELSE 'https://host' || CAST(1000 * r4 * r4 * r4 AS INTEGER) || '.example/p' END,
        NULL, {is_bot}, {visitor}
"""
_COLUMNS = (
    "id, timestamp, link_id, country_code, city, device_type, browser, os, referer, ip_address, is_bot, visitor_id"
)
_POSTGRES = f"""
    INSERT INTO click_events ({_COLUMNS})
    {
    _VALUES.format(
        id="gen_random_uuid()",
        instant="CAST(:start AS timestamptz) + (n + r1) * CAST(:step AS interval)",
        link=":link_id",
        is_bot="r3 > 0.95",
        visitor="hashint8extended(CAST(60000 * r3 AS BIGINT), :day)",
    )
}
    FROM (SELECT n, random() AS r1, random() AS r2, random() AS r3, random() AS r4
          FROM generate_series(0, :rows - 1) AS n) AS random_numbers
"""  # noqa: S608
_RANDOM = "(random() / 18446744073709551616.0 + 0.5)"
_HEX = "lower(hex(randomblob({})))"
_SQLITE = f"""
    INSERT INTO click_events ({_COLUMNS})
    WITH RECURSIVE numbers (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM numbers WHERE n < :rows - 1)
    {
    _VALUES.format(
        id=" || '-' || ".join(_HEX.format(size) for size in (4, 2, 2, 2, 6)),
        instant="strftime('%Y-%m-%d %H:%M:%f', :start, ((n + r1) * :step) || ' seconds') || '000'",
        link=":link_id",
        is_bot="r3 > 0.95",
        visitor="CAST(60000 * r3 AS INTEGER) * 1000 + :day",
    )
}
    FROM (SELECT n, {_RANDOM} AS r1, {_RANDOM} AS r2, {_RANDOM} AS r3, {_RANDOM} AS r4 FROM numbers) AS random_numbers
"""  # noqa: S608


async def fill(database: Database, link_id: UUID, rows: int, start: dt.datetime, end: dt.datetime) -> None:
    """Write so many clicks on a link, evenly from `start` to `end`, a day a transaction, in the order of time."""
    days = (end - start).days
    if not database.is_sqlite:
        async with database.transaction() as connection:
            for month in range(days // 28 + 2):
                await connection.run_sync(create_month, month_start(start.date(), month))
    seconds = 86_400 / (rows // days)
    for day in range(days):
        async with database.transaction() as connection:
            step = seconds if database.is_sqlite else dt.timedelta(seconds=seconds)
            first = bound(connection, start + dt.timedelta(days=day))
            values = {"start": first, "step": step, "rows": rows // days, "link_id": bound(connection, link_id)}
            await connection.execute(text(_SQLITE if database.is_sqlite else _POSTGRES), {**values, "day": day})
    if not database.is_sqlite:
        async with database.transaction() as connection:
            await connection.execute(text("ANALYZE click_events"))
