"""Clicks of all streams that they are spread over, as from one source."""

import asyncio
import time
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any

import structlog

from vayro.cache.commands import RedisAway, RedisCommands
from vayro.stream.names import MAX_SHARDS, stream_name, stream_names
from vayro.stream.port import Delivery
from vayro.stream.redis_source import RedisClickSource

LOOK_SECONDS = 10.0
_log = structlog.get_logger(__name__)

MakeSource = Callable[[str, Callable[[], bool]], RedisClickSource]
"""Makes the source of a stream, with its way to ask whether entries of others are in hand."""


class ShardedClickSource:
    """Reads every stream at the same time; a stream whose server is away keeps no other waiting.

    Streams beyond the number of shards are read, too, while there is something in them: that number may have been
    greater before, or may be so already for an engine that was started anew.
    """

    def __init__(self, commands: RedisCommands, shards: int, make_source: MakeSource) -> None:
        """Args: commands, for looking after other streams, closed with this."""
        self._commands = commands
        self._make_source = make_source
        self._sources: dict[str, RedisClickSource] = {}
        self._reading: dict[str, asyncio.Task[Delivery]] = {}
        self._look_at = 0.0
        for name in stream_names(shards):
            self._add(name)

    async def read(self, limit: int) -> Delivery:
        """Return what has come from any stream, about `limit` entries at most; none after half a second without."""
        if time.monotonic() >= self._look_at:
            self._look_at = time.monotonic() + LOOK_SECONDS
            await self._find_others()
        share = -(-limit // len(self._sources))
        for name in self._readable():
            if name not in self._reading:
                self._reading[name] = asyncio.create_task(self._sources[name].read(share))
        await asyncio.wait(self._reading.values(), return_when=asyncio.FIRST_COMPLETED)
        return self._collect()

    def positions(self, delivery: Delivery) -> dict[str, int]:  # noqa: ARG002 -- the port's signature
        """Return nothing: the groups remember what is pending."""
        return {}

    async def acknowledge(self, delivery: Delivery) -> None:
        """As the port says, each stream by a command of its own."""
        await self._for_each(delivery, lambda source, part: source.acknowledge(part))

    async def reject(self, delivery: Delivery) -> None:
        """As the port says."""
        await self._for_each(delivery, lambda source, part: source.reject(part))

    async def close(self) -> None:
        """Give back what was read and not delivered, and close the connections."""
        if self._reading:
            await asyncio.wait(self._reading.values())
        await self._for_each(self._collect(), lambda source, part: source.hand_back(part))
        for source in self._sources.values():
            await source.close()
        await self._commands.close()

    def _add(self, name: str) -> None:
        self._sources[name] = self._make_source(name, partial(self._is_busy_beside, name))

    def _is_busy_beside(self, name: str) -> bool:
        return any(other != name and (source.is_busy or other in self._reading)
                   for other, source in self._sources.items())  # fmt: skip

    def _readable(self) -> list[str]:
        """Return the streams to read: all, or the one whose entries must be alone in this process."""
        alone = [name for name, source in self._sources.items() if source.is_alone]
        return alone[:1] or list(self._sources)

    def _collect(self) -> Delivery:
        """Return what the readings that are over have brought. Raises what one of them raised, when that is all."""
        delivery, failed = Delivery(), None
        for name, task in list(self._reading.items()):
            if not task.done():
                continue
            del self._reading[name]
            if task.exception():
                failed = task
                continue
            part = task.result()
            delivery.entries += part.entries
            delivery.marks += [(name, mark) for mark in part.marks]
            delivery.attempts += part.attempts
        if failed and not delivery:
            failed.result()
        return delivery

    async def _for_each(
        self, delivery: Delivery, do: Callable[[RedisClickSource, Delivery], Coroutine[Any, Any, None]]
    ) -> None:
        parts: dict[str, Delivery] = {}
        for entry, (name, mark), attempt in zip(delivery.entries, delivery.marks, delivery.attempts, strict=True):
            part = parts.setdefault(name, Delivery())
            part.entries.append(entry)
            part.marks.append(mark)
            part.attempts.append(attempt)
        await asyncio.gather(*(do(self._sources[name], part) for name, part in parts.items()))

    async def _find_others(self) -> None:
        names = [name for name in map(stream_name, range(MAX_SHARDS)) if name not in self._sources]
        try:
            lengths = await self._commands.execute_many([(b"XLEN", name) for name in names])
        except RedisAway:
            return  # looked for again soon
        for name, length in zip(names, lengths, strict=True):
            if isinstance(length, int) and length:
                _log.info("found clicks in a stream beyond VAYRO_STREAM_SHARDS: it is read, too", stream=name)
                self._add(name)
