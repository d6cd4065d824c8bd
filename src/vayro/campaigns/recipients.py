"""Every SQL statement about those whom campaigns write to. All see what belongs to one workspace only."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, ScalarSelect, Select, and_, bindparam, case, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from vayro.database.models import businesses, opt_outs, sites, workspaces
from vayro.database.models.campaigns import EVERYONE

_OF_BUSINESS = ("id", "workspace_id", "name", "category", "phone", "locale", "time_zone")
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
    columns = [
        *(businesses.c[name] for name in _OF_BUSINESS),
        sites.c.id.label("site_id"),
        *(sites.c[name] for name in _OF_SITE),
        workspaces.c.name.label("sender"),
        _opted_out().label("opted_out"),
    ]
    tables = businesses.outerjoin(sites, sites.c.business_id == businesses.c.id)
    return select(*columns).select_from(tables.join(workspaces, workspaces.c.id == businesses.c.workspace_id))


def _opted_out() -> ScalarSelect[Any]:
    """Return the number of a business if it wants no messages, of this workspace or of any; else null."""
    refusals = and_(
        opt_outs.c.phone == businesses.c.phone,
        or_(opt_outs.c.workspace_id == businesses.c.workspace_id, opt_outs.c.workspace_id == EVERYONE),
    )
    return select(opt_outs.c.phone).where(refusals).limit(1).scalar_subquery()


# Whose it is, is looked at afterwards: until a table that just grew is analysed, PostgreSQL takes the index by
# workspace for as good as the key, and would read all businesses of one.
_BY_SITE = select_recipients().where(sites.c.id == bindparam("wanted_id"))
_BY_BUSINESS = select_recipients().where(businesses.c.id == bindparam("wanted_id"))


async def find_recipient(connection: AsyncConnection, workspace_id: UUID, business_id: UUID) -> Row[Any] | None:
    """Return a business as `select_recipients` has it, or None."""
    return await _find_one(connection, _BY_BUSINESS, workspace_id, business_id)


async def find_recipient_of_site(connection: AsyncConnection, workspace_id: UUID, site_id: UUID) -> Row[Any] | None:
    """Return the business of a site as `select_recipients` has it, or None."""
    return await _find_one(connection, _BY_SITE, workspace_id, site_id)


async def _find_one(
    connection: AsyncConnection, query: Select[Any], workspace_id: UUID, wanted_id: UUID
) -> Row[Any] | None:
    found: Row[Any] | None = (await connection.execute(query, {"wanted_id": wanted_id})).first()
    return found if found and found.workspace_id == workspace_id else None


async def find_recipients(
    connection: AsyncConnection, workspace_id: UUID, conditions: Sequence[ColumnElement[bool]], limit: int
) -> Sequence[Row[Any]]:
    """Return businesses in the order of their identifiers, as `select_recipients` has them."""
    mine = businesses.c.workspace_id == workspace_id
    query = select_recipients().where(mine, *conditions).order_by(businesses.c.id).limit(limit)
    rows: Sequence[Row[Any]] = (await connection.execute(query)).all()
    return rows


async def count_by_reason(
    connection: AsyncConnection, workspace_id: UUID, conditions: Sequence[ColumnElement[bool]]
) -> dict[str, tuple[int, int]]:
    """Return how many businesses get no message for which reason, or are `ready`: they, and their different numbers."""
    is_made = or_(sites.c.status == "completed", sites.c.completed_at.is_not(None))
    reason = case(
        (businesses.c.phone.is_(None), "no_phone"),
        (or_(sites.c.id.is_(None), ~is_made), "no_site"),
        (~sites.c.is_published, "not_published"),
        (_opted_out().is_not(None), "opted_out"),
        else_="ready",
    )
    judged = (
        select(reason.label("reason"), businesses.c.phone)
        .select_from(businesses.outerjoin(sites, sites.c.business_id == businesses.c.id))
        .where(businesses.c.workspace_id == workspace_id, *conditions)
        .subquery()
    )
    numbers = func.count(judged.c.phone.distinct())
    query = select(judged.c.reason, func.count(), numbers).group_by(judged.c.reason)
    return {row[0]: (row[1], row[2]) for row in await connection.execute(query)}
