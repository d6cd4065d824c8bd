"""Codes from time, a leased node number and a sequence: no counter that all processes share."""

import time
from collections.abc import Callable

import numpy as np

from vayro.database.engine import Database
from vayro.links.allocation.counter import SNOWFLAKE_LENGTH
from vayro.links.allocation.node_lease import NODE_BITS, NodeLeases
from vayro.links.allocation.repository import get_or_make_key
from vayro.links.allocation.reserve import CodeReserve
from vayro.links.code_cipher import Words
from vayro.links.short_code import CodeSpace

SEQUENCE_BITS = 12
BLOCK_SIZE = 1000
EPOCH_MS = 1_767_225_600_000
"""2026-01-01 in UTC: 41 bits of milliseconds last until 2095, and 63 bits in all fit into 11 letters (63.6 bits)."""


class SnowflakeAllocator:
    """Codes from time + node + sequence, made unguessable by a keyed bijection; 11 letters long.

    A code's time is never before the last one given out, and never beyond what the lease covers, so neither a clock
    that goes back nor a process that sleeps through its lease can repeat one.
    """

    def __init__(self, database: Database, leases: NodeLeases, *, now: Callable[[], float] = time.time) -> None:
        """Args: database, where the key is; leases, where node numbers come from; now, the clock in seconds."""
        self._database = database
        self._leases = leases
        self._now = now
        self._next_tick = 0
        self._space: CodeSpace | None = None
        self._reserve = CodeReserve(self._refill, BLOCK_SIZE)

    async def allocate(self, count: int = 1) -> list[str]:
        """See CodeAllocator."""
        return await self._reserve.take(count)

    async def close(self) -> None:
        """See CodeAllocator. The node number is given back."""
        await self._reserve.close()
        await self._leases.release(_milliseconds(self._next_tick) + 1)

    async def _refill(self, count: int) -> list[str]:
        space = self._space or await self._open_space()
        return space.codes(await self._take_numbers(count))

    async def _take_numbers(self, count: int) -> Words:
        """Return `count` numbers that are this node's alone. A tick is a millisecond and a place in its sequence."""
        clock_ms = int(self._now() * 1000) - EPOCH_MS
        start = max(clock_ms << SEQUENCE_BITS, self._next_tick)
        lease = await self._leases.cover(_milliseconds(start), _milliseconds(start + count) + 1)
        self._next_tick = start + count
        return _compose(start, count, lease.node)

    async def _open_space(self) -> CodeSpace:
        async with self._database.transaction() as connection:
            key = await get_or_make_key(connection, "snowflake")
        self._space = CodeSpace(SNOWFLAKE_LENGTH, key)
        return self._space


def _milliseconds(tick: int) -> int:
    return tick >> SEQUENCE_BITS


def _compose(start: int, count: int, node: int) -> Words:
    """Return time, node and sequence, 41 + 10 + 12 bits, of `count` ticks."""
    ticks = np.arange(start, start + count, dtype=np.uint64)
    bits = np.uint64(SEQUENCE_BITS)
    times = ticks >> bits
    sequences = ticks - (times << bits)
    numbers: Words = (times << np.uint64(SEQUENCE_BITS + NODE_BITS)) | np.uint64(node << SEQUENCE_BITS) | sequences
    return numbers
