"""Comparing all links with a block list that changed: what it forbids now may have been made before."""

import datetime as dt
from typing import NamedTuple
from uuid import UUID

import structlog
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from vayro.database.engine import Database
from vayro.database.models import links
from vayro.errors import InvalidUrl
from vayro.links.block_list import BlockList
from vayro.links.destination import read_parts
from vayro.links.host_name import normalise_host
from vayro.links.lists import BlockLists, find_compared, store_compared
from vayro.links.takedown import Takedown

PAGE = 2_000
# A list that forbids one link in ten, and more than a hundred, is more likely wrong than right: `com` in one line.
MANY, MANY_OF = 100, 10
_FIRST = UUID(int=0)
_log = structlog.get_logger(__name__)


class Hit(NamedTuple):
    """A link that the list forbids."""

    link_id: UUID
    entry: str


async def compare_links(database: Database, lists: BlockLists, takedown: Takedown | None) -> int:
    """Compare every active link with the list, if it is another than the last time; return how many it forbids.

    They are taken down; not when `takedown` is None, nor when they are so many that the list must be wrong, which is
    logged as an error.
    """
    current = await lists.current()
    async with database.read() as connection:
        if await find_compared(connection) == current.digest:
            return 0
    hits, compared = await _find_hits(database, current)
    if len(hits) > MANY and len(hits) * MANY_OF > compared:
        _log.error("the block list forbids too many links: none is taken down", forbidden=len(hits), of=compared)
    elif takedown:
        for hit in hits:
            await takedown.disable(hit.link_id, "abuse", details={"found": "blocked", "entry": hit.entry})
    async with database.transaction() as connection:
        await store_compared(connection, current.digest, dt.datetime.now(dt.UTC))
    return len(hits)


async def _find_hits(database: Database, current: BlockList) -> tuple[list[Hit], int]:
    hits: list[Hit] = []
    compared, last = 0, _FIRST
    while len(current):
        async with database.read() as connection:
            page = await _read_page(connection, last)
        hits += [Hit(link_id, entry) for link_id, url in page if (entry := _find(current, url))]
        compared += len(page)
        if len(page) < PAGE:
            break
        last = page[-1][0]
    return hits, compared


async def _read_page(connection: AsyncConnection, last: UUID) -> list[tuple[UUID, str]]:
    query = select(links.c.id, links.c.target_url).where(links.c.is_active, links.c.id > last)
    rows = await connection.execute(query.order_by(links.c.id).limit(PAGE))
    return [(row.id, row.target_url) for row in rows]


def _find(current: BlockList, url: str) -> str | None:
    try:
        hostname = read_parts(url)[2]
    except InvalidUrl:
        return None
    return current.find(normalise_host(hostname), url)
