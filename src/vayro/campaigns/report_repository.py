"""Every statement of the reports: three, whatever the number of businesses.

written   the messages of the scope, a row for each business and link: how many, what they cost, when the first went
clicked   the clicks of people on that link since then
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import CTE, BigInteger, Row, Select, and_, cast, func, literal, null, or_, select, union_all
from sqlalchemy.ext.asyncio import AsyncConnection

from vayro.database.dialect import UtcDateTime
from vayro.database.models import businesses, campaign_messages, click_events, sites

_message = campaign_messages.c


@dataclass(frozen=True)
class Scope:
    """Which messages: of a workspace, and of one campaign, of one business, or of a time (`end` itself excluded)."""

    workspace_id: UUID
    campaign_id: UUID | None = None
    business_id: UUID | None = None
    start: dt.datetime | None = None
    end: dt.datetime | None = None


async def count_messages(connection: AsyncConnection, scope: Scope) -> Any:
    """Return the sums over all messages, when the first went, and what the deals of those written to are worth."""
    written = _written(scope)
    reached = select(written.c.business_id).where(written.c.sent > 0)
    deals = select(func.sum(businesses.c.deal_value_micros)).where(businesses.c.id.in_(reached)).scalar_subquery()
    sums = [func.coalesce(func.sum(written.c[name]), 0).label(name) for name in SUMS]
    first = func.min(written.c.first_sent_at, type_=UtcDateTime).label("first_sent_at")
    return (await connection.execute(select(*sums, first, deals.label("deal_value_micros")))).one()


async def count_clicks(connection: AsyncConnection, scope: Scope, first: dt.datetime) -> tuple[int, int]:
    """Return the clicks of all, and how many different people they are of. Args: first, when the first message went."""
    written = _written(scope)
    clicks = select(func.count(), func.count(click_events.c.visitor_id.distinct())).select_from(
        written.join(click_events, _since(written, first, scope.end))
    )
    row = (await connection.execute(clicks)).one()
    return row[0], row[1]


async def count_clicks_of_campaigns(
    connection: AsyncConnection, ids: Sequence[UUID], begun: dt.datetime
) -> dict[UUID, int]:
    """Return the clicks that the report of each campaign counts; campaigns without one are missing.

    Args: begun, before which none of them has sent anything.
    """
    # A link has one message in a campaign, as its business has. Grouped all the same, twenty campaigns of 10,000
    # messages with 20,000 clicks each took 1.2 s instead of 0.4 s.
    written = (
        select(_message.campaign_id, _message.link_id, _message.sent_at.label("first_sent_at"))
        .where(_message.campaign_id.in_(ids), _message.sent_at.is_not(None))
        .cte("written")
    )
    clicked = written.join(click_events, _since(written, begun))
    counts = select(written.c.campaign_id, func.count()).select_from(clicked).group_by(written.c.campaign_id)
    return {row[0]: row[1] for row in await connection.execute(counts)}


async def list_businesses(
    connection: AsyncConnection,
    scope: Scope,
    first: dt.datetime | None,
    limit: int,
    after: tuple[int, UUID] | None = None,
) -> Sequence[Row[Any]]:
    """Return what was written to each business and what came of it, most clicked first.

    Args: first, when the first message went; after, clicks and identifier of the last one that was seen.
    """
    rows = _by_business(_written(scope), scope, first).subquery("by_business")
    page = select(rows).order_by(rows.c.clicks.desc(), rows.c.business_id).limit(limit)
    if after:
        is_same = and_(rows.c.clicks == after[0], rows.c.business_id > after[1])
        page = page.where(or_(rows.c.clicks < after[0], is_same))
    shown = page.subquery("page")
    tables = shown.outerjoin(businesses, businesses.c.id == shown.c.business_id)
    tables = tables.outerjoin(sites, sites.c.business_id == shown.c.business_id)
    query = select(shown, businesses.c.name, businesses.c.deal_value_micros, sites.c.short_url).select_from(tables)
    return (await connection.execute(query.order_by(shown.c.clicks.desc(), shown.c.business_id))).all()


SUMS = ("sent", "delivered", "failed", "unknown", "opted_out", "cost_micros")


def _written(scope: Scope) -> CTE:
    conditions = [_message.workspace_id == scope.workspace_id]
    if scope.campaign_id:
        conditions.append(_message.campaign_id == scope.campaign_id)
    if scope.business_id:
        conditions.append(_message.business_id == scope.business_id)
    moment = func.coalesce(_message.sent_at, _message.updated_at)
    if scope.start:
        conditions.append(moment >= scope.start)
    if scope.end:
        conditions.append(moment < scope.end)

    def counted(status: str) -> Any:
        return func.count().filter(_message.status == status).label(status)

    return (
        select(
            _message.business_id,
            _message.link_id,
            func.count(_message.sent_at).label("sent"),
            *(counted(status) for status in ("delivered", "failed", "unknown", "opted_out")),
            func.sum(_message.cost_micros).label("cost_micros"),
            func.min(_message.sent_at, type_=UtcDateTime).label("first_sent_at"),
        )
        .where(*conditions)
        .group_by(_message.business_id, _message.link_id)
        .cte("written")
    )


def _since(written: CTE, first: dt.datetime, end: dt.datetime | None = None) -> Any:
    """Return the condition of a click on a link since the first message with it."""
    click = click_events.c
    conditions = [
        click.link_id == written.c.link_id,
        click.timestamp >= written.c.first_sent_at,
        click.timestamp >= first,  # so that months before it are not looked into
        ~click.is_bot,
    ]
    if end:
        conditions.append(click.timestamp < end)
    return and_(*conditions)


def _by_business(written: CTE, scope: Scope, first: dt.datetime | None) -> Select[Any]:
    """Return sums by business, of messages and of clicks.

    One under the other, and added up: joined, PostgreSQL would compare ten thousand with ten thousand as long as it
    has no statistics of a campaign that was made a moment ago.
    """
    nothing = literal(0)
    wrote = select(
        written.c.business_id,
        *(written.c[name] for name in SUMS),
        written.c.first_sent_at,
        nothing.label("clicks"),
        nothing.label("visitors"),
    )
    clicked = (
        select(
            written.c.business_id,
            *(nothing.label(name) for name in SUMS),
            cast(null(), UtcDateTime).label("first_sent_at"),
            func.count().label("clicks"),
            func.count(click_events.c.visitor_id.distinct()).label("visitors"),
        )
        # Without a first message there is no click to count.
        .select_from(written.join(click_events, _since(written, first or dt.datetime.now(dt.UTC), scope.end)))
        .group_by(written.c.business_id)
    )
    both = union_all(wrote, clicked).subquery("wrote_and_clicked")
    sums = [cast(func.sum(both.c[name]), BigInteger).label(name) for name in (*SUMS, "clicks", "visitors")]
    first_sent_at = func.min(both.c.first_sent_at, type_=UtcDateTime).label("first_sent_at")
    return select(both.c.business_id, *sums, first_sent_at).group_by(both.c.business_id)
