"""Monthly partitions of `click_events` on PostgreSQL. On SQLite there is one plain table and nothing to do."""

import datetime as dt
import re

from sqlalchemy import Connection, text

MONTHS_AHEAD = 3
TABLE = "click_events"
_MONTH = re.compile(rf"{TABLE}_([0-9]{{4}}_[0-9]{{2}})")
_DETACHED = "_expired"


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
    # Attaching takes this lock anyway. Taken first, it keeps rows from coming between the move and the attachment.
    connection.execute(text(f"LOCK TABLE {TABLE}_default IN ACCESS EXCLUSIVE MODE"))
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
    """Make the partitions of last month, this one and the next three, and of months with rows in the default one.

    Returns those that were missing. Gives up after 2 s, raising OperationalError, when somebody reads for long: whoever
    came after would have to wait behind us.
    """
    _limit_waiting(connection)
    months = {month_start(today, offset) for offset in range(-1, MONTHS_AHEAD + 1)}
    months |= _months_in_default(connection)
    return [partition_name(month) for month in sorted(months) if create_month(connection, month)]


def list_months(connection: Connection) -> list[dt.date]:
    """Return the months that have a partition, oldest first."""
    query = (
        "SELECT child.relname FROM pg_inherits JOIN pg_class child ON child.oid = inhrelid "
        "WHERE inhparent = to_regclass(:parent) ORDER BY child.relname"
    )
    names = connection.execute(text(query), {"parent": TABLE}).scalars()
    return [dt.datetime.strptime(found[1], "%Y_%m").date() for name in names if (found := _MONTH.fullmatch(name))]  # noqa: DTZ007


def detach_month(connection: Connection, month: dt.date) -> None:
    """Take a month's partition out of the table, to be dropped. An instant, in which nobody may be at the table.

    Raises OperationalError when somebody is for longer than 2 s. Not CONCURRENTLY: PostgreSQL has no such thing beside
    a default partition.
    """
    name = partition_name(month)
    _limit_waiting(connection)
    connection.execute(text(f"ALTER TABLE {TABLE} DETACH PARTITION {name}"))
    connection.execute(text(f"ALTER TABLE {name} RENAME TO {name}{_DETACHED}"))


def drop_detached(connection: Connection) -> list[str]:
    """Drop the partitions that `detach_month` took out, this time or before a kill; return their names."""
    query = "SELECT relname FROM pg_class WHERE relkind = 'r' AND relname ~ :pattern ORDER BY relname"
    pattern = f"^{TABLE}_[0-9]{{4}}_[0-9]{{2}}{_DETACHED}$"
    names = list(connection.execute(text(query), {"pattern": pattern}).scalars())
    for name in names:
        connection.execute(text(f"DROP TABLE {name}"))
    return names


def _limit_waiting(connection: Connection) -> None:
    connection.execute(text("SET LOCAL lock_timeout = '2s'"))


def _months_in_default(connection: Connection) -> set[dt.date]:
    query = f"SELECT DISTINCT date_trunc('month', timestamp AT TIME ZONE 'UTC')::date FROM {TABLE}_default"  # noqa: S608
    return set(connection.execute(text(query)).scalars())
