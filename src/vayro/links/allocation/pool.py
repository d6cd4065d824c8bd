"""Ready codes in Redis: the database is asked in the background only."""

import asyncio

import structlog

from vayro.cache.commands import CommandRefused, RedisAway
from vayro.errors import Unavailable
from vayro.links.allocation.counter import BLOCK_SIZE, CounterBlocks
from vayro.links.allocation.redis_pool import Popped, RedisCodePool
from vayro.links.allocation.reserve import CodeReserve

POOL_CODES = 10_000
LOCAL_BLOCK_SIZE = 200
"""Codes that a process takes out of the pool at a time."""

log = structlog.get_logger()


class PoolAllocator:
    """Codes from a pool in Redis, filled from the counter; without Redis, from the counter directly.

    Everything in the pool was claimed from the counter and pushed once, and is popped once: what Redis loses is a gap.
    """

    def __init__(self, pool: RedisCodePool, blocks: CounterBlocks) -> None:
        """Args: pool and blocks, the two sources."""
        self._pool = pool
        self._blocks = blocks
        self._reserve = CodeReserve(self._refill, LOCAL_BLOCK_SIZE)
        self._filling: asyncio.Task[None] | None = None
        self._is_used = True

    async def allocate(self, count: int = 1) -> list[str]:
        """See CodeAllocator. A Redis that is lost, flushed or slow delays it by one Redis time-out at most."""
        return await self._reserve.take(count)

    async def close(self) -> None:
        """See CodeAllocator."""
        await self._reserve.close()
        if self._filling:
            self._filling.cancel()
            await asyncio.gather(self._filling, return_exceptions=True)
        await self._pool.close()

    async def _refill(self, count: int) -> list[str]:
        return await self._pop(count) or await self._blocks.claim_codes(count)

    async def _pop(self, count: int) -> list[str]:
        """Return codes of the pool; none when it is empty or does not answer."""
        space = await self._blocks.fingerprint()
        try:
            popped = await self._pool.pop(space, count)
        except (RedisAway, CommandRefused) as error:
            self._note(is_used=False, reason=error.detail)
            return []
        self._note(is_used=True)
        if popped.left < POOL_CODES // 2 and (self._filling is None or self._filling.done()):
            self._filling = asyncio.create_task(self._fill(space, popped))
        return popped.codes

    async def _fill(self, space: str, popped: Popped) -> None:
        """Push blocks until the pool is full. Codes of a push that failed are given up: Redis may have got them."""
        size: int | None = popped.left
        try:
            while size is not None and size < POOL_CODES:
                codes = await self._blocks.claim_codes(BLOCK_SIZE)
                size = await self._pool.push(space, codes, popped.epoch)
        except (RedisAway, CommandRefused, Unavailable) as error:
            log.warning("code pool not filled", reason=error.detail)

    def _note(self, *, is_used: bool, reason: str = "") -> None:
        """Log a change, not each of the thousand blocks a minute that it concerns."""
        if is_used != self._is_used:
            self._is_used = is_used
            log.warning("code pool used again" if is_used else "code pool not used", reason=reason)
