"""What commands work with: the same services that the API has, built for one command."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from vayro.accounts.service import AccountService, User
from vayro.database.engine import Database, open_database
from vayro.observability import configure_logging
from vayro.settings import Settings
from vayro.supervisor.data_dir import prepare_data_dir

if TYPE_CHECKING:
    from vayro.accounts.deletion import AccountErasure
    from vayro.accounts.doorkeeping import Doorkeeper
    from vayro.links.registration import DomainRegistry
    from vayro.links.reports import ReportDesk
    from vayro.links.service import LinkService
    from vayro.links.takedown import Takedown
    from vayro.links.upkeep import LinkUpkeep

# One statement of a command may touch every link there is.
_ANSWER_SECONDS = 600.0


@dataclass(frozen=True)
class Session:
    """Services on an open database. What only some commands need is imported and built when they ask."""

    settings: Settings
    database: Database
    accounts: AccountService
    stack: AsyncExitStack

    async def find_owner(self, email: str | None) -> User:
        """Return the user in whose workspace a command works: the one named, or the first administrator."""
        return await (self.accounts.get_user(email) if email else self.accounts.get_first_admin())

    def domains(self) -> DomainRegistry:
        """Return the registry of short domains."""
        from vayro.links.registration import DomainRegistry

        return DomainRegistry(self.settings, self.database)

    def links(self) -> LinkService:
        """Return the service of links, closed with the session."""
        from vayro.cache.adapters import open_link_cache
        from vayro.links.allocation import build_allocator
        from vayro.links.service import LinkService
        from vayro.observability import get_metrics

        cache = open_link_cache(self.settings)
        self.stack.push_async_callback(cache.close)
        allocator = build_allocator(self.settings, self.database)
        self.stack.push_async_callback(allocator.close)
        service = LinkService(self.settings, self.database, cache, allocator, get_metrics())
        self.stack.push_async_callback(service.close)
        return service

    def doorkeeper(self) -> Doorkeeper:
        """Return the service that shuts people out and lets them in."""
        from vayro.accounts.doorkeeping import Doorkeeper

        return Doorkeeper(self.database)

    def erasure(self) -> AccountErasure:
        """Return the service that erases accounts."""
        from vayro.accounts.billing import open_billing
        from vayro.accounts.deletion import AccountErasure
        from vayro.cache.adapters import open_link_cache

        cache = open_link_cache(self.settings)
        self.stack.push_async_callback(cache.close)
        billing = open_billing(self.settings, self.database)
        self.stack.push_async_callback(billing.close)
        return AccountErasure(self.database, cache, billing.end)

    def takedown(self) -> Takedown:
        """Return the service that takes links down."""
        from vayro.cache.adapters import open_link_cache
        from vayro.links.takedown import Takedown

        cache = open_link_cache(self.settings)
        self.stack.push_async_callback(cache.close)
        return Takedown(self.database, cache)

    def reports(self) -> ReportDesk:
        """Return the reports of the public."""
        from vayro.links.reports import ReportDesk

        return ReportDesk(self.database)

    def upkeep(self) -> LinkUpkeep:
        """Return the service that keeps the set of links in order."""
        from vayro.cache.adapters import open_link_cache
        from vayro.links.domains import DomainDirectory
        from vayro.links.upkeep import LinkUpkeep
        from vayro.sites.kept_links import follow_kept_links

        cache = open_link_cache(self.settings)
        self.stack.push_async_callback(cache.close)
        short_url = DomainDirectory(self.settings, self.database).short_url
        return LinkUpkeep(self.database, cache, partial(follow_kept_links, short_url=short_url))


@asynccontextmanager
async def open_session(settings: Settings) -> AsyncIterator[Session]:
    """Open the services, and close them when the block ends."""
    prepare_data_dir(settings)
    configure_logging(settings.model_copy(update={"log_level": _level(settings)}), "cli")
    async with AsyncExitStack() as stack:
        database = open_database(settings, pool_size=2, answer_seconds=_ANSWER_SECONDS)
        stack.push_async_callback(database.close)
        yield Session(settings, database, AccountService(database), stack)


def _level(settings: Settings) -> str:
    """Commands report what they did themselves; only warnings and worse are logged beside it."""
    return "debug" if settings.log_level == "debug" else "warning"
