"""The live feed of generations: every change of a site that is being generated, to whoever follows.

One reader a process asks twice a second, while somebody follows, for the sites that changed; nobody else asks.
"""

import asyncio
import datetime as dt
from collections.abc import AsyncGenerator
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import RowMapping, select

from vayro.database.engine import Database
from vayro.database.models import sites
from vayro.errors import Unavailable
from vayro.listening import GREETING, STILL_HERE, Inbox, Listeners
from vayro.sites.site import IN_FLIGHT, progress_of

OVERLAP = dt.timedelta(seconds=30)
"""Changes commit out of the order of their instants, and clocks of processes differ."""
MAX_WAITING = 2_000
MAX_LISTENERS = 500
_SHOWN = ("id", "business_id", "status", "step", "error", "short_url")


class _Follower(Inbox[bytes]):
    def __init__(self, workspace_id: UUID, site_id: UUID | None) -> None:
        super().__init__(MAX_WAITING)
        self.workspace_id = workspace_id
        self._site_id = site_id

    def offer(self, row: RowMapping, frame: bytes) -> None:
        if row["workspace_id"] == self.workspace_id and self._site_id in (None, row["id"]):
            self.put(frame)


class SiteFeed:
    """Tells followers what becomes of sites. Reads nothing while nobody follows."""

    def __init__(self, database: Database, *, draining: asyncio.Event | None = None) -> None:
        """Args: draining, set when the process is told to stop."""
        self._database = database
        self._followers: Listeners[_Follower] = Listeners("site feed", self._read_once, draining or asyncio.Event())
        self._known: dict[UUID, bytes] = {}
        self._since = dt.datetime.min.replace(tzinfo=dt.UTC)

    def follow(self, workspace_id: UUID, site_id: UUID | None = None) -> AsyncGenerator[bytes, None]:
        """Return the changes as Server-Sent Events, beginning with what is being generated now, until we stop.

        Raises Unavailable when too many follow, or this process is about to stop.
        """
        self._followers.check_room(MAX_LISTENERS)
        return self._follow(_Follower(workspace_id, site_id))

    async def close(self) -> None:
        """End all followers and the reader."""
        await self._followers.close()

    async def _follow(self, follower: _Follower) -> AsyncGenerator[bytes, None]:
        self._followers.add(follower)
        try:
            yield GREETING
            for row in await self._read_in_flight(follower.workspace_id):
                follower.offer(row, _frame(row))
            if not self._followers.is_read_for:
                self._known.clear()
                self._since = dt.datetime.now(dt.UTC)
                self._followers.start_reading()
            async for frame in follower.take():
                yield frame or STILL_HERE
        finally:
            self._followers.remove(follower)

    async def _read_in_flight(self, workspace_id: UUID) -> list[RowMapping]:
        mine = (sites.c.workspace_id == workspace_id) & sites.c.status.in_(IN_FLIGHT)
        try:
            async with self._database.read() as connection:
                return list((await connection.execute(_select().where(mine).limit(MAX_WAITING // 2))).mappings())
        except Unavailable:
            return []

    async def _read_once(self) -> None:
        # Beginning a little before it was asked for: what changed twice since is told as it is now.
        query = _select().where(sites.c.updated_at > self._since - OVERLAP).order_by(sites.c.updated_at)
        async with self._database.read() as connection:
            rows = (await connection.execute(query)).mappings().all()
        known: dict[UUID, bytes] = {}
        for row in rows:
            known[row["id"]] = frame = _frame(row)
            if self._known.get(row["id"]) != frame:
                for follower in self._followers:
                    follower.offer(row, frame)
            self._since = max(self._since, row["updated_at"])
        self._known = known


def _select() -> Any:
    return select(*(sites.c[name] for name in _SHOWN), sites.c.workspace_id, sites.c.updated_at)


def _frame(row: RowMapping) -> bytes:
    shown = {name: row[name] for name in _SHOWN}
    shown["progress"] = progress_of(row["status"], row["step"])
    return b"event: site\ndata: " + orjson.dumps(shown) + b"\n\n"
