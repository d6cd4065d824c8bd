"""The port: a cache of links that every process shares, and the announcement of changes."""

from collections.abc import Sequence
from typing import Protocol

from vayro.cache.snapshot import LinkSnapshot


class LinkCache(Protocol):
    """Between an engine's memory and the database. No method raises because the cache is away.

    A stored snapshot is never replaced by an older version; an equal version renews its life.
    """

    async def find(self, domain: str, code: str) -> LinkSnapshot | None:
        """Return the snapshot, a tombstone (`is_deleted`) included, and renew its life; None: ask the database."""

    async def store(self, snapshot: LinkSnapshot) -> bool:
        """Store a snapshot unless a newer version is there. False: the cache is away, nothing is known."""

    async def store_many(self, snapshots: Sequence[LinkSnapshot]) -> bool:
        """Store each as `store` does. False: the cache went away, some may be missing."""

    async def store_tombstone(self, snapshot: LinkSnapshot) -> bool:
        """Store what a deleted link leaves behind, so that a slow reader cannot bring it back."""

    async def drop_older(self, snapshots: Sequence[tuple[str, str, int]]) -> bool:
        """Remove each (domain, code, version) whose stored version is below `version`."""

    async def announce(self, changes: Sequence[LinkSnapshot]) -> bool:
        """Tell all engines that these versions exist. False: not told; they learn it from the change feed."""

    async def close(self) -> None:
        """Close the connections."""
