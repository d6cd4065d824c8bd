"""Deleting what was counted of links that were deleted themselves.

A link is gone at once; its clicks are purged here, in the background and in small transactions. Late ones still come
from the spools of engines that were away, so a deletion is remembered for a week and gone through again.
"""

import datetime as dt
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Row, delete, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from vayro.clicks.rollups import floor_hour, insert_marks, read_closed_until
from vayro.database.engine import Database
from vayro.database.models import click_events, click_rollups, link_deletions, link_stats, link_usage

REMEMBERED = dt.timedelta(days=7)
# One transaction: some 50 ms, so that nobody who writes clicks waits for long.
CHUNK_CLICKS = 5_000


async def purge_deleted_links(database: Database, now: dt.datetime) -> int:
    """Delete clicks, counts and rollups of all links deleted within a week; return how many clicks that were."""
    async with database.read() as connection:
        found = (await connection.execute(select(link_deletions))).all()
    purged = sum([await _purge(database, deletion) for deletion in found])
    async with database.transaction() as connection:
        await connection.execute(delete(link_deletions).where(link_deletions.c.deleted_at < now - REMEMBERED))
    return purged


async def _purge(database: Database, deletion: Row[tuple[UUID, UUID, dt.datetime]]) -> int:
    purged = 0
    while True:
        async with database.transaction() as connection:
            times = await _delete_chunk(connection, deletion.link_id)
            # The workspace's rollups counted these clicks, too.
            closed_until = await read_closed_until(connection)
            hours = {floor_hour(time) for time in times if time < closed_until}
            await insert_marks(connection, {(deletion.workspace_id, hour) for hour in hours})
            if len(times) < CHUNK_CLICKS:
                await _delete_counts(connection, deletion.link_id)
        purged += len(times)
        if len(times) < CHUNK_CLICKS:
            return purged


async def _delete_chunk(connection: AsyncConnection, link_id: UUID) -> Sequence[dt.datetime]:
    key = tuple_(click_events.c.id, click_events.c.timestamp)
    chunk = (
        select(click_events.c.id, click_events.c.timestamp).where(click_events.c.link_id == link_id).limit(CHUNK_CLICKS)
    )
    statement = delete(click_events).where(key.in_(chunk)).returning(click_events.c.timestamp)
    return (await connection.execute(statement)).scalars().all()


async def _delete_counts(connection: AsyncConnection, link_id: UUID) -> None:
    for table, column in ((link_stats, "link_id"), (link_usage, "link_id"), (click_rollups, "subject_id")):
        await connection.execute(delete(table).where(table.c[column] == link_id))
