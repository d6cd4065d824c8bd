"""The embedded adapter: the worker reads the engines' spool itself.

Its place in each segment is `click_segments.read_offset`, committed in the transaction that commits the clicks, so
neither can be ahead of the other.
"""

import asyncio
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import structlog

from vayro.database.engine import Database
from vayro.errors import Unavailable
from vayro.spool.directory import consumer_lock
from vayro.spool.frame import HEADER_BYTES
from vayro.spool.reader import SegmentReader, SpoolReader
from vayro.stream.port import Delivery, Entry
from vayro.stream.progress import read_progress

POLL_SECONDS = 0.05
WAIT_SECONDS = 1.0
RETRY_SECONDS = 0.5
_log = structlog.get_logger(__name__)


BacklogReport = Callable[[int, float], None]
"""Told once a second how many bytes are read but not committed, and the age of the oldest in seconds."""


class Mark(NamedTuple):
    """Where an entry lies."""

    segment: str
    start: int
    end: int


class SpoolClickSource:
    """Delivers the clicks of all engines that share a data directory. One worker at a time reads; others stand by."""

    def __init__(
        self,
        spool: Path,
        database: Database,
        *,
        retry_seconds: float = RETRY_SECONDS,
        report_backlog: BacklogReport | None = None,
    ) -> None:
        """Args: spool, the folder of engines' folders; retry_seconds, after which rejected entries come again."""
        self._lock = consumer_lock(spool)
        self._reader = SpoolReader(spool)
        self._database = database
        self._retry_seconds = retry_seconds
        self._known: set[str] = set()
        self._committed: dict[str, int] = {}
        self._reached: dict[str, int] = {}
        self._held: dict[str, set[int]] = {}
        self._rejected: list[tuple[float, Delivery]] = []
        self._refreshed_at = self._reported_at = 0.0
        self._report_backlog = report_backlog

    async def read(self, limit: int) -> Delivery:
        """Return entries as soon as there are any; none after a second without."""
        deadline = time.monotonic() + WAIT_SECONDS
        while True:
            if self._lock.acquire():
                if again := self._take_rejected():
                    return again
                await self._refresh()
                if delivery := self._collect(limit):
                    return delivery
            if time.monotonic() >= deadline:
                return Delivery()
            await asyncio.sleep(POLL_SECONDS)

    def positions(self, delivery: Delivery) -> dict[str, int]:
        """Return, for each segment, the place before which every entry is settled once these are."""
        ends = {mark.segment: mark.end for mark in delivery.marks}
        return {segment: self._position(segment, end, delivery) for segment, end in ends.items()}

    async def acknowledge(self, delivery: Delivery) -> None:
        """Remember what is committed; segments that are read to their end will be deleted."""
        self._committed.update(self.positions(delivery))
        for mark in delivery.marks:
            self._reached[mark.segment] = max(mark.end, self._reached.get(mark.segment, 0))
        for mark in delivery.marks if self._held else ():
            self._settle(mark)

    async def reject(self, delivery: Delivery) -> None:
        """Hold the segments' places before these entries, and deliver them again after a while."""
        for mark in delivery.marks:
            self._held.setdefault(mark.segment, set()).add(mark.start)
        again = Delivery(delivery.entries, delivery.marks, [attempt + 1 for attempt in delivery.attempts])
        self._rejected.append((time.monotonic() + self._retry_seconds, again))

    async def close(self) -> None:
        """Let another worker read."""
        self._reader.close()
        self._lock.release()

    def _position(self, segment: str, end: int, delivery: Delivery) -> int:
        reached = max(end, self._reached.get(segment, 0))
        held = self._held.get(segment)
        if not held:
            return reached
        waiting = held - {mark.start for mark in delivery.marks if mark.segment == segment}
        return min(waiting, default=reached)

    def _settle(self, mark: Mark) -> None:
        held = self._held.get(mark.segment)
        if held:
            held.discard(mark.start)
            if not held:
                del self._held[mark.segment]

    def _take_rejected(self) -> Delivery | None:
        if self._rejected and self._rejected[0][0] <= time.monotonic():
            return self._rejected.pop(0)[1]
        return None

    async def _refresh(self) -> None:
        """Look for new segments and deaths now and then, and take them up where the database says."""
        if time.monotonic() - self._refreshed_at < POLL_SECONDS:
            return
        self._reader.refresh()
        self._delete_finished()
        self._report()
        new = [segment for _, segment in self._reader.segments() if segment.name not in self._known]
        if new:
            await self._place(new)
        self._refreshed_at = time.monotonic()

    def _report(self) -> None:
        if self._report_backlog and time.monotonic() - self._reported_at >= 1:
            self._report_backlog(*self._reader.backlog(self._committed))
            self._reported_at = time.monotonic()

    async def _place(self, new: list[SegmentReader]) -> None:
        try:
            progress = await read_progress(self._database, [segment.name for segment in new])
        except Unavailable:
            return
        for segment in new:
            self._known.add(segment.name)
            if segment.name in progress:
                segment.start_at(progress[segment.name].read_offset)
                self._committed[segment.name] = self._reached[segment.name] = segment.offset

    def _collect(self, limit: int) -> Delivery:
        delivery = Delivery()
        for engine in self._reader.engines():
            if not self._known.issuperset(segment.name for segment in engine.segments.values()):
                continue  # the database has not told yet where to go on
            for segment, start, payloads in engine.read():
                _add(delivery, segment.name, start, payloads)
                if len(delivery) >= limit:
                    return delivery
        return delivery

    def _delete_finished(self) -> None:
        for engine, segment in self._reader.segments():
            name = segment.name
            if segment.is_finished and self._committed.get(name, 0) >= segment.offset and name not in self._held:
                self._reader.delete(engine, segment)
                self._known.discard(name)
                self._committed.pop(name, None)
                self._reached.pop(name, None)


def _add(delivery: Delivery, name: str, start: int, payloads: list[bytes]) -> None:
    for payload in payloads:
        end = start + HEADER_BYTES + len(payload)
        delivery.marks.append(Mark(name, start, end))
        delivery.entries.append(split_payload(payload, name))
        start = end
    delivery.attempts += [1] * len(payloads)


def split_payload(payload: bytes, segment: str) -> Entry:
    """Return the names and values in an event's wire form, with its segment."""
    entry = payload.decode("latin-1").split("\r\n")[1::2]
    entry += ("segment", segment)
    return entry
