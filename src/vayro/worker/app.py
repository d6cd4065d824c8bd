"""The worker process: everything is built here, and ended in good order."""

import asyncio
import contextlib
import gc
import signal
from typing import Any

import structlog
import uvloop

from vayro.clicks.repository import ClickRepository
from vayro.database.engine import Database, open_database
from vayro.observability import Metrics, get_metrics
from vayro.settings import Settings
from vayro.stream.adapters import open_click_source
from vayro.stream.backlog import watch_backlog
from vayro.visitor.geoip import GeoDatabase
from vayro.visitor.user_agent import UserAgentReader
from vayro.worker.chore_list import list_chores
from vayro.worker.consumer import Consumer
from vayro.worker.enrichment import Tools
from vayro.worker.maintenance import Maintenance
from vayro.worker.preparation import Preparer
from vayro.worker.salts import SaltRing
from vayro.worker.watchdog import watch_loop

DRAIN_SECONDS = 8.0
# Nobody waits for a worker's statements, and some read a day's clicks; but one that hangs must not hang for ever.
JOB_SECONDS = 120.0
_log = structlog.get_logger(__name__)


def run_worker(settings: Settings) -> None:
    """Consume clicks and keep house until SIGTERM or SIGINT. Blocks; ends within 10 s of the signal."""
    # A batch is 100,000 young objects that no cycle holds: collecting at each 700 of them finds nothing to collect.
    gc.set_threshold(100_000, 20, 50)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_run(settings))


def build_consumer(settings: Settings, database: Database, metrics: Metrics) -> Consumer:
    """Return the consumer that the settings describe, with all it needs."""

    def report_backlog(size: int, age: float) -> None:
        metrics.spool_bytes.set(size)
        metrics.spool_oldest.set(age)
        metrics.spool_limit.set(settings.spool_max_bytes * settings.redirect_workers)

    source = open_click_source(settings, database, report_backlog)
    return Consumer(
        source, build_preparer(settings, database), ClickRepository(database), metrics, settings.worker_batch_size
    )


def build_preparer(settings: Settings, database: Database) -> Preparer:
    """Return the decoder and enricher."""
    salts = SaltRing(database)
    tools = Tools(GeoDatabase(settings.geoip_database), UserAgentReader(), settings.store_ip, salts.salts)
    return Preparer(tools, salts)


async def _run(settings: Settings) -> None:
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)
    database, metrics = open_database(settings, answer_seconds=JOB_SECONDS), get_metrics()
    consumer = build_consumer(settings, database, metrics)
    watching = [] if settings.is_embedded else [watch_backlog(settings, metrics, stopped)]
    maintenance = Maintenance(database, metrics, list_chores(settings, database, metrics))
    watching.append(watch_loop(stopped))
    work = asyncio.gather(consumer.run(stopped), maintenance.run(stopped), *watching)
    gc.freeze()
    _log.info("the worker runs", shape="embedded" if settings.is_embedded else "production")
    try:
        await _until_drained(work, stopped)
    finally:
        await consumer.close()
        await database.close()


async def _until_drained(work: "asyncio.Future[Any]", stopped: asyncio.Event) -> None:
    """Wait for the signal, then for the batch in hand. What is not written in time comes again, unacknowledged."""
    asked = asyncio.create_task(stopped.wait())
    either: set[asyncio.Future[Any]] = {work, asked}
    await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
    if not asked.done():
        asked.cancel()
        work.result()
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(work, DRAIN_SECONDS)
