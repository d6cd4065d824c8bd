"""The SQL about active links that share workspace, destination and type, though the type wants one of each."""

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from vayro.database.models import links
from vayro.links.draft import STANDARD
from vayro.links.record import LinkRecord, record_from_row
from vayro.links.repository import select_links


@dataclass(frozen=True, slots=True)
class DuplicateGroup:
    """Active links with one workspace, destination and type, oldest first."""

    workspace_id: UUID
    target_url: str
    link_type: str
    links: list[LinkRecord]


async def count_duplicates(connection: AsyncConnection) -> int:
    """Return how many active links there are beyond the first of each group, over all types but `standard`."""
    groups = (
        select((func.count() - 1).label("extra"))
        .where(links.c.is_active, links.c.link_type != STANDARD)
        .group_by(links.c.workspace_id, links.c.target_url, links.c.link_type)
        .subquery()
    )
    return int(await connection.scalar(select(func.coalesce(func.sum(groups.c.extra), 0))) or 0)


async def list_duplicates(connection: AsyncConnection, link_type: str | None = None) -> list[DuplicateGroup]:
    """Return every group of more than one, of this type or of all types but `standard`."""
    keys = (links.c.workspace_id, links.c.target_url, links.c.link_type)
    crowded = select(*keys).where(_is_candidate(link_type)).group_by(*keys).having(func.count() > 1).subquery()
    query = (
        select_links()
        .join(
            crowded,
            (links.c.workspace_id == crowded.c.workspace_id)
            & (links.c.target_url == crowded.c.target_url)
            & (links.c.link_type == crowded.c.link_type),
        )
        .where(links.c.is_active)
        .order_by(*keys, links.c.created_at, links.c.id)
    )
    groups: dict[tuple[UUID, str, str], list[LinkRecord]] = {}
    for row in (await connection.execute(query)).mappings():
        record = record_from_row(row)
        groups.setdefault((record.workspace_id, record.target_url, record.link_type), []).append(record)
    return [DuplicateGroup(*key, links=members) for key, members in groups.items()]


async def deactivate_younger(connection: AsyncConnection, link_type: str, now: dt.datetime) -> list[LinkRecord]:
    """Deactivate all but the oldest active link of each group; return them as they are now."""
    order = func.row_number().over(
        partition_by=(links.c.workspace_id, links.c.target_url), order_by=(links.c.created_at, links.c.id)
    )
    ranked = select(links.c.id, order.label("place")).where(_is_candidate(link_type)).subquery()
    younger = select(ranked.c.id).where(ranked.c.place > 1)
    return await _change(connection, links.c.id.in_(younger), now, is_active=False)


async def make_canonical(connection: AsyncConnection, link_type: str, now: dt.datetime) -> list[LinkRecord]:
    """Make every active link of the type canonical that is not yet; return them as they are now.

    Raises IntegrityError when a group has more than one active link.
    """
    return await _change(connection, _is_candidate(link_type) & ~links.c.canonical, now, canonical=True)


async def _change(
    connection: AsyncConnection, condition: ColumnElement[bool], now: dt.datetime, **values: bool
) -> list[LinkRecord]:
    statement = (
        update(links).where(condition).values(version=links.c.version + 1, updated_at=now, **values).returning(links)
    )
    return [record_from_row(row) for row in (await connection.execute(statement)).mappings()]


def _is_candidate(link_type: str | None) -> ColumnElement[bool]:
    if link_type is None:
        return links.c.is_active & (links.c.link_type != STANDARD)
    return links.c.is_active & (links.c.link_type == link_type)
