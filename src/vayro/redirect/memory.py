"""Links in the memory of one engine process.

An entry answers for 5 s from the moment its reading began, and no hit ever renews it. It stays for up to a day after
that, for the time when neither Redis nor the database can be asked. Versions never go backwards: neither a slow reader
nor an older copy in Redis can bring back what a newer version replaced, even when that is no longer held.
"""

import datetime as dt
import time
from collections import OrderedDict
from collections.abc import Callable

from vayro.cache.snapshot import LinkSnapshot
from vayro.clicks.event import encode_link_id
from vayro.redirect.answer import header_lines, redirect_headers, redirect_status

FRESH_SECONDS = 5.0
# A hot entry is read again in the background from this age on: 1.5 s is 19 Redis time-outs.
REFRESH_SECONDS = 3.5
STALE_SECONDS = 86_400.0
NEVER = float("inf")
# Unknown codes have a table of their own, so that a scan of random codes cannot evict a link.
MAX_MISSING = 20_000
# Least versions that may still be served, for links that were edited or deleted. Version 1 has nothing below it.
MAX_FLOORS = 500_000


class MemoryEntry:
    """One link, ready to be answered; or the knowledge that there is none (`snapshot` is None)."""

    __slots__ = (
        "key", "lane_until", "link_chunk", "loaded_at", "refresh_at", "snapshot", "status", "tail", "version",
    )  # fmt: skip

    def __init__(self, key: bytes, snapshot: LinkSnapshot | None, loaded_at: float) -> None:
        """Args: loaded_at, when reading it began, on the memory's clock."""
        self.key = key
        self.snapshot = snapshot
        self.version = snapshot.version if snapshot else 0
        self.loaded_at = loaded_at
        self.lane_until = 0.0
        self.refresh_at = 0.0
        if snapshot and not snapshot.is_deleted:
            self._prepare(snapshot, loaded_at)

    def _prepare(self, snapshot: LinkSnapshot, loaded_at: float) -> None:
        self.status = redirect_status(snapshot)
        self.tail = header_lines(redirect_headers(snapshot))
        self.link_chunk = encode_link_id(snapshot.link_id)
        is_decided_each_time = snapshot.max_clicks is not None or snapshot.has_password
        if snapshot.is_active and snapshot.disabled_reason is None and not is_decided_each_time:
            self.lane_until = loaded_at + FRESH_SECONDS
            if snapshot.expires_at is not None:
                left = (snapshot.expires_at - dt.datetime.now(dt.UTC)).total_seconds()
                self.lane_until = min(self.lane_until, loaded_at + left)
        self.refresh_at = min(self.lane_until, loaded_at + REFRESH_SECONDS)


class LinkMemory:
    """At most `max_links` links. All times are seconds of `clock`."""

    def __init__(self, max_links: int, clock: Callable[[], float] = time.monotonic) -> None:
        """Args: max_links, beyond which those read longest ago go first; a link in use is read every 5 s."""
        self.links: OrderedDict[bytes, MemoryEntry] = OrderedDict()
        """What the fast lane reads, by `memory_key`; entries here may be older than 5 s."""
        self._doubtful: OrderedDict[bytes, MemoryEntry] = OrderedDict()
        self._missing: OrderedDict[bytes, MemoryEntry] = OrderedDict()
        self._floors: OrderedDict[bytes, int] = OrderedDict()
        self._max_links = max_links
        self._clock = clock

    def find(self, key: bytes) -> MemoryEntry | None:
        """Return the entry if it may answer now."""
        entry = self.links.get(key) or self._missing.get(key)
        if entry is None or self._clock() - entry.loaded_at >= FRESH_SECONDS:
            return None
        return entry

    def find_stale(self, key: bytes) -> MemoryEntry | None:
        """Return a link read within a day that no newer version is known of: for when nobody can be asked."""
        entry = self.links.get(key) or self._doubtful.get(key)
        if entry is None or self._clock() - entry.loaded_at >= STALE_SECONDS:
            return None
        return entry

    def floor(self, key: bytes) -> int:
        """Return the least version that may be served."""
        held = self.links.get(key) or self._doubtful.get(key)
        return max(self._floors.get(key, 0), held.version if held else 0)

    def store(self, key: bytes, snapshot: LinkSnapshot, loaded_at: float) -> MemoryEntry | None:
        """Hold what was read; None when it is older than what is known, so it must not be served."""
        if snapshot.version < self.floor(key):
            return None
        entry = MemoryEntry(key, snapshot, loaded_at)
        self._missing.pop(key, None)
        self._doubtful.pop(key, None)
        self.links.pop(key, None)  # to the young end: the order is that of reading
        self.links[key] = entry
        if len(self.links) + len(self._doubtful) > self._max_links:
            self._evict()
        return entry

    def store_missing(self, key: bytes, loaded_at: float) -> MemoryEntry:
        """Remember that the database knows no such code; if a link was held, it was deleted by a later version."""
        held = self._forget(key)
        if held:
            self._raise_floor(key, held.version + 1)
        entry = MemoryEntry(key, None, loaded_at)
        self._missing.pop(key, None)
        self._missing[key] = entry
        if len(self._missing) > MAX_MISSING:
            self._missing.popitem(last=False)
        return entry

    def invalidate(self, key: bytes, version: int) -> bool:
        """A version exists: drop what is older, and refuse it from now on. True when something was dropped."""
        missing = self._missing.pop(key, None)
        if version < self.floor(key):
            return missing is not None
        self._raise_floor(key, version)
        held = self.links.get(key) or self._doubtful.get(key)
        if held is None or held.version >= version:
            return missing is not None
        self._forget(key)
        return True

    def doubt_all(self) -> None:
        """Changes may have been missed: everything must be read again before it answers."""
        self._doubtful.update(self.links)
        self.links.clear()
        self._missing.clear()

    def _forget(self, key: bytes) -> MemoryEntry | None:
        held = self.links.pop(key, None) or self._doubtful.pop(key, None)
        if held:
            self._raise_floor(key, held.version)
        return held

    def _evict(self) -> None:
        key, entry = (self._doubtful or self.links).popitem(last=False)
        self._raise_floor(key, entry.version)

    def _raise_floor(self, key: bytes, version: int) -> None:
        if version > 1 and version >= self._floors.get(key, 0):
            self._floors.pop(key, None)
            self._floors[key] = version
            if len(self._floors) > MAX_FLOORS:
                self._floors.popitem(last=False)


def memory_key(domain: str, code: str) -> bytes:
    """Return the key of a link: its code, behind `{domain}/` unless the domain is the default one."""
    return f"{domain}/{code}".encode() if domain else code.encode()
