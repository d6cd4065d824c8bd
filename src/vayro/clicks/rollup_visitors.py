"""The visitors of one unit, added up share by share; no visitor is in two shares."""

import numpy as np
import numpy.typing as npt

from vayro.clicks.packing import DAY_QUARTERS, HOUR_QUARTERS, Counts, Row, count_parts, pack_sketches
from vayro.clicks.sketch import VisitorSketch, merge

Ints = npt.NDArray[np.int64]


class DayVisitors:
    """Of a day, the rows of `quarters` about visitors: they answer for every part of a day that starts or ends it."""

    def __init__(self) -> None:
        self.quarters: Counts = np.zeros((4, DAY_QUARTERS), np.int64)

    def add(self, ids: Ints, quarters: Ints) -> None:
        """Add the visitors of one share: one id and one quarter (0-95) a click."""
        self.quarters += count_parts(ids, quarters)

    @property
    def total(self) -> int:
        """The different visitors of the day."""
        return int(self.quarters[Row.FIRST_SEEN - Row.VISITORS].sum())

    def pack_sketches(self) -> None:
        """A day needs no sketches."""


class HourVisitors:
    """Of an hour, a sketch for each quarter: hours of an unfinished day are merged with each other and with rows."""

    def __init__(self) -> None:
        self.quarters: Counts = np.zeros((0, HOUR_QUARTERS), np.int64)
        self.total = 0
        self._sketches = [VisitorSketch() for _ in range(HOUR_QUARTERS)]

    def add(self, ids: Ints, quarters: Ints) -> None:
        """Add the visitors of one share: one id and one quarter (0-3) a click."""
        self.total += np.unique(ids).size
        found = [VisitorSketch.of(ids[quarters == quarter]) for quarter in range(HOUR_QUARTERS)]
        self._sketches = [merge(both).compact() for both in zip(self._sketches, found, strict=True)]

    def pack_sketches(self) -> bytes:
        """Return the sketches as they are stored."""
        return pack_sketches(self._sketches)
