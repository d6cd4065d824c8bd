"""The short link of a site is an attribute of the site.

Sites of older systems have a link each, or several, that only the links know of. Each gets the newest active one of the
type `site_preview` that names it in its metadata, or else leads to its address. Nothing is made here: `vayro sites
backfill` makes what is missing.
"""

import json
from collections.abc import Iterable, Iterator
from urllib.parse import urlsplit
from uuid import UUID

import sqlalchemy as sa
from alembic import op

from vayro.database.dialect import JsonText, UuidText

revision = "0009"
down_revision = "0008"

LINK_TYPE = "site_preview"
AT_ONCE = 1_000


def upgrade() -> None:
    """Apply."""
    with op.batch_alter_table("sites") as table:
        table.add_column(sa.Column("link_id", UuidText(), nullable=True))
        table.add_column(sa.Column("short_url", sa.String(length=2048), nullable=True))
        table.create_unique_constraint("uq_sites_link_id", ["link_id"])
        table.create_index("ix_sites_short_url", ["short_url"])
    backfill(op.get_bind())


def downgrade() -> None:
    """Undo."""
    with op.batch_alter_table("sites") as table:
        table.drop_index("ix_sites_short_url")
        table.drop_constraint("uq_sites_link_id", type_="unique")
        table.drop_column("short_url")
        table.drop_column("link_id")


_sites = sa.table(
    "sites",
    sa.column("id", UuidText()),
    sa.column("workspace_id", UuidText()),
    sa.column("subdomain", sa.String()),
    sa.column("link_id", UuidText()),
    sa.column("short_url", sa.String()),
)
_links = sa.table(
    "links",
    sa.column("id", UuidText()),
    sa.column("workspace_id", UuidText()),
    sa.column("domain", sa.String()),
    sa.column("short_code", sa.String()),
    sa.column("target_url", sa.String()),
    sa.column("link_type", sa.String()),
    sa.column("is_active", sa.Boolean()),
    sa.column("metadata", JsonText),
    sa.column("created_at", sa.String()),
)


def backfill(connection: sa.Connection) -> None:
    """Give each site without a link the newest active one that is its own."""
    query = sa.select(_sites.c.id, _sites.c.workspace_id, _sites.c.subdomain).where(_sites.c.link_id.is_(None))
    sites = connection.execute(query).all()
    if not sites:
        return
    own = {row.id: row.workspace_id for row in sites}
    by_name = {(row.workspace_id, row.subdomain): row.id for row in sites}
    found: dict[UUID, sa.Row[tuple[object, ...]]] = {}
    by_address: dict[UUID, sa.Row[tuple[object, ...]]] = {}
    for link in _newest_first(connection):
        named = _named(link.metadata)
        if named is not None and own.get(named) == link.workspace_id:
            found.setdefault(named, link)
            continue
        for name in _names(link.target_url):
            if site := by_name.get((link.workspace_id, name)):
                by_address.setdefault(site, link)
    _write(connection, by_address | found)


def _newest_first(connection: sa.Connection) -> Iterator[sa.Row[tuple[object, ...]]]:
    query = sa.select(_links).where(_links.c.link_type == LINK_TYPE, _links.c.is_active)
    yield from connection.execute(query.order_by(_links.c.created_at.desc(), _links.c.id.desc()))


def _named(metadata: object) -> UUID | None:
    """Return the site that a link names in its metadata, if it does."""
    value = json.loads(metadata) if isinstance(metadata, str) else metadata
    try:
        return UUID(value["site_id"]) if isinstance(value, dict) else None
    except (KeyError, ValueError, TypeError, AttributeError):
        return None


def _names(url: str) -> Iterable[str]:
    """Return the subdomains that an address may be of: the first label of its host, or what follows `/s/`."""
    parts = urlsplit(url)
    label, _, rest = (parts.hostname or "").partition(".")
    path = parts.path.strip("/").split("/")
    return [path[1]] if len(path) == 2 and path[0] == "s" else [label] if rest and not parts.path.strip("/") else []


def _write(connection: sa.Connection, found: dict[UUID, sa.Row[tuple[object, ...]]]) -> None:
    from vayro.settings import load_settings  # noqa: PLC0415  # what the default domain is called is no row's to say

    base = load_settings().short_url_base if found else ""
    scheme = base.partition("://")[0]
    statement = (
        sa.update(_sites)
        .where(_sites.c.id == sa.bindparam("site", type_=UuidText()), _sites.c.link_id.is_(None))
        .values(link_id=sa.bindparam("link", type_=UuidText()), short_url=sa.bindparam("url"))
    )
    taken: set[object] = set()
    rows = []
    for site, link in found.items():
        if link.id not in taken:
            taken.add(link.id)
            prefix = f"{scheme}://{link.domain}" if link.domain else base
            rows.append({"site": site, "link": link.id, "url": f"{prefix}/{link.short_code}"})
    for first in range(0, len(rows), AT_ONCE):
        connection.execute(statement, rows[first : first + AT_ONCE])
