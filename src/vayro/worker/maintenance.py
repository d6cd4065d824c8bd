"""Housekeeping in the database: chores that any worker may do, one of them at a time."""

import asyncio
import datetime as dt
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import structlog
from sqlalchemy import Table, delete, text
from sqlalchemy.sql.elements import ColumnElement

from vayro.clicks.lease import Lease
from vayro.clicks.purge import purge_deleted_links
from vayro.clicks.rollup_check import RollupCheck
from vayro.clicks.rollup_job import RollupJob
from vayro.database.engine import Database
from vayro.database.models import click_batches, click_segments, link_changes
from vayro.database.partitions import create_ahead
from vayro.links.duplicates import count_duplicates
from vayro.links.idempotency import delete_claims_before
from vayro.observability import Metrics
from vayro.worker.salts import delete_old_salts

BATCHES_KEPT = dt.timedelta(hours=1)
CHANGES_KEPT = dt.timedelta(days=7)
IDEMPOTENCY_KEPT = dt.timedelta(hours=48)
# As long as a segment could possibly still wait on an engine's disk: without its row it would count from zero.
SEGMENTS_KEPT = dt.timedelta(days=30)
TICK_SECONDS = 1.0
_log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Chore:
    """Something to do now and then. `is_shared`: only one worker at a time may do it."""

    name: str
    every_seconds: float
    work: Callable[[], Awaitable[object]]
    is_shared: bool = True
    due: float = 0.0


class Maintenance:
    """Does each chore when it is due. A chore that fails is logged and done again when it is due again."""

    def __init__(self, database: Database, metrics: Metrics) -> None:
        """Args: database, the primary; metrics, for what is watched."""
        self._database = database
        self._metrics = metrics
        self.chores = [
            Chore("rollups", 30, RollupJob(database).run, is_shared=False),
            Chore("rollup check", 86_400, RollupCheck(database).run),
            Chore("deleted links", 60, self._purge_deleted_links),
            Chore("old salts", 600, lambda: delete_old_salts(database)),
            Chore("old batches", 60, self._delete_batches),
            Chore("old changes", 3600, self._delete_changes),
            Chore("old segments", 3600, self._delete_segments),
            Chore("old idempotency keys", 3600, self._delete_idempotency_keys),
            Chore("duplicate links", 300, self._count_duplicates, is_shared=False),
        ]
        if not database.is_sqlite:
            self.chores.insert(0, Chore("partitions", 3600, self._create_partitions))
            self.chores.append(Chore("default partition", 60, self._watch_default_partition, is_shared=False))

    async def run(self, stopped: asyncio.Event) -> None:
        """Do what is due, until `stopped`."""
        while not stopped.is_set():
            for chore in self.chores:
                if chore.due <= time.monotonic() and not stopped.is_set():
                    await self.do(chore)
            try:
                await asyncio.wait_for(stopped.wait(), TICK_SECONDS)
            except TimeoutError:
                continue

    async def do(self, chore: Chore) -> None:
        """Do one chore now, unless another worker is doing it."""
        chore.due = time.monotonic() + chore.every_seconds
        try:
            if chore.is_shared:
                await self._do_alone(chore)
            else:
                await chore.work()
        except Exception as error:  # noqa: BLE001 -- no chore is worth the worker's life
            _log.warning("a chore failed; it will be done again", chore=chore.name, error=str(error))

    async def _do_alone(self, chore: Chore) -> None:
        lease = Lease(chore.name)
        async with self._database.transaction() as connection:
            if not await lease.acquire(connection, dt.datetime.now(dt.UTC)):
                return
        try:
            await chore.work()
        finally:
            async with self._database.transaction() as connection:
                await lease.release(connection)

    async def _create_partitions(self) -> None:
        today = dt.datetime.now(dt.UTC).date()
        async with self._database.transaction() as connection:
            if made := await connection.run_sync(create_ahead, today):
                _log.info("made partitions", names=made)

    async def _watch_default_partition(self) -> None:
        async with self._database.read() as connection:
            rows = await connection.scalar(text("SELECT count(*) FROM click_events_default"))
        self._metrics.default_partition_rows.set(rows or 0)

    async def _delete(self, table: Table, condition: ColumnElement[bool]) -> None:
        async with self._database.transaction() as connection:
            await connection.execute(delete(table).where(condition))

    async def _purge_deleted_links(self) -> None:
        if purged := await purge_deleted_links(self._database, dt.datetime.now(dt.UTC)):
            _log.info("purged clicks of deleted links", clicks=purged)

    async def _delete_batches(self) -> None:
        await self._delete(click_batches, _before(click_batches.c.committed_at, BATCHES_KEPT))

    async def _delete_segments(self) -> None:
        await self._delete(click_segments, _before(click_segments.c.updated_at, SEGMENTS_KEPT))

    async def _delete_changes(self) -> None:
        """Deletions stay: a code that is made again goes on from the version that the deletion had."""
        old = _before(link_changes.c.changed_at, CHANGES_KEPT)
        await self._delete(link_changes, old & ~link_changes.c.is_deleted)

    async def _delete_idempotency_keys(self) -> None:
        async with self._database.transaction() as connection:
            await delete_claims_before(connection, dt.datetime.now(dt.UTC) - IDEMPOTENCY_KEPT)

    async def _count_duplicates(self) -> None:
        async with self._database.replica_read() as connection:
            self._metrics.duplicate_canonical_links.set(await count_duplicates(connection))


def _before(column: ColumnElement[dt.datetime], kept: dt.timedelta) -> ColumnElement[bool]:
    return column < dt.datetime.now(dt.UTC) - kept
