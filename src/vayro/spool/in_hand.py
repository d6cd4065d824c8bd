"""What the reader of a spool has in hand, kept in a file beside it: so that its successor knows what it died over.

The file is there while a reader runs, and is deleted by one that ends in good order. Whoever finds it takes over from
a dead one, and from then on writes down every delivery before it is made: stretches of segments, and how often each
was delivered. A reader whose predecessor ended well writes nothing but the empty file.
"""

import json
from collections import defaultdict
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import structlog

FILE_NAME = "in-hand.json"
_log = structlog.get_logger(__name__)


class Run(NamedTuple):
    """Consecutive entries of a segment: from this byte, up to that one."""

    segment: str
    start: int
    end: int


class Stretch(NamedTuple):
    """Consecutive entries that were delivered equally often."""

    start: int
    end: int
    deliveries: int


class InHandRecord:
    """The file. Used by whoever holds the consumer lock."""

    def __init__(self, spool: Path) -> None:
        """Args: spool, the folder of engines' folders."""
        self._path = spool / FILE_NAME
        self._stretches: dict[str, list[Stretch]] = defaultdict(list)
        self.is_open = False
        self.is_watching = False
        """Whether the reader before us died."""

    def open(self) -> None:
        """Read what the reader before us had in hand; from now on we are the reader."""
        self.is_open = True
        try:
            text = self._path.read_text()
        except OSError:
            self._save()
            return
        self.is_watching = True
        _log.warning("the reader of this spool did not end in good order: deliveries are written down")
        with suppress(ValueError, TypeError):
            for segment, *stretch in json.loads(text):
                self._stretches[segment].append(Stretch(*stretch))

    def look(self, segment: str, position: int) -> tuple[int, float]:
        """Return how often what lies at this place was delivered, and up to which place that is so."""
        # In the first reader's time nothing was written down: it may have died over anything.
        before = 1 if self.is_watching else 0
        until = float("inf")
        for stretch in self._stretches.get(segment, ()):
            if stretch.start <= position < stretch.end:
                return stretch.deliveries, stretch.end
            if stretch.start > position:
                until = min(until, stretch.start)
        return before, until

    def take(self, runs: Iterable[Run], deliveries: int) -> None:
        """Write down, before they are delivered, that these are delivered for the time of this number."""
        if not self.is_watching:
            return
        for run in runs:
            self._subtract(run)
            self._stretches[run.segment].append(Stretch(run.start, run.end, deliveries))
        self._save()

    def settle(self, runs: Iterable[Run]) -> None:
        """These are out of our hands. Written with the next delivery: what is committed is not read again anyway."""
        for run in runs if self.is_watching else ():
            self._subtract(run)

    def forget(self, segment: str) -> None:
        """The segment is gone."""
        self._stretches.pop(segment, None)

    def close(self, *, is_done: bool) -> None:
        """End as the reader. `is_done`: nothing is left in hand, so the next one need not be careful."""
        if not self.is_open:
            return
        self.is_open = False
        if is_done and not any(self._stretches.values()):
            self._path.unlink(missing_ok=True)
        else:
            self._save()

    def _subtract(self, run: Run) -> None:
        kept = []
        for stretch in self._stretches.pop(run.segment, ()):
            if stretch.end <= run.start or run.end <= stretch.start:
                kept.append(stretch)
                continue
            if stretch.start < run.start:
                kept.append(stretch._replace(end=run.start))
            if run.end < stretch.end:
                kept.append(stretch._replace(start=run.end))
        if kept:
            self._stretches[run.segment] = kept

    def _save(self) -> None:
        """Replace the file. Without room for it the reader goes on: only its death would be harder to understand."""
        lines = [[segment, *stretch] for segment, stretches in self._stretches.items() for stretch in stretches]
        new = self._path.with_suffix(".new")
        try:
            new.write_text(json.dumps(lines))
            new.replace(self._path)
        except OSError as error:
            _log.warning("what is in hand could not be written down", error=str(error))
