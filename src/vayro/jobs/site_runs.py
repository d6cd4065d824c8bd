"""Runs of site generations: handed over when they are asked for, taken over when a process dies, ended when lost."""

import asyncio
import datetime as dt
from uuid import UUID

import structlog
from sqlalchemy.exc import SQLAlchemyError
from uuid_utils.compat import uuid7

from vayro.database.engine import Database
from vayro.errors import Unavailable
from vayro.jobs.durable import VERSION, DurableRun, DurableRuns, perform
from vayro.jobs.executors import Executors
from vayro.sites import runs
from vayro.sites.runs import Run
from vayro.sites.workflow import UNEXPECTED, SiteWorkflow
from vayro.waiting import pause

POLL_SECONDS = 0.3
MOST_AT_ONCE = 200
QUIET = dt.timedelta(seconds=60)
"""After so long without a word of a run, it is asked for."""
AWAY = (Unavailable, SQLAlchemyError, OSError)
_log = structlog.get_logger(__name__)


class SiteRuns:
    """Keeps the rows of `sites` and the durable runs together. The row is what was promised; the run is how it is kept.

    A request only writes the row. So nothing is lost when the API dies after its commit, and a run that is lost with
    its database is begun anew.
    """

    def __init__(self, database: Database, executors: Executors, workflow: SiteWorkflow) -> None:
        """Args: executors, who lives; workflow, what a run does."""
        self._database = database
        self._executors = executors
        self._workflow = workflow
        self._given: set[UUID] = set()

    async def work(self, site_id: str, generation_id: str) -> None:
        """Do one run."""
        await self._workflow.run(Run(UUID(site_id), UUID(generation_id)), perform)

    async def hand_over(self, durable: DurableRuns, stopped: asyncio.Event) -> None:
        """Give every row that waits to a run, until `stopped`."""
        while not stopped.is_set():
            try:
                async with self._database.read() as connection:
                    waiting = await runs.list_queued(connection, MOST_AT_ONCE)
                for run in waiting:
                    if run.generation_id not in self._given:
                        await durable.give(str(run.site_id), str(run.generation_id))
                self._given = {run.generation_id for run in waiting}
            except AWAY as error:
                _log.warning("generations cannot be handed over; trying again", error=type(error).__name__)
            await pause(stopped, POLL_SECONDS)

    async def watch(self, durable: DurableRuns, stopped: asyncio.Event) -> None:
        """Show that this process lives and watch the others, until `stopped`. Raises TakenOver."""
        while not stopped.is_set():
            try:
                await self._executors.beat()
                await self._take_over(durable)
                await self._tidy(durable)
            except AWAY as error:
                _log.warning("jobs cannot be watched; trying again", error=type(error).__name__)
            await pause(stopped, self._executors.beat_seconds)

    async def _take_over(self, durable: DurableRuns) -> None:
        """Have runs go on whose process is gone.

        Runs are read before processes: who registers in between has no run yet that could be taken for an orphan.
        """
        unfinished = await durable.list_unfinished()
        living = await self._executors.list_living()
        orphans = {run.executor_id for run in unfinished if run.version == VERSION and run.executor_id} - living
        if orphans:
            _log.info("runs of processes that are gone go on here", processes=len(orphans))
            await durable.take_over({one for one in orphans if one})
        others = [run for run in unfinished if run.version != VERSION]
        await self._begin_anew(
            durable, [run for run in others if not self._executors.is_version_alive(living, run.version)]
        )

    async def _begin_anew(self, durable: DurableRuns, strangers: list[DurableRun]) -> None:
        """Have runs begin again that nobody can go on with, because their steps were others."""
        if not strangers:
            return
        async with self._database.transaction() as connection:
            for run in await runs.find_runs(connection, [UUID(one.id) for one in strangers]):
                await runs.restart(connection, run, uuid7())
        await durable.forget([one.id for one in strangers])

    async def _tidy(self, durable: DurableRuns) -> None:
        """End rows whose run is over without them, find lost runs, and forget those that are done."""
        for failed in await durable.list_failed():
            async with self._database.transaction() as connection:
                for run in await runs.find_runs(connection, [UUID(failed.id)]):
                    await runs.fail(connection, run, UNEXPECTED)
        await durable.forget_finished()
        async with self._database.read() as connection:
            quiet = await runs.list_quiet(connection, dt.datetime.now(dt.UTC) - QUIET, MOST_AT_ONCE)
        for run in quiet:
            if not await durable.is_known(str(run.generation_id)):
                async with self._database.transaction() as connection:
                    await runs.restart(connection, run, run.generation_id)
                self._given.discard(run.generation_id)
