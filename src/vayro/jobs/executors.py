"""Which jobs processes live: each shows it by a number that grows, and the others watch it by clocks of their own.

No two clocks are compared: a number that stands still for VAYRO_JOBS_TAKEOVER_SECONDS of the watcher's time is that of
a process that is gone. A watcher that could not look for a while judges nobody for what happened meanwhile.
"""

import time
from contextlib import suppress

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection
from uuid_utils.compat import uuid7

from vayro.database.engine import Database
from vayro.database.models import job_executors
from vayro.errors import Unavailable, VayroError
from vayro.settings import Settings


class TakenOver(VayroError):
    """Others took this process for gone, and do its runs: it must end, and begin under another name."""

    code = "taken_over"
    title = "This process was taken for gone"


class Executors:
    """The processes that run jobs, and this one among them."""

    def __init__(self, settings: Settings, database: Database, version: str) -> None:
        """Args: version, of the steps that this process knows; it is part of its name."""
        self._version = version
        self.id = f"{version}-{uuid7()}"
        self._database = database
        self._takeover_seconds = settings.jobs_takeover_seconds
        self.beat_seconds = min(2.0, settings.jobs_takeover_seconds / 5)
        self._seen: dict[str, tuple[int, float]] = {}
        self._looked_at = float("-inf")

    async def register(self) -> None:
        """Show that this process lives, before it does anything."""
        async with self._database.transaction() as connection:
            await connection.execute(insert(job_executors).values(id=self.id, beats=0))

    async def leave(self) -> None:
        """Say that this process does no more: what it leaves is taken over at once; later, when nobody can be told."""
        with suppress(Unavailable):
            await self._strike_off_self()

    async def _strike_off_self(self) -> None:
        async with self._database.transaction() as connection:
            await connection.execute(delete(job_executors).where(job_executors.c.id == self.id))

    async def beat(self) -> None:
        """Show that this process still lives. Raises TakenOver when others took it for gone."""
        mine = job_executors.c.id == self.id
        async with self._database.transaction() as connection:
            done = await connection.execute(update(job_executors).where(mine).values(beats=job_executors.c.beats + 1))
        if not done.rowcount:
            raise TakenOver

    async def list_living(self) -> set[str]:
        """Return the processes that live; those whose number stood still for too long are struck off."""
        now = time.monotonic()
        async with self._database.read() as connection:
            beats = {row.id: row.beats for row in await connection.execute(select(job_executors))}
        if now - self._looked_at > self._takeover_seconds / 2:
            self._seen.clear()
        self._looked_at = now
        self._seen = {one: self._note(one, number, now) for one, number in beats.items()}
        still = [one for one, (_, since) in self._seen.items() if now - since >= self._takeover_seconds]
        for one in still:
            async with self._database.transaction() as connection:
                await _strike_off(connection, one, beats[one])
        return set(beats) - set(still)

    def is_version_alive(self, living: set[str], version: str | None) -> bool:
        """Return whether a process lives that knows this version of the steps."""
        return any(one.startswith(f"{version}-") for one in living)

    def _note(self, one: str, number: int, now: float) -> tuple[int, float]:
        known = self._seen.get(one)
        return known if known and known[0] == number else (number, now)


async def _strike_off(connection: AsyncConnection, one: str, beats: int) -> None:
    """Take a process out, unless it has just shown that it lives."""
    still = (job_executors.c.id == one) & (job_executors.c.beats == beats)
    await connection.execute(delete(job_executors).where(still))
