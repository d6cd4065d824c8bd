"""Remembering that a dependency is away, so that nobody waits for it."""

import random
import time
from collections.abc import Callable

from vayro.observability import get_metrics

FIRST_PAUSE_SECONDS = 0.2
LONGEST_PAUSE_SECONDS = 2.0


class CircuitBreaker:
    """Open after a failure: calls fail at once. From `retry_at` on one attempt may be made; success closes it."""

    def __init__(
        self,
        dependency: str,
        clock: Callable[[], float] = time.monotonic,
        open_ones: "set[CircuitBreaker] | None" = None,
    ) -> None:
        """Args: dependency, the label of the metric; clock, seconds; open_ones, shared by breakers of one dependency.

        The metric is 1 while any of them is open.
        """
        self.is_open = False
        self.retry_at = 0.0
        self._clock = clock
        self._pause = FIRST_PAUSE_SECONDS
        self._gauge = get_metrics().breaker_open.labels(dependency)
        self._open_ones = open_ones if open_ones is not None else set()
        self._gauge.set(bool(self._open_ones))

    def trip(self) -> float:
        """Open it; return the seconds until the next attempt: doubled each time, ±25 %, so engines do not march."""
        pause = self._pause * random.uniform(0.75, 1.25)  # noqa: S311  # no secret
        self._pause = min(self._pause * 2, LONGEST_PAUSE_SECONDS)
        self.retry_at = self._clock() + pause
        if not self.is_open:
            self.is_open = True
            self._open_ones.add(self)
            self._gauge.set(1)
        return pause

    def reset(self) -> None:
        """Close it."""
        self._pause = FIRST_PAUSE_SECONDS
        if self.is_open:
            self.is_open = False
            self._open_ones.discard(self)
            self._gauge.set(bool(self._open_ones))

    def may_try(self) -> bool:
        """Whether a call may be made; the first to ask after the pause gets the one attempt of the next pause."""
        if not self.is_open:
            return True
        if self._clock() < self.retry_at:
            return False
        self.retry_at = self._clock() + self._pause
        return True
