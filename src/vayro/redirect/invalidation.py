"""Hearing of changes, and evicting what they replace.

Two ways lead here: the announcements in Redis (at once, may be lost) and the change feed of the database (within a
second, never lost). With SQLite the feed alone: a commit rings within 100 ms.
"""

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence

import structlog

from vayro.cache.announcements import AnnouncementReader
from vayro.cache.commands import CommandRefused, RedisAway
from vayro.cache.port import LinkCache
from vayro.database.engine import Database
from vayro.errors import Unavailable
from vayro.observability import get_metrics
from vayro.redirect.change_feed import ChangeFeed, FeedChange, SqliteBell
from vayro.redirect.domains import DomainRegistry
from vayro.redirect.lookup import LinkLookup
from vayro.redirect.memory import LinkMemory, memory_key

BELL_SECONDS = 0.1
FEED_SECONDS = 1.0
DOMAINS_SECONDS = 4.0
RETRY_SECONDS = 0.5
MAX_UNREPAIRED = 100_000

_log = structlog.get_logger(__name__)


class Invalidation:
    """Keeps a memory honest, from `start()` to `close()`."""

    def __init__(
        self,
        memory: LinkMemory,
        cache: LinkCache,
        database: Database,
        *,
        announcements: AnnouncementReader | None,
        domains: DomainRegistry,
        lookup: LinkLookup,
    ) -> None:
        """Args: announcements, None in the embedded shape; domains, kept up to date as well."""
        self._memory = memory
        self._cache = cache
        self._feed = ChangeFeed(database)
        self._bell = SqliteBell(database) if database.is_sqlite else None
        self._must_read = True
        # Kept until the cache has answered: it may come back from an outage with what it held before.
        self._unrepaired: dict[tuple[str, str], int] = {}
        self._announcements = announcements
        self._domains = domains
        self._lookup = lookup
        self._lag = get_metrics().invalidation_lag
        self._delay = get_metrics().edit_delay
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Read the domains and the feed's position if the database answers now; go on in the background."""
        with contextlib.suppress(Unavailable, TimeoutError):
            async with asyncio.timeout(FEED_SECONDS):
                await self._domains.load(self._lookup)
                await self.follow_feed()
        steps: list[tuple[Callable[[], Awaitable[None]], float]] = [
            (self.follow_feed, BELL_SECONDS if self._bell else FEED_SECONDS),
            (self._load_domains, DOMAINS_SECONDS),
        ]
        if self._announcements:
            steps.append((self.follow_announcements, 0.0))
        self._tasks = [asyncio.create_task(_repeat(step, seconds)) for step, seconds in steps]

    async def close(self) -> None:
        """Stop."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._bell:
            self._bell.close()
        if self._announcements:
            await self._announcements.close()

    async def follow_feed(self) -> None:
        """Apply what was committed since the last time. Raises Unavailable."""
        if self._bell:
            self._must_read |= self._bell.has_rung()
        if self._must_read:
            changes, has_gap = await self._feed.read()
            self._must_read = self._bell is None
            if has_gap:
                self._memory.doubt_all()
            news = self._apply((change.domain, change.short_code, change.version) for change in changes)
            if not has_gap:
                self._measure([changes[index].changed_at.timestamp() for index in news])
            self._note(changes)
        if self._unrepaired and await self._cache.drop_older([(*place, v) for place, v in self._unrepaired.items()]):
            self._unrepaired.clear()

    def _note(self, changes: Sequence[FeedChange]) -> None:
        """Remember what the cache may hold an older version of: all but a code's first link."""
        for item in changes:
            place = (item.domain, item.short_code)
            if item.version > max(1, self._unrepaired.get(place, 0)):
                self._unrepaired[place] = item.version
        while len(self._unrepaired) > MAX_UNREPAIRED:
            del self._unrepaired[next(iter(self._unrepaired))]

    async def follow_announcements(self) -> None:
        """Apply what is announced within a second. Raises RedisAway."""
        assert self._announcements is not None
        try:
            announced = await self._announcements.read()
        except (RedisAway, CommandRefused):
            self._announcements.forget_position()
            raise
        if announced.has_gap:
            self._memory.doubt_all()
        news = self._apply((change.domain, change.short_code, change.version) for change in announced.changes)
        if announced.oldest_ms is not None:
            self._measure([announced.oldest_ms / 1000] * len(news))

    def _apply(self, changes: Iterable[tuple[str, str, int]]) -> list[int]:
        """Evict what is older; return the places of the edits among them that were not known yet.

        A code's first link is no edit: nothing older was ever shown.
        """
        news = []
        for index, (domain, code, version) in enumerate(changes):
            key = memory_key(domain, code)
            if version > max(1, self._memory.floor(key)):
                news.append(index)
            self._memory.invalidate(key, version)
        return news

    def _measure(self, edited_at: Sequence[float]) -> None:
        """Args: edited_at, Unix times of edits heard of now: by the announcement or the feed, whichever came first."""
        now = time.time()
        for moment in edited_at:
            self._delay.observe(max(0.0, now - moment))
        if edited_at:
            self._lag.set(max(0.0, now - min(edited_at)))

    async def _load_domains(self) -> None:
        await self._domains.load(self._lookup)


async def _repeat(step: Callable[[], Awaitable[None]], seconds: float) -> None:
    """Run `step` for ever. What it cannot reach it tries again: nothing it follows is lost meanwhile."""
    was_away = False
    while True:
        try:
            await step()
        except (Unavailable, RedisAway, CommandRefused) as error:
            if not was_away:
                _log.warning("changes cannot be followed at the moment", step=step.__name__, reason=error.detail)
            was_away = True
            await asyncio.sleep(RETRY_SECONDS)
        except Exception:  # noqa: BLE001  # this task must not end: without it the memory would lie
            _log.exception("following changes failed", step=step.__name__)
            await asyncio.sleep(RETRY_SECONDS)
        else:
            was_away = False
            await asyncio.sleep(seconds)
