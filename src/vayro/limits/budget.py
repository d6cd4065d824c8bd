"""A budget, and the sliding window in which it is spent.

The window slides by weighing: of what was spent in the minute before counts as much as still lies within the last sixty
seconds, were it spread evenly. Two numbers say all of it, however large the budget.
"""

import math
import re
from dataclasses import dataclass
from typing import NamedTuple

from vayro.errors import SettingsError

OFF = "off"
_UNITS = {"second": 1, "minute": 60, "hour": 3_600, "day": 86_400}
_NOTATION = re.compile(r"(\d{1,12})\s*/\s*(?:(\d{1,4})\s*)?(second|minute|hour|day)s?")


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
    """Return the budget that `600/minute` or `20/15 minutes` says; None for `off`.

    Raises SettingsError. Args: name, the budget's; its setting is `VAYRO_LIMIT_` and the name in capitals.
    """
    wanted = text.strip().lower()
    if wanted == OFF:
        return None
    found = _NOTATION.fullmatch(wanted)
    amount = int(found[1]) if found else 0
    seconds = int(found[2] or 1) * _UNITS[found[3]] if found else 0
    if not amount or not 1 <= seconds <= _UNITS["day"]:
        raise SettingsError(
            f"VAYRO_LIMIT_{name.upper()}={text!r} is not acceptable: accepted is a number of times in a period of at "
            f"most a day, like 600/minute or 20/15 minutes, or {OFF}"
        )
    return Budget(name, amount, seconds)


def _until_lighter(room: int, spent: int, period: int) -> float:
    """Return how many seconds of a period may be left for what was spent in the one before to weigh `room` or less."""
    return period * (room + 1) / spent if spent > room else float(period)
