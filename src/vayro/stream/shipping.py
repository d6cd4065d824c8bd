"""Moving clicks from the spools into the stream. Synchronous: it runs in a thread of the shipper's own."""

import time
from collections.abc import Iterable, Mapping, Sequence
from operator import attrgetter
from typing import NamedTuple

from vayro.spool.reader import EngineSpool, SegmentReader, SpoolReader
from vayro.stream.lane import Lane
from vayro.stream.pipe import PipeBroken
from vayro.stream.progress import Progress

BATCH_EVENTS = 2_000
REFRESH_SECONDS = 0.25


class Shipped(NamedTuple):
    """A segment of which everything has been sent once."""

    name: str
    events: int


class Shipper:
    """Sends every event of every segment, in order, and keeps the segments until it is told that they are committed.

    For one event it costs a header to unpack, a checksum, a slice and a place in a join. What is read at once takes the
    lane whose turn it is, past those that do not answer: a click may travel by any stream.
    """

    def __init__(self, reader: SpoolReader, lanes: Sequence[Lane]) -> None:
        """Args: reader, of the spool whose consumer lock is held; lanes, one for each stream."""
        self._reader = reader
        self.lanes = lanes
        self._turn = 0
        self._refreshed_at = 0.0
        self._unconfirmed: list[tuple[SegmentReader, int, int]] = []

    def ship(self) -> int:
        """Send what is new; return how many events were sent. Raises PipeBroken; they will be sent again.

        The answers are read at the next call: by then they have all come, and cost one read instead of ten.
        """
        self.confirm()
        self._refresh()
        sent = 0
        for engine in self._reader.engines():
            for segment, start, payloads in engine.read():
                self._send(segment, start, payloads)
                sent += len(payloads)
                if segment.is_finished:
                    self._refreshed_at = 0.0
        return sent

    def confirm(self) -> None:
        """Wait for the answers to what was sent. Raises PipeBroken; then all of that will be sent again."""
        broken = [error for lane in self.lanes if (error := lane.confirm())]
        if broken:
            self._take_back()
            raise broken[0]
        self._unconfirmed.clear()

    def shipped(self) -> list[Shipped]:
        """Return the segments that wait for their commit."""
        return [Shipped(segment.name, segment.count) for _, segment in self._finished()]

    def delete_committed(self, progress: Mapping[str, Progress]) -> int:
        """Delete the segments all of whose events are committed; return how many."""
        done = [
            (engine, segment)
            for engine, segment in self._finished()
            if not segment.count or progress.get(segment.name, Progress()).committed >= segment.count
        ]
        for engine, segment in done:
            self._reader.delete(engine, segment)
        return len(done)

    def resend(self, names: Iterable[str] | None = None) -> None:
        """Send these segments again from their beginning; all of them without names."""
        wanted = None if names is None else set(names)
        for _, segment in self._reader.segments():
            if wanted is None or segment.name in wanted:
                segment.start_at(0)

    def backlog(self) -> tuple[int, float]:
        """Return the bytes of segments that are not committed, and the age of the oldest in seconds."""
        return self._reader.backlog({})

    def _send(self, segment: SegmentReader, start: int, payloads: list[bytes]) -> None:
        name = segment.name.encode()
        tail = b"$7\r\nsegment\r\n$%d\r\n%b\r\n" % (len(name), name)
        self._unconfirmed.append((segment, start, segment.count - len(payloads)))
        try:
            lane = self._next_lane()
            for first in range(0, len(payloads), BATCH_EVENTS):
                lane.send(payloads[first : first + BATCH_EVENTS], tail)
        except PipeBroken:
            self._take_back()
            raise

    def _next_lane(self) -> Lane:
        """Return the lane whose turn it is; when all are at rest, the one that has rested longest."""
        now = time.monotonic()
        for _ in self.lanes:
            self._turn = (self._turn + 1) % len(self.lanes)
            if self.lanes[self._turn].rests_until <= now:
                return self.lanes[self._turn]
        return min(self.lanes, key=attrgetter("rests_until"))

    def _take_back(self) -> None:
        """Go back to before what was not confirmed, unless a resend has gone further back already."""
        for segment, offset, count in self._unconfirmed:
            if offset < segment.offset:
                segment.offset, segment.count, segment.is_finished = offset, count, False
        self._unconfirmed.clear()

    def _refresh(self) -> None:
        if time.monotonic() - self._refreshed_at >= REFRESH_SECONDS:
            self._reader.refresh()
            self._refreshed_at = time.monotonic()

    def _finished(self) -> list[tuple[EngineSpool, SegmentReader]]:
        return [(engine, segment) for engine, segment in self._reader.segments() if segment.is_finished]
