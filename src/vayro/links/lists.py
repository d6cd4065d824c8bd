"""The block list in force: of the settings, of a file, and of addresses that the worker fetches."""

import asyncio
import datetime as dt
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from vayro.database.dialect import insert
from vayro.database.engine import Database
from vayro.database.models import block_lists
from vayro.links.block_list import FILE_NAME, BlockList
from vayro.settings import Settings

LOOK_SECONDS = 30.0
"""So long after a change at most, a process applies the new list."""

COMPARED = ""
"""The row that says which list all links were compared with; no address is empty."""

State = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class FetchedList:
    """A list as it was last fetched."""

    url: str
    content: str
    etag: str


class BlockLists:
    """Holds the list of this process, and looks now and then whether it changed."""

    def __init__(self, settings: Settings, database: Database) -> None:
        """Args: database, where fetched lists are."""
        self._settings = settings
        self._database = database
        self._held = BlockList()
        self._state: State | None = None
        self._looked_at = float("-inf")
        self._looking = asyncio.Lock()

    async def current(self) -> BlockList:
        """Return the list. Raises Unavailable only before it was first read."""
        if time.monotonic() - self._looked_at > LOOK_SECONDS and (self._state is None or not self._looking.locked()):
            async with self._looking:
                if time.monotonic() - self._looked_at > LOOK_SECONDS:
                    await self._look()
        return self._held

    async def _look(self) -> None:
        urls = self._settings.block_list_urls
        changed: Mapping[str, dt.datetime] = {}
        if urls:
            async with self._database.read() as connection:
                changed = await find_changes(connection, urls)
        state = (_file_state(self._settings), *sorted(changed.items()))
        if state != self._state:
            async with self._database.read() as connection:
                fetched = await find_lists(connection, urls) if urls else []
            # A million lines take a second or two.
            lines = chain.from_iterable(one.content.splitlines() for one in fetched)
            self._held = await asyncio.to_thread(make_block_list, self._settings, lines)
            self._state = state
        self._looked_at = time.monotonic()


def make_block_list(settings: Settings, more: Iterable[str] = ()) -> BlockList:
    """Return the list of the settings, of `blocked-domains.txt` in the data directory, and of `more` lines. Blocks."""
    return BlockList(chain(settings.blocked_domains, _read_file(settings), more))


async def find_changes(connection: AsyncConnection, urls: Iterable[str]) -> dict[str, dt.datetime]:
    """Return when each of these lists last changed."""
    query = select(block_lists.c.url, block_lists.c.fetched_at).where(block_lists.c.url.in_(list(urls)))
    return {row.url: row.fetched_at for row in await connection.execute(query)}


async def find_lists(connection: AsyncConnection, urls: Iterable[str]) -> list[FetchedList]:
    """Return these lists, those that were ever fetched."""
    columns = (block_lists.c.url, block_lists.c.content, block_lists.c.etag)
    query = select(*columns).where(block_lists.c.url.in_(list(urls))).order_by(block_lists.c.url)
    return [FetchedList(*row) for row in await connection.execute(query)]


async def store_list(connection: AsyncConnection, fetched: FetchedList, now: dt.datetime) -> None:
    """Store a list that changed."""
    values = {"url": fetched.url, "content": fetched.content, "etag": fetched.etag, "fetched_at": now}
    statement = insert(block_lists, connection.dialect.name).values(values)
    await connection.execute(statement.on_conflict_do_update(index_elements=[block_lists.c.url], set_=values))


async def delete_other_lists(connection: AsyncConnection, urls: Iterable[str]) -> None:
    """Delete the lists of addresses that are not asked any more."""
    await connection.execute(delete(block_lists).where(block_lists.c.url.not_in([*urls, COMPARED])))


async def find_compared(connection: AsyncConnection) -> str:
    """Return the digest of the list that all links were last compared with; "" for none."""
    query = select(block_lists.c.etag).where(block_lists.c.url == COMPARED)
    return str(await connection.scalar(query) or "")


async def store_compared(connection: AsyncConnection, digest: str, now: dt.datetime) -> None:
    """Write down that all links were compared with this list."""
    await store_list(connection, FetchedList(COMPARED, "", digest), now)


def _path(settings: Settings) -> Path:
    return settings.data_dir / FILE_NAME


def _file_state(settings: Settings) -> tuple[int, int]:
    try:
        found = _path(settings).stat()
    except OSError:
        return 0, 0
    return found.st_mtime_ns, found.st_size


def _read_file(settings: Settings) -> Iterator[str]:
    try:
        yield from _path(settings).read_text("utf-8", errors="replace").splitlines()
    except FileNotFoundError:
        return
