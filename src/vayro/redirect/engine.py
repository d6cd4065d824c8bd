"""Everything one engine process holds, built once and passed down."""

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import structlog

from vayro.cache.adapters import open_announcements, open_link_cache
from vayro.cache.port import LinkCache
from vayro.database.engine import Database, open_database
from vayro.limits.limiter import Limiter, open_limiter
from vayro.links.reports import ReportDesk
from vayro.observability import get_metrics, get_tracing
from vayro.redirect.counters import EngineCounters
from vayro.redirect.domains import DomainRegistry
from vayro.redirect.invalidation import Invalidation
from vayro.redirect.lookup import LinkLookup
from vayro.redirect.memory import LinkMemory
from vayro.redirect.miss_budget import MissBudget
from vayro.redirect.passwords import PasswordGate
from vayro.redirect.recorder import ClickRecorder
from vayro.redirect.resolver import Resolver
from vayro.settings import Settings
from vayro.spool.writer import open_spool_writer
from vayro.visitor.address import AddressReader

if TYPE_CHECKING:
    from vayro.redirect.traces import RedirectTraces

TICK_SECONDS = 1.0
_log = structlog.get_logger(__name__)


@dataclass
class Engine:
    """The parts, and their common life."""

    settings: Settings
    database: Database
    cache: LinkCache
    memory: LinkMemory
    counters: EngineCounters
    recorder: ClickRecorder
    resolver: Resolver
    domains: DomainRegistry
    invalidation: Invalidation
    addresses: AddressReader
    limiter: Limiter
    misses: MissBudget
    passwords: PasswordGate
    reports: ReportDesk
    traces: "RedirectTraces | None" = None
    """Only while tracing is on."""
    is_draining: bool = False
    _ticking: asyncio.Task[None] | None = field(default=None, repr=False)

    async def start(self) -> None:
        """Start what runs in the background. Needs neither database nor Redis to answer."""
        await self.invalidation.start()
        self._ticking = asyncio.create_task(self._tick())

    async def close(self) -> None:
        """Stop, publish the last counts, seal the spool."""
        if self._ticking:
            self._ticking.cancel()
        await self.invalidation.close()
        await self.resolver.close()
        self.counters.publish()
        self.recorder.writer.close()
        await self.limiter.close()
        await self.cache.close()
        await self.database.close()

    async def _tick(self) -> None:
        while True:
            await asyncio.sleep(TICK_SECONDS)
            try:
                self.counters.publish()
                self.recorder.writer.seal_aged()
            except Exception:  # noqa: BLE001  # a full disk under the metrics must not end the counting
                _log.exception("publishing the counts failed")


def build_engine(settings: Settings) -> Engine:
    """Return the engine that the settings describe; nothing is connected yet. Call it in the loop that runs it."""
    database = open_database(settings)
    cache = open_link_cache(settings)
    memory = LinkMemory(settings.memory_max_links)
    counters = EngineCounters(get_metrics())
    lookup = LinkLookup(database)
    limiter = open_limiter(settings)
    domains = DomainRegistry(settings.default_domain_name)
    return Engine(
        settings=settings,
        database=database,
        cache=cache,
        memory=memory,
        counters=counters,
        recorder=ClickRecorder(open_spool_writer(settings), counters, is_durable=settings.spool_sync == "always"),
        resolver=Resolver(memory, cache, lookup, counters),
        domains=domains,
        invalidation=Invalidation(
            memory, cache, database, announcements=open_announcements(settings), domains=domains, lookup=lookup
        ),
        addresses=AddressReader(settings.trusted_proxies),
        limiter=limiter,
        misses=MissBudget(settings.miss_budget_per_minute),
        passwords=PasswordGate(database, limiter),
        reports=ReportDesk(database),
        traces=_open_traces(),
    )


def _open_traces() -> "RedirectTraces | None":
    if (tracing := get_tracing()) is None:
        return None
    from vayro.redirect.traces import RedirectTraces  # noqa: PLC0415  # 16 MB, for those who trace

    return RedirectTraces(tracing)
