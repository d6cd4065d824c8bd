"""Every statement about messages that are being sent. The queue is the table: a message is its row's `status`.

    queued ──claim──▶ sending ──▶ sent ──receipt──▶ delivered
      ▲  └──▶ opted_out  ├──────▶ failed
      │                  └──────▶ unknown   (the provider was asked, and nobody knows what came of it)
      └──── not taken yet, or the claimant died and the provider is idempotent

`sending` is committed before the provider is asked, so whatever dies in between is seen; nothing ever leads from
`sent`, `failed` or `unknown` back to `queued`.
"""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import Row, bindparam, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from vayro.campaigns.pacing import Paces
from vayro.campaigns.providers.port import Outgoing
from vayro.campaigns.quiet import choose_zone
from vayro.database.models import businesses, campaign_messages, campaigns, opt_outs
from vayro.database.models.campaigns import EVERYONE

# So many rows are looked at for one claim: those that must wait for the morning do not hold up the others.
LOOKED_AT = 500
messages = campaign_messages.c
_COLUMNS = (messages.id, messages.campaign_id, messages.phone, messages.body, messages.segments)

NextAllowed = Callable[[dt.datetime, str, str | None, str | None], dt.datetime]
"""Returns the first moment from an instant on that is outside the quiet hours of a time zone."""


@dataclass
class Claim:
    """What came of one look at a campaign's queue. `is_idle`: nothing is due. `is_over`: it does not run any more."""

    taken: list[Outgoing] = field(default_factory=list)
    attempts: dict[UUID, int] = field(default_factory=dict)
    opted_out: int = 0
    moved: int = 0
    wait_seconds: float = 0.0
    is_idle: bool = False
    is_over: bool = False


@dataclass(frozen=True)
class Claimant:
    """Who claims, how many at most, for how long, and how fast all may send."""

    id: UUID
    at_once: int
    seconds: float
    ceiling: int


async def claim(
    connection: AsyncConnection, campaign_id: UUID, who: Claimant, now: dt.datetime, next_allowed: NextAllowed
) -> Claim:
    """Take messages that are due, of a campaign that runs; what must not be sent now is moved or ended."""
    running = (campaigns.c.id == campaign_id) & (campaigns.c.status == "running")
    # Held until the commit: once somebody's pause is committed, no message is taken any more.
    row = (await connection.execute(select(campaigns).where(running).with_for_update(read=True))).one_or_none()
    if row is None:
        return Claim(is_over=True)
    paces = Paces(campaign_id, row.rate_per_second, who.ceiling)
    allowance = await paces.hold(connection, now)
    made = Claim(wait_seconds=allowance.wait_seconds)
    if not allowance.messages:
        return made
    due = await _lock_due(connection, campaign_id, now)
    unwilling = await _find_opted_out(connection, row.workspace_id, {one.phone for one in due})
    moved: list[dict[str, Any]] = []
    for one in due:
        zone = choose_zone(one.time_zone, row.time_zone)
        later = next_allowed(now, zone, row.quiet_from, row.quiet_until)
        if one.phone in unwilling:
            made.opted_out += 1
        elif later > now:
            moved.append({"key": one.id, "due": later})
        elif len(made.taken) < min(allowance.messages, who.at_once):
            made.taken.append(Outgoing(one.id, one.campaign_id, one.phone, one.body, one.segments))
            made.attempts[one.id] = one.attempts + 1
    made.moved, made.is_idle = len(moved), not due
    ended = [one.id for one in due if one.phone in unwilling]
    await _pass_over(connection, ended, moved, now)
    if made.taken:
        await _take(connection, made, who, now)
        await paces.spend(connection, len(made.taken))
    return made


async def _lock_due(connection: AsyncConnection, campaign_id: UUID, now: dt.datetime) -> list[Any]:
    wanted = (messages.campaign_id == campaign_id) & (messages.status == "queued") & (messages.due_at <= now)
    due = (
        select(*_COLUMNS, messages.attempts, businesses.c.time_zone)
        .join_from(campaign_messages, businesses, businesses.c.id == messages.business_id, isouter=True)
        .where(wanted)
        .order_by(messages.due_at, messages.id)
        .limit(LOOKED_AT)
        .with_for_update(skip_locked=True, of=campaign_messages)
    )
    return [*(await connection.execute(due))]


async def _find_opted_out(connection: AsyncConnection, workspace_id: UUID, phones: set[str]) -> set[str]:
    """Return which of these numbers want nothing; asked after the rows are locked, so that no STOP slips through."""
    unwilling = opt_outs.c.phone.in_(phones) & opt_outs.c.workspace_id.in_([workspace_id, EVERYONE])
    return set((await connection.scalars(select(opt_outs.c.phone).where(unwilling))).all()) if phones else set()


async def _take(connection: AsyncConnection, made: Claim, who: Claimant, now: dt.datetime) -> None:
    taken = messages.id.in_([one.id for one in made.taken])
    values = {"status": "sending", "claimed_by": who.id, "claimed_until": now + dt.timedelta(seconds=who.seconds)}
    await connection.execute(
        update(campaign_messages).where(taken).values(**values, attempts=messages.attempts + 1, updated_at=now)
    )


async def _pass_over(
    connection: AsyncConnection, ended: Sequence[UUID], moved: Sequence[dict[str, Any]], now: dt.datetime
) -> None:
    own = update(campaign_messages)
    if ended:
        await connection.execute(own.where(messages.id.in_(ended)).values(status="opted_out", updated_at=now))
    if moved:
        later = own.where(messages.id == bindparam("key")).values(due_at=bindparam("due"), updated_at=now)
        await connection.execute(later, list(moved))


@dataclass(frozen=True)
class Outcome:
    """What became of one message that was handed to a provider."""

    id: UUID
    status: str
    error: str | None = None
    provider_message_id: str | None = None
    cost_micros: int = 0
    due_at: dt.datetime | None = None


async def record(connection: AsyncConnection, claimant_id: UUID, outcomes: Sequence[Outcome], now: dt.datetime) -> None:
    """Write down what became of messages. What a receipt said meanwhile stays."""
    sent = [
        {"key": one.id, "name": one.provider_message_id, "cost": one.cost_micros, "at": now}
        for one in outcomes
        if one.status == "sent"
    ]
    if sent:
        await connection.execute(_sending(now), sent)
        await connection.execute(_overtaken(claimant_id), sent)
    for one in outcomes:
        if one.status != "sent":
            await connection.execute(_ending(one, now))


def _sending(now: dt.datetime) -> Any:
    """What the provider took was sent, even if its claimant was taken for dead meanwhile."""
    values: dict[str, Any] = {
        "provider_message_id": bindparam("name"),
        "cost_micros": bindparam("cost"),
        "sent_at": bindparam("at"),
    }
    return (
        update(campaign_messages)
        .where(
            messages.id == bindparam("key"), *(messages.status != known for known in ("sent", "delivered", "failed"))
        )
        .values(status="sent", error=None, claimed_by=None, claimed_until=None, updated_at=now, **values)
    )


def _overtaken(claimant_id: UUID) -> Any:
    """A receipt that was faster than this has set the status, and knows no price."""
    return (
        update(campaign_messages)
        .where(messages.id == bindparam("key"), messages.claimed_by == claimant_id)
        .values(
            provider_message_id=bindparam("name"),
            cost_micros=bindparam("cost"),
            sent_at=func.coalesce(messages.sent_at, bindparam("at", type_=messages.sent_at.type)),
            claimed_by=None,
            claimed_until=None,
        )
    )


def _ending(one: Outcome, now: dt.datetime) -> Any:
    values: dict[str, Any] = {"status": one.status, "error": one.error}
    if one.status != "sending":  # what is not known yet stays in its claimant's hands until that time is over
        values |= {"claimed_by": None, "claimed_until": None}
    if one.due_at:
        values["due_at"] = one.due_at
    mine = (messages.id == one.id) & (messages.status == "sending")
    return update(campaign_messages).where(mine).values(updated_at=now, **values)


async def find_abandoned(connection: AsyncConnection, now: dt.datetime, limit: int = 500) -> Sequence[Row[Any]]:
    """Return messages whose claimant is taken for dead, with their campaign's provider and status."""
    # By their campaigns, of which few are not over: there is an index for that.
    alive = select(campaigns.c.id).where(campaigns.c.status != "completed")
    lost = (messages.status == "sending") & (messages.claimed_until < now) & messages.campaign_id.in_(alive)
    query = (
        select(*_COLUMNS, messages.error, messages.claimed_by, messages.claimed_until)
        # A claim is the last thing that was written of it.
        .add_columns(messages.updated_at.label("claimed_at"))
        .add_columns(campaigns.c.provider, campaigns.c.status.label("campaign_status"))
        .join_from(campaign_messages, campaigns, campaigns.c.id == messages.campaign_id)
        .where(lost)
        .order_by(messages.id)
        .limit(limit)
    )
    return (await connection.execute(query)).all()


async def take_over(connection: AsyncConnection, row: Row[Any], outcome: Outcome, now: dt.datetime) -> bool:
    """Write down what becomes of an abandoned message; False when somebody else was faster."""
    values: dict[str, Any] = {"status": outcome.status, "error": outcome.error}
    if outcome.status == "sent":
        values |= {
            "provider_message_id": outcome.provider_message_id,
            "cost_micros": outcome.cost_micros,
            "sent_at": row.claimed_at,
        }
    same = (messages.claimed_by == row.claimed_by) & (messages.claimed_until == row.claimed_until)
    mine = (messages.id == row.id) & (messages.status == "sending") & same
    done = await connection.execute(
        update(campaign_messages).where(mine).values(claimed_by=None, claimed_until=None, updated_at=now, **values)
    )
    return bool(done.rowcount)
