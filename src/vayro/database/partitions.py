"""Monthly partitions of `click_events` on PostgreSQL. On SQLite there is one plain table and nothing to do."""

import datetime as dt

from sqlalchemy import Connection, text

MONTHS_AHEAD = 3
TABLE = "click_events"


def month_start(day: dt.date, offset: int = 0) -> dt.date:
    """Return the first day of the month that lies `offset` months after the one of `day`."""
    index = day.year * 12 + day.month - 1 + offset
    return dt.date(index // 12, index % 12 + 1, 1)


def partition_name(month: dt.date) -> str:
    """Return the name of a month's partition."""
    return f"{TABLE}_{month:%Y_%m}"


def create_default_partition(connection: Connection) -> None:
    """Make the partition that takes rows of no month. It should stay empty, and is watched."""
    connection.execute(text(f"CREATE TABLE IF NOT EXISTS {TABLE}_default PARTITION OF {TABLE} DEFAULT"))


def create_month(connection: Connection, month: dt.date) -> bool:
    """Make one month's partition; return whether it was missing.

    Rows of that month that already lie in the default partition are moved, because PostgreSQL refuses to make a
    partition whose rows stand in the default one.
    """
    name, start, end = partition_name(month), month, month_start(month, 1)
    if connection.execute(text("SELECT to_regclass(:name)"), {"name": name}).scalar():
        return False
    bounds = f"FOR VALUES FROM ('{start}T00:00:00Z') TO ('{end}T00:00:00Z')"
    connection.execute(text(f"CREATE TABLE {name} (LIKE {TABLE} INCLUDING DEFAULTS)"))
    # The names are made from dates, never from input.
    moved = f"DELETE FROM {TABLE}_default WHERE timestamp >= :start AND timestamp < :end RETURNING *"  # noqa: S608
    connection.execute(
        text(f"WITH moved AS ({moved}) INSERT INTO {name} SELECT * FROM moved"),  # noqa: S608
        {"start": f"{start}T00:00:00Z", "end": f"{end}T00:00:00Z"},
    )
    connection.execute(text(f"ALTER TABLE {TABLE} ATTACH PARTITION {name} {bounds}"))
    return True


def create_ahead(connection: Connection, today: dt.date) -> list[str]:
    """Make the partitions of last month, this one and the next three; return those that were missing."""
    months = [month_start(today, offset) for offset in range(-1, MONTHS_AHEAD + 1)]
    return [partition_name(month) for month in months if create_month(connection, month)]
