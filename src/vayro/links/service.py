"""The rules of links."""

from vayro.cache.port import LinkCache
from vayro.database.engine import Database
from vayro.links.allocation import CodeAllocator
from vayro.settings import Settings


class LinkService:
    """Makes, finds, changes and deletes links; each method is one transaction, its cache effects come after it."""

    def __init__(self, settings: Settings, database: Database, cache: LinkCache, allocator: CodeAllocator) -> None:
        """Args: cache, what engines read; allocator, where generated codes come from."""
        self._settings = settings
        self._database = database
        self._cache = cache
        self._allocator = allocator
