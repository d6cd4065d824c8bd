"""What all feeds of Server-Sent Events share: who listens, what waits for each, and one reader a process for all."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import suppress
from typing import Generic, TypeVar

import structlog

from vayro.errors import Unavailable
from vayro.waiting import pause

POLL_SECONDS = 0.5
HEARTBEAT_SECONDS = 15
GREETING = b"retry: 2000\n\n"
"""The first thing that a client hears: how soon to come back after an end."""
STILL_HERE = b": still here\n\n"
_log = structlog.get_logger(__name__)

Item = TypeVar("Item")


class Inbox(Generic[Item]):
    """What waits for one listener, and whether it is to go."""

    def __init__(self, limit: int) -> None:
        """Args: limit, how much may wait: who is so far behind is cut, and comes back."""
        self._waiting: asyncio.Queue[Item | None] = asyncio.Queue(limit)
        self._is_over = False

    def put(self, item: Item) -> None:
        """Let it wait; end the listener when too much does."""
        try:
            self._waiting.put_nowait(item)
        except asyncio.QueueFull:
            self.end()

    def end(self) -> None:
        """Make it leave, whatever still waits."""
        self._is_over = True
        while not self._waiting.empty():
            self._waiting.get_nowait()
        self._waiting.put_nowait(None)

    async def take(self) -> AsyncIterator[Item | None]:
        """Yield what comes, and None for each 15 s in which nothing did, until the end."""
        while not self._is_over:
            try:
                item = await asyncio.wait_for(self._waiting.get(), HEARTBEAT_SECONDS)
            except TimeoutError:
                yield None
                continue
            if item is None:
                return
            yield item


Listener = TypeVar("Listener", bound=Inbox)  # type: ignore[type-arg]  # of whatever it is that waits


class Listeners(Generic[Listener]):
    """Those who listen, and the task that reads for them: it runs while there are any."""

    def __init__(self, name: str, read: Callable[[], Awaitable[None]], draining: asyncio.Event) -> None:
        """Args: name, of the task; read, called twice a second; draining, set when the process is to stop."""
        self._name = name
        self._read_once = read
        self._draining = draining
        self._all: set[Listener] = set()
        self.reader: asyncio.Task[None] | None = None

    def __len__(self) -> int:
        """How many they are."""
        return len(self._all)

    def __iter__(self) -> Iterator[Listener]:
        """Those of now: who comes or goes meanwhile disturbs nobody."""
        return iter(list(self._all))

    def check_room(self, limit: int) -> None:
        """Raise Unavailable when this process has so many listeners, or is about to stop."""
        if len(self._all) >= limit or self._draining.is_set():
            raise Unavailable("Too many clients are listening.", retry_after_seconds=5)

    def add(self, listener: Listener) -> None:
        """Have it told from now on."""
        self._all.add(listener)

    def remove(self, listener: Listener) -> None:
        """It has gone."""
        self._all.discard(listener)

    @property
    def is_read_for(self) -> bool:
        """Whether the reader runs."""
        return self.reader is not None and not self.reader.done()

    def start_reading(self) -> None:
        """Start the reader. It ends at its first look around when nobody was added until then."""
        self.reader = asyncio.create_task(self._read(), name=self._name)

    async def close(self) -> None:
        """End all listeners and the reader."""
        self._end_all()
        if self.reader is not None:
            self.reader.cancel()
            with suppress(asyncio.CancelledError):
                await self.reader

    async def _read(self) -> None:
        """Read until nobody listens any more; a database that is away is asked again.

        However it ends, so do the listeners: they come back.
        """
        try:
            while self._all and not self._draining.is_set():
                with suppress(Unavailable):
                    await self._read_once()
                await pause(self._draining, POLL_SECONDS)
        except Exception:  # noqa: BLE001 -- whatever it was, the listeners must not wait for ever
            _log.exception("a feed broke off", feed=self._name)
        finally:
            self._end_all()

    def _end_all(self) -> None:
        for listener in self:
            listener.end()
