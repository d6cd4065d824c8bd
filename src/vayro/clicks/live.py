"""The live feed: every committed click, to whoever listens, from one reader a process.

The reader looks at `click_batches` twice a second while somebody listens, and reads the clicks of the new batches once
for all listeners. Batches may commit out of the order of their numbers, so it keeps looking at those of the last
minute. A batch says between which times its clicks lie, not which they are: clicks that were sent are remembered.
"""

import asyncio
import datetime as dt
import time
from collections import OrderedDict, defaultdict
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import suppress
from uuid import UUID

import structlog
from sqlalchemy import func, select

from vayro.clicks.live_events import Batch, Interest, LiveClick, read_clicks, read_resumed
from vayro.database.engine import Database
from vayro.database.models import click_batches
from vayro.errors import Unavailable

POLL_SECONDS = 0.5
OVERLAP_SECONDS = 60
OVERLAP_BATCHES = 200
HEARTBEAT_SECONDS = 15
# A listener that is so far behind is cut; what it missed it gets again by coming back with its Last-Event-ID.
MAX_WAITING = 5_000
MAX_LISTENERS = 500
_MAX_REMEMBERED = 200_000
_log = structlog.get_logger(__name__)


class Listener:
    """One connected client: what waits for it, and whether it is to go."""

    def __init__(self, interest: Interest) -> None:
        """Args: interest, which clicks it hears of."""
        self.interest = interest
        self.started_at = dt.datetime.now(dt.UTC)
        self.waiting: asyncio.Queue[LiveClick | None] = asyncio.Queue(MAX_WAITING)
        self.is_over = False

    def offer(self, click: LiveClick, batch: Batch) -> None:
        """Let the click wait; end the listener when too many do.

        An old click in a long batch is passed over: nobody knows whether it was committed with it or long before.
        """
        if not batch.is_usual and click.timestamp < self.started_at:
            return
        try:
            self.waiting.put_nowait(click)
        except asyncio.QueueFull:
            self.end()

    def end(self) -> None:
        """Make it leave, whatever still waits."""
        self.is_over = True
        while not self.waiting.empty():
            self.waiting.get_nowait()
        self.waiting.put_nowait(None)


class LiveFeed:
    """Gives committed clicks to listeners. Reads nothing while nobody listens."""

    def __init__(self, database: Database, *, draining: asyncio.Event | None = None) -> None:
        """Args: database, the primary: a replica's delay would be felt; draining, set when the process is to stop."""
        self._database = database
        self._draining = draining or asyncio.Event()
        self._listeners: set[Listener] = set()
        self._reader: asyncio.Task[None] | None = None
        self._starting = asyncio.Lock()
        # Batches up to the floor are done with; of those above it, when each was read.
        self._floor = 0
        self._known: dict[int, float] = {}
        self._sent: OrderedDict[UUID, None] = OrderedDict()

    @property
    def listeners(self) -> int:
        """How many clients are listening."""
        return len(self._listeners)

    def listen(self, interest: Interest, last_event_id: str | None = None) -> AsyncGenerator[bytes, None]:
        """Return the clicks of interest as Server-Sent Events, with a comment every 15 s, until the process stops.

        With the id of an event of the last hour it begins with what was committed since. Raises Unavailable when this
        process has too many listeners, or is about to stop.
        """
        if len(self._listeners) >= MAX_LISTENERS or self._draining.is_set():
            raise Unavailable("Too many clients are listening.", retry_after_seconds=5)
        return self._listen(Listener(interest), last_event_id)

    async def _listen(self, listener: Listener, last_event_id: str | None) -> AsyncGenerator[bytes, None]:
        await self._add(listener)
        try:
            yield b"retry: 2000\n\n"
            missed = await self._read_missed(listener, last_event_id) if last_event_id else []
            for click in missed:
                yield click.frame
            async for frame in self._follow(listener, {click.id for click in missed}):
                yield frame
        finally:
            self._listeners.discard(listener)

    async def _read_missed(self, listener: Listener, last_event_id: str) -> list[LiveClick]:
        try:
            return await read_resumed(self._database, listener.interest, last_event_id)
        except Unavailable:  # the answer has begun: the client is to come back with the same id
            listener.end()
            return []

    async def close(self) -> None:
        """End all listeners and the reader."""
        self._end_all()
        if self._reader is not None:
            self._reader.cancel()
            with suppress(asyncio.CancelledError):
                await self._reader

    async def _follow(self, listener: Listener, already: set[UUID]) -> AsyncIterator[bytes]:
        while not listener.is_over:
            try:
                click = await asyncio.wait_for(listener.waiting.get(), HEARTBEAT_SECONDS)
            except TimeoutError:
                yield b": still here\n\n"
                continue
            if click is None:
                return
            if click.id not in already:
                yield click.frame

    async def _add(self, listener: Listener) -> None:
        """Add a listener; the first one starts the reader, which then knows all batches up to now."""
        async with self._starting:
            if self._reader is None or self._reader.done():
                await self._remember_batches()
                self._reader = asyncio.create_task(self._read(), name="live feed")
            self._listeners.add(listener)

    async def _remember_batches(self) -> None:
        self._sent.clear()
        async with self._database.read() as connection:
            newest = await connection.scalar(select(func.max(click_batches.c.id))) or 0
            self._floor = newest - OVERLAP_BATCHES
            recent = await connection.scalars(select(click_batches.c.id).where(click_batches.c.id > self._floor))
            self._known = dict.fromkeys(recent, time.monotonic())

    async def _read(self) -> None:
        """Read batches until nobody listens any more; a database that is away is asked again.

        However it ends, so do its listeners: they come back with the id of their last event.
        """
        try:
            while self._listeners and not self._draining.is_set():
                with suppress(Unavailable):
                    await self._read_once()
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._draining.wait(), POLL_SECONDS)
        except Exception:  # noqa: BLE001 -- whatever it was, the listeners must not wait for ever
            _log.exception("the live feed broke off")
        finally:
            self._end_all()

    async def _read_once(self) -> None:
        batches = await self._find_batches()
        if not batches:
            return
        listeners = defaultdict(list)
        for listener in self._listeners:
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

    def _end_all(self) -> None:
        for listener in list(self._listeners):
            listener.end()
