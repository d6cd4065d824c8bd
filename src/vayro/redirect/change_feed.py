"""Following the table `link_changes`: how embedded engines hear of edits, and everyone's safety net."""

import datetime as dt
import sqlite3
import time
from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import func, or_, select

from vayro.database.engine import Database
from vayro.database.models import link_changes
from vayro.errors import Unavailable

# Turning this many rows into objects holds up redirects for about 3 ms.
BATCH = 1_000
# An import of 100,000 links may come between two readings; who is further behind starts afresh.
MAX_BATCHES = 100
# A transaction that took its number before others may commit after them: its number is looked for this long.
HOLE_SECONDS = 60.0
MAX_HOLES = 10_000
RECENT_SECONDS = 300.0


class FeedChange(NamedTuple):
    """A version that was committed."""

    domain: str
    short_code: str
    version: int
    changed_at: dt.datetime


class ChangeFeed:
    """Reads what was committed since the last reading, in whatever order it was committed."""

    def __init__(self, database: Database) -> None:
        """Args: database, the primary."""
        self._database = database
        self._last: int | None = None
        self._holes: dict[int, float] = {}

    async def read(self) -> tuple[Sequence[FeedChange], bool]:
        """Return the new changes, and whether some may have been missed. Raises Unavailable.

        The first reading returns the edits of the last minutes and a gap: nothing was held before it, but an API or
        engine that died may have left something older in the shared cache.
        """
        if self._last is None:
            self._last = await self._newest()
            return await self._recent_edits(), True
        changes: list[FeedChange] = []
        for _ in range(MAX_BATCHES):
            try:
                rows = await self._rows_after(self._last)
            except Unavailable:
                if not changes:
                    raise
                return changes, False  # what was taken must be applied; the next reading goes on from here
            changes += self._take(rows)
            if len(rows) < BATCH:
                return changes, self._forget_old_holes()
        self._last = await self._newest()
        self._holes.clear()
        return (), True

    def _take(self, rows: Sequence[Any]) -> list[FeedChange]:
        assert self._last is not None
        now = time.monotonic()
        for row in rows:
            self._holes.pop(row.id, None)
            if row.id > self._last:
                first = max(self._last + 1, row.id - MAX_HOLES - 1)
                self._holes.update(dict.fromkeys(range(first, row.id), now))
                self._last = row.id
        return [FeedChange(row.domain, row.short_code, row.version, row.changed_at) for row in rows]

    def _forget_old_holes(self) -> bool:
        """Give up numbers that were rolled back; True when there are too many to look for."""
        if len(self._holes) > MAX_HOLES:
            self._holes.clear()
            return True
        limit = time.monotonic() - HOLE_SECONDS
        for number in [number for number, seen in self._holes.items() if seen < limit]:
            del self._holes[number]
        return False

    async def _newest(self) -> int:
        async with self._database.read() as connection:
            return int((await connection.execute(select(func.coalesce(func.max(link_changes.c.id), 0)))).scalar_one())

    async def _recent_edits(self) -> list[FeedChange]:
        columns = link_changes.c
        since = dt.datetime.now(dt.UTC) - dt.timedelta(seconds=RECENT_SECONDS)
        statement = (
            select(columns.domain, columns.short_code, columns.version, columns.changed_at)
            .where(columns.changed_at > since, columns.version > 1)
            .order_by(columns.id.desc())
            .limit(BATCH)
        )
        async with self._database.read() as connection:
            return [FeedChange(*row) for row in (await connection.execute(statement)).all()]

    async def _rows_after(self, last: int) -> Sequence[Any]:
        columns = link_changes.c
        is_new = columns.id > last
        if self._holes:
            is_new = or_(is_new, columns.id.in_(list(self._holes)))
        statement = (
            select(columns.id, columns.domain, columns.short_code, columns.version, columns.changed_at)
            .where(is_new)
            .order_by(columns.id)
            .limit(BATCH)
        )
        async with self._database.read() as connection:
            return (await connection.execute(statement)).all()


class SqliteBell:
    """Tells whether anyone has committed to the SQLite file.

    The question takes 10 us of shared memory and never waits, so it is asked where the event loop runs; through
    aiosqlite's thread ten of them a second cost an idle engine more than all else.
    """

    def __init__(self, database: Database) -> None:
        """Args: database, on SQLite. The number means something on one connection only, so one is kept."""
        self._path = str(database.engine.url.database)
        self._connection: sqlite3.Connection | None = None
        self._version: int | None = None

    def has_rung(self) -> bool:
        """Return whether another connection has committed since the last call; True when it cannot be known."""
        try:
            if self._connection is None:
                self._connection = sqlite3.connect(self._path, timeout=0, isolation_level=None)
            (version,) = self._connection.execute("PRAGMA data_version").fetchone()
        except sqlite3.Error:
            return True
        before, self._version = self._version, int(version)
        return before != self._version

    def close(self) -> None:
        """Close the connection."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None
