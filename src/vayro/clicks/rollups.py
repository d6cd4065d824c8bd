"""What keeps rollups true while clicks are being written: the seam between the writers and the rollup job.

Rollups are made after the fact, by a job, from closed UTC hours. A click may still come late into a closed hour. The
writer then leaves a *mark* for (workspace, hour) in its own transaction; whoever reads rollups ignores marked units
and counts the rows instead, until the job has made them again. `docs/decisions/0010-deferred-rollups.md` has the
argument.
"""

import datetime as dt
from collections.abc import Collection, Mapping
from uuid import UUID

from sqlalchemy import func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from vayro.clicks.expiry import clear_again, split_expired
from vayro.clicks.ownership import kept_links
from vayro.database.models import link_deletions, links, rollup_marks, rollup_state

HOUR = dt.timedelta(hours=1)
DAY = dt.timedelta(days=1)
EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
# Any constant does; nobody else may use it. Shared: a writer's transaction; exclusive: the moment of closing.
CLOSING_LOCK = 7_326_902
# SQLite takes 32,766 parameters in a statement, PostgreSQL 65,535.
_LOOKUP_SIZE = 10_000


def floor_hour(instant: dt.datetime) -> dt.datetime:
    """Return the start of the UTC hour that `instant` lies in."""
    return instant.astimezone(dt.UTC).replace(minute=0, second=0, microsecond=0)


def floor_day(instant: dt.datetime) -> dt.datetime:
    """Return the start of the UTC day that `instant` lies in."""
    return floor_hour(instant).replace(hour=0)


async def read_closed_until(connection: AsyncConnection) -> dt.datetime:
    """Return the instant before which all hours are closed, and keep it from moving until this transaction ends.

    Call it in the write transaction that inserts clicks, before or after the insert. Clicks older than what it returns
    must be told to `invalidate_rollups` in the same transaction. May wait while the job closes an hour (milliseconds).
    """
    if connection.dialect.name == "postgresql":
        # A statement of its own: the next one must have a snapshot taken after the lock was granted.
        await connection.execute(select(func.pg_advisory_xact_lock_shared(CLOSING_LOCK)))
    return await find_until(connection, "closed")


async def invalidate_rollups(connection: AsyncConnection, touched: Mapping[UUID, Collection[dt.datetime]]) -> None:
    """Mark what late clicks touched: for each link, the instants (or hours) of its clicks in closed hours.

    In the writer's transaction. Links that exist no more have no rollups, and are passed over.
    """
    owners = await _find_workspaces(connection, touched.keys())
    marks = {(owners[link], floor_hour(hour)) for link, hours in touched.items() if link in owners for hour in hours}
    await clear_again(connection, await insert_marks(connection, marks))


async def insert_marks(
    connection: AsyncConnection, marks: Collection[tuple[UUID, dt.datetime]]
) -> set[tuple[UUID, dt.datetime]]:
    """Mark (workspace, closed hour) pairs whose clicks are changed in this transaction.

    Returns those that are left out because they have expired: their units stay as they are.
    """
    marks, expired = await split_expired(connection, marks)
    if marks:
        rows = [{"workspace_id": workspace_id, "hour": hour} for workspace_id, hour in marks]
        await connection.execute(insert(rollup_marks), rows)
    return expired


async def find_until(connection: AsyncConnection, name: str) -> dt.datetime:
    """Return how far the state of this name (`closed`, `hour`, `day`) has come; 1970 when the job never ran."""
    found = await connection.scalar(select(rollup_state.c.until).where(rollup_state.c.name == name))
    return found or EPOCH


async def _find_workspaces(connection: AsyncConnection, link_ids: Collection[UUID]) -> dict[UUID, UUID]:
    owners: dict[UUID, UUID] = {}
    wanted = list(link_ids)
    for first in range(0, len(wanted), _LOOKUP_SIZE):
        chunk = wanted[first : first + _LOOKUP_SIZE]
        rows = await connection.execute(select(links.c.id, links.c.workspace_id).where(links.c.id.in_(chunk)))
        owners.update((row.id, row.workspace_id) for row in rows)
        if missing := [link_id for link_id in chunk if link_id not in owners]:
            rows = await connection.execute(kept_links().where(link_deletions.c.link_id.in_(missing)))
            owners.update((row.id, row.workspace_id) for row in rows)
    return owners
