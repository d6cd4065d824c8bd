"""The chores that keep links safe: lists are fetched, links compared and checked, owners told of reports."""

import datetime as dt
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from vayro.accounts.mail import SmtpSender
from vayro.cache.adapters import open_link_cache
from vayro.database.engine import Database
from vayro.egress.client import open_egress
from vayro.links.check_round import CheckRounds
from vayro.links.checks import DestinationChecker
from vayro.links.comparison import compare_links
from vayro.links.list_refresh import refresh_lists
from vayro.links.lists import BlockLists
from vayro.links.report_mail import tell_owners
from vayro.links.reputation import WebRisk
from vayro.links.takedown import Takedown
from vayro.settings import Settings
from vayro.worker.chores import UNFINISHED, Chore

MINUTE, HOUR = 60.0, 3_600.0


def list_safety_chores(settings: Settings, database: Database) -> list[Chore]:
    """Return the chores that the settings ask for."""
    work = SafetyWork(settings, database)
    chores = [Chore("blocked_links", 5 * MINUTE, work.compare)]
    if settings.block_list_urls:
        chores.append(Chore("block_lists", settings.block_list_seconds, work.refresh))
    if settings.web_risk_key.get_secret_value() or settings.check_dns or settings.check_reachable:
        chores += [Chore("link_checks", MINUTE, work.check), Chore("unchecked_links", HOUR, work.find_unchecked)]
    if settings.smtp_url.get_secret_value() and settings.report_open:
        chores.append(Chore("reported_links", MINUTE, work.tell_owners))
    return chores


class SafetyWork:
    """What these chores do."""

    def __init__(self, settings: Settings, database: Database) -> None:
        """Args: settings, which say what is checked; database, the primary."""
        self._settings = settings
        self._database = database
        self._lists = BlockLists(settings, database)

    async def refresh(self) -> int:
        """Fetch the block lists that changed."""
        urls = self._settings.block_list_urls
        egress = open_egress(self._settings, urls)
        return await refresh_lists(self._database, egress, urls, self._settings.block_list_max_bytes)

    async def compare(self) -> int:
        """Compare all links with the block list, if that changed."""
        async with self._takedown() as takedown:
            return await compare_links(self._database, self._lists, takedown)

    async def check(self) -> object:
        """Check what is due."""
        async with self._takedown() as takedown:
            return None if await self._rounds(takedown).run() else UNFINISHED

    async def find_unchecked(self) -> None:
        """Make due what was never checked."""
        await self._rounds(None).find_all()

    async def tell_owners(self) -> int:
        """Mail owners about reports of their links."""
        sender = SmtpSender(self._settings.smtp_url.get_secret_value(), self._settings.mail_from)
        return await tell_owners(self._database, sender, self._settings)

    def _rounds(self, takedown: Takedown | None) -> CheckRounds:
        settings = self._settings
        key, url = settings.web_risk_key.get_secret_value(), settings.web_risk_url
        checker = DestinationChecker(
            self._lists,
            open_egress(settings),
            WebRisk(open_egress(settings, [url]), url, key) if key else None,
            asks_dns=settings.check_dns,
            asks_host=settings.check_reachable,
        )
        return CheckRounds(self._database, checker, takedown, dt.timedelta(days=settings.check_days))

    @asynccontextmanager
    async def _takedown(self) -> AsyncIterator[Takedown | None]:
        """Yield what takes links down; None when the settings say that nothing is."""
        if not self._settings.check_takedown:
            yield None
            return
        cache = open_link_cache(self._settings)
        try:
            yield Takedown(self._database, cache)
        finally:
            await cache.close()
