"""Every SQL statement about campaigns and their messages; `recipients` holds those about whom they write to.

Whatever takes a `workspace_id` sees what belongs to that workspace only.
"""

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from vayro.database.dialect import insert_ignoring
from vayro.database.models import businesses, campaign_messages, campaigns

_MESSAGE = ("id", "business_id", "phone", "body", "segments", "encoding", "status", "error", "cost_micros")
_MESSAGE_AT = ("due_at", "sent_at", "delivered_at")


async def insert_campaign(connection: AsyncConnection, values: dict[str, Any]) -> None:
    """Store a new campaign."""
    await connection.execute(insert(campaigns).values(values))


async def find_campaigns(
    connection: AsyncConnection, workspace_id: UUID, *, limit: int, before: UUID | None = None
) -> Sequence[Any]:
    """Return campaigns, newest first: identifiers grow with time."""
    query = select(campaigns).where(campaigns.c.workspace_id == workspace_id)
    if before:
        query = query.where(campaigns.c.id < before)
    return (await connection.execute(query.order_by(campaigns.c.id.desc()).limit(limit))).all()


async def find_own_campaign(connection: AsyncConnection, workspace_id: UUID, campaign_id: UUID) -> Row[Any] | None:
    """Return the campaign, or None."""
    mine = (campaigns.c.id == campaign_id) & (campaigns.c.workspace_id == workspace_id)
    return (await connection.execute(select(campaigns).where(mine))).first()


async def find_lively(connection: AsyncConnection, workspace_id: UUID, since: dt.datetime, limit: int) -> Sequence[Any]:
    """Return the newest campaigns that are not over, or ended after an instant, with their states alone."""
    is_lively = campaigns.c.finished_at.is_(None) | (campaigns.c.finished_at > since)
    query = select(campaigns.c.id, campaigns.c.status).where(campaigns.c.workspace_id == workspace_id, is_lively)
    return (await connection.execute(query.order_by(campaigns.c.id.desc()).limit(limit))).all()


async def lock_own_campaign(connection: AsyncConnection, workspace_id: UUID, campaign_id: UUID) -> Row[Any] | None:
    """Return the campaign and keep it as it is until the transaction ends, or None."""
    mine = (campaigns.c.id == campaign_id) & (campaigns.c.workspace_id == workspace_id)
    return (await connection.execute(select(campaigns).where(mine).with_for_update())).first()


async def sum_messages(connection: AsyncConnection, ids: Iterable[UUID]) -> Sequence[Any]:
    """Return for each of the campaigns and each status of messages: how many, their segments and their cost."""
    one = campaign_messages.c
    sums = (func.count(), func.coalesce(func.sum(one.segments), 0), func.coalesce(func.sum(one.cost_micros), 0))
    query = select(one.campaign_id, one.status, *sums).where(one.campaign_id.in_(list(ids)))
    return (await connection.execute(query.group_by(one.campaign_id, one.status))).all()


async def find_messages(
    connection: AsyncConnection, campaign_id: UUID, *, status: str | None, limit: int, after: UUID | None = None
) -> Sequence[Any]:
    """Return messages of a campaign in the order in which they were made, with the names of the businesses."""
    columns = [campaign_messages.c[name] for name in (*_MESSAGE, *_MESSAGE_AT)]
    named = campaign_messages.outerjoin(businesses, businesses.c.id == campaign_messages.c.business_id)
    query = select(*columns, businesses.c.name.label("business_name")).select_from(named)
    query = query.where(campaign_messages.c.campaign_id == campaign_id)
    if status:
        query = query.where(campaign_messages.c.status == status)
    if after:
        query = query.where(campaign_messages.c.id > after)
    return (await connection.execute(query.order_by(campaign_messages.c.id).limit(limit))).all()


async def reschedule_messages(connection: AsyncConnection, campaign_id: UUID, due_at: dt.datetime) -> None:
    """Let all messages that wait be due at another time; quiet hours are kept when they are taken to be sent."""
    waiting = (campaign_messages.c.campaign_id == campaign_id) & (campaign_messages.c.status == "queued")
    await connection.execute(update(campaign_messages).where(waiting).values(due_at=due_at))


async def cancel_messages(connection: AsyncConnection, campaign_id: UUID, at: dt.datetime) -> int:
    """End all messages that wait; return how many. What a provider was given already is not called back."""
    waiting = (campaign_messages.c.campaign_id == campaign_id) & (campaign_messages.c.status == "queued")
    cancelled = update(campaign_messages).where(waiting).values(status="cancelled", updated_at=at)
    return (await connection.execute(cancelled)).rowcount


async def find_campaign(connection: AsyncConnection, campaign_id: UUID) -> Row[Any] | None:
    """Return the campaign, whosever it is, or None."""
    return (await connection.execute(select(campaigns).where(campaigns.c.id == campaign_id))).first()


async def lock_campaign(connection: AsyncConnection, campaign_id: UUID) -> Row[Any] | None:
    """Return the campaign, whosever it is, and keep it as it is until the transaction ends; or None."""
    query = select(campaigns).where(campaigns.c.id == campaign_id).with_for_update()
    return (await connection.execute(query)).first()


async def find_written(connection: AsyncConnection, campaign_id: UUID, phones: Collection[str]) -> set[str]:
    """Return those of the numbers that the campaign has a message for."""
    mine = campaign_messages.c.campaign_id == campaign_id
    query = select(campaign_messages.c.phone).where(mine, campaign_messages.c.phone.in_(phones))
    return set(await connection.scalars(query))


async def insert_messages(connection: AsyncConnection, rows: Sequence[dict[str, Any]]) -> None:
    """Store messages. A number that the campaign has a message for gets no other."""
    if rows:
        await connection.execute(insert_ignoring(campaign_messages, connection.dialect.name), rows)


async def update_campaign(connection: AsyncConnection, campaign_id: UUID, values: Mapping[str, Any]) -> None:
    """Write columns of a campaign."""
    await connection.execute(update(campaigns).where(campaigns.c.id == campaign_id).values(values))
