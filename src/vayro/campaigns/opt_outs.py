"""Numbers that want no messages: of a workspace, or of anybody who sends from this installation.

Somebody who answers STOP answers the number that all workspaces here send from, so that ends all of it; only they can
take it back. What a workspace notes by hand is its own.
"""

import datetime as dt
from typing import Any, NamedTuple
from uuid import UUID

import msgspec
from sqlalchemy import ColumnElement, Row, and_, delete, exists, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from vayro.accounts import audit
from vayro.accounts.records import Caller
from vayro.database.dialect import insert_ignoring
from vayro.database.engine import Database
from vayro.database.models import businesses, campaign_messages, campaigns, opt_outs
from vayro.database.models.campaigns import EVERYONE
from vayro.errors import Forbidden, NotFound
from vayro.sites.phone import mask_phone, parse_phone


class OptOutView(msgspec.Struct, frozen=True):
    """An opt-out as the API shows it. `source`: `keyword` and `provider` are of everybody here, `manual` one's own."""

    phone: str
    source: str
    keyword: str | None
    created_at: dt.datetime


class OptOutPosition(NamedTuple):
    """The last opt-out of a page."""

    created_at: dt.datetime
    phone: str


async def opt_out(
    connection: AsyncConnection, workspace_id: UUID, phone: str, source: str, keyword: str | None = None
) -> int:
    """Note that a number wants no messages, and end those that wait for it; return how many did.

    One transaction: a message is either claimed before it, or never.
    """
    now = dt.datetime.now(dt.UTC)
    row = {"workspace_id": workspace_id, "phone": phone, "source": source, "keyword": keyword, "created_at": now}
    await connection.execute(insert_ignoring(opt_outs, connection.dialect.name).values(row))
    message = campaign_messages.c
    # By campaigns that are not over, so that the index by campaign or by workspace and number finds them.
    alive = select(campaigns.c.id).where(campaigns.c.status.not_in(["completed", "cancelled"]))
    if workspace_id != EVERYONE:
        alive = alive.where(campaigns.c.workspace_id == workspace_id)
    waiting = and_(message.phone == phone, message.status == "queued", message.campaign_id.in_(alive))
    ended = await connection.execute(
        update(campaign_messages).where(waiting).values(status="opted_out", updated_at=now)
    )
    return ended.rowcount


async def opt_out_for_all(database: Database, phone: str, *, source: str, keyword: str | None = None) -> int:
    """Note that a number wants nothing from here; return how many waiting messages that ended."""
    async with database.transaction() as connection:
        return await opt_out(connection, EVERYONE, phone, source, keyword)


async def opt_in_for_all(database: Database, phone: str) -> None:
    """Take back what `opt_out_for_all` noted; what workspaces noted stays."""
    async with database.transaction() as connection:
        own = (opt_outs.c.workspace_id == EVERYONE) & (opt_outs.c.phone == phone)
        await connection.execute(delete(opt_outs).where(own))


class OptOuts:
    """The opt-outs that a workspace sees: its own, and those of everybody among numbers that it knows."""

    def __init__(self, database: Database) -> None:
        """Args: database."""
        self._database = database

    async def list_some(
        self, workspace_id: UUID, limit: int, after: OptOutPosition | None = None
    ) -> tuple[list[OptOutView], OptOutPosition | None]:
        """Return a page of opt-outs, newest first, and where the next begins."""
        columns = (opt_outs.c.phone, opt_outs.c.source, opt_outs.c.keyword, opt_outs.c.created_at)
        query = select(*columns).where(_visible(workspace_id))
        if after:
            is_same = and_(opt_outs.c.created_at == after.created_at, opt_outs.c.phone > after.phone)
            query = query.where(or_(opt_outs.c.created_at < after.created_at, is_same))
        order = (opt_outs.c.created_at.desc(), opt_outs.c.phone, opt_outs.c.workspace_id)
        async with self._database.read() as connection:
            found = (await connection.execute(query.order_by(*order).limit(limit + 1))).all()
        views = [OptOutView(*row) for row in found]
        more = len(views) > limit
        last = OptOutPosition(views[limit - 1].created_at, views[limit - 1].phone) if more else None
        return views[:limit], last

    async def add(self, caller: Caller, phone: str) -> OptOutView:
        """Note by hand that a number wants no messages of this workspace. Raises ValidationFailed."""
        number = parse_phone(phone).number
        async with self._database.transaction() as connection:
            ended = await opt_out(connection, caller.workspace_id, number, "manual")
            await audit.note(connection, caller, "opt_out.create", mask_phone(number), {"messages": ended})
            row = await _find(connection, caller.workspace_id, number)
        assert row is not None
        return OptOutView(row.phone, row.source, row.keyword, row.created_at)

    async def remove(self, caller: Caller, phone: str) -> None:
        """Take back what was noted by hand.

        Raises NotFound; Forbidden when they ended it themselves, which only they can take back.
        """
        number = parse_phone(phone).number
        async with self._database.transaction() as connection:
            own = (opt_outs.c.workspace_id == caller.workspace_id) & (opt_outs.c.phone == number)
            removed = (await connection.execute(delete(opt_outs).where(own))).rowcount
            seen = (opt_outs.c.phone == number) & _visible(caller.workspace_id)
            if not removed and await connection.scalar(select(exists().where(seen))):
                raise Forbidden("They ended it themselves: only they can take it back, with START.")
            if not removed:
                raise NotFound("This number has not opted out.")
            await audit.note(connection, caller, "opt_out.delete", mask_phone(number))


def _visible(workspace_id: UUID) -> ColumnElement[bool]:
    """Of the numbers that ended everything, a workspace sees those that it has: the others are its neighbours'."""
    is_business = exists().where(businesses.c.workspace_id == workspace_id, businesses.c.phone == opt_outs.c.phone)
    message = campaign_messages.c
    is_written_to = exists().where(message.workspace_id == workspace_id, message.phone == opt_outs.c.phone)
    for_all = and_(opt_outs.c.workspace_id == EVERYONE, or_(is_business, is_written_to))
    return or_(opt_outs.c.workspace_id == workspace_id, for_all)


async def _find(connection: AsyncConnection, workspace_id: UUID, phone: str) -> Row[Any] | None:
    own = (opt_outs.c.workspace_id == workspace_id) & (opt_outs.c.phone == phone)
    return (await connection.execute(select(opt_outs).where(own))).one_or_none()
