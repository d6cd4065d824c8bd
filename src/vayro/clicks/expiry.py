"""Up to when the clicks of each workspace have expired: the seam between retention, writers and rollups.

Before that instant (a UTC midnight) the units of days say what was counted, for good; rows are on their way out. See
`docs/decisions/` on retention. It moves (`retention_plan`) while no writer is at work on late clicks: `CLOSING_LOCK`.
"""

import datetime as dt
from collections.abc import Collection
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from vayro.database.models import click_expiry

Mark = tuple[UUID, dt.datetime]


async def split_expired(connection: AsyncConnection, marks: Collection[Mark]) -> tuple[set[Mark], set[Mark]]:
    """Return the (workspace, hour) pairs whose rollups can still be made again, and those that have expired."""
    owners = {workspace_id for workspace_id, _ in marks}
    if not owners:
        return set(), set()
    query = select(click_expiry.c.workspace_id, click_expiry.c.expired_until)
    if len(owners) <= 1_000:
        query = query.where(click_expiry.c.workspace_id.in_(owners))
    until = {row.workspace_id: row.expired_until for row in await connection.execute(query)}
    expired = {mark for mark in marks if mark[0] in until and mark[1] < until[mark[0]]}
    return set(marks) - expired, expired


async def clear_again(connection: AsyncConnection, expired: Collection[Mark]) -> None:
    """Have retention look again at days whose rows had gone: there are new ones, which came very late."""
    first: dict[UUID, dt.datetime] = {}
    for workspace_id, hour in expired:
        first[workspace_id] = min(hour, first.get(workspace_id, hour))
    for workspace_id in sorted(first):
        day, column = first[workspace_id].replace(hour=0), click_expiry.c
        own = (column.workspace_id == workspace_id) & (column.cleared_until > day)
        await connection.execute(update(click_expiry).where(own).values(cleared_until=day))


async def find_expired(connection: AsyncConnection, instant: dt.datetime) -> set[UUID]:
    """Return the workspaces whose clicks of this instant have expired."""
    query = select(click_expiry.c.workspace_id).where(click_expiry.c.expired_until > instant)
    return set(await connection.scalars(query))
