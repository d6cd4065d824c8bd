"""Where spending is counted: one port, for Redis and for the memory of a process."""

from collections.abc import Awaitable, Sequence
from typing import NamedTuple, Protocol

from vayro.limits.budget import Budget, Standing


class Wish(NamedTuple):
    """To spend of a budget, for somebody."""

    budget: Budget
    key: bytes
    cost: int = 1


class Windows(Protocol):
    """Counts."""

    def spend(self, wishes: Sequence[Wish]) -> Awaitable[list[Standing]]:
        """Spend what each wish may, on its own, and say how each stands. Raises RedisAway."""

    async def close(self) -> None:
        """Close the connections."""
