"""Deleting what was counted of links that were deleted themselves.

A link is gone at once, but for half an hour its deletion may be taken back. After that its clicks are purged here, in
the background and in small transactions. Late ones still come from the spools of engines that were away, so a deletion
is remembered for a month and gone through again.
"""

import datetime as dt
import re
from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from sqlalchemy import delete, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from vayro.clicks.rollups import floor_hour, insert_marks, read_closed_until
from vayro.database.engine import Database
from vayro.database.models import (
    click_dead_letters,
    click_events,
    click_rollups,
    link_deletions,
    link_shares,
    link_stats,
    link_usage,
)

# So long at least a deletion may be taken back; what the row keeps of the link decides, not the clock of who asks.
RESTORABLE = dt.timedelta(minutes=30)
# As long as a segment could possibly still wait on an engine's disk.
REMEMBERED = dt.timedelta(days=30)
# One transaction: some 50 ms, so that nobody who writes clicks waits for long.
CHUNK_CLICKS = 5_000
# Whoever deletes 100,000 links at once costs 200 statements a minute, not 100,000.
LINKS_AT_ONCE = 500
LETTERS_AT_ONCE = 500
_UUID = re.compile(rb"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


async def purge_deleted_links(database: Database, now: dt.datetime) -> int:
    """Delete clicks, counts, rollups and dead letters of links deleted within a month; return how many clicks.

    Links whose deletion may still be taken back are left alone.
    """
    gone = link_deletions.c
    async with database.transaction() as connection:
        # From here on nothing brings them back: who restores a link holds its row, and finds nothing kept any more.
        over = gone.kept.is_not(None) & (gone.deleted_at < now - RESTORABLE)
        await connection.execute(update(link_deletions).where(over).values(kept=None))
    async with database.read() as connection:
        query = select(gone.link_id, gone.workspace_id).where(gone.kept.is_(None)).order_by(gone.link_id)
        owners = {row.link_id: row.workspace_id for row in await connection.execute(query)}
    links = list(owners)
    chunks = [links[first : first + LINKS_AT_ONCE] for first in range(0, len(links), LINKS_AT_ONCE)]
    purged = sum([await _purge(database, owners, chunk) for chunk in chunks])
    if owners:
        await _empty_letters(database, owners)
    async with database.transaction() as connection:
        await connection.execute(delete(link_deletions).where(link_deletions.c.deleted_at < now - REMEMBERED))
    return purged


async def _purge(database: Database, owners: Mapping[UUID, UUID], links: Sequence[UUID]) -> int:
    purged = 0
    while True:
        async with database.transaction() as connection:
            gone = await _delete_chunk(connection, links)
            # The workspaces' rollups counted these clicks, too.
            closed_until = await read_closed_until(connection)
            marks = {(owners[link], floor_hour(time)) for link, time in gone if time < closed_until}
            await insert_marks(connection, marks)
            if len(gone) < CHUNK_CLICKS:
                await _delete_counts(connection, links)
        purged += len(gone)
        if len(gone) < CHUNK_CLICKS:
            return purged


async def _delete_chunk(connection: AsyncConnection, links: Sequence[UUID]) -> list[tuple[UUID, dt.datetime]]:
    """Delete some clicks of these links; return the link and the time of each."""
    events = click_events.c
    chunk = select(events.id, events.timestamp).where(events.link_id.in_(links)).limit(CHUNK_CLICKS)
    statement = delete(click_events).where(tuple_(events.id, events.timestamp).in_(chunk))
    rows = await connection.execute(statement.returning(events.link_id, events.timestamp))
    return [(row.link_id, row.timestamp) for row in rows]


async def _delete_counts(connection: AsyncConnection, links: Sequence[UUID]) -> None:
    for table, column in (
        (link_stats, "link_id"),
        (link_usage, "link_id"),
        (link_shares, "link_id"),
        (click_rollups, "subject_id"),
    ):
        await connection.execute(delete(table).where(table.c[column].in_(links)))


async def _empty_letters(database: Database, links: Collection[UUID]) -> None:
    """Take the content out of dead letters about these links: what is left says only that the event is settled."""
    letter, after, names = click_dead_letters.c, UUID(int=0), {str(link).encode() for link in links}
    while True:
        query = select(letter.id, letter.payload).where(letter.id > after, letter.payload != b"").order_by(letter.id)
        async with database.read() as connection:
            page = (await connection.execute(query.limit(LETTERS_AT_ONCE))).all()
        found = [row.id for row in page if not names.isdisjoint(_UUID.findall(row.payload))]
        if found:
            async with database.transaction() as connection:
                emptied = update(click_dead_letters).where(letter.id.in_(found))
                await connection.execute(emptied.values(payload=b"", reason="dropped:deleted"))
        if len(page) < LETTERS_AT_ONCE:
            return
        after = page[-1].id
