"""How many messages may go now: an allowance of each campaign and one of the whole installation, over all processes.

Each allowance is one instant in the database, up to which it is spent; a message spends `1 / rate` seconds of it. What
was not used is lost after a quarter of a second, so in any time t at most `rate * (t + 0.25)` messages go, however many
processes send. Whoever takes from an allowance holds its row until the commit of the claim that it is for.
"""

import datetime as dt
import math
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from vayro.database.dialect import insert_ignoring
from vayro.database.models import sending_paces
from vayro.database.models.campaigns import EVERYONE

UNUSED_SECONDS = 0.25
# An allowance that is spent so far ahead was written by a clock that went wrong.
_AHEAD = dt.timedelta(seconds=30)


@dataclass(frozen=True)
class Allowance:
    """What may go now. `wait_seconds`: until one more may."""

    messages: int
    wait_seconds: float


class Paces:
    """The allowances of one claim: read and held by `hold`, spent by `spend`, in the same transaction."""

    def __init__(self, campaign_id: UUID, rate: int, ceiling: int) -> None:
        """Args: rate, of the campaign; ceiling, of the installation, both in messages a second."""
        self._rates: dict[UUID, float] = {EVERYONE: float(ceiling), campaign_id: float(rate)}
        self._free: dict[UUID, dt.datetime] = {}

    async def hold(self, connection: AsyncConnection, now: dt.datetime) -> Allowance:
        """Return what may go, and keep others from taking any until the transaction ends."""
        stored = await self._lock(connection)
        if len(stored) < len(self._rates):
            for each in self._rates.keys() - stored.keys():
                await connection.execute(insert_ignoring(sending_paces, connection.dialect.name).values(
                    id=each, free_at=now - _unused(self._rates[each])
                ))  # fmt: skip
            stored = await self._lock(connection)
        messages, wait = math.inf, 0.0
        for each, rate in self._rates.items():
            free_at = stored[each] if stored[each] < now + _AHEAD else now
            self._free[each] = max(free_at, now - _unused(rate))
            # A microsecond is what an instant in the database is rounded to.
            tokens = ((now - self._free[each]).total_seconds() + 1e-6) * rate
            messages = min(messages, math.floor(tokens))
            wait = max(wait, (1 - tokens) / rate)
        return Allowance(max(0, int(messages)), max(0.0, wait))

    async def spend(self, connection: AsyncConnection, messages: int) -> None:
        """Take so many from what `hold` returned."""
        for each, rate in self._rates.items():
            free_at = self._free[each] + dt.timedelta(seconds=messages / rate)
            await connection.execute(update(sending_paces).where(sending_paces.c.id == each).values(free_at=free_at))

    async def _lock(self, connection: AsyncConnection) -> dict[UUID, dt.datetime]:
        # In the order of their identifiers, so that two who need the same never wait for each other.
        rows = select(sending_paces).where(sending_paces.c.id.in_(self._rates)).order_by(sending_paces.c.id)
        return {row.id: row.free_at for row in await connection.execute(rows.with_for_update())}


def _unused(rate: float) -> dt.timedelta:
    """Return how far behind an allowance may lie: a quarter of a second, and never less than one message."""
    return dt.timedelta(seconds=max(UNUSED_SECONDS, 1 / rate))


async def forget_pace(connection: AsyncConnection, campaign_id: UUID, now: dt.datetime) -> None:
    """Delete the allowance of a campaign that is over, and those of campaigns that were cancelled long ago."""
    is_old = sending_paces.c.free_at < now - dt.timedelta(days=1)
    await connection.execute(delete(sending_paces).where((sending_paces.c.id == campaign_id) | is_old))
