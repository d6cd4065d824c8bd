"""The one question that serving a site asks the database."""

from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from vayro.database.models.sites import Site

_sites = Site.__table__


class PageKey(NamedTuple):
    """How a site is asked for: by its subdomain, or by a custom domain of its own."""

    is_custom: bool
    name: str


async def find_html(connection: AsyncConnection, key: PageKey) -> str | None:
    """Return the page of a published site; None when there is none: unknown, unpublished, or its domain unverified.

    A site that is made anew goes on showing its last page, so it is the page that counts and not the status.
    """
    found = _sites.c.custom_domain == key.name if key.is_custom else _sites.c.subdomain == key.name
    wanted = select(_sites.c.html).where(found, _sites.c.is_published, _sites.c.html.is_not(None))
    if key.is_custom:
        wanted = wanted.where(_sites.c.verified_at.is_not(None))
    return (await connection.execute(wanted)).scalar_one_or_none()
