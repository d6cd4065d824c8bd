"""No shared cache: the embedded shape, where the database is a file on the same machine."""

from collections.abc import Sequence

from vayro.cache.snapshot import LinkSnapshot


class NoLinkCache:
    """Holds nothing; engines learn of changes from the change feed of the database."""

    async def find(self, domain: str, code: str) -> LinkSnapshot | None:  # noqa: ARG002  # the port's signature
        """Return None: ask the database."""
        return None

    async def store(self, snapshot: LinkSnapshot) -> bool:  # noqa: ARG002  # the port's signature
        """Do nothing."""
        return True

    async def store_many(self, snapshots: Sequence[LinkSnapshot]) -> bool:  # noqa: ARG002  # the port's signature
        """Do nothing."""
        return True

    async def store_tombstone(self, snapshot: LinkSnapshot) -> bool:  # noqa: ARG002  # the port's signature
        """Do nothing."""
        return True

    async def drop_older(self, snapshots: Sequence[tuple[str, str, int]]) -> bool:  # noqa: ARG002  # the port's signature
        """Do nothing."""
        return True

    async def announce(self, changes: Sequence[LinkSnapshot]) -> bool:  # noqa: ARG002  # the port's signature
        """Do nothing."""
        return True

    async def close(self) -> None:
        """Do nothing."""
