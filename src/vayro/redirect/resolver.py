"""Finding a link: memory → cache → database."""

import asyncio
import contextlib
import time
from collections.abc import Callable, Coroutine
from typing import Any

from vayro.cache.breaker import CircuitBreaker
from vayro.cache.port import LinkCache
from vayro.cache.snapshot import LinkSnapshot
from vayro.errors import Unavailable
from vayro.redirect.counters import EngineCounters
from vayro.redirect.lookup import LinkLookup, LookupsCrowded
from vayro.redirect.memory import LinkMemory, MemoryEntry, memory_key

# Longer than any healthy lookup by key, short enough that a visitor still waits.
DATABASE_SECONDS = 2.0
# More only when edits of one link race with its lookup, or the database was set back to an older state.
ATTEMPTS = 3


class Resolver:
    """Finds links. A thousand concurrent calls for one code make one lookup.

    When neither the cache nor the database can tell, a link read within a day is served as it was; a code that was
    not is Unavailable, never "unknown". Only the database's own word makes a code unknown.
    """

    def __init__(
        self,
        memory: LinkMemory,
        cache: LinkCache,
        lookup: LinkLookup,
        counters: EngineCounters,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Args: clock, the one of `memory`."""
        self._memory = memory
        self._cache = cache
        self._lookup = lookup
        self._counters = counters
        self._clock = clock
        self._loading: dict[bytes, asyncio.Future[MemoryEntry]] = {}
        self._background: set[asyncio.Task[object]] = set()
        self._database_breaker = CircuitBreaker("database", clock)

    async def resolve(self, domain: str, code: str) -> MemoryEntry:
        """Return the entry for a well-formed code. Raises Unavailable when it cannot be known."""
        key = memory_key(domain, code)
        entry = self._memory.find(key)
        if entry is not None:
            self._counters.lookups["memory" if entry.snapshot else "negative"] += 1
            return entry
        loading = self._loading.get(key)
        if loading is None:
            return await self._lead(key, domain, code)
        return await asyncio.shield(loading)

    def refresh(self, entry: MemoryEntry) -> None:
        """Read a hot entry again in the background, so that no visitor waits when its five seconds are over."""
        if entry.snapshot and entry.refresh_at < entry.lane_until:
            entry.refresh_at = entry.lane_until  # once is enough
            self._spawn(self._refresh(entry.key, entry.snapshot.domain, entry.snapshot.short_code))

    async def close(self) -> None:
        """End what runs in the background."""
        for task in self._background:
            task.cancel()
        await asyncio.gather(*self._background, return_exceptions=True)

    async def _refresh(self, key: bytes, domain: str, code: str) -> None:
        if key in self._loading:
            return
        try:
            await self._lead(key, domain, code)
        except Unavailable:
            return  # the entry goes on until its time is over, then `resolve` says what is known

    async def _lead(self, key: bytes, domain: str, code: str) -> MemoryEntry:
        """Load, for this caller and for all who ask meanwhile."""
        future: asyncio.Future[MemoryEntry] = asyncio.get_running_loop().create_future()
        self._loading[key] = future
        try:
            entry = await self._load(key, domain, code)
        except BaseException as error:
            cause = error if isinstance(error, Exception) else Unavailable("The lookup was cancelled.")
            future.set_exception(cause)
            future.exception()  # read here: there may be no other caller
            raise
        else:
            future.set_result(entry)
            return entry
        finally:
            del self._loading[key]

    async def _load(self, key: bytes, domain: str, code: str) -> MemoryEntry:
        started = self._clock()
        snapshot = await self._cache.find(domain, code)
        if snapshot is not None:
            entry = self._memory.store(key, snapshot, started)
            if entry is not None:
                self._counters.lookups["redis"] += 1
                return entry
        if self._database_breaker.is_open and (stale := self._memory.find_stale(key)):
            # Whether the database is back is found out behind the visitor's back: it may take two seconds.
            self._spawn(self._try_database(key, domain, code))
            self._counters.lookups["stale"] += 1
            return stale
        try:
            return await self._load_from_database(key, domain, code)
        except Unavailable:
            stale = self._memory.find_stale(key)
            if stale is None:
                raise
            self._counters.lookups["stale"] += 1
            return stale

    async def _try_database(self, key: bytes, domain: str, code: str) -> None:
        with contextlib.suppress(Unavailable):
            await self._load_from_database(key, domain, code)

    async def _load_from_database(self, key: bytes, domain: str, code: str) -> MemoryEntry:
        """Ask the database again when its answer is older than what was announced meanwhile."""
        for _ in range(ATTEMPTS):
            started, floor = self._clock(), self._memory.floor(key)
            snapshot = await self._ask_database(domain, code)
            self._counters.lookups["database"] += 1
            if snapshot is not None:
                entry = self._memory.store(key, snapshot, started)
                if entry is not None:
                    self._spawn(self._cache.store(snapshot))
                    return entry
            elif self._memory.floor(key) == floor:
                return self._memory.store_missing(key, started)
        raise Unavailable("The database is behind what was announced.")

    async def _ask_database(self, domain: str, code: str) -> LinkSnapshot | None:
        if not self._database_breaker.may_try():
            raise Unavailable("The database does not answer.")
        try:
            async with asyncio.timeout(DATABASE_SECONDS):
                snapshot = await self._lookup.find(domain, code)
        except LookupsCrowded:
            raise
        except (TimeoutError, Unavailable) as error:
            self._database_breaker.trip()
            raise Unavailable("The database does not answer.") from error
        self._database_breaker.reset()
        return snapshot

    def _spawn(self, work: Coroutine[Any, Any, object]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._background.add(task)
        task.add_done_callback(self._background.discard)
