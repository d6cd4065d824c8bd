"""What follows a commit: the shared cache gets the new versions, and the engines are told."""

import asyncio
from collections.abc import Sequence

from vayro.cache.port import LinkCache
from vayro.cache.snapshot import LinkSnapshot


async def publish(cache: LinkCache, snapshots: Sequence[LinkSnapshot]) -> None:
    """Store these versions, tombstones among them, and announce them.

    Never raises and never waits beyond the cache's time-out: when the cache is away, engines learn of the versions from
    the change feed, and older ones leave their memory within 5 s.
    """
    if snapshots:
        await asyncio.gather(cache.store_many(snapshots), cache.announce(snapshots))
