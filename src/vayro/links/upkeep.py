"""What keeps the set of links in order: duplicates, and the cache after a cold start."""

import datetime as dt
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from vayro.cache.port import LinkCache
from vayro.database.engine import Database
from vayro.errors import Unavailable, ValidationFailed
from vayro.links import duplicates, journal, repository
from vayro.links.draft import STANDARD
from vayro.links.duplicates import DuplicateGroup
from vayro.links.publication import publish
from vayro.links.record import LinkRecord

_WARM_CHUNK = 1_000
_DEDUPE_TRIES = 5

Progress = Callable[[int, int], None]
"""Told how many are done, and how many there are."""

Follow = Callable[[AsyncConnection, Sequence[LinkRecord]], Awaitable[object]]
"""Told in the transaction which links were deactivated, so that who has one of them can take the one that is kept."""


@dataclass(frozen=True, slots=True)
class DedupeOutcome:
    """What `dedupe` did, or would do: the links as they are afterwards."""

    made_canonical: list[LinkRecord]
    deactivated: list[LinkRecord]


class _DryRun(Exception):
    """Rolls the transaction back."""


class LinkUpkeep:
    """Work on the links of all workspaces, for the command line and for jobs."""

    def __init__(self, database: Database, cache: LinkCache, follow: Follow | None = None) -> None:
        """Args: cache, which is told of changes and is warmed; follow, for those who refer to links."""
        self._database = database
        self._cache = cache
        self._follow = follow

    async def count_duplicates(self) -> int:
        """Return how many active links there are beyond the first of one workspace, destination and type.

        Links of the type `standard` may repeat a destination and do not count. Reads a replica where there is one.
        """
        async with self._database.replica_read() as connection:
            return await duplicates.count_duplicates(connection)

    async def list_duplicates(self, link_type: str | None = None) -> list[DuplicateGroup]:
        """Return the groups that `count_duplicates` counts, of one type or of all but `standard`."""
        async with self._database.read() as connection:
            return await duplicates.list_duplicates(connection, link_type)

    async def dedupe(self, link_type: str, *, dry_run: bool = False) -> DedupeOutcome:
        """Make the oldest active link of each group canonical and deactivate the rest, in one transaction.

        A group of one becomes canonical too, so that the next canonical request finds it instead of making a second.
        A dry run does all of it and rolls back. Raises ValidationFailed for `standard`.
        """
        if link_type == STANDARD:
            raise ValidationFailed("Standard links may repeat a destination: there is nothing to dedupe.")
        for _ in range(_DEDUPE_TRIES):
            try:
                return await self._dedupe(link_type, dry_run=dry_run)
            except IntegrityError:
                continue  # somebody made a link of the group meanwhile
        raise Unavailable("New duplicates keep coming; nothing was changed.")

    async def warm(self, limit: int, progress: Progress | None = None) -> int:
        """Load the links with the most clicks into the shared cache; return how many it took.

        Raises Unavailable when the cache goes away on the way. Without Redis there is nothing to warm.
        """
        async with self._database.replica_read() as connection:
            records = await repository.list_most_clicked(connection, limit)
        for start in range(0, len(records), _WARM_CHUNK):
            chunk = records[start : start + _WARM_CHUNK]
            if not await self._cache.store_many([record.snapshot() for record in chunk]):
                raise Unavailable(f"The cache went away after {start} of {len(records)} links.")
            if progress:
                progress(start + len(chunk), len(records))
        return len(records)

    async def _dedupe(self, link_type: str, *, dry_run: bool) -> DedupeOutcome:
        now = dt.datetime.now(dt.UTC)
        outcome = DedupeOutcome([], [])
        try:
            async with self._database.transaction() as connection:
                # In this order: a canonical link that is not the oldest must make room first.
                outcome.deactivated.extend(await duplicates.deactivate_younger(connection, link_type, now))
                outcome.made_canonical.extend(await duplicates.make_canonical(connection, link_type, now))
                changed = [*outcome.deactivated, *outcome.made_canonical]
                await repository.insert_changes(connection, changed, now)
                await journal.note_deduped(connection, link_type, outcome.made_canonical, outcome.deactivated)
                if self._follow and outcome.deactivated:
                    await self._follow(connection, outcome.deactivated)
                if dry_run:
                    raise _DryRun  # noqa: TRY301  # the way out of a transaction that keeps nothing
        except _DryRun:
            return outcome
        await publish(self._cache, [record.snapshot() for record in changed])
        return outcome
