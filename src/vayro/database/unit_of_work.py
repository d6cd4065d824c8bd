"""Commit once, at the edge; cache effects after the commit."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from sqlalchemy.ext.asyncio import AsyncConnection

from vayro.database.engine import Database

Effect = Callable[[], Awaitable[None]]


class UnitOfWork:
    """One write transaction, and what must happen only once it is committed."""

    def __init__(self, connection: AsyncConnection) -> None:
        """Args: connection, the open transaction that repositories write through."""
        self.connection = connection
        self._effects: list[Effect] = []

    def after_commit(self, effect: Effect) -> None:
        """Run `effect` after the commit, in the order of registration; never after a rollback."""
        self._effects.append(effect)

    async def run_effects(self) -> None:
        """Run what was registered."""
        for effect in self._effects:
            await effect()


@asynccontextmanager
async def unit_of_work(database: Database) -> AsyncIterator[UnitOfWork]:
    """Open a unit of work: committed when the block ends, then its effects run; rolled back when it raises."""
    async with database.transaction() as connection:
        work = UnitOfWork(connection)
        yield work
    await work.run_effects()
