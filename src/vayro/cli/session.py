"""What commands work with: the same services that the API has, built for one command."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from vayro.accounts.service import AccountService, User
from vayro.database.engine import Database, open_database
from vayro.observability import configure_logging
from vayro.settings import Settings
from vayro.supervisor.data_dir import prepare_data_dir


@dataclass(frozen=True)
class Session:
    """Services on an open database."""

    settings: Settings
    database: Database
    accounts: AccountService

    async def find_owner(self, email: str | None) -> User:
        """Return the user in whose workspace a command works: the one named, or the first administrator."""
        return await (self.accounts.get_user(email) if email else self.accounts.get_first_admin())


@asynccontextmanager
async def open_session(settings: Settings) -> AsyncIterator[Session]:
    """Open the services, and close them when the block ends."""
    prepare_data_dir(settings)
    configure_logging(settings.model_copy(update={"log_level": _level(settings)}), "cli")
    async with AsyncExitStack() as stack:
        database = open_database(settings, pool_size=2)
        stack.push_async_callback(database.close)
        yield Session(settings, database, AccountService(database))


def _level(settings: Settings) -> str:
    """Commands report what they did themselves; only warnings and worse are logged beside it."""
    return "debug" if settings.log_level == "debug" else "warning"
