"""Every SQL statement about one link; `insertion`, `search`, `duplicates` and `idempotency` hold those about many.

Whatever takes a `workspace_id` sees the links of that workspace only.
"""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Select, bindparam, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from vayro.database.dialect import insert_ignoring
from vayro.database.models import domains, link_changes, link_stats, links, sites
from vayro.links.record import LinkRecord, record_from_row

_MARKS = ("tags", "is_active", "version", "updated_at")
CLICKS = func.coalesce(link_stats.c.clicks, 0).label("clicks")


def select_links() -> Select[Any]:
    """Return the SELECT of links with their clicks."""
    return select(links, CLICKS).select_from(links.outerjoin(link_stats, link_stats.c.link_id == links.c.id))


async def find_link(connection: AsyncConnection, workspace_id: UUID, link_id: UUID) -> LinkRecord | None:
    """Return the link, or None."""
    mine = (links.c.id == link_id) & (links.c.workspace_id == workspace_id)
    return await _find_one(connection, select_links().where(mine))


async def find_by_code(
    connection: AsyncConnection, domain: str, short_code: str, workspace_id: UUID | None = None
) -> LinkRecord | None:
    """Return the link that has this code in this domain, or None; without a workspace, whoever owns it."""
    query = select_links().where(links.c.domain == domain, links.c.short_code == short_code)
    if workspace_id is not None:
        query = query.where(links.c.workspace_id == workspace_id)
    return await _find_one(connection, query)


async def find_canonical(
    connection: AsyncConnection, workspace_id: UUID, target_url: str, link_type: str
) -> LinkRecord | None:
    """Return the active canonical link, or None."""
    query = select_links().where(
        links.c.workspace_id == workspace_id,
        links.c.target_url == target_url,
        links.c.link_type == link_type,
        links.c.canonical,
        links.c.is_active,
    )
    return await _find_one(connection, query)


async def lock_link(connection: AsyncConnection, workspace_id: UUID, link_id: UUID) -> LinkRecord | None:
    """Return the link and keep it from changing until the transaction ends, or None."""
    mine = (links.c.id == link_id) & (links.c.workspace_id == workspace_id)
    return await _find_one(connection, select_links().where(mine).with_for_update(of=links))


async def lock_any_link(connection: AsyncConnection, link_id: UUID) -> LinkRecord | None:
    """As `lock_link`, whoever owns it: for administrators and jobs."""
    return await _find_one(connection, select_links().where(links.c.id == link_id).with_for_update(of=links))


async def update_link(connection: AsyncConnection, link_id: UUID, values: Mapping[str, Any]) -> None:
    """Write these columns. Raises IntegrityError when a unique index refuses them."""
    columns = {links.c[name]: value for name, value in values.items()}
    await connection.execute(update(links).where(links.c.id == link_id).values(columns))


async def lock_links(connection: AsyncConnection, workspace_id: UUID, ids: Collection[UUID]) -> list[LinkRecord]:
    """Return those of these links that there are, and keep them from changing until the transaction ends."""
    query = select_links().where(links.c.id.in_(ids), links.c.workspace_id == workspace_id)
    # In one order, so that two who want the same links wait for each other instead of deadlocking.
    rows = await connection.execute(query.order_by(links.c.id).with_for_update(of=links))
    return [record_from_row(row) for row in rows.mappings()]


async def update_marks(connection: AsyncConnection, records: Sequence[LinkRecord]) -> None:
    """Write tags, activity and version of these links, all by one prepared statement."""
    row = {name: bindparam(f"new_{name}", type_=links.c[name].type) for name in _MARKS}
    statement = update(links).where(links.c.id == bindparam("link_id", type_=links.c.id.type)).values(row)
    values = [{"link_id": one.id} | {f"new_{name}": getattr(one, name) for name in _MARKS} for one in records]
    if values:
        await connection.execute(statement, values)


async def find_needed(connection: AsyncConnection, ids: Collection[UUID]) -> set[UUID]:
    """Return those of these links that belong to a site, and end with it."""
    return set(await connection.scalars(select(sites.c.link_id).where(sites.c.link_id.in_(ids))))


async def delete_links(connection: AsyncConnection, ids: Collection[UUID]) -> None:
    """Delete these links, which are locked."""
    await connection.execute(delete(links).where(links.c.id.in_(ids)))


async def insert_changes(
    connection: AsyncConnection, records: Sequence[LinkRecord], changed_at: dt.datetime, *, is_deleted: bool = False
) -> None:
    """Write these versions into the change feed."""
    rows = [
        {
            "domain": record.domain,
            "short_code": record.short_code,
            "link_id": record.id,
            "version": record.version,
            "is_deleted": is_deleted,
            "changed_at": changed_at,
        }
        for record in records
    ]
    if rows:
        await connection.execute(insert(link_changes), rows)


async def find_newest_version(connection: AsyncConnection, domain: str, short_code: str) -> int:
    """Return the highest version that any link with this code ever had; 0 when there was none."""
    query = select(func.max(link_changes.c.version)).where(
        link_changes.c.domain == domain, link_changes.c.short_code == short_code
    )
    return int(await connection.scalar(query) or 0)


async def list_domains(connection: AsyncConnection) -> dict[str, UUID | None]:
    """Return all short domains besides the default one, each with the workspace that alone may use it."""
    result = await connection.execute(select(domains.c.name, domains.c.workspace_id))
    return {row.name: row.workspace_id for row in result}


async def insert_domain(connection: AsyncConnection, name: str, workspace_id: UUID | None, now: dt.datetime) -> bool:
    """Store a short domain; return False when it is there already, whoever it belongs to."""
    statement = insert_ignoring(domains, connection.dialect.name)
    values = {"name": name, "workspace_id": workspace_id, "created_at": now}
    return await connection.scalar(statement.values(values).returning(domains.c.name)) is not None


async def list_most_clicked(connection: AsyncConnection, limit: int) -> list[LinkRecord]:
    """Return the active links with the most clicks, the most first."""
    query = (
        select(links, CLICKS)
        .select_from(link_stats.join(links, link_stats.c.link_id == links.c.id))
        .where(links.c.is_active)
        .order_by(link_stats.c.clicks.desc())
        .limit(limit)
    )
    return [record_from_row(row) for row in (await connection.execute(query)).mappings()]


async def _find_one(connection: AsyncConnection, query: Select[Any]) -> LinkRecord | None:
    row = (await connection.execute(query)).mappings().one_or_none()
    return record_from_row(row) if row else None
