"""Every SQL statement about campaigns, and about those whom they write to.

Whatever takes a `workspace_id` sees what belongs to that workspace only.
"""

from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, and_, bindparam, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from vayro.database.models import businesses, opt_outs, sites, workspaces
from vayro.database.models.campaigns import EVERYONE

_OF_BUSINESS = ("id", "name", "category", "phone", "locale", "time_zone")
_OF_SITE = ("subdomain", "custom_domain", "verified_at", "link_id", "short_url", "status", "is_published")


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
