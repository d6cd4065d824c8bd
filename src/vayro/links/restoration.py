"""Deleting links so that it can be taken back, and taking it back.

A deletion keeps the link as it was, beside the note that its clicks are to be purged. Who restores it holds that row;
the purge takes out what is kept before it begins (`clicks/purge.py`), so never do both work on one link. The link comes
back at a version above its tombstone's, by which caches and engines know it for the newer.
"""

import datetime as dt
from collections.abc import Collection, Sequence
from uuid import UUID

import msgspec
from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from vayro.database.models import link_deletions, links, users
from vayro.errors import CanonicalTaken, RequestError
from vayro.links import editing, repository
from vayro.links.insertion import insert_again
from vayro.links.record import LinkRecord, record_from_row
from vayro.links.writer import code_taken


async def remove(connection: AsyncConnection, gone: Sequence[LinkRecord], now: dt.datetime) -> None:
    """Delete locked links, with tombstones in the change feed, and keep what they were."""
    if not gone:
        return
    await repository.delete_links(connection, [record.id for record in gone])
    await repository.insert_changes(connection, [*map(editing.next_version, gone)], now, is_deleted=True)
    rows = [
        {"link_id": one.id, "workspace_id": one.workspace_id, "deleted_at": now, "kept": _encode(one)} for one in gone
    ]
    await connection.execute(insert(link_deletions), rows)


async def find_kept(
    connection: AsyncConnection, workspace_id: UUID, ids: Collection[UUID], *, lock: bool = False
) -> dict[UUID, LinkRecord]:
    """Return the deleted links of a workspace that may be restored. Args: lock, keep them so in this transaction."""
    deletion = link_deletions.c
    query = select(deletion.kept).where(deletion.link_id.in_(ids), deletion.workspace_id == workspace_id)
    query = query.where(deletion.kept.is_not(None)).order_by(deletion.link_id)
    found = await connection.scalars(query.with_for_update() if lock else query)
    return {record.id: record for record in map(_decode, found)}


async def put_back(
    connection: AsyncConnection, kept: Sequence[LinkRecord], now: dt.datetime
) -> dict[UUID, LinkRecord | RequestError]:
    """Make links of what was kept; return each as it is now, or why it cannot be. Their rows must be locked."""
    if not kept:
        return {}
    authors = await _find_users(connection, {record.user_id for record in kept if record.user_id})
    wanted = [
        msgspec.structs.replace(one, user_id=one.user_id if one.user_id in authors else None, updated_at=now)
        for one in kept
    ]
    made = await insert_again(connection, wanted)
    await connection.execute(delete(link_deletions).where(link_deletions.c.link_id.in_(made)))
    query = repository.select_links().where(links.c.id.in_(made))
    records = [record_from_row(row) for row in (await connection.execute(query)).mappings()]
    await repository.insert_changes(connection, records, now)
    outcomes: dict[UUID, LinkRecord | RequestError] = {record.id: record for record in records}
    for record in wanted:
        if record.id not in made:
            outcomes[record.id] = await _explain(connection, record)
    return outcomes


async def _find_users(connection: AsyncConnection, ids: Collection[UUID]) -> set[UUID]:
    """Return those of these users that there still are."""
    return set(await connection.scalars(select(users.c.id).where(users.c.id.in_(ids))))


async def _explain(connection: AsyncConnection, record: LinkRecord) -> RequestError:
    key = record.workspace_id, record.target_url, record.link_type
    if record.canonical and record.is_active and await repository.find_canonical(connection, *key):
        return CanonicalTaken("Another active link is the canonical one for this destination and type.")
    return code_taken(record)


def _encode(record: LinkRecord) -> str:
    return msgspec.json.encode(record).decode()


def _decode(kept: str) -> LinkRecord:
    return msgspec.json.decode(kept, type=LinkRecord)
