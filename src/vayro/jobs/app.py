"""The jobs process: everything is built here, and ended in good order.

Apart from the worker, so that writing a site or sending messages never holds up a click.
"""

import asyncio
import os
import signal
from collections.abc import Coroutine
from contextlib import AsyncExitStack, suppress
from typing import Any

import structlog
import uvloop

from vayro.database.engine import Database, open_database
from vayro.observability import Metrics, get_metrics
from vayro.settings import Settings

JOB_SECONDS = 60.0
"""For one statement: nobody waits for it, but one that hangs must not hang for ever."""
DRAIN_SECONDS = 3.0
"""After the signal; what is not done by then is cancelled, and taken up again by whoever runs next."""
NICENESS = 5
_log = structlog.get_logger(__name__)


def run_jobs(settings: Settings) -> None:
    """Run durable jobs until SIGTERM or SIGINT. Blocks; ends within 8 s of the signal."""
    with suppress(OSError):
        os.nice(NICENESS)  # redirects and clicks go first
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_run(settings))


async def _run(settings: Settings) -> None:
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)
    async with AsyncExitStack() as stack:
        database = open_database(settings, answer_seconds=JOB_SECONDS)
        stack.push_async_callback(database.close)
        _log.info("the jobs run")
        await _until_drained(_loops(settings, database, get_metrics(), stopped), stopped)


def _loops(
    settings: Settings, database: Database, metrics: Metrics, stopped: asyncio.Event
) -> list[Coroutine[Any, Any, None]]:
    """Return all that runs side by side until `stopped` is set; the first that fails ends the process."""
    # ── campaigns: `CampaignSender(settings, database, metrics).run(stopped)` stands here ──
    del settings, database, metrics, stopped
    return []


async def _until_drained(loops: list[Coroutine[Any, Any, None]], stopped: asyncio.Event) -> None:
    """Run all until the signal, and a moment longer; the first that fails ends them all, and is raised."""
    tasks = {asyncio.create_task(one) for one in loops}
    asked = asyncio.create_task(stopped.wait())
    try:
        await asyncio.wait({*tasks, asked}, return_when=asyncio.FIRST_COMPLETED)
        stopped.set()
        if tasks:
            await asyncio.wait(tasks, timeout=DRAIN_SECONDS)
    finally:
        for task in (asked, *tasks):
            task.cancel()
        ended = await asyncio.gather(*tasks, return_exceptions=True)
    for error in ended:
        if isinstance(error, Exception):
            raise error
