"""Every statement that moves a campaign on by itself: to its start, to its end, and aside when it cannot go on."""

import datetime as dt
from typing import Any
from uuid import UUID

from sqlalchemy import Row, and_, exists, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from vayro.accounts import audit
from vayro.campaigns.pacing import forget_pace
from vayro.database.models import campaign_messages, campaigns

_OPEN = ("queued", "sending")


async def find_active(connection: AsyncConnection, now: dt.datetime) -> list[Any]:
    """Return the campaigns that somebody has to do something for, the oldest first."""
    state = campaigns.c
    is_due = or_(state.scheduled_at.is_(None), state.scheduled_at <= now)
    waits = (state.status == "scheduled") & is_due
    query = select(state.id, state.status, state.is_prepared, state.scheduled_at, state.provider)
    active = or_(state.status.in_(["preparing", "running"]), waits)
    return [*(await connection.execute(query.where(active)))]


async def find_campaign(connection: AsyncConnection, campaign_id: UUID) -> Row[Any] | None:
    """Return one campaign; None when it was erased."""
    return (await connection.execute(select(campaigns).where(campaigns.c.id == campaign_id))).one_or_none()


async def move_on(connection: AsyncConnection, campaign_id: UUID, now: dt.datetime) -> None:
    """Let a campaign whose messages are all there run, or wait for its time."""
    prepared = and_(campaigns.c.id == campaign_id, campaigns.c.is_prepared)
    is_early = campaigns.c.scheduled_at > now
    await connection.execute(
        update(campaigns)
        .where(prepared, campaigns.c.status == "preparing", is_early)
        .values(status="scheduled", updated_at=now)
    )
    is_due = or_(campaigns.c.scheduled_at.is_(None), campaigns.c.scheduled_at <= now)
    await connection.execute(
        update(campaigns)
        .where(prepared, campaigns.c.status.in_(["preparing", "scheduled"]), is_due)
        .values(status="running", started_at=func.coalesce(campaigns.c.started_at, now), updated_at=now)
    )


async def complete(connection: AsyncConnection, campaign_id: UUID, now: dt.datetime) -> bool:
    """End a campaign of which nothing is left to do; return whether it is over."""
    message = campaign_messages.c
    is_open = exists().where(message.campaign_id == campaign_id, message.status.in_(_OPEN))
    ended = (
        update(campaigns)
        .where(campaigns.c.id == campaign_id, campaigns.c.status == "running", campaigns.c.is_prepared, ~is_open)
        .values(status="completed", finished_at=now, updated_at=now)
        .returning(campaigns.c.workspace_id, campaigns.c.name)
    )
    row = (await connection.execute(ended)).one_or_none()
    if row is None:
        return False
    await forget_pace(connection, campaign_id, now)
    await audit.note(connection, None, "campaign.complete", row.name, workspace_id=row.workspace_id)
    return True


async def set_aside(connection: AsyncConnection, campaign_id: UUID, note: str, now: dt.datetime) -> None:
    """Pause a campaign that cannot go on, and say why."""
    held = (
        update(campaigns)
        .where(campaigns.c.id == campaign_id, campaigns.c.status == "running")
        .values(status="paused", note=note, updated_at=now)
        .returning(campaigns.c.workspace_id, campaigns.c.name)
    )
    if row := (await connection.execute(held)).one_or_none():
        await audit.note(connection, None, "campaign.pause", row.name, {"note": note}, workspace_id=row.workspace_id)


async def find_oldest_due(connection: AsyncConnection, now: dt.datetime) -> dt.datetime | None:
    """Return since when the message that waits longest in a running campaign is due."""
    message = campaign_messages.c
    running = select(campaigns.c.id).where(campaigns.c.status == "running")
    waiting = (message.status == "queued") & (message.due_at <= now) & message.campaign_id.in_(running)
    oldest: dt.datetime | None = await connection.scalar(select(func.min(message.due_at)).where(waiting))
    return oldest
