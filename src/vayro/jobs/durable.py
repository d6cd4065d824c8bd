"""DBOS, which keeps what each step of a run returned, so that a run goes on where it was killed.

It keeps that in a file of its own beside SQLite, or in the schema `dbos` of PostgreSQL, and talks to nobody else.
"""

import asyncio
import logging
import sqlite3
import threading
import time
from collections.abc import Awaitable, Callable, Collection
from contextlib import closing, suppress
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from dbos import DBOS, DBOSConfig, SetWorkflowID
from dbos._error import DBOSException
from dbos._migration import ensure_dbos_schema, run_dbos_migrations, should_migrate

from vayro.errors import Unavailable
from vayro.jobs.json_results import JsonSerializer
from vayro.settings import Settings
from vayro.waiting import pause

VERSION = "1"
"""Of the steps. A run that was begun by other steps is not taken up where it was: it begins anew."""
QUEUE = "sites"
SCHEMA = "dbos"
POLL_SECONDS = 0.4
IDLE_SECONDS = 3_600.0
"""How often it looks for what is never used here: schedules."""
FINISH_SECONDS, CLOSE_SECONDS = 1.0, 1.5
_MIGRATION_LOCK = 7_306_012
_WAL_SECONDS = 30
PENDING, ENQUEUED = "PENDING", "ENQUEUED"
_FAILED = ("ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED")
_OVER = ("SUCCESS", *_FAILED)

Work = Callable[[str, str], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class DurableRun:
    """What is known of a run."""

    id: str
    executor_id: str | None
    version: str | None


class DurableRuns:
    """Runs of one kind of work, each named by an identifier: giving a run twice does it once.

    Opened and used in one event loop, in which the work is done, too.
    """

    def __init__(self, settings: Settings, executor_id: str, work: Work) -> None:
        """Args: executor_id, of this process; work, given (argument, identifier of the run)."""
        self._settings = settings
        self._executor_id = executor_id
        self._work = work
        self._engine: sa.Engine | None = None
        self._running: set[asyncio.Task[Any]] = set()
        self._workflow: Any = None

    async def open(self) -> None:
        """Make its tables where they are missing, and begin to work. Blocks the loop, before anything else runs in it.

        Called in the loop so that the library does the work in it, on our own connections. Raises Unavailable when the
        database is away; then it may be called again.
        """
        _tame_logging()
        self._engine = _open_engine(self._settings)
        try:
            await self._begin()
        except (sa.exc.SQLAlchemyError, DBOSException, OSError) as error:
            DBOS.destroy()
            if self._engine is not None:
                self._engine.dispose()
            raise Unavailable("The database does not answer.") from error

    async def _begin(self) -> None:
        DBOS(config=self._config())

        async def do(argument: str, run_id: str) -> None:  # a method would not do: the library writes to the function
            await self._run(argument, run_id)

        self._workflow = DBOS.workflow(name="generate_site")(do)
        DBOS.listen_queues([QUEUE])
        _launch(self._engine)
        await DBOS.register_queue_async(
            QUEUE,
            worker_concurrency=self._settings.jobs_concurrency,
            polling_interval_sec=POLL_SECONDS,
            on_conflict="always_update",
        )

    async def give(self, argument: str, run_id: str) -> None:
        """Have a run done by whichever process is free; one that is known already is not done twice."""
        with SetWorkflowID(run_id):
            await DBOS.enqueue_workflow_async(QUEUE, self._workflow, argument, run_id)

    async def list_unfinished(self) -> list[DurableRun]:
        """Return the runs that wait or are being done, by whatever version of the steps."""
        return await self._list([PENDING, ENQUEUED])

    async def list_failed(self) -> list[DurableRun]:
        """Return runs that ended without having done their work."""
        return await self._list(list(_FAILED))

    async def is_known(self, run_id: str) -> bool:
        """Return whether a run waits or is being done."""
        status = await DBOS.get_workflow_status_async(run_id)
        return status is not None and status.status in (PENDING, ENQUEUED)

    async def take_over(self, executor_ids: Collection[str]) -> None:
        """Have runs of processes that are gone go on elsewhere."""
        if executor_ids:
            await asyncio.to_thread(DBOS._recover_pending_workflows, sorted(executor_ids))  # noqa: SLF001  # no public name

    async def forget_finished(self) -> None:
        """Delete what is kept of runs that are over: it holds what was known of businesses."""
        while over := await self._list(list(_OVER)):
            await self.forget([run.id for run in over])

    async def forget(self, run_ids: Collection[str]) -> None:
        """Delete what is kept of these runs."""
        if run_ids:
            await DBOS.delete_workflows_async(sorted(run_ids))

    async def close(self) -> None:
        """Stop. Runs that are being done are left where they are, for whoever takes them over."""
        if self._running:
            await asyncio.wait(self._running, timeout=FINISH_SECONDS)
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)
        await _destroy()
        if self._engine is not None:
            self._engine.dispose()

    async def _run(self, argument: str, run_id: str) -> None:
        task = asyncio.current_task()
        if task is not None:
            self._running.add(task)
        try:
            await self._work(argument, run_id)
        finally:
            self._running.discard(task)

    async def _list(self, statuses: list[str]) -> list[DurableRun]:
        found = await DBOS.list_workflows_async(status=statuses, limit=500, load_input=False, load_output=False)
        return [DurableRun(one.workflow_id, one.executor_id, one.app_version) for one in found]

    def _config(self) -> DBOSConfig:
        config: DBOSConfig = {
            "name": "vayro",
            "executor_id": self._executor_id,
            "application_version": VERSION,
            "dbos_system_schema": SCHEMA,
            "use_listen_notify": False,  # PgBouncer has no LISTEN in transaction mode
            "serializer": JsonSerializer(),
            "log_level": "WARNING",
            "enable_otlp": False,
            "max_executor_threads": 8,
            "sys_db_pool_size": 4,
            "scheduler_polling_interval_sec": IDLE_SECONDS,
        }
        if self._engine is None:
            config["system_database_url"] = f"sqlite:///{_prepare_file(self._settings)}"
        else:
            config["system_database_engine"] = self._engine
        return config


async def perform(name: str, step: Callable[..., Any], *arguments: Any) -> Any:
    """Within a run: do a step and keep what it returned, or return what was kept when it was done before."""
    return await DBOS.run_step_async({"name": name}, step, *arguments)


def _launch(engine: sa.Engine | None) -> None:
    """Launch the library; on PostgreSQL one process at a time, because each may have to make the tables.

    They are made here: the library would hold a lock of the session, which stays behind on a connection of PgBouncer's.
    """
    if engine is None:
        DBOS.launch()
        return
    with engine.begin() as connection:
        connection.execute(sa.text("SELECT pg_advisory_xact_lock(:number)"), {"number": _MIGRATION_LOCK})
        # Ends the statement above, whose snapshot the library's CREATE INDEX CONCURRENTLY would wait for without end.
        connection.execute(sa.text("SET LOCAL idle_in_transaction_session_timeout = 0"))
        if should_migrate(engine, SCHEMA, False):  # noqa: FBT003  # no LISTEN; the library has no name for it
            ensure_dbos_schema(engine, SCHEMA)
            run_dbos_migrations(engine, SCHEMA, False)  # noqa: FBT003  # as above
        DBOS.launch()


def _open_engine(settings: Settings) -> sa.Engine | None:
    url = settings.resolved_database_url
    if not url.startswith("postgresql://"):
        return None
    return sa.create_engine(
        url.replace("postgresql://", "postgresql+psycopg://", 1),
        pool_size=4,
        max_overflow=4,
        pool_pre_ping=True,
        pool_recycle=1_800,
        hide_parameters=True,
        connect_args={"prepare_threshold": None, "connect_timeout": 5},
    )


def _prepare_file(settings: Settings) -> str:
    """Have the file with a write-ahead log, so that those who read it do not wait for those who write."""
    path = (settings.data_dir / "jobs.sqlite").absolute()
    deadline = time.monotonic() + _WAL_SECONDS
    with closing(sqlite3.connect(path, timeout=_WAL_SECONDS)) as connection:
        while True:
            try:
                connection.execute("PRAGMA journal_mode=WAL")
                break
            except sqlite3.OperationalError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.01)
    path.chmod(0o600)
    return str(path)


async def _destroy() -> None:
    """Have it end, in a thread that nobody waits for when the process ends: it gives each thread of its own 10 s."""
    loop, ended = asyncio.get_running_loop(), asyncio.Event()

    def destroy() -> None:
        DBOS.destroy()
        with suppress(RuntimeError):  # the loop did not wait so long
            loop.call_soon_threadsafe(ended.set)

    # Not one of the loop's threads: DBOS has put its own in their place, and ends them.
    threading.Thread(target=destroy, name="end of dbos", daemon=True).start()
    await pause(ended, CLOSE_SECONDS)


def _tame_logging() -> None:
    """Have its records take the way of ours: with a handler of its own there, it adds none."""
    logger = logging.getLogger("dbos")
    logger.handlers[:] = [logging.NullHandler()]
    logger.propagate = True
