"""The live feed: every committed click, to whoever listens, from one reader a process.

The reader looks at `click_batches` twice a second while somebody listens, and reads the clicks of the new batches once
for all listeners. Batches may commit out of the order of their numbers, so it keeps looking at those of the last
minute. A batch says between which times its clicks lie, not which they are: clicks that were sent are remembered.
"""

import asyncio
import datetime as dt
import time
from collections import OrderedDict, defaultdict
from collections.abc import AsyncGenerator
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from vayro.clicks.live_events import Batch, Interest, LiveClick, read_clicks, read_resumed
from vayro.database.engine import Database
from vayro.database.models import click_batches
from vayro.errors import Unavailable
from vayro.listening import GREETING, STILL_HERE, Inbox, Listeners

if TYPE_CHECKING:
    from uuid import UUID

OVERLAP_SECONDS = 60
OVERLAP_BATCHES = 200
# A listener that is so far behind is cut; what it missed it gets again by coming back with its Last-Event-ID.
MAX_WAITING = 5_000
MAX_LISTENERS = 500
_MAX_REMEMBERED = 200_000


class Listener(Inbox[LiveClick]):
    """One connected client, and which clicks wait for it."""

    def __init__(self, interest: Interest) -> None:
        """Args: interest, which clicks it hears of."""
        super().__init__(MAX_WAITING)
        self.interest = interest
        self.started_at = dt.datetime.now(dt.UTC)

    def offer(self, click: LiveClick, batch: Batch) -> None:
        """Let the click wait, unless it is an old one in a long batch.

        Nobody knows whether that was committed with it or long before.
        """
        if batch.is_usual or click.timestamp >= self.started_at:
            self.put(click)


class LiveFeed:
    """Gives committed clicks to listeners. Reads nothing while nobody listens."""

    def __init__(self, database: Database, *, draining: asyncio.Event | None = None) -> None:
        """Args: database, the primary: a replica's delay would be felt; draining, set when the process is to stop."""
        self._database = database
        self.listeners: Listeners[Listener] = Listeners("live feed", self._read_once, draining or asyncio.Event())
        self._starting = asyncio.Lock()
        # Batches up to the floor are done with; of those above it, when each was read.
        self._floor = 0
        self._known: dict[int, float] = {}
        self._sent: OrderedDict[UUID, None] = OrderedDict()

    def listen(self, interest: Interest, last_event_id: str | None = None) -> AsyncGenerator[bytes, None]:
        """Return the clicks of interest as Server-Sent Events, with a comment every 15 s, until the process stops.

        With the id of an event of the last hour it begins with what was committed since. Raises Unavailable when this
        process has too many listeners, or is about to stop.
        """
        self.listeners.check_room(MAX_LISTENERS)
        return self._listen(Listener(interest), last_event_id)

    async def close(self) -> None:
        """End all listeners and the reader."""
        await self.listeners.close()

    async def _listen(self, listener: Listener, last_event_id: str | None) -> AsyncGenerator[bytes, None]:
        await self._add(listener)
        try:
            yield GREETING
            missed = await self._read_missed(listener, last_event_id) if last_event_id else []
            for click in missed:
                yield click.frame
            already = {click.id for click in missed}
            async for new in listener.take():
                if new is None:
                    yield STILL_HERE
                elif new.id not in already:
                    yield new.frame
        finally:
            self.listeners.remove(listener)

    async def _read_missed(self, listener: Listener, last_event_id: str) -> list[LiveClick]:
        try:
            return await read_resumed(self._database, listener.interest, last_event_id)
        except Unavailable:  # the answer has begun: the client is to come back with the same id
            listener.end()
            return []

    async def _add(self, listener: Listener) -> None:
        """Add a listener; the first one starts the reader, which then knows all batches up to now."""
        async with self._starting:
            if not self.listeners.is_read_for:
                await self._remember_batches()
                self.listeners.start_reading()
            self.listeners.add(listener)

    async def _remember_batches(self) -> None:
        self._sent.clear()
        async with self._database.read() as connection:
            newest = await connection.scalar(select(func.max(click_batches.c.id))) or 0
            self._floor = newest - OVERLAP_BATCHES
            recent = await connection.scalars(select(click_batches.c.id).where(click_batches.c.id > self._floor))
            self._known = dict.fromkeys(recent, time.monotonic())

    async def _read_once(self) -> None:
        batches = await self._find_batches()
        if not batches:
            return
        listeners = defaultdict(list)
        for listener in self.listeners:
            listeners[listener.interest.workspace_id].append(listener)
        for batch in batches:
            async for click in read_clicks(self._database, batch, list(listeners)):
                if self._is_new(click):
                    for listener in listeners[click.workspace_id]:
                        if listener.interest.includes(click):
                            listener.offer(click, batch)
            self._known[batch.id] = time.monotonic()

    async def _find_batches(self) -> list[Batch]:
        """Return the batches not read yet: those with higher numbers, and lower ones that committed late."""
        stale = time.monotonic() - OVERLAP_SECONDS
        while self._known and self._known[lowest := min(self._known)] < stale:
            self._floor = lowest
            del self._known[lowest]
        async with self._database.read() as connection:
            rows = await connection.execute(
                select(click_batches).where(click_batches.c.id > self._floor).order_by(click_batches.c.id)
            )
            return [Batch(*row) for row in rows if row.id not in self._known]

    def _is_new(self, click: LiveClick) -> bool:
        if click.id in self._sent:
            return False
        self._sent[click.id] = None
        if len(self._sent) > _MAX_REMEMBERED:
            self._sent.popitem(last=False)
        return True
