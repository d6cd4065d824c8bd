"""The default allocator: a counter in the database hands out blocks, a secret bijection makes codes of them."""

from hashlib import blake2b

from vayro.database.engine import Database
from vayro.links.allocation.repository import NumberBlock, claim_numbers, get_or_make_key
from vayro.links.allocation.reserve import CodeReserve
from vayro.links.short_code import CodeSpace

BLOCK_SIZE = 1000
"""20 transactions a second at 20,000 links a second; a process that dies loses at most 1,500 of 1.5e12 codes."""

SNOWFLAKE_LENGTH = 11
"""Kept for the Snowflake allocator: a counter passes over this length, so that the two can never meet."""

# The counter's column is a signed 64-bit integer; the margin is for blocks claimed beyond the end.
LARGEST_NUMBER = 2**63 - 2**32

COUNTER_PREFIX = "counter-"
"""Of a counter's name; the rest is the length of its codes."""


class CounterBlocks:
    """Takes blocks of codes that are nobody else's. When a length is used up, codes become longer."""

    def __init__(self, database: Database, length: int) -> None:
        """Args: length, of the first codes."""
        self._database = database
        self._length = length
        self._spaces: dict[tuple[int, bytes], CodeSpace] = {}
        self._fingerprint = ""

    async def fingerprint(self) -> str:
        """Return a name for these codes that another database, or another first length, does not have."""
        if not self._fingerprint:
            async with self._database.transaction() as connection:
                key = await get_or_make_key(connection, _name(self._length))
            self._fingerprint = blake2b(_name(self._length).encode(), key=key, digest_size=8).hexdigest()
        return self._fingerprint

    async def claim_codes(self, count: int) -> list[str]:
        """Return at most `count` new codes, at least one. Raises Unavailable."""
        while True:
            block, length = await self._claim_block(count)
            if codes := self._space(length, block.key).range_codes(block.start, block.stop):
                return codes

    async def _claim_block(self, count: int) -> tuple[NumberBlock, int]:
        while True:
            length = self._length + (self._length == SNOWFLAKE_LENGTH)
            # Committed when this block ends, before anybody sees a code: a crash now leaves a gap, not a duplicate.
            async with self._database.transaction() as connection:
                block = await claim_numbers(connection, _name(length), count, counter_limit(length))
            if block:
                return block, length
            self._length = max(self._length, length + 1)

    def _space(self, length: int, key: bytes) -> CodeSpace:
        if (length, key) not in self._spaces:
            self._spaces[length, key] = CodeSpace(length, key)
        return self._spaces[length, key]


class CounterAllocator:
    """Codes from a counter in the database, taken in blocks."""

    def __init__(self, blocks: CounterBlocks, block_size: int = BLOCK_SIZE) -> None:
        """Args: blocks, the counter; block_size, codes taken in one transaction."""
        self._reserve = CodeReserve(blocks.claim_codes, block_size)

    async def allocate(self, count: int = 1) -> list[str]:
        """See CodeAllocator."""
        return await self._reserve.take(count)

    async def close(self) -> None:
        """See CodeAllocator."""
        await self._reserve.close()


def counter_limit(length: int) -> int:
    """Return the number at which the codes of this length are used up."""
    return min(CodeSpace.count(length), LARGEST_NUMBER)


def _name(length: int) -> str:
    return f"{COUNTER_PREFIX}{length}"
