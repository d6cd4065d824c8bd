"""Ready codes in memory, so that creating a link seldom waits for a store."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable

import structlog

from vayro.errors import Unavailable

Refill = Callable[[int], Awaitable[list[str]]]
"""Returns about as many new codes as it is asked for; at least one in the end."""

log = structlog.get_logger()


class CodeReserve:
    """A queue of codes, refilled in the background once it is half empty. It belongs to one event loop."""

    def __init__(self, refill: Refill, block_size: int) -> None:
        """Args: refill, where codes come from; block_size, how many to ask for at a time."""
        self._refill = refill
        self._block_size = block_size
        self._ready: deque[str] = deque()
        self._refilling: asyncio.Task[None] | None = None

    async def take(self, count: int) -> list[str]:
        """Return `count` codes, and forget them. Raises what `refill` raises, when it had to wait for it."""
        while len(self._ready) < count:
            # Shielded: a request that is cancelled must not cancel the refill that others wait for.
            await asyncio.shield(self._start_refill(count - len(self._ready)))
        codes = [self._ready.popleft() for _ in range(count)]
        if len(self._ready) < self._block_size // 2:
            self._start_refill(0)
        return codes

    async def close(self) -> None:
        """Stop refilling and forget what is left."""
        self._ready.clear()
        if self._refilling:
            self._refilling.cancel()
            await asyncio.gather(self._refilling, return_exceptions=True)

    def _start_refill(self, missing: int) -> "asyncio.Task[None]":
        """Return the refill that is under way, or a new one: never two at a time."""
        if self._refilling is None or self._refilling.done():
            self._refilling = asyncio.create_task(self._add(max(missing, self._block_size)))
            self._refilling.add_done_callback(_report)
        return self._refilling

    async def _add(self, count: int) -> None:
        self._ready.extend(await self._refill(count))


def _report(refilling: "asyncio.Task[None]") -> None:
    """Log why codes run low; whoever needs one now tries again, and is told."""
    if not refilling.cancelled() and (error := refilling.exception()):
        log.warning("short codes not refilled", reason=str(error), exc_info=not isinstance(error, Unavailable))
