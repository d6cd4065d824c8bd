"""The embedded adapter: the worker reads the engines' spool itself.

Its place in each segment is `click_segments.read_offset`, committed in the transaction that commits the clicks, so
neither can be ahead of the other.
"""

import asyncio
import time
from collections.abc import Callable
from operator import itemgetter
from pathlib import Path
from typing import NamedTuple

import structlog

from vayro.database.engine import Database
from vayro.errors import Unavailable
from vayro.spool.directory import consumer_lock
from vayro.spool.frame import HEADER_BYTES
from vayro.spool.in_hand import InHandRecord, Run
from vayro.spool.reader import SegmentReader, SpoolReader
from vayro.stream.port import Delivery, Entry
from vayro.stream.progress import read_progress
from vayro.stream.suspicion import SUSPECT_ATTEMPT, piece_size

POLL_SECONDS = 0.05
WAIT_SECONDS = 1.0
RETRY_SECONDS = 0.5
LONGEST_RETRY_SECONDS = 30.0
_ALONE_POLL_SECONDS = 0.005
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
        self._record = InHandRecord(spool)
        self._database = database
        self._retry_seconds = retry_seconds
        self._known: set[str] = set()
        self._committed: dict[str, int] = {}
        self._reached: dict[str, int] = {}
        self._held: dict[str, set[int]] = {}
        self._rejected: list[tuple[float, Delivery]] = []
        self._in_hand: set[Mark] = set()
        self._is_alone = False
        self._refreshed_at = self._reported_at = 0.0
        self._report_backlog = report_backlog

    async def read(self, limit: int) -> Delivery:
        """Return entries as soon as there are any; none after a second without."""
        deadline = time.monotonic() + WAIT_SECONDS
        while True:
            is_held_up = self._is_alone and bool(self._in_hand)
            if self._lock.acquire() and not is_held_up and (delivery := await self._read(limit)):
                return self._hand_out(delivery)
            if time.monotonic() >= deadline:
                return Delivery()
            await asyncio.sleep(_ALONE_POLL_SECONDS if is_held_up else POLL_SECONDS)

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
        self._let_go(delivery)

    async def reject(self, delivery: Delivery) -> None:
        """Hold the segments' places before these entries, and deliver them again after a while."""
        for mark in delivery.marks:
            self._held.setdefault(mark.segment, set()).add(mark.start)
        self._let_go(delivery)
        if not delivery:
            return
        again = Delivery(delivery.entries, delivery.marks, [attempt + 1 for attempt in delivery.attempts])
        pause = min(LONGEST_RETRY_SECONDS, self._retry_seconds * 2 ** (max(again.attempts) - 2))
        self._rejected.append((time.monotonic() + pause, again))

    async def close(self) -> None:
        """Let another worker read."""
        self._record.close(is_done=not self._in_hand)
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

    async def _read(self, limit: int) -> Delivery:
        if not self._record.is_open:
            self._record.open()
        if again := self._take_rejected(limit):
            return again
        await self._refresh()
        return self._collect(limit)

    def _take_rejected(self, limit: int) -> Delivery | None:
        """Return what is due again: as much of it as may come together."""
        self._rejected.sort(key=itemgetter(0))
        if not self._rejected or self._rejected[0][0] > time.monotonic():
            return None
        due, delivery = self._rejected.pop(0)
        size = piece_size(max(delivery.attempts), max(limit, len(delivery)))
        if rest := delivery.part(size, len(delivery)):
            self._rejected.append((due, rest))
        return delivery.part(0, size)

    def _hand_out(self, delivery: Delivery) -> Delivery:
        self._in_hand.update(delivery.marks)
        if self._record.is_watching:
            self._record.take(_runs(delivery), max(delivery.attempts))
        return delivery

    def _let_go(self, delivery: Delivery) -> None:
        self._in_hand.difference_update(delivery.marks)
        if self._record.is_watching:
            self._record.settle(_runs(delivery))

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
        self._is_alone = False
        for engine in self._reader.engines():
            if not self._known.issuperset(segment.name for segment in engine.segments.values()):
                continue  # the database has not told yet where to go on
            for segment, start, payloads in engine.read():
                self._add(delivery, segment, start, payloads, limit)
                if self._is_alone or len(delivery) >= limit:
                    return delivery
        return delivery

    def _add(self, delivery: Delivery, segment: SegmentReader, start: int, payloads: list[bytes], limit: int) -> None:
        """Add these events, or as many as may come together; go back to the first that is left.

        What may have killed workers comes when nothing else is in hand.
        """
        deliveries, until = self._record.look(segment.name, start)
        self._is_alone = deliveries + 1 >= SUSPECT_ATTEMPT
        most = piece_size(deliveries + 1, limit) if self._is_alone else len(payloads)
        if self._is_alone and (delivery or self._in_hand):
            most = 0
        end = start
        for count, payload in enumerate(payloads):
            if count >= most or end >= until:
                segment.start_at(end)
                return
            start, end = end, end + HEADER_BYTES + len(payload)
            delivery.marks.append(Mark(segment.name, start, end))
            delivery.entries.append(split_payload(payload, segment.name))
            delivery.attempts.append(deliveries + 1)

    def _delete_finished(self) -> None:
        for engine, segment in self._reader.segments():
            name = segment.name
            if segment.is_finished and self._committed.get(name, 0) >= segment.offset and name not in self._held:
                self._reader.delete(engine, segment)
                self._known.discard(name)
                self._committed.pop(name, None)
                self._reached.pop(name, None)
                self._record.forget(name)


def _runs(delivery: Delivery) -> list[Run]:
    """Return the consecutive entries of a delivery, each as one run."""
    runs: list[Run] = []
    for segment, start, end in delivery.marks:
        if runs and runs[-1].segment == segment and runs[-1].end == start:
            runs[-1] = runs[-1]._replace(end=end)
        else:
            runs.append(Run(segment, start, end))
    return runs


def split_payload(payload: bytes, segment: str) -> Entry:
    """Return the names and values in an event's wire form, with its segment."""
    entry = payload.decode("latin-1").split("\r\n")[1::2]
    entry += ("segment", segment)
    return entry
