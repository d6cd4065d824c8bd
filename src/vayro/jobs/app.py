"""The jobs process: everything is built here, and ended in good order.

Apart from the worker, so that writing a site or sending messages never holds up a click.
"""

import asyncio
import datetime as dt
import os
import signal
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import AsyncExitStack, suppress
from typing import Any

import structlog
import uvloop

from vayro.cache.adapters import open_link_cache
from vayro.campaigns.sending import CampaignSender
from vayro.database.engine import Database, open_database
from vayro.jobs.durable import VERSION, DurableRuns
from vayro.jobs.executors import Executors
from vayro.jobs.site_runs import AWAY, SiteRuns
from vayro.links.allocation import build_allocator
from vayro.links.service import LinkService
from vayro.observability import Metrics, get_metrics
from vayro.settings import Settings
from vayro.sites.address import SiteAddresses
from vayro.sites.content import Copywriter, Facts, SiteContent
from vayro.sites.domain_watch import watch_site_domains
from vayro.sites.editing import SiteEditing
from vayro.sites.generation import check_page, lay_out, open_copywriter
from vayro.sites.progress import SiteFeed
from vayro.sites.service import SiteService
from vayro.sites.workflow import Generators, SiteWorkflow
from vayro.waiting import pause

JOB_SECONDS = 60.0
"""For one statement: nobody waits for it, but one that hangs must not hang for ever."""
DRAIN_SECONDS = 2.0
"""After the signal; what is not done by then is cancelled, and taken up again by whoever runs next."""
NICENESS = 5
DOMAINS_SECONDS = 60.0
_log = structlog.get_logger(__name__)


class SiteGenerators:
    """Who writes, lays out and checks, as the settings have it."""

    def __init__(self, settings: Settings) -> None:
        """Args: settings, which say what the paid generator is."""
        self._settings = settings

    def open_copywriter(self, generator: str) -> Copywriter:
        """Return who writes for this generator."""
        return open_copywriter(self._settings, generator)

    def lay_out(self, design: str, facts: Facts, content: SiteContent) -> str:
        """Return the page."""
        return lay_out(design, facts, content)

    def check_page(self, html: str) -> None:
        """Raise SiteRefused for a page that may not be served."""
        check_page(html)


def run_jobs(settings: Settings, generators: Generators | None = None) -> None:
    """Run durable jobs until SIGTERM or SIGINT. Blocks; ends within 6 s of the signal.

    Args: generators, who writes, lays out and checks; default: as the settings have it.
    """
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_run(settings, generators or SiteGenerators(settings)))


async def _run(settings: Settings, generators: Generators) -> None:
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)
    async with AsyncExitStack() as stack:
        database, metrics = open_database(settings, answer_seconds=JOB_SECONDS), get_metrics()
        stack.push_async_callback(database.close)
        links = await _open_links(settings, database, metrics, stack)
        executors = Executors(settings, database, VERSION)
        if not await _once_it_answers(executors.register, stopped):
            return
        stack.push_async_callback(executors.leave)
        workflow = SiteWorkflow(database, links, SiteAddresses(settings), generators)
        site_runs = SiteRuns(database, executors, workflow)
        durable = DurableRuns(settings, executors.id, site_runs.work)
        if not await _once_it_answers(durable.open, stopped):
            return
        stack.push_async_callback(durable.close)
        with suppress(OSError):
            os.nice(NICENESS)  # redirects and clicks go first; until here everybody waits for everybody
        _log.info("the jobs run")
        editing = SiteService(settings, database, links, SiteFeed(database)).editing
        loops = [site_runs.hand_over(durable, stopped), site_runs.watch(durable, stopped)]
        loops.append(_watch_domains(database, editing, stopped))
        await _until_drained([*loops, *_more_loops(settings, database, metrics, stopped)], stopped)


def _more_loops(
    settings: Settings, database: Database, metrics: Metrics, stopped: asyncio.Event
) -> list[Coroutine[Any, Any, None]]:
    """Return what runs beside the sites until `stopped` is set; the first that fails ends the process."""
    return [CampaignSender(settings, database, metrics).run(stopped)]


async def _watch_domains(database: Database, editing: SiteEditing, stopped: asyncio.Event) -> None:
    """Look for the proofs of sites' domains each minute; whoever else does so at the same time changes nothing."""
    while not stopped.is_set():
        try:
            await watch_site_domains(database, editing, dt.datetime.now(dt.UTC))
        except AWAY as error:
            _log.warning("domains cannot be looked for; trying again", error=type(error).__name__)
        await pause(stopped, DOMAINS_SECONDS)


async def _open_links(settings: Settings, database: Database, metrics: Metrics, stack: AsyncExitStack) -> LinkService:
    cache = open_link_cache(settings)
    stack.push_async_callback(cache.close)
    allocator = build_allocator(settings, database)
    stack.push_async_callback(allocator.close)
    links = LinkService(settings, database, cache, allocator, metrics)
    stack.push_async_callback(links.close)
    return links


async def _once_it_answers(begin: Callable[[], Awaitable[None]], stopped: asyncio.Event) -> bool:
    """Do it as soon as the database answers; return False when this process is stopped before."""
    while not stopped.is_set():
        try:
            await begin()
        except AWAY as error:
            _log.warning("the jobs wait for the database", error=type(error).__name__)
            await pause(stopped, 1)
        else:
            return True
    return False


async def _until_drained(loops: list[Coroutine[Any, Any, None]], stopped: asyncio.Event) -> None:
    """Run all until the signal, and a moment longer; the first that fails ends them all, and is raised."""
    tasks = {asyncio.create_task(one) for one in loops}
    asked = asyncio.create_task(stopped.wait())
    try:
        await asyncio.wait({*tasks, asked}, return_when=asyncio.FIRST_COMPLETED)
        stopped.set()
        await asyncio.wait(tasks, timeout=DRAIN_SECONDS)
    finally:
        for task in (asked, *tasks):
            task.cancel()
        ended = await asyncio.gather(*tasks, return_exceptions=True)
    for error in ended:
        if isinstance(error, Exception):
            raise error
