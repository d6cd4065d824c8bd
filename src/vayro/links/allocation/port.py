"""The port that the links service creates links through."""

from typing import Protocol


class CodeAllocator(Protocol):
    """Gives out short codes that no allocator of this installation has given out before, or will.

    Other links may still have such a code, because somebody chose it: the unique index on links decides, and the
    caller allocates again.
    """

    async def allocate(self, count: int = 1) -> list[str]:
        """Return `count` different codes.

        Usually answers from memory; may wait for the database, which it asks in a transaction of its own. So call it
        outside any write transaction: on SQLite the two would wait for each other. Raises Unavailable.
        """
        ...

    async def close(self) -> None:
        """Stop the work in the background. Codes still in memory are never given out."""
        ...
