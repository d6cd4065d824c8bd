"""Adds up units and rows into the answer to one question."""

from collections import defaultdict
from collections.abc import Iterable
from operator import add
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from sqlalchemy import Row

from vayro.clicks import packing
from vayro.clicks.counting import SLOT, Counted
from vayro.clicks.packing import DAY_QUARTERS, HOUR_QUARTERS, QUARTER_SECONDS, Counts
from vayro.clicks.periods import Timeline
from vayro.clicks.sketch import VisitorSketch, merge

DAY_SECONDS = 86_400
Ints = npt.NDArray[np.int64]
Bots = bool | Literal["only"]
"""Whether bots are counted among the clicks; or nothing but them."""


class Tally:
    """Clicks and visitors of a range, bucket by bucket, and clicks by value.

    Visitors are counted per UTC day and then added, because their ids change with the day's salt: nobody can be told
    again the day after. So the parts of a day are merged with each other, and days are not.
    """

    def __init__(self, timeline: Timeline, *, include_bots: Bots = False) -> None:
        """Args: timeline, the range and its buckets; include_bots, whose clicks `values` and `shown` count."""
        self._timeline = timeline
        self._starts = np.array(timeline.starts, np.int64)
        self.include_bots = include_bots
        self._weights = weights_of(include_bots)
        self.clicks = np.zeros((2, self._starts.size), np.int64)
        self.visitors = np.zeros(self._starts.size, np.int64)
        self.total_visitors = 0
        self.values: dict[str, dict[str, int]] = defaultdict(dict)
        self._parts: dict[tuple[int, int], list[VisitorSketch]] = defaultdict(list)
        self._hours: dict[tuple[int, int], int] = {}

    @property
    def shown(self) -> Ints:
        """Clicks of those who were asked for, by bucket."""
        shown: Ints = np.array(self._weights) @ self.clicks
        return shown

    def add_days(self, units: Iterable[Row[Any]]) -> None:
        """Add units of days, which know the visitors of their parts."""
        for unit in units:
            start = int(unit.start.timestamp())
            counts = packing.unpack_quarters(unit.quarters, DAY_QUARTERS)
            first = int(np.searchsorted(self._starts, start, side="right"))
            last = int(np.searchsorted(self._starts, start + DAY_SECONDS, side="left"))
            cuts = np.zeros(last - first + 2, np.int64)
            cuts[1:-1] = (self._starts[first:last] - start) // QUARTER_SECONDS
            cuts[-1] = DAY_QUARTERS
            own = slice(first - 1, last)
            self.clicks[:, own] += np.add.reduceat(counts[:2], cuts[:-1], axis=1)
            self.visitors[own] += _visitors_of_parts(counts, cuts)
            self.total_visitors += unit.visitors
            self._add_breakdown(unit.breakdown)

    def add_hours(self, units: Iterable[Row[Any]]) -> None:
        """Add units of hours, whose visitors are merged with those of the rest of their day by `finish`."""
        for unit in units:
            start = int(unit.start.timestamp())
            counts = packing.unpack_quarters(unit.quarters, HOUR_QUARTERS)
            sketches = packing.unpack_sketches(unit.sketches)
            for bucket, first, last in self._timeline.parts(start, start + HOUR_QUARTERS * QUARTER_SECONDS):
                part = slice((first - start) // QUARTER_SECONDS, (last - start) // QUARTER_SECONDS)
                self.clicks[:, bucket] += counts[:2, part].sum(axis=1)
                self._parts[start // DAY_SECONDS, bucket] += sketches[part]
                if part == slice(0, HOUR_QUARTERS):
                    self._hours[start // DAY_SECONDS, bucket] = unit.visitors
            self._add_breakdown(unit.breakdown)

    def add_rows(self, counted: Counted) -> None:
        """Add clicks that were counted from rows."""
        slots = counted.values.pop(SLOT, {})
        buckets = self._buckets_of(np.fromiter(map(int, slots), np.int64, len(slots)))
        np.add.at(self.clicks.T, buckets, np.array(list(slots.values()), np.int64).reshape(-1, 2))
        for dimension, values in counted.values.items():
            by_people, by_bots = self._weights
            clicks = [people * by_people + bots * by_bots for people, bots in values.values()]
            self._add_values(dimension, values, clicks)

    def add_visitors(self, slots: Ints, ids: Ints) -> None:
        """Add the visitors of rows: one slot and one id a click. Call it once, after all units were added."""
        days = slots * self._timeline.slot_seconds // DAY_SECONDS
        buckets = self._buckets_of(slots)
        sketched = np.isin(days, [day for day, _ in self._parts])
        for day, bucket in {*zip(days[sketched].tolist(), buckets[sketched].tolist(), strict=True)}:
            own = sketched & (days == day) & (buckets == bucket)
            self._parts[day, bucket].append(VisitorSketch.of(ids[own]))
        days, buckets, ids = days[~sketched], buckets[~sketched], ids[~sketched]
        self.total_visitors += _first_of_each(days, ids).size
        first = _first_of_each(days * len(self._timeline.starts) + buckets, ids)
        self.visitors += np.bincount(buckets[first], minlength=self.visitors.size)

    def finish(self) -> None:
        """Count the visitors of the days that are made of hours."""
        days = defaultdict(list)
        for (day, bucket), sketches in self._parts.items():
            merged = merge(sketches)
            # A part that is one whole hour and nothing else was counted when the hour was rolled up.
            is_hour = len(sketches) == HOUR_QUARTERS and (day, bucket) in self._hours
            self.visitors[bucket] += self._hours[day, bucket] if is_hour else merged.count()
            days[day].append(merged)
        self.total_visitors += sum(merge(parts).count() for parts in days.values())

    def _buckets_of(self, slots: Ints) -> Ints:
        seconds = slots * self._timeline.slot_seconds
        # The first slot may begin before the range does.
        return np.maximum(np.searchsorted(self._timeline.starts, seconds, side="right") - 1, 0)

    def _add_breakdown(self, packed: str) -> None:
        if not self.include_bots:
            for dimension, (values, people, _) in packing.unpack_people(packed).items():
                self._add_values(dimension, values, people)
            return
        for dimension, (values, people, bots) in packing.unpack_breakdown(packed).items():
            self._add_values(dimension, values, bots if self.include_bots == "only" else map(add, people, bots))

    def _add_values(self, dimension: str, values: Iterable[str], clicks: Iterable[int]) -> None:
        known = self.values[dimension]
        find = known.get
        for value, number in zip(values, clicks, strict=True):
            known[value] = find(value, 0) + number


def weights_of(include_bots: Bots) -> tuple[int, int]:
    """Return how often a click of a person and one of a bot are counted."""
    return int(include_bots != "only"), int(bool(include_bots))


def _visitors_of_parts(counts: Counts, cuts: Ints) -> Counts:
    """Return the visitors of the parts between these quarters: `coverage` lets only days come here that know them."""
    lengths, first = np.diff(cuts), cuts[:-1]
    row = np.where(lengths == 1, packing.Row.VISITORS, packing.Row.HOUR_VISITORS)
    visitors = counts[row, first]
    visitors[-1] = counts[packing.Row.LAST_SEEN, first[-1] :].sum()
    visitors[0] = counts[packing.Row.FIRST_SEEN, : cuts[1]].sum()
    return visitors


def _first_of_each(groups: Ints, ids: Ints) -> npt.NDArray[np.intp]:
    """Return where each pair of group and id stands for the first time."""
    order = np.lexsort((ids, groups))
    is_new = np.ones(order.size, bool)
    is_new[1:] = (groups[order][1:] != groups[order][:-1]) | (ids[order][1:] != ids[order][:-1])
    return order[is_new]
