"""Every SQL statement about short domains."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, delete, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from vayro.database.dialect import insert_ignoring
from vayro.database.models import domains, links, workspaces


@dataclass(frozen=True, slots=True)
class DomainRecord:
    """A short domain besides the default one. Without a workspace every workspace may use it.

    It serves from `verified_at` on. `checked_at`: of a verified one, when its proof was last seen; else, when it was
    last looked for. Without a `verification_token` no proof is asked for: the operator registered it.
    """

    name: str
    workspace_id: UUID | None
    verification_token: str
    verified_at: dt.datetime | None
    checked_at: dt.datetime | None
    root_url: str | None
    not_found_url: str | None
    created_at: dt.datetime


_COLUMNS = tuple(domains.c[name] for name in DomainRecord.__slots__)


async def list_domains(connection: AsyncConnection, workspace_id: UUID | None = None) -> list[DomainRecord]:
    """Return the domains that a workspace has or may use, or all, by name."""
    query = select(*_COLUMNS).order_by(domains.c.name)
    if workspace_id is not None:
        query = query.where(or_(domains.c.workspace_id == workspace_id, domains.c.workspace_id.is_(None)))
    return [DomainRecord(*row) for row in await connection.execute(query)]


async def list_served(connection: AsyncConnection) -> dict[str, UUID | None]:
    """Return the verified domains, each with the workspace that alone may use it."""
    query = select(domains.c.name, domains.c.workspace_id).where(domains.c.verified_at.is_not(None))
    return {row.name: row.workspace_id for row in await connection.execute(query)}


async def list_defaults(connection: AsyncConnection) -> dict[UUID, str]:
    """Return the domain that each workspace makes its links in, of those that have chosen one."""
    query = select(workspaces.c.id, workspaces.c.default_domain).where(workspaces.c.default_domain.is_not(None))
    return {row.id: row.default_domain for row in await connection.execute(query)}


async def find_default(connection: AsyncConnection, workspace_id: UUID) -> str | None:
    """Return the domain that the workspace makes its links in, if it has chosen one."""
    chosen: str | None = await connection.scalar(
        select(workspaces.c.default_domain).where(workspaces.c.id == workspace_id)
    )
    return chosen


async def set_default(connection: AsyncConnection, workspace_id: UUID, name: str | None) -> None:
    """Choose the domain that the workspace makes its links in."""
    await connection.execute(update(workspaces).where(workspaces.c.id == workspace_id).values(default_domain=name))


async def forget_default(connection: AsyncConnection, name: str) -> None:
    """Let no workspace make its links in this domain any more."""
    await connection.execute(update(workspaces).where(workspaces.c.default_domain == name).values(default_domain=None))


async def find_domain(connection: AsyncConnection, name: str, *, lock: bool = False) -> DomainRecord | None:
    """Return the domain, or None. Args: lock, keep it from changing until the transaction ends."""
    query = select(*_COLUMNS).where(domains.c.name == name)
    row = (await connection.execute(query.with_for_update() if lock else query)).first()
    return DomainRecord(*row) if row else None


async def insert_domain(connection: AsyncConnection, record: DomainRecord) -> bool:
    """Store a domain; return False when it is there already, whoever it belongs to."""
    values = {name: getattr(record, name) for name in DomainRecord.__slots__}
    statement = insert_ignoring(domains, connection.dialect.name).values(values).returning(domains.c.name)
    return await connection.scalar(statement) is not None


async def update_domain(
    connection: AsyncConnection, name: str, values: Mapping[str, Any], *conditions: ColumnElement[bool]
) -> bool:
    """Write these columns, if the conditions hold; return whether they did."""
    statement = update(domains).where(domains.c.name == name, *conditions).values(values)
    return bool((await connection.execute(statement)).rowcount)


async def delete_domain(connection: AsyncConnection, name: str) -> None:
    """Delete a domain."""
    await connection.execute(delete(domains).where(domains.c.name == name))


async def count_links(connection: AsyncConnection, name: str, limit: int, *, but: UUID | None = None) -> int:
    """Return how many links are in a domain, those of the workspace `but` left out; `limit` means that many or more."""
    query = select(links.c.id).where(links.c.domain == name)
    if but is not None:
        query = query.where(links.c.workspace_id != but)
    return int(await connection.scalar(select(func.count()).select_from(query.limit(limit).subquery())) or 0)
