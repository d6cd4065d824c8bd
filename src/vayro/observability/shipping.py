"""Sending log records to a collector, without ever waiting for it.

    logging ──> offer(): a bounded queue ──> one thread: batches ──> HTTP, again and again with growing pauses

A collector that is slow, dead or silent costs a full queue, counted drops, and nothing else: not a redirect waits, and
the process ends in time. The thread is a daemon: nothing it hangs in can hold up the end.
"""

import random
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import NamedTuple

from vayro.observability.collector import Collector, CollectorAway, CollectorRefused

MOST_RECORDS = 10_000
MOST_BYTES = 8 << 20
BATCH_RECORDS = 500
GATHER_SECONDS = 1.0
FIRST_PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 30.0
CLOSE_SECONDS = 2.0


REASONS = ("full", "refused", "stopped")


class Outcome(NamedTuple):
    """What to call with numbers of records; `dropped` also gets one of the reasons."""

    shipped: Callable[[int], object]
    dropped: Callable[[str, int], object]


class LogShipper:
    """A queue and the thread that empties it."""

    def __init__(self, collector: Collector, outcome: Outcome) -> None:
        """Args: collector, used by the thread alone."""
        self._collector = collector
        self._outcome = outcome
        self._records: deque[str] = deque()
        self._bytes = 0
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._is_closing = False
        self._thread = threading.Thread(target=self._run, name="log-shipper", daemon=True)
        self._thread.start()

    def offer(self, record: str) -> None:
        """Take a JSON line, or count it as dropped when the queue is full. Never waits for the network."""
        with self._lock:
            reason = self._refusal(len(record))
            if not reason:
                self._records.append(record)
                self._bytes += len(record)
            is_batch = len(self._records) == BATCH_RECORDS
        if reason:
            self._outcome.dropped(reason, 1)
        elif is_batch:
            self._wake.set()

    def close(self, seconds: float = CLOSE_SECONDS) -> None:
        """Try to send the rest within `seconds`; what remains is dropped and counted."""
        with self._lock:
            self._is_closing = True
        self._wake.set()
        self._thread.join(seconds)
        with self._lock:
            left, self._bytes = len(self._records), 0
            self._records.clear()
        if left:
            self._outcome.dropped("stopped", left)

    def _refusal(self, size: int) -> str:
        if self._is_closing:
            return "stopped"
        has_room = len(self._records) < MOST_RECORDS and self._bytes + size <= MOST_BYTES
        return "" if has_room else "full"

    def _run(self) -> None:
        try:
            self._ship()
        finally:
            self._collector.close()

    def _ship(self) -> None:
        pause = FIRST_PAUSE_SECONDS
        while not (self._is_closing and not self._records):
            self._wake.wait(0 if self._is_closing else GATHER_SECONDS)
            self._wake.clear()
            while batch := list(self._first()):
                if self._send(batch):
                    pause = FIRST_PAUSE_SECONDS
                    self._take(len(batch))
                elif self._is_closing:
                    return  # one attempt is all there is time for
                else:
                    self._rest(pause * random.uniform(0.75, 1.25))  # noqa: S311  # no secret
                    pause = min(LONGEST_PAUSE_SECONDS, pause * 2)

    def _send(self, batch: Sequence[str]) -> bool:
        """Send; False when the batch should be tried again."""
        try:
            self._collector.send(batch)
        except CollectorAway:
            return False
        except CollectorRefused:
            self._outcome.dropped("refused", len(batch))
        else:
            self._outcome.shipped(len(batch))
        return True

    def _rest(self, seconds: float) -> None:
        """Wait, unless the end comes. The queue goes on filling meanwhile, and its wake-ups are for naught."""
        until = time.monotonic() + seconds
        while not self._is_closing and (left := until - time.monotonic()) > 0:
            self._wake.wait(left)
            self._wake.clear()

    def _first(self) -> Sequence[str]:
        with self._lock:
            return [self._records[index] for index in range(min(BATCH_RECORDS, len(self._records)))]

    def _take(self, count: int) -> None:
        with self._lock:
            for _ in range(min(count, len(self._records))):
                self._bytes -= len(self._records.popleft())
