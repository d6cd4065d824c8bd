"""Housekeeping in the database: does each chore when it is due. What there is to do stands in `chore_list`."""

import asyncio
import datetime as dt
import time
from collections.abc import Sequence

import structlog

from vayro.database.engine import Database
from vayro.errors import Unavailable
from vayro.observability import Metrics
from vayro.waiting import pause
from vayro.worker.chores import Chore, ChoreBook, Entry

TICK_SECONDS = 1.0
# How old what the gauges show may be, and how late a worker notices that another one has died over a chore.
LOOK_SECONDS = 30.0
_log = structlog.get_logger(__name__)


class Maintenance:
    """Does each chore when the book says that it is due, one after the other. A failure is logged, and tried again."""

    def __init__(self, database: Database, metrics: Metrics, chores: Sequence[Chore]) -> None:
        """Args: database, the primary; metrics, where runs are counted; chores, in the order of a first start."""
        self._book = ChoreBook(database)
        self._metrics = metrics
        self.chores = chores
        self._look_at: dict[str, float] = {}

    async def run(self, stopped: asyncio.Event) -> None:
        """Do what is due, until `stopped`."""
        while not stopped.is_set():
            await self._look(stopped)
            await pause(stopped, TICK_SECONDS)

    async def _look(self, stopped: asyncio.Event) -> None:
        """Open the book if it is time for any chore, and do those that are due."""
        waiting = [chore for chore in self.chores if self._look_at.get(chore.name, 0.0) <= time.monotonic()]
        if not waiting:
            return
        try:
            book = await self._book.read()
        except Unavailable:
            return
        for chore in waiting:
            entry = book.get(chore.name)
            seconds = entry.seconds_left(chore) if entry else 0.0
            if seconds <= 0 and not stopped.is_set():
                await self.do(chore)
            elif entry:
                self._show(chore, entry)
            self._look_at[chore.name] = time.monotonic() + min(max(seconds, TICK_SECONDS), LOOK_SECONDS)

    async def do(self, chore: Chore) -> None:
        """Do one chore now, if the book agrees and no other worker is doing it."""
        started = time.monotonic()
        try:
            result = await self._book.do(chore)
        except Exception as error:  # noqa: BLE001 -- no chore is worth the worker's life
            _log.warning("a chore failed; it will be done again", chore=chore.name, error=str(error))
            self._metrics.maintenance_runs.labels(chore.name, "failed").inc()
            return
        if result is None:
            return
        self._metrics.maintenance_runs.labels(chore.name, "done").inc()
        self._metrics.maintenance_duration.labels(chore.name).observe(time.monotonic() - started)
        now = dt.datetime.now(dt.UTC)
        self._show(chore, Entry(now, now, result if isinstance(result, int) else None))

    def _show(self, chore: Chore, entry: Entry) -> None:
        """Show what the book says, whoever did it: so that every worker says the same."""
        if entry.succeeded_at:
            last = self._metrics.maintenance_last_success.labels(chore.name)
            last.set(entry.succeeded_at.timestamp())
        if chore.gauge and entry.value is not None:
            chore.gauge.set(entry.value)
