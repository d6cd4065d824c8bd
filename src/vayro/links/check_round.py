"""A round of checks: what is due, a few at a time. A chore of the worker."""

import asyncio
import datetime as dt
import time

import structlog

from vayro.database.engine import Database
from vayro.egress.refusals import NotFetched
from vayro.errors import NotFound
from vayro.links import check_queue
from vayro.links.check_queue import DueLink
from vayro.links.checks import DestinationChecker, Outcome
from vayro.links.takedown import Takedown

AT_ONCE = 8
BATCH = 64
ROUND_SECONDS = 40.0
# What changed before the last round, and was not committed then.
OVERLAP = dt.timedelta(minutes=15)
POSTPONED = dt.timedelta(minutes=10)
# Something is wrong with these: look again sooner.
DOUBTFUL = dt.timedelta(days=1)
ORPHANS = 5_000
_log = structlog.get_logger(__name__)


class CheckRounds:
    """Checks the destinations of links, and takes down those found dangerous."""

    def __init__(
        self, database: Database, checker: DestinationChecker, takedown: Takedown | None, every: dt.timedelta
    ) -> None:
        """Args: takedown, None when nothing is taken down; every, after which a link is checked again."""
        self._database = database
        self._checker = checker
        self._takedown = takedown
        self._every = every

    async def find_all(self) -> None:
        """Make due what was never checked, and forget what is gone. For once in a while: it reads all links."""
        async with self._database.transaction() as connection:
            await check_queue.enqueue_unchecked(connection, _now())
            await check_queue.delete_orphans(connection, ORPHANS)

    async def run(self) -> bool:
        """Check what changed lately and what is due; return False when time was up before the end."""
        async with self._database.transaction() as connection:
            await check_queue.enqueue_changed(connection, _now() - OVERLAP, _now())
        ends = time.monotonic() + ROUND_SECONDS
        while time.monotonic() < ends:
            async with self._database.read() as connection:
                due = await check_queue.list_due(connection, _now(), BATCH)
            if not due:
                return True
            room = asyncio.Semaphore(AT_ONCE)
            await asyncio.gather(*(self._check(link, room) for link in due))
        return False

    async def _check(self, due: DueLink, room: asyncio.Semaphore) -> None:
        async with room:
            try:
                outcome = await self._checker.check(due.target_url)
            except NotFetched as error:
                _log.warning("a link could not be checked", link_id=str(due.link_id), reason=str(error))
                async with self._database.transaction() as connection:
                    await check_queue.postpone(connection, due, _now() + POSTPONED)
                return
        await self._conclude(due, outcome)

    async def _conclude(self, due: DueLink, outcome: Outcome) -> None:
        again = self._every if outcome.verdict == "fine" else min(self._every, DOUBTFUL)
        async with self._database.transaction() as connection:
            await check_queue.store_outcome(connection, due, outcome, _now(), _now() + again)
        if outcome.verdict == "dangerous" and due.is_active and self._takedown:
            details = {"found": [finding.kind for finding in outcome.findings]}
            try:
                await self._takedown.disable(due.link_id, "abuse", details=details)
            except NotFound:
                return  # deleted meanwhile


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
