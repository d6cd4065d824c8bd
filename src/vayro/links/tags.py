"""The SQL that counts tags."""

from typing import NamedTuple
from uuid import UUID

from sqlalchemy import func, select, true
from sqlalchemy.ext.asyncio import AsyncConnection

from vayro.database.dialect import json_members
from vayro.database.models import links

MAX_TAGS_LISTED = 1_000


class TagCount(NamedTuple):
    """A tag, and how many links have it."""

    tag: str
    links: int


async def list_tags(connection: AsyncConnection, workspace_id: UUID) -> list[TagCount]:
    """Return the tags of a workspace's links, the most used first, equals by name. Reads all links of the workspace."""
    member = json_members(links.c.tags, connection.dialect.name)
    counted = func.count().label("counted")
    query = (
        select(member.c.value, counted)
        .select_from(links)
        .join(member, true())
        .where(links.c.workspace_id == workspace_id)
        .group_by(member.c.value)
        .order_by(counted.desc(), member.c.value)
        .limit(MAX_TAGS_LISTED)
    )
    return [TagCount(row.value, row.counted) for row in await connection.execute(query)]
