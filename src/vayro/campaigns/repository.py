"""Every SQL statement about campaigns, and about those whom they write to.

Whatever takes a `workspace_id` sees what belongs to that workspace only.
"""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, and_, bindparam, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from vayro.database.dialect import insert_ignoring
from vayro.database.models import businesses, campaign_messages, campaigns, opt_outs, sites, workspaces
from vayro.database.models.campaigns import EVERYONE

_OF_BUSINESS = ("id", "name", "category", "phone", "locale", "time_zone")
_OF_SITE = (
    "subdomain",
    "custom_domain",
    "verified_at",
    "link_id",
    "short_url",
    "status",
    "is_published",
    "completed_at",
)


def select_recipients() -> Select[Any]:
    """Return the SELECT of businesses with what a message to them needs: their site, if any, and who writes.

    `opted_out` is their number when it wants no messages, else null.
    """
    refusals = and_(
        opt_outs.c.phone == businesses.c.phone,
        or_(opt_outs.c.workspace_id == businesses.c.workspace_id, opt_outs.c.workspace_id == EVERYONE),
    )
    opted_out = select(opt_outs.c.phone).where(refusals).limit(1).scalar_subquery().label("opted_out")
    columns = [
        *(businesses.c[name] for name in _OF_BUSINESS),
        sites.c.id.label("site_id"),
        *(sites.c[name] for name in _OF_SITE),
        workspaces.c.name.label("sender"),
        opted_out,
    ]
    tables = businesses.outerjoin(sites, sites.c.business_id == businesses.c.id)
    return select(*columns).select_from(tables.join(workspaces, workspaces.c.id == businesses.c.workspace_id))


_MINE = businesses.c.workspace_id == bindparam("workspace_id")
_BY_SITE = select_recipients().where(sites.c.id == bindparam("wanted_id"), _MINE)
_BY_BUSINESS = select_recipients().where(businesses.c.id == bindparam("wanted_id"), _MINE)


async def find_recipient(connection: AsyncConnection, workspace_id: UUID, business_id: UUID) -> Row[Any] | None:
    """Return a business as `select_recipients` has it, or None."""
    given = {"workspace_id": workspace_id, "wanted_id": business_id}
    found: Row[Any] | None = (await connection.execute(_BY_BUSINESS, given)).first()
    return found


async def find_recipient_of_site(connection: AsyncConnection, workspace_id: UUID, site_id: UUID) -> Row[Any] | None:
    """Return the business of a site as `select_recipients` has it, or None."""
    given = {"workspace_id": workspace_id, "wanted_id": site_id}
    found: Row[Any] | None = (await connection.execute(_BY_SITE, given)).first()
    return found


async def find_recipients(
    connection: AsyncConnection, workspace_id: UUID, conditions: Sequence[ColumnElement[bool]], limit: int
) -> Sequence[Row[Any]]:
    """Return businesses in the order of their identifiers, as `select_recipients` has them."""
    mine = businesses.c.workspace_id == workspace_id
    query = select_recipients().where(mine, *conditions).order_by(businesses.c.id).limit(limit)
    rows: Sequence[Row[Any]] = (await connection.execute(query)).all()
    return rows


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


async def update_campaign(connection: AsyncConnection, campaign_id: UUID, values: dict[str, Any]) -> None:
    """Write columns of a campaign."""
    await connection.execute(update(campaigns).where(campaigns.c.id == campaign_id).values(values))
