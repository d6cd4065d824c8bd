"""What serving a site asks the database."""

from typing import Any

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.ext.asyncio import AsyncConnection

from vayro.database.models.sites import Site
from vayro.sites.address import PageKey

_sites = Site.__table__


async def is_served(connection: AsyncConnection, key: PageKey) -> bool:
    """Return whether there is a page to be served under this name."""
    return await connection.scalar(_select(key, _sites.c.id)) is not None


async def find_html(connection: AsyncConnection, key: PageKey) -> str | None:
    """Return the page of a published site; None when there is none: unknown, unpublished, or its domain unverified.

    A site that is made anew goes on showing its last page, so it is the page that counts and not the status.
    """
    html: str | None = await connection.scalar(_select(key, _sites.c.html))
    return html


def _select(key: PageKey, column: ColumnElement[Any]) -> Select[Any]:
    found = _sites.c.custom_domain == key.name if key.is_custom else _sites.c.subdomain == key.name
    wanted = select(column).where(found, _sites.c.is_published, _sites.c.html.is_not(None))
    return wanted.where(_sites.c.verified_at.is_not(None)) if key.is_custom else wanted
