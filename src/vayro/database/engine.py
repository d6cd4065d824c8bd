"""Connections to SQLite and PostgreSQL, made once in `app.py` and passed down."""

import datetime as dt
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, Literal, NamedTuple, TypeVar

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection

from vayro.database.direct import DirectConnection
from vayro.database.pools import LATE_SECONDS, Pool, open_pool
from vayro.database.replica import ReplicaWatch
from vayro.errors import Unavailable
from vayro.settings import Settings

Route = Literal["analytics", "export"]
"""What reads much: each has connections of its own, so that it can keep neither creates nor look-ups waiting."""

Answer = TypeVar("Answer")


class Readers(NamedTuple):
    """The pools of one server for those who read much."""

    analytics: Pool
    export: Pool


class Database:
    """The way to the database: write transactions, reads, and reads that a replica may answer."""

    def __init__(
        self,
        primary: Pool,
        readers: Readers | None = None,
        replica: Readers | None = None,
        watch: ReplicaWatch | None = None,
        *,
        answer_seconds: float | None = None,
    ) -> None:
        """Args: readers, of the primary (its own pool without them); replica, where `watch` lets them read instead.

        answer_seconds, the limit of statements that pass the pools by.
        """
        self.engine = primary.engine
        self.dialect_name = self.engine.dialect.name
        self.is_sqlite = self.dialect_name == "sqlite"
        self._primary = primary
        self._readers = readers or Readers(primary, primary)
        self._replica = replica
        self._watch = watch
        self._answer_seconds = answer_seconds

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncConnection]:
        """Open a write transaction; it is committed when the block ends and rolled back when it raises.

        On SQLite it takes the write lock at once (BEGIN IMMEDIATE): a transaction that reads first and writes later
        would fail with SQLITE_BUSY instead of waiting. Raises Unavailable when the database does not answer.
        """
        with_lock = {"vayro_immediate": True}
        async with _translated(), self.engine.connect() as connection:
            await connection.execution_options(**with_lock)
            async with connection.begin():
                yield connection

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """Open a connection for reading. Raises Unavailable when the database does not answer."""
        async with _translated(), self.engine.connect() as connection:
            yield connection

    @asynccontextmanager
    async def glance(self) -> AsyncIterator[AsyncConnection]:
        """Open a connection for one question: no transaction is begun for it, which saves two round trips of three.

        Raises Unavailable when the database does not answer.
        """
        async with _translated(), self.engine.connect() as connection:
            if not self.is_sqlite:
                await connection.execution_options(isolation_level="AUTOCOMMIT")
            yield connection

    @asynccontextmanager
    async def replica_read(self, route: Route = "analytics") -> AsyncIterator[AsyncConnection]:
        """Open a connection for reads that may be a little behind: by `VAYRO_DATABASE_REPLICA_MAX_LAG_SECONDS` at most.

        A replica that is further behind, or away, is passed over for the primary, which is counted.
        """
        as_of = await self._watch.usable_as_of() if self._watch else None
        readers = self._replica if as_of and self._replica else self._readers
        async with _translated(), _pool_of(readers, route).engine.connect() as connection:
            yield connection

    async def answer_late(
        self, question: Callable[[AsyncConnection], Awaitable[Answer]], route: Route = "analytics"
    ) -> tuple[Answer, dt.datetime]:
        """Return the answer of a read-only question, and the time by which everything committed is in it.

        Asked of the replica as in `replica_read`; when that fails on the way, of the primary. Raises Unavailable.
        """
        as_of = await self._watch.usable_as_of() if self._watch else None
        if as_of and self._watch and self._replica:
            try:
                async with _translated(), _pool_of(self._replica, route).engine.connect() as connection:
                    return await question(connection), as_of
            except Unavailable:
                self._watch.mark_failed()
        as_of = dt.datetime.now(dt.UTC)
        async with _translated(), _pool_of(self._readers, route).engine.connect() as connection:
            return await question(connection), as_of

    async def driver_connection(self, connection: AsyncConnection) -> Any:
        """Return psycopg's (or aiosqlite's) own connection below, for COPY and other hot paths."""
        return (await connection.get_raw_connection()).driver_connection

    def open_direct(self) -> DirectConnection:
        """Return a connection of one's own that passes SQLAlchemy by; the caller closes it. PostgreSQL only."""
        url = self.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
        return DirectConnection(url, self._answer_seconds)

    async def close(self, seconds: float = LATE_SECONDS) -> None:
        """Close all connections; those in use are waited for, and closed when they come back later."""
        pools = [self._primary, *self._readers, *(self._replica or ())]
        for pool in dict.fromkeys(pools):
            await pool.close(seconds)
        if self._watch:
            await self._watch.close()


def open_database(
    settings: Settings, *, pool_size: int | None = None, answer_seconds: float | None = None, has_readers: bool = False
) -> Database:
    """Return the database that the settings name. Nothing is connected yet.

    Args: answer_seconds, for one statement; default: `VAYRO_DATABASE_TIMEOUT_SECONDS`. has_readers: analytics and
    exports are read in this process, on connections apart.
    """
    url, replica_url = settings.resolved_database_url, settings.database_replica_url
    answer_seconds = answer_seconds or settings.database_timeout_seconds
    primary = open_pool(url, pool_size or settings.database_pool_size, answer_seconds=answer_seconds)
    is_sqlite = primary.engine.dialect.name == "sqlite"
    readers = _open_readers(url, settings) if has_readers and not is_sqlite else None
    replica = watch = None
    if replica_url and not is_sqlite:
        replica = _open_readers(replica_url, settings)
        watch = ReplicaWatch(url, replica_url, settings.database_replica_max_lag_seconds)
    return Database(primary, readers, replica, watch, answer_seconds=answer_seconds)


def _open_readers(url: str, settings: Settings) -> Readers:
    seconds = settings.database_analytics_timeout_seconds
    return Readers(
        open_pool(url, settings.database_analytics_pool_size, overflow=0, answer_seconds=seconds),
        open_pool(url, settings.database_export_pool_size, overflow=0, answer_seconds=seconds),
    )


def _pool_of(readers: Readers, route: Route) -> Pool:
    return readers.export if route == "export" else readers.analytics


@asynccontextmanager
async def _translated() -> AsyncIterator[None]:
    """Turn "the database does not answer" into Unavailable; all other database errors pass."""
    try:
        yield
    except (OperationalError, InterfaceError, PoolTimeout) as error:
        raise Unavailable("The database does not answer.") from error
    except DBAPIError as error:
        if error.connection_invalidated:
            raise Unavailable("The database connection was lost.") from error
        raise
