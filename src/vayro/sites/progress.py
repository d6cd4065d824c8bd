"""The live feed of generations: every change of a site that is being generated, to whoever follows.

One reader a process asks twice a second, while somebody follows, for the sites that changed; nobody else asks.
"""

import asyncio
import datetime as dt
from collections.abc import AsyncGenerator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import orjson
import structlog
from sqlalchemy import RowMapping, select

from vayro.database.engine import Database
from vayro.database.models import sites
from vayro.errors import Unavailable
from vayro.sites.site import IN_FLIGHT, progress_of

POLL_SECONDS = 0.5
OVERLAP = dt.timedelta(seconds=30)
"""Changes commit out of the order of their instants, and clocks of processes differ."""
HEARTBEAT_SECONDS = 15
MAX_WAITING = 2_000
MAX_LISTENERS = 500
_SHOWN = ("id", "business_id", "status", "step", "error", "short_url")
_log = structlog.get_logger(__name__)


@dataclass(eq=False, slots=True)
class _Listener:
    workspace_id: UUID
    site_id: UUID | None
    waiting: "asyncio.Queue[bytes | None]" = field(default_factory=lambda: asyncio.Queue(MAX_WAITING))

    def offer(self, row: RowMapping, frame: bytes) -> None:
        if row["workspace_id"] != self.workspace_id or self.site_id not in (None, row["id"]):
            return
        if self.waiting.full():
            self.end()
        else:
            self.waiting.put_nowait(frame)

    def end(self) -> None:
        while not self.waiting.empty():
            self.waiting.get_nowait()
        self.waiting.put_nowait(None)


class SiteFeed:
    """Tells followers what becomes of sites. Reads nothing while nobody follows."""

    def __init__(self, database: Database, *, draining: asyncio.Event | None = None) -> None:
        """Args: draining, set when the process is told to stop."""
        self._database = database
        self._draining = draining or asyncio.Event()
        self._listeners: set[_Listener] = set()
        self._reader: asyncio.Task[None] | None = None
        self._known: dict[UUID, bytes] = {}
        self._since = dt.datetime.min.replace(tzinfo=dt.UTC)

    def follow(self, workspace_id: UUID, site_id: UUID | None = None) -> AsyncGenerator[bytes, None]:
        """Return the changes as Server-Sent Events, beginning with what is being generated now, until we stop.

        Raises Unavailable when too many follow, or this process is about to stop.
        """
        if len(self._listeners) >= MAX_LISTENERS or self._draining.is_set():
            raise Unavailable("Too many clients are listening.", retry_after_seconds=5)
        return self._follow(_Listener(workspace_id, site_id))

    async def close(self) -> None:
        """End all followers and the reader."""
        self._end_all()
        if self._reader is not None:
            self._reader.cancel()
            with suppress(asyncio.CancelledError):
                await self._reader

    async def _follow(self, listener: _Listener) -> AsyncGenerator[bytes, None]:
        self._listeners.add(listener)
        try:
            yield b"retry: 2000\n\n"
            for row in await self._read_in_flight(listener.workspace_id):
                listener.offer(row, _frame(row))
            if self._reader is None or self._reader.done():
                self._reader = asyncio.create_task(self._read(), name="site feed")
            while True:
                try:
                    frame = await asyncio.wait_for(listener.waiting.get(), HEARTBEAT_SECONDS)
                except TimeoutError:
                    frame = b": still here\n\n"
                if frame is None:
                    return
                yield frame
        finally:
            self._listeners.discard(listener)

    async def _read_in_flight(self, workspace_id: UUID) -> list[RowMapping]:
        mine = (sites.c.workspace_id == workspace_id) & sites.c.status.in_(IN_FLIGHT)
        try:
            async with self._database.read() as connection:
                return list((await connection.execute(_select().where(mine).limit(MAX_WAITING // 2))).mappings())
        except Unavailable:
            return []

    async def _read(self) -> None:
        """Read until nobody follows any more; a database that is away is asked again."""
        self._known.clear()
        self._since = dt.datetime.now(dt.UTC)
        try:
            while self._listeners and not self._draining.is_set():
                with suppress(Unavailable):
                    await self._read_once()
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._draining.wait(), POLL_SECONDS)
        except Exception:  # noqa: BLE001 -- whatever it was, followers must not wait for ever
            _log.exception("the feed of sites broke off")
        finally:
            self._end_all()

    async def _read_once(self) -> None:
        # Beginning a little before it was asked for: what changed twice since is told as it is now.
        query = _select().where(sites.c.updated_at > self._since - OVERLAP).order_by(sites.c.updated_at)
        async with self._database.read() as connection:
            rows = (await connection.execute(query)).mappings().all()
        known: dict[UUID, bytes] = {}
        for row in rows:
            known[row["id"]] = frame = _frame(row)
            if self._known.get(row["id"]) != frame:
                for listener in list(self._listeners):
                    listener.offer(row, frame)
            self._since = max(self._since, row["updated_at"])
        self._known = known

    def _end_all(self) -> None:
        for listener in list(self._listeners):
            listener.end()


def _select() -> Any:
    return select(*(sites.c[name] for name in _SHOWN), sites.c.workspace_id, sites.c.updated_at)


def _frame(row: RowMapping) -> bytes:
    shown = {name: row[name] for name in _SHOWN}
    shown["progress"] = progress_of(row["status"], row["step"])
    return b"event: site\ndata: " + orjson.dumps(shown) + b"\n\n"
