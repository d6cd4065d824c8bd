"""Taking a thousandth of a large budget at a time: most requests then ask Redis nothing.

Of what is taken and not used, a thousandth of the budget is lost for each process and period. Small budgets, of
sign-ins and the like, are spent one by one.
"""

import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import NamedTuple

from vayro.limits.budget import Budget, Standing, Window
from vayro.limits.port import Windows, Wish

LARGE = 2_000
PARTS = 1_000
MAX_KEYS = 10_000

Place = tuple[str, bytes]


class Advance(NamedTuple):
    """What was taken and not yet used. `standing` is from then; `until`: when its period ends, by the clock."""

    left: int
    standing: Standing
    until: float


class AdvanceWindows:
    """The windows of another, of which large budgets are spent in advance."""

    def __init__(self, shared: Windows, clock: Callable[[], float] = time.monotonic) -> None:
        """Args: shared, closed with this."""
        self._shared = shared
        self._clock = clock
        self._advances: OrderedDict[Place, Advance] = OrderedDict()

    async def spend(self, wishes: Sequence[Wish]) -> list[Standing]:
        """Spend what each wish may, on its own, and say how each stands. Raises RedisAway."""
        standings = [self._spend_advance(wish) for wish in wishes]
        missing = [index for index, standing in enumerate(standings) if standing is None]
        if missing:
            taken = await self._take([wishes[index] for index in missing])
            for index, standing in zip(missing, taken, strict=True):
                standings[index] = standing
        return [standing for standing in standings if standing is not None]

    async def close(self) -> None:
        """Close the connections."""
        await self._shared.close()

    async def _take(self, wishes: Sequence[Wish]) -> list[Standing]:
        """Spend of the other windows: in advance where there is enough, else no more than is wished."""
        advances = [_in_advance(wish) for wish in wishes]
        found = await self._shared.spend(advances)
        standings = [self._keep(wish, standing) for wish, standing in zip(wishes, found, strict=True)]
        short = [index for index, wish in enumerate(wishes) if not found[index].is_allowed and wish != advances[index]]
        if short:
            exact = await self._shared.spend([wishes[index] for index in short])
            for index, standing in zip(short, exact, strict=True):
                standings[index] = standing
        return standings

    def _spend_advance(self, wish: Wish) -> Standing | None:
        place = wish.budget.name, wish.key
        held = self._advances.get(place)
        if held is None or wish.cost <= 0:
            return None
        if held.left < wish.cost or self._clock() >= held.until:
            del self._advances[place]
            return None
        held = Advance(held.left - wish.cost, held.standing, held.until)
        self._advances[place] = held
        return self._shown(held)

    def _keep(self, wish: Wish, standing: Standing) -> Standing:
        """Keep what is over of an answer of the other windows; return how the caller stands."""
        over = _in_advance(wish).cost - wish.cost
        if not standing.is_allowed or not over:
            return standing
        place = wish.budget.name, wish.key
        until = self._clock() + standing.window.seconds_left
        known = self._advances.pop(place, None)
        held = Advance(over + (known.left if known and known.until > self._clock() else 0), standing, until)
        self._advances[place] = held
        if len(self._advances) > MAX_KEYS:
            self._advances.popitem(last=False)
        return self._shown(held)

    def _shown(self, held: Advance) -> Standing:
        """Return how the caller stands: what was taken and not used is still there."""
        budget, is_allowed, window = held.standing
        left = max(0.0, held.until - self._clock())
        return Standing(budget, is_allowed, Window(window.before, max(0, window.current - held.left), left))


def _in_advance(wish: Wish) -> Wish:
    return wish._replace(cost=max(wish.cost, _part(wish.budget))) if wish.cost > 0 else wish


def _part(budget: Budget) -> int:
    return budget.amount // PARTS if budget.amount >= LARGE else 1
