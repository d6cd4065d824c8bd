"""Every SQL statement about sites that people ask for; `runs` holds those of generations."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import ColumnElement, RowMapping, Select, delete, func, literal, or_, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from vayro.database.dialect import insert_ignoring
from vayro.database.models import businesses, link_stats, sites
from vayro.sites.content import Facts

_CLICKS = func.coalesce(link_stats.c.clicks, 0).label("clicks")
_HEAVY = {"html", "content"}


@dataclass(frozen=True, slots=True)
class SiteFilter:
    """What a list shows; None: all. `q` is looked for in the business's name and in the subdomain."""

    q: str | None = None
    status: str | None = None
    business_id: UUID | None = None


class SitePosition(msgspec.Struct, frozen=True, array_like=True, tag="sites"):
    """The last entry of a page."""

    created_at: dt.datetime
    site_id: UUID


def select_sites(*, has_content: bool) -> Select[Any]:
    """Return the SELECT of sites with their business's name and their link's clicks."""
    left_out = _HEAVY - {"content"} if has_content else _HEAVY
    columns = [column for column in sites.c if column.name not in left_out]
    joined = sites.join(businesses, businesses.c.id == sites.c.business_id)
    joined = joined.outerjoin(link_stats, link_stats.c.link_id == sites.c.link_id)
    return select(*columns, businesses.c.name.label("business_name"), _CLICKS).select_from(joined)


async def list_sites(
    connection: AsyncConnection, workspace_id: UUID, wanted: SiteFilter, *, limit: int, after: SitePosition | None
) -> Sequence[RowMapping]:
    """Return some sites, newest first, without their contents."""
    query = select_sites(has_content=False).where(sites.c.workspace_id == workspace_id)
    if wanted.status is not None:
        query = query.where(sites.c.status == wanted.status)
    if wanted.business_id is not None:
        query = query.where(sites.c.business_id == wanted.business_id)
    if wanted.q:
        searched = (businesses.c.name, sites.c.subdomain)
        query = query.where(or_(*(column.icontains(wanted.q, autoescape=True) for column in searched)))
    place = (sites.c.created_at, sites.c.id)
    if after is not None:
        bound = tuple_(literal(after.created_at, place[0].type), literal(after.site_id, place[1].type))
        query = query.where(tuple_(*place) < bound)
    query = query.order_by(*(column.desc() for column in place)).limit(limit)
    rows: Sequence[RowMapping] = (await connection.execute(query)).mappings().all()
    return rows


async def find_site(connection: AsyncConnection, workspace_id: UUID, site_id: UUID) -> RowMapping | None:
    """Return the site, or None."""
    mine = (sites.c.id == site_id) & (sites.c.workspace_id == workspace_id)
    return await _find_one(connection, mine)


async def find_site_of(connection: AsyncConnection, workspace_id: UUID, business_id: UUID) -> RowMapping | None:
    """Return the site of a business, or None."""
    mine = (sites.c.business_id == business_id) & (sites.c.workspace_id == workspace_id)
    return await _find_one(connection, mine)


async def find_html(connection: AsyncConnection, workspace_id: UUID, site_id: UUID) -> RowMapping | None:
    """Return the page of a site, or None when there is no such site."""
    mine = (sites.c.id == site_id) & (sites.c.workspace_id == workspace_id)
    return (await connection.execute(select(sites.c.html).where(mine))).mappings().one_or_none()


async def lock_site(connection: AsyncConnection, workspace_id: UUID, site_id: UUID) -> RowMapping | None:
    """Return the row of a site and keep it as it is until the transaction ends, or None."""
    mine = (sites.c.id == site_id) & (sites.c.workspace_id == workspace_id)
    return (await connection.execute(select(sites).where(mine).with_for_update())).mappings().one_or_none()


async def find_for_layout(connection: AsyncConnection, workspace_id: UUID, site_id: UUID) -> RowMapping | None:
    """Return a site with the columns of its business that are facts, or None."""
    mine = (sites.c.id == site_id) & (sites.c.workspace_id == workspace_id)
    facts = (businesses.c[name] for name in Facts.__struct_fields__ if name != "brief")
    query = select(sites, *facts).join(businesses, businesses.c.id == sites.c.business_id).where(mine)
    row: RowMapping | None = (await connection.execute(query)).mappings().one_or_none()
    return row


async def drop_unproved_claims(connection: AsyncConnection, domain: str, *, but: UUID) -> None:
    """Take a domain from another site that never proved it."""
    others = (sites.c.custom_domain == domain) & sites.c.verified_at.is_(None) & (sites.c.id != but)
    nothing = {"custom_domain": None, "verification_token": None, "checked_at": None}
    await connection.execute(update(sites).where(others).values(nothing))


async def list_without_site(connection: AsyncConnection, workspace_id: UUID) -> list[UUID]:
    """Return the businesses of a workspace that have no site, oldest first."""
    joined = businesses.outerjoin(sites, sites.c.business_id == businesses.c.id)
    mine = (businesses.c.workspace_id == workspace_id) & sites.c.id.is_(None)
    query = select(businesses.c.id).select_from(joined).where(mine)
    return list(await connection.scalars(query.order_by(businesses.c.created_at, businesses.c.id)))


async def hold_business(connection: AsyncConnection, workspace_id: UUID, business_id: UUID) -> RowMapping | None:
    """Return a business and keep it from being deleted until the transaction ends, or None."""
    mine = (businesses.c.id == business_id) & (businesses.c.workspace_id == workspace_id)
    query = select(businesses).where(mine).with_for_update(read=True, key_share=True)
    return (await connection.execute(query)).mappings().one_or_none()


async def insert_site(connection: AsyncConnection, values: Mapping[str, Any]) -> bool:
    """Store a new site; return False when its business has one already, or the subdomain is another's."""
    statement = insert_ignoring(sites, connection.dialect.name).values(dict(values))
    return await connection.scalar(statement.returning(sites.c.id)) is not None


async def update_site(connection: AsyncConnection, site_id: UUID, values: Mapping[str, Any]) -> None:
    """Write these columns. Raises IntegrityError when a unique index refuses them."""
    await connection.execute(update(sites).where(sites.c.id == site_id).values(dict(values)))


async def delete_site(connection: AsyncConnection, site_id: UUID) -> None:
    """Delete a site, which is locked."""
    await connection.execute(delete(sites).where(sites.c.id == site_id))


async def _find_one(connection: AsyncConnection, which: ColumnElement[bool]) -> RowMapping | None:
    result = await connection.execute(select_sites(has_content=True).where(which))
    row: RowMapping | None = result.mappings().one_or_none()
    return row
