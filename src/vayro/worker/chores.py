"""A chore, and the book in the database that says when each is due: so that of many workers one does it, once."""

import asyncio
import contextlib
import datetime as dt
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from prometheus_client import Gauge
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from vayro.clicks.lease import LEASE_SECONDS, Lease, LeaseLost
from vayro.database.dialect import insert
from vayro.database.engine import Database
from vayro.database.models import chore_runs
from vayro.errors import Unavailable

RETRY_SECONDS = 60.0
RENEW_SECONDS = LEASE_SECONDS / 5
# So far the clocks of two workers may be apart.
CLOCK_SECONDS = 300.0


@dataclass(frozen=True, slots=True)
class Chore:
    """Something to do now and then, by one worker at a time, that may be killed anywhere and done again.

    `gauge` shows what the work returned, in every worker. Work that returns UNFINISHED goes on at the next look.
    """

    name: str
    every_seconds: float
    work: Callable[[], Awaitable[object]]
    gauge: Gauge | None = None


UNFINISHED = object()
"""Returned by work that ended because its time was up, and is to go on soon."""


class Entry(NamedTuple):
    """What the book says of a chore."""

    due_at: dt.datetime
    succeeded_at: dt.datetime | None
    value: int | None

    def seconds_left(self, chore: "Chore") -> float:
        """Return in how many seconds it is due; 0 when a clock that was ahead wrote a time that is further off."""
        return _seconds_left(chore, self.due_at)


class ChoreBook:
    """The table `chore_runs`, and the leases that go with it."""

    def __init__(self, database: Database) -> None:
        """Args: database, the primary."""
        self._database = database

    async def read(self) -> Mapping[str, Entry]:
        """Return what is known of each chore that was ever done. Raises Unavailable."""
        query = select(chore_runs.c.name, chore_runs.c.due_at, chore_runs.c.succeeded_at, chore_runs.c.value)
        async with self._database.read() as connection:
            return {row.name: Entry(row.due_at, row.succeeded_at, row.value) for row in await connection.execute(query)}

    async def do(self, chore: Chore) -> object | None:
        """Do the chore if it is due and nobody else is doing it, and write down when it is due again.

        Returns what the work returned; None when it was not ours to do. Raises what the work raised: then it is due
        again within a minute.
        """
        lease = Lease(f"chore {chore.name}")
        if not await self._claim(chore, lease):
            return None
        started = time.monotonic()
        values: dict[str, Any] = {"due_at": _now() + dt.timedelta(seconds=min(chore.every_seconds, RETRY_SECONDS))}
        try:
            result = await self._work(chore, lease)
            pause = 0.0 if result is UNFINISHED else chore.every_seconds
            values = {
                "due_at": _now() + dt.timedelta(seconds=pause),
                "succeeded_at": _now(),
                "seconds": time.monotonic() - started,
                "value": result if isinstance(result, int) else None,
            }
        finally:
            await self._close(chore, lease, values)
        return True if result is None else result

    async def _claim(self, chore: Chore, lease: Lease) -> bool:
        """Take the lease, unless the chore has been done since the book was read."""
        async with self._database.transaction() as connection:
            if not await lease.acquire(connection, _now()):
                return False
            due_at = await connection.scalar(select(chore_runs.c.due_at).where(chore_runs.c.name == chore.name))
            if due_at is None or _seconds_left(chore, due_at) <= 0:
                return True
            await lease.release(connection)
        return False

    async def _work(self, chore: Chore, lease: Lease) -> object:
        """Run the work as long as the lease can be kept. Raises LeaseLost."""
        work, keeping = asyncio.ensure_future(chore.work()), asyncio.create_task(self._keep(lease))
        both: set[asyncio.Future[Any]] = {work, keeping}
        try:
            await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
            return await (work if work.done() else keeping)
        finally:
            for each in both:
                each.cancel()
            await asyncio.gather(*both, return_exceptions=True)

    async def _keep(self, lease: Lease) -> None:
        renewed_at = time.monotonic()
        while time.monotonic() - renewed_at < LEASE_SECONDS - RENEW_SECONDS:
            await asyncio.sleep(RENEW_SECONDS)
            with contextlib.suppress(Unavailable):
                async with self._database.transaction() as connection:
                    await lease.renew(connection, _now())
                renewed_at = time.monotonic()
        raise LeaseLost

    async def _close(self, chore: Chore, lease: Lease, values: dict[str, Any]) -> None:
        async with self._database.transaction() as connection:
            await _write_down(connection, chore.name, values)
            await lease.release(connection)


def _seconds_left(chore: Chore, due_at: dt.datetime) -> float:
    left = (due_at - _now()).total_seconds()
    return left if left <= max(chore.every_seconds, RETRY_SECONDS) + CLOCK_SECONDS else 0.0


async def _write_down(connection: AsyncConnection, name: str, values: dict[str, Any]) -> None:
    statement = insert(chore_runs, connection.dialect.name).values(name=name, **values)
    await connection.execute(statement.on_conflict_do_update(index_elements=[chore_runs.c.name], set_=values))


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
