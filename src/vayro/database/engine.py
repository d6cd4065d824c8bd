"""Connections to SQLite and PostgreSQL, made once in `app.py` and passed down."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from vayro.database.direct import DirectConnection
from vayro.errors import Unavailable
from vayro.settings import Settings

SQLITE_BUSY_SECONDS = 30
CONNECT_SECONDS = 3
STATEMENT_SECONDS = 30


class Database:
    """The way to the database: write transactions, reads, and reads that a replica may answer."""

    def __init__(self, engine: AsyncEngine, replica: AsyncEngine | None = None) -> None:
        """Args: engine, the primary; replica, where `replica_read` goes (the primary without one)."""
        self.engine = engine
        self._replica = replica or engine
        self.dialect_name = engine.dialect.name
        self.is_sqlite = self.dialect_name == "sqlite"

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
    async def replica_read(self) -> AsyncIterator[AsyncConnection]:
        """Open a connection for reads that may be a little behind: analytics."""
        async with _translated(), self._replica.connect() as connection:
            yield connection

    async def driver_connection(self, connection: AsyncConnection) -> Any:
        """Return psycopg's (or aiosqlite's) own connection below, for COPY and other hot paths."""
        return (await connection.get_raw_connection()).driver_connection

    def open_direct(self) -> DirectConnection:
        """Return a connection of one's own that passes SQLAlchemy by; the caller closes it. PostgreSQL only."""
        return DirectConnection(self.engine.url.set(drivername="postgresql").render_as_string(hide_password=False))

    async def close(self) -> None:
        """Close all connections."""
        await self.engine.dispose()
        if self._replica is not self.engine:
            await self._replica.dispose()


def open_database(settings: Settings, *, pool_size: int | None = None) -> Database:
    """Return the database that the settings name. Nothing is connected yet."""
    size = pool_size or settings.database_pool_size
    primary = _create_engine(settings.resolved_database_url, size)
    replica = _create_engine(settings.database_replica_url, size) if settings.database_replica_url else None
    return Database(primary, replica)


def async_url(url: str) -> str:
    """Return the URL with the async driver named that SQLAlchemy needs."""
    return url.replace("postgresql://", "postgresql+psycopg://", 1).replace("sqlite:///", "sqlite+aiosqlite:///", 1)


def _create_engine(url: str, pool_size: int) -> AsyncEngine:
    if make_url(url).get_backend_name() == "sqlite":
        engine = create_async_engine(async_url(url), pool_size=pool_size, max_overflow=pool_size)
        _prepare_sqlite(engine)
        return engine
    return create_async_engine(
        async_url(url),
        pool_size=pool_size,
        max_overflow=pool_size,
        pool_timeout=5,
        pool_recycle=1800,
        pool_pre_ping=False,
        pool_use_lifo=True,
        # PgBouncer in transaction mode (1.18 in Debian 12) has no prepared statements.
        connect_args={
            "prepare_threshold": None,
            "connect_timeout": CONNECT_SECONDS,
            "application_name": "vayro",
        },
    )


def _prepare_sqlite(engine: AsyncEngine) -> None:
    """Set what each SQLite connection needs, and let SQLAlchemy rather than the driver begin transactions."""

    @event.listens_for(engine.sync_engine, "connect")
    def _connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in (
            f"busy_timeout={SQLITE_BUSY_SECONDS * 1000}",
            "journal_mode=WAL",
            # A commit survives the death of the process; a power cut may cost the last ones, never the file.
            "synchronous=NORMAL",
            "foreign_keys=ON",
            "temp_store=MEMORY",
            "cache_size=-32768",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def _begin(connection: Any) -> None:
        immediate = connection.get_execution_options().get("vayro_immediate")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")


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
