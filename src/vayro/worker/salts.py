"""The daily salts that visitors are hashed with: one a day, the same for all workers, gone after 48 hours."""

import datetime as dt
import secrets
from collections.abc import Iterable

from sqlalchemy import delete, select, update

from vayro.database.dialect import insert_ignoring
from vayro.database.engine import Database
from vayro.database.models import visitor_salts

LIFETIME = dt.timedelta(hours=48)
SALT_BYTES = 32
CLOCK_AHEAD = dt.timedelta(minutes=5)
"""More than the clocks of two workers are apart: who is further ahead was wrong."""


class SaltRing:
    """The salts that this worker has seen. They are forgotten here as they are in the database."""

    def __init__(self, database: Database) -> None:
        """Args: database, the primary."""
        self._database = database
        self._made: dict[dt.date, dt.datetime] = {}
        self.salts: dict[dt.date, bytes] = {}

    async def provide(self, days: Iterable[dt.date]) -> None:
        """Have the salt of each of these UTC days in `salts`. Raises Unavailable."""
        self._forget_old()
        for day in days:
            if day not in self.salts:
                await self._fetch(day)

    def _forget_old(self) -> None:
        now = dt.datetime.now(dt.UTC)
        for day in [day for day, made in self._made.items() if not now - LIFETIME <= made <= now + CLOCK_AHEAD]:
            del self._made[day], self.salts[day]

    async def _fetch(self, day: dt.date) -> None:
        """Offer a salt of ours, and take the one that was first."""
        name = day.isoformat()
        offered = {"day": name, "salt": secrets.token_bytes(SALT_BYTES), "created_at": dt.datetime.now(dt.UTC)}
        async with self._database.transaction() as connection:
            await connection.execute(insert_ignoring(visitor_salts, self._database.dialect_name).values(offered))
            query = select(visitor_salts.c.salt, visitor_salts.c.created_at).where(visitor_salts.c.day == name)
            self.salts[day], self._made[day] = (await connection.execute(query)).one()


async def delete_old_salts(database: Database) -> int:
    """Delete the salts older than 48 hours; return how many. Of those that a clock ahead made, the 48 hours begin now.

    Otherwise they would live for longer by as much as that clock was wrong.
    """
    now, made_at = dt.datetime.now(dt.UTC), visitor_salts.c.created_at
    async with database.transaction() as connection:
        await connection.execute(update(visitor_salts).where(made_at > now + CLOCK_AHEAD).values(created_at=now))
        result = await connection.execute(delete(visitor_salts).where(made_at < now - LIFETIME))
    return int(result.rowcount)
