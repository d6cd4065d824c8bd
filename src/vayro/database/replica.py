"""How far a replica is behind, and whether it may answer.

A sample is a place in the primary's log and the time when the primary had reached it. A replica that has replayed that
place knows everything that was committed by then. So a replica is judged without clocks of two machines being compared,
without rights beyond those to connect, and an idle primary does not make it look late, as the age of the last replayed
transaction would.
"""

import asyncio
import datetime as dt
import time
from collections import deque
from dataclasses import dataclass

import structlog
from sqlalchemy.exc import SQLAlchemyError

from vayro.database.direct import DirectConnection
from vayro.errors import Unavailable
from vayro.observability import get_metrics

CHECK_SECONDS = 1.0
PATIENCE_SECONDS = 1.0
_SAMPLES = 120
AWAY = (Unavailable, SQLAlchemyError, OSError, TimeoutError)
_log = structlog.get_logger(__name__)

_PRIMARY = (
    "SELECT CAST(CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_lsn() END"
    " - CAST('0/0' AS pg_lsn) AS bigint)"
)
# Promoted, it is a primary itself: nothing can be ahead of it.
_REPLICA = (
    "SELECT CAST(pg_last_wal_replay_lsn() - CAST('0/0' AS pg_lsn) AS bigint), pg_last_xact_replay_timestamp(),"
    " pg_is_in_recovery()"
)


@dataclass(frozen=True)
class Standing:
    """What was found. `as_of`: all that was committed by then is there; None while the replica does not answer."""

    as_of: dt.datetime | None
    checked_at: float


class ReplicaWatch:
    """Knows the standing of one replica; looks again when somebody asks and the last look is a second old."""

    def __init__(self, primary_url: str, replica_url: str, most_seconds: float) -> None:
        """Args: most_seconds, how far behind it may be to be asked."""
        # Its own connections: it must not wait behind the questions whose way it decides.
        self._primary = DirectConnection(primary_url, PATIENCE_SECONDS)
        self._replica = DirectConnection(replica_url, PATIENCE_SECONDS)
        self._most_seconds = most_seconds
        self._samples: deque[tuple[int, dt.datetime]] = deque(maxlen=_SAMPLES)
        self._standing = Standing(None, float("-inf"))
        self._looking: asyncio.Task[Standing] | None = None
        self._reason = ""
        self._fallbacks = get_metrics().replica_fallbacks

    async def usable_as_of(self) -> dt.datetime | None:
        """Return the time by which the replica knows everything; None when it is behind or away: ask the primary.

        A replica that is behind is still used when the primary does not answer: late is better than nothing.
        """
        standing = await self._look()
        if standing.as_of is None:
            self._note("away")
            return None
        behind = (dt.datetime.now(dt.UTC) - standing.as_of).total_seconds()
        if behind > self._most_seconds and self._samples:
            self._note("behind", behind)
            return None
        self._note("")
        return standing.as_of

    def mark_failed(self) -> None:
        """It failed while it answered: leave it alone until the next look."""
        self._note("failed")
        self._standing = Standing(None, time.monotonic())

    async def close(self) -> None:
        """Close the connections."""
        if self._looking:
            await asyncio.gather(self._looking, return_exceptions=True)
        await self._primary.close()
        await self._replica.close()

    async def _look(self) -> Standing:
        if time.monotonic() - self._standing.checked_at < CHECK_SECONDS:
            return self._standing
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._compare())
        return await asyncio.shield(self._looking)

    async def _compare(self) -> Standing:
        await self._sample()
        as_of = None
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                [(place, replayed_at, is_replica)] = await self._replica.fetch(_REPLICA, {})
            as_of = self._as_of(place, replayed_at) if is_replica else dt.datetime.now(dt.UTC)
        except AWAY as error:
            _log.debug("the replica does not answer", error=str(error))
        self._standing = Standing(as_of, time.monotonic())
        return self._standing

    async def _sample(self) -> None:
        """Note where the primary is. Without its answer the samples are of no use: it may have gone far since."""
        now = dt.datetime.now(dt.UTC)
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                [(place,)] = await self._primary.fetch(_PRIMARY, {})
            self._samples.append((place, now))
        except AWAY:
            self._samples.clear()

    def _as_of(self, place: int | None, replayed_at: dt.datetime | None) -> dt.datetime:
        """Return the best bound: the newest sample that was replayed, or the last transaction's commit."""
        known = [at for sample, at in self._samples if place is not None and sample <= place]
        if replayed_at is not None:
            known.append(replayed_at.astimezone(dt.UTC))
        return max(known, default=dt.datetime.fromtimestamp(0, dt.UTC))

    def _note(self, reason: str, behind: float = 0.0) -> None:
        """Count each question that goes to the primary instead; log when that begins and when it ends."""
        if reason:
            self._fallbacks.labels(reason).inc()
        if reason != self._reason:
            self._reason = reason
            if reason:
                _log.warning("the replica is not asked", reason=reason, behind_seconds=round(behind, 1))
            else:
                _log.info("the replica is asked again")
