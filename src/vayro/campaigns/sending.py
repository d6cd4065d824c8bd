"""Sends campaigns. Any number of processes do it side by side; any of them may be killed anywhere.

Each process looks twice a second for campaigns that have something to do, and tends each in a task of its own:

    prepare its messages ─ start it when it is due ─ claim ─ commit ─ ask the provider ─ record ─ commit ─ … ─ complete
"""

import asyncio
import datetime as dt
import time
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import Row
from uuid_utils.compat import uuid7

from vayro.campaigns import conduct
from vayro.campaigns.abandoned import settle_abandoned
from vayro.campaigns.audience import expand_some
from vayro.campaigns.claims import Claim, Claimant, Outcome, claim, record
from vayro.campaigns.handover import Handed, hand_over
from vayro.campaigns.opt_outs import opt_out_for_all
from vayro.campaigns.providers import open_provider
from vayro.campaigns.providers.port import Provider
from vayro.campaigns.quiet import next_allowed
from vayro.database.engine import Database
from vayro.errors import SettingsError, Unavailable
from vayro.observability import Metrics
from vayro.settings import Settings
from vayro.waiting import pause

LOOK_SECONDS = 0.5
"""How soon a campaign that begins, is resumed or becomes due is noticed."""
# Between two claims: at 1,000 a second, 50 messages share a transaction instead of one or two.
BREATH_SECONDS = 0.05
GAUGE_SECONDS = 5.0
RETRY_SECONDS = 2.0
_LEASE_MARGIN = 1.0
_log = structlog.get_logger(__name__)


class CampaignSender:
    """The sending of one process. `run` ends when it is told to, having recorded what it was told by providers."""

    def __init__(self, settings: Settings, database: Database, metrics: Metrics) -> None:
        """Args: database, the primary; closed by who opened it."""
        self._settings = settings
        self._database = database
        self._metrics = metrics
        self._id = uuid7()
        self._providers: dict[str, Provider] = {}
        self._rest_until: dict[str, float] = {}
        self._tasks: dict[UUID, asyncio.Task[None]] = {}

    async def run(self, stopped: asyncio.Event) -> None:
        """Tend campaigns until `stopped` is set."""
        looked_back = 0.0
        try:
            while not stopped.is_set():
                try:
                    await self._look(stopped)
                    if time.monotonic() - looked_back > min(GAUGE_SECONDS, self._settings.sms_claim_seconds / 2):
                        await self._look_back()
                        looked_back = time.monotonic()
                except Unavailable as error:
                    _log.warning("campaigns wait for the database", error=error.detail)
                    await pause(stopped, RETRY_SECONDS)
                await pause(stopped, LOOK_SECONDS)
            await asyncio.gather(*self._tasks.values(), return_exceptions=True)
        finally:
            await self._close()

    async def _close(self) -> None:
        for task in self._tasks.values():
            task.cancel()
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)
        for provider in self._providers.values():
            await provider.close()

    async def _look(self, stopped: asyncio.Event) -> None:
        async with self._database.read() as connection:
            active = await conduct.find_active(connection, _now())
        for row in active:
            if row.id not in self._tasks:
                task = asyncio.create_task(self._tend(row.id, stopped))
                self._tasks[row.id] = task
                task.add_done_callback(partial(self._forget, row.id))

    def _forget(self, campaign_id: UUID, task: "asyncio.Task[None]") -> None:
        del task
        self._tasks.pop(campaign_id, None)

    async def _look_back(self) -> None:
        """See to messages of claimants that died, and measure how long the queue is."""
        settled = await settle_abandoned(self._database, self._provider, self._settings.sms_price_micros)
        self._count(settled)
        async with self._database.read() as connection:
            oldest = await conduct.find_oldest_due(connection, _now())
        self._metrics.campaign_queue_age.set((_now() - oldest).total_seconds() if oldest else 0.0)

    async def _tend(self, campaign_id: UUID, stopped: asyncio.Event) -> None:
        try:
            while not stopped.is_set() and await self._go_on(campaign_id, stopped):
                pass
        except Unavailable as error:
            _log.warning("a campaign waits for the database", campaign=str(campaign_id), error=error.detail)
            await pause(stopped, RETRY_SECONDS)
        except Exception:  # noqa: BLE001  # whatever it is
            # The others go on; this one is taken up again.
            _log.exception("a campaign cannot be sent", campaign=str(campaign_id))
            await pause(stopped, RETRY_SECONDS)

    async def _go_on(self, campaign_id: UUID, stopped: asyncio.Event) -> bool:
        """Do the next thing for a campaign; return whether there may be more."""
        async with self._database.read() as connection:
            row = await conduct.find_campaign(connection, campaign_id)
        if row is None or row.status not in {"preparing", "scheduled", "running"}:
            return False
        if not row.is_prepared:
            if row.status == "preparing":
                await expand_some(self._database, self._settings, campaign_id)
                return True
            return False
        if row.status == "running":
            return await self._send_some(row, stopped)
        async with self._database.transaction() as connection:
            await conduct.move_on(connection, campaign_id, _now())
        return bool(row.scheduled_at is None or row.scheduled_at <= _now())

    async def _send_some(self, row: Row[Any], stopped: asyncio.Event) -> bool:
        try:
            provider = self._provider(row.provider)
        except SettingsError as error:
            async with self._database.transaction() as connection:
                await conduct.set_aside(connection, row.id, error.detail, _now())
            return False
        resting = self._rest_until.get(row.provider, 0.0) - time.monotonic()
        if resting > 0:
            await pause(stopped, min(resting, LOOK_SECONDS))
            return True
        made, deadline = await self._claim(row.id, provider)
        if made.taken:
            await self._hand_over(row.provider, provider, made, deadline)
            await pause(stopped, BREATH_SECONDS)
        elif made.is_idle:
            return await self._rest_or_complete(row.id, stopped)
        elif made.wait_seconds:
            await pause(stopped, min(made.wait_seconds, LOOK_SECONDS))
        return not made.is_over

    async def _claim(self, campaign_id: UUID, provider: Provider) -> tuple[Claim, float]:
        lease = max(self._settings.sms_claim_seconds, 2 * provider.seconds + _LEASE_MARGIN)
        # Nobody is asked for anything that could come after others take this process for dead.
        deadline = time.monotonic() + lease - provider.seconds - _LEASE_MARGIN
        who = Claimant(self._id, provider.at_once, lease, self._settings.sms_rate_per_second)
        async with self._database.transaction() as connection:
            made = await claim(connection, campaign_id, who, _now(), next_allowed)
        if made.opted_out:
            self._metrics.campaign_messages.labels("opted_out").inc(made.opted_out)
        return made, deadline

    async def _hand_over(self, name: str, provider: Provider, made: Claim, deadline: float) -> None:
        price = self._settings.sms_price_micros
        handed: list[Handed] = await asyncio.gather(
            *(hand_over(provider, one, made.attempts[one.id], price, deadline=deadline) for one in made.taken)
        )
        rest = max(one.rest_seconds for one in handed)
        self._rest_until[name] = time.monotonic() + rest
        outcomes = [one.outcome for one in handed]
        await self._persist(lambda: self._record(outcomes))
        self._count(outcomes)
        phones = {one.id: one.phone for one in made.taken}
        for one in handed:
            if one.is_opted_out:
                await opt_out_for_all(self._database, phones[one.outcome.id], source="provider")

    async def _record(self, outcomes: list[Outcome]) -> None:
        async with self._database.transaction() as connection:
            await record(connection, self._id, outcomes, _now())

    async def _persist(self, write: Callable[[], Awaitable[None]]) -> None:
        """Write what providers have said, however long the database is away: nobody else knows it."""
        while True:
            try:
                return await write()
            except Unavailable as error:
                _log.warning("what providers said waits for the database", error=error.detail)
                await asyncio.sleep(RETRY_SECONDS)

    async def _rest_or_complete(self, campaign_id: UUID, stopped: asyncio.Event) -> bool:
        async with self._database.transaction() as connection:
            is_over = await conduct.complete(connection, campaign_id, _now())
        if not is_over:
            await pause(stopped, LOOK_SECONDS)
        return not is_over

    def _provider(self, name: str) -> Provider:
        if name not in self._providers:
            self._providers[name] = open_provider(self._settings, name)
        return self._providers[name]

    def _count(self, outcomes: list[Outcome]) -> None:
        for one in outcomes:
            if one.status not in {"queued", "sending"}:
                self._metrics.campaign_messages.labels(one.status).inc()


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
