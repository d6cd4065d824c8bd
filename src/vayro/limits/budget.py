"""A budget, and the sliding window in which it is spent.

The window slides by weighing: of what was spent in the minute before counts as much as still lies within the last sixty
seconds, were it spread evenly. Two numbers say all of it, however large the budget.
"""

import math
from dataclasses import dataclass
from typing import NamedTuple

from vayro.settings.limits import parse_rate


@dataclass(frozen=True, slots=True)
class Budget:
    """So much in so many seconds, for each whom it is kept for."""

    name: str
    amount: int
    seconds: int

    @property
    def policy(self) -> str:
        """Return it as the header `RateLimit-Policy` has it."""
        return f"{self.amount};w={self.seconds}"


class Window(NamedTuple):
    """What was spent in the period before this one and in this one, and how long this one lasts."""

    before: int
    current: int
    seconds_left: float


class Standing(NamedTuple):
    """How somebody stands after asking to spend."""

    budget: Budget
    is_allowed: bool
    window: Window

    @property
    def remaining(self) -> int:
        """Return how much may still be spent at once."""
        return max(0, self.budget.amount - weigh(self.window, self.budget))

    @property
    def reset_seconds(self) -> int:
        """Return in how many seconds this period ends: from then on what was spent in it counts less and less."""
        return max(1, math.ceil(self.window.seconds_left))

    def retry_seconds(self, cost: int = 1) -> int:
        """Return in how many seconds so much may be spent, unless somebody spends it meanwhile."""
        before, current, left = self.window
        room, period = self.budget.amount - cost, self.budget.seconds
        if room < 0:
            return period
        if current <= room:  # when enough of the period before has left the window
            wait = left - _until_lighter(room - current, before, period)
        else:  # not before this period is the one before
            wait = left + period - _until_lighter(room, current, period)
        return max(1, math.floor(wait) + 1)


def weigh(window: Window, budget: Budget) -> int:
    """Return what counts as spent."""
    return math.floor(window.before * window.seconds_left / budget.seconds) + window.current


def parse_budget(name: str, text: str) -> Budget | None:
    """Return the budget that a setting says; None for `off`. Raises ValueError."""
    rate = parse_rate(text)
    return Budget(name, *rate) if rate else None


def _until_lighter(room: int, spent: int, period: int) -> float:
    """Return how many seconds of a period may be left for what was spent in the one before to weigh `room` or less."""
    return period * (room + 1) / spent if spent > room else float(period)
