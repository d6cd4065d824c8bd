"""Counting in the memory of one process."""

import time
from collections import OrderedDict
from collections.abc import Callable, Sequence

from vayro.limits.budget import Budget, Standing, Window, weigh
from vayro.limits.port import Wish

# 100,000 entries are 31 MB. Who has more addresses than that makes us forget what others spent, no more.
MAX_KEYS = 100_000


class MemoryWindows:
    """The windows of up to `max_keys` keys; those that spent longest ago are forgotten first."""

    def __init__(self, max_keys: int = MAX_KEYS, clock: Callable[[], float] = time.time) -> None:
        """Args: clock, seconds."""
        self._counts: OrderedDict[tuple[str, bytes], tuple[int, int, int]] = OrderedDict()
        self._max_keys = max_keys
        self._clock = clock

    async def spend(self, wishes: Sequence[Wish]) -> list[Standing]:
        """Spend what each wish may."""
        return [self.spend_now(*wish) for wish in wishes]

    def spend_now(self, budget: Budget, key: bytes, cost: int = 1) -> Standing:
        """Spend, unless that is more than is left. About 1.5 us."""
        number, passed = divmod(self._clock(), budget.seconds)
        left = budget.seconds - passed
        place = (budget.name, key)
        held, before, current = self._counts.get(place, (0, 0, 0))
        if held != number:
            before, current = (current if held == number - 1 else 0), 0
        is_allowed = weigh(Window(before, current, left), budget) + cost <= budget.amount
        if is_allowed:
            current = max(0, current + cost)
            self._counts[place] = (int(number), before, current)
            self._counts.move_to_end(place)
            if len(self._counts) > self._max_keys:
                self._counts.popitem(last=False)
        return Standing(budget, is_allowed, Window(before, current, left))

    async def close(self) -> None:
        """Do nothing."""

    def __len__(self) -> int:
        return len(self._counts)
