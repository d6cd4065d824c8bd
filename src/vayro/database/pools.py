"""Pools of connections: how many, how long one lives, and what each needs when it is opened."""

import asyncio
import sqlite3
import time
from functools import partial
from typing import TYPE_CHECKING, Any

import aiosqlite
from sqlalchemy import event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import QueuePool

from vayro.database.bounded import connect, is_stale
from vayro.observability import get_tracing

if TYPE_CHECKING:
    from threading import Thread

SQLITE_BUSY_SECONDS = 30
POOL_WAIT_SECONDS = 4
RECYCLE_SECONDS = 1800
LATE_SECONDS = 5.0
FETCHED_AT_ONCE = 64  # aiosqlite's own default


def open_pool(url: str, size: int, *, overflow: int | None = None, answer_seconds: float | None = None) -> "Pool":
    """Return a pool of up to `size + overflow` connections (twice the size by default). Nothing is connected yet.

    Args: answer_seconds, how long one statement may take on PostgreSQL before its connection is given up.
    """
    most = {"pool_size": size, "max_overflow": size if overflow is None else overflow}
    if make_url(url).get_backend_name() == "sqlite":
        files = OpenFiles()
        opening = {"async_creator_fn": files.open}
        engine = create_async_engine(async_url(url), **most, hide_parameters=True, connect_args=opening)
        _prepare_sqlite(engine)
        return Pool(engine, files)
    engine = create_async_engine(
        async_url(url),
        **most,
        pool_timeout=POOL_WAIT_SECONDS,
        pool_recycle=RECYCLE_SECONDS,
        pool_use_lifo=True,
        hide_parameters=True,  # an error's text would repeat addresses and hashes, and end in a log
        connect_args={"async_creator_fn": connect, "answer_seconds": answer_seconds},
    )
    _drop_stale(engine)
    return Pool(engine)


def async_url(url: str) -> str:
    """Return the URL with the async driver named that SQLAlchemy needs."""
    return url.replace("postgresql://", "postgresql+psycopg://", 1).replace("sqlite:///", "sqlite+aiosqlite:///", 1)


class Pool:
    """An engine that can be closed while connections of it are still in use."""

    def __init__(self, engine: AsyncEngine, files: "OpenFiles | None" = None) -> None:
        """Args: engine, with a queue pool; files, that it opens."""
        self.engine = engine
        self._files = files
        self._is_closed = False
        event.listen(engine.sync_engine, "checkin", self._close_late)
        if tracing := get_tracing():
            from vayro.database.traces import trace_statements  # noqa: PLC0415  # 16 MB, for those who trace

            trace_statements(engine, tracing)

    @property
    def in_use(self) -> int:
        """Connections that somebody has taken and not given back."""
        pool = self.engine.sync_engine.pool
        return pool.checkedout() if isinstance(pool, QueuePool) else 0

    async def close(self, seconds: float = LATE_SECONDS) -> None:
        """Close all connections; wait a while for those in use. Those that come back later are closed then.

        A cancelled request gives its connection back in a task of its own, which may end after the request. Back in a
        pool that was disposed of, nobody would ever close it.
        """
        deadline = time.monotonic() + seconds
        while self.in_use and time.monotonic() < deadline:  # noqa: ASYNC110  # a pool tells nobody
            await asyncio.sleep(0.005)
        self._is_closed = True
        await self.engine.dispose()
        while self._files and self._files.are_open and time.monotonic() < deadline:  # noqa: ASYNC110  # nor does a thread
            await asyncio.sleep(0.005)

    def _close_late(self, _connection: Any, record: Any) -> None:
        if self._is_closed:
            record.close()


class OpenFiles:
    """The connections to SQLite that live: each is a thread, which answers to the loop that opened it.

    One that is cancelled while it opens belongs to no pool, and must not answer to a loop that is closed meanwhile.
    """

    def __init__(self) -> None:
        self._threads: set[Thread] = set()

    def open(self, *arguments: Any, **options: Any) -> aiosqlite.Connection:
        """Open a connection, as the dialect does it."""
        connection = _File(partial(sqlite3.connect, *arguments, **options), FETCHED_AT_ONCE)
        thread = connection._thread  # noqa: SLF001  # as SQLAlchemy does: the end of the process must not wait for it
        thread.daemon = True
        self._threads = {known for known in self._threads if known.is_alive()} | {thread}
        return connection

    @property
    def are_open(self) -> bool:
        """Whether any thread still runs."""
        return any(thread.is_alive() for thread in self._threads)


class _File(aiosqlite.Connection):
    """A connection that closes itself when nobody has it any more.

    Whose opening is cancelled at the wrong moment is in no pool, so nobody can close it; aiosqlite only warns of that,
    and has its thread answer to a loop which may be gone.
    """

    def __del__(self) -> None:
        if self._connection is not None:
            self._tx.put_nowait((None, self._connection.close))
            self._tx.put_nowait((None, lambda: aiosqlite.core._STOP_RUNNING_SENTINEL))  # noqa: SLF001  # ends its thread


def _drop_stale(engine: AsyncEngine) -> None:
    """Look at each connection before it is used, and open another in place of one that died in the pool.

    `pool_pre_ping` does it by asking the server, at the cost of a round trip before every use.
    """

    @event.listens_for(engine.sync_engine, "checkout")
    def _look(connection: Any, _record: Any, _proxy: Any) -> None:
        if is_stale(connection.driver_connection):
            raise DisconnectionError


def _prepare_sqlite(engine: AsyncEngine) -> None:
    """Set what each SQLite connection needs, and let SQLAlchemy rather than the driver begin transactions."""

    @event.listens_for(engine.sync_engine, "connect")
    def _connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        _use_wal(connection)
        cursor = connection.cursor()
        for pragma in (
            f"busy_timeout={SQLITE_BUSY_SECONDS * 1000}",
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


def _use_wal(connection: Any) -> None:
    """Have the file kept with a write-ahead log; it stays so.

    Several that change a new file at once could wait for each other for ever, so SQLite fails all but one at once
    whatever `busy_timeout` says.
    """
    deadline = time.monotonic() + SQLITE_BUSY_SECONDS
    cursor = connection.cursor()
    while True:
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
            break
        except sqlite3.OperationalError:
            if time.monotonic() > deadline:
                raise
        connection.run_async(lambda _driver: asyncio.sleep(0.01))
    cursor.close()
