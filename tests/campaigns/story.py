"""A campaign from its audience to its report, in real processes that are killed on the way.

Some numbers belong to two businesses, some have opted out; people click on the links of some sites, in an engine.
"""

import asyncio
import random
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import httpx
from sqlalchemy import func, insert, select
from uuid_utils.compat import uuid7

from tests.campaigns.sending_data import ago, counts_of, lines_of, make_campaign, phone_of, site_row, status_of
from tests.factories import make_click, make_workspace, now
from tests.processes import Process, start_vayro
from vayro.campaigns.report import BusinessReport, Reports
from vayro.campaigns.report_repository import Scope
from vayro.database.engine import Database
from vayro.database.models import businesses, campaigns, click_events, links, opt_outs, sites
from vayro.database.models.campaigns import EVERYONE
from vayro.settings import Settings

SECONDS = 120
PRICE = 7_500
BROWSER = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1"  # noqa: E501
BOT = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"
CLIENTS = 8


@dataclass
class Told:
    """What the story saw: for its figures."""

    seconds: float = 0.0
    written: list[int] = field(default_factory=list)


class Story:
    """A workspace with businesses, of which `opted_out` have opted out, and `shared` share a number with another."""

    def __init__(self, settings: Settings, database: Database, size: int, *, opted_out: int, shared: int) -> None:
        self.settings, self.database = settings, database
        self.opted_out = opted_out
        self.phones = [phone_of(number) for number in range(size)]
        self.businesses = [self._business(number, phone) for number, phone in enumerate(self.phones)]
        for number in range(shared):  # the last ones have the numbers of some in the middle
            self.businesses[-1 - number]["phone"] = self.phones[size // 2 + number]
        self.wanted = {one["phone"] for one in self.businesses[opted_out:]}
        self.codes: dict[UUID, str] = {}
        self.campaign_id = UUID(int=0)
        self.told = Told()

    def _business(self, number: int, phone: str) -> dict[str, Any]:
        absent = dict.fromkeys(("category", "email", "address", "time_zone", "notes", "deal_value_micros"))
        at = {"created_at": ago(60), "updated_at": ago(60)}
        return (
            {"id": uuid7(), "name": f"Business {number}", "phone": phone, "country": "DE", "locale": "en"} | absent | at
        )

    async def prepare(self) -> None:
        """Store all of it, and a campaign to all of them."""
        workspace_id = (await make_workspace(self.database)).id
        for one in self.businesses:
            one |= {"workspace_id": workspace_id}
        made = [self._link(number, workspace_id) for number in range(len(self.businesses))]
        own = [site_row(one, link["id"]) for one, link in zip(self.businesses, made, strict=True)]
        self.codes = {one["id"]: link["short_code"] for one, link in zip(self.businesses, made, strict=True)}
        # Half of them answered STOP, the others were noted by hand.
        refused = [
            {
                "workspace_id": EVERYONE if number % 2 else workspace_id, "phone": phone, "source": "keyword",
                "keyword": None, "created_at": now(),
            }
            for number, phone in enumerate(self.phones[: self.opted_out])
        ]  # fmt: skip
        async with self.database.transaction() as connection:
            for table, rows in ((businesses, self.businesses), (links, made), (sites, own), (opt_outs, refused)):
                for start in range(0, len(rows), 1_000):
                    await connection.execute(insert(table), rows[start : start + 1_000])
        for one, link in zip(self.businesses[self.opted_out :], made[self.opted_out :], strict=True):
            if one["name"].endswith("0"):  # clicked before anybody wrote to them
                await make_click(self.database, link["id"], timestamp=ago(30))
        self.workspace_id = workspace_id

    def _link(self, number: int, workspace_id: UUID) -> dict[str, Any]:
        absent = dict.fromkeys(("user_id", "title", "cache_seconds", "expires_at", "expired_url", "max_clicks"))
        fixed = {"domain": "", "link_type": "site_preview", "canonical": True, "tags": [], "is_active": True}
        fixed |= {"version": 1, "redirect_status": 302, "metadata": {}, "created_at": ago(60), "updated_at": ago(60)}
        own = {"short_code": f"story{number:05}", "target_url": f"https://sites.test/{number}"}
        return {"id": uuid7(), "workspace_id": workspace_id} | own | fixed | absent

    async def send(self, rate: int, kills: Sequence[float]) -> None:
        """Let a worker send it, and kill it with all its children whenever so large a part is written."""
        started = time.monotonic()
        self.campaign_id = await make_campaign(
            self.database, self.workspace_id, status="preparing", is_prepared=False, audience={"filter": {}},
            rate_per_second=rate, texts={},
        )  # fmt: skip
        for share in kills:
            worker = await self._start("worker")
            try:
                await self._until_written(int(len(self.wanted) * share))
            finally:
                worker.kill()
            self.told.written.append(len(lines_of(self.settings, self.campaign_id)))
        worker = await self._start("worker")
        try:
            async with asyncio.timeout(SECONDS):
                while await status_of(self.database, self.campaign_id) != "completed":
                    await asyncio.sleep(0.1)
        finally:
            worker.kill()
        self.told.seconds = time.monotonic() - started

    async def _start(self, kind: str) -> Process:
        return await asyncio.to_thread(start_vayro, kind, self.settings)

    async def _until_written(self, count: int) -> None:
        path = self.settings.data_dir / "outbox" / f"{self.campaign_id}.jsonl"
        async with asyncio.timeout(SECONDS):
            while not path.exists() or path.read_bytes().count(b"\n") < count:
                await asyncio.sleep(0.02)

    async def check_sent(self) -> None:
        """Each wanted number once, no other ever, and the totals say just that."""
        written = Counter(line["to"] for line in lines_of(self.settings, self.campaign_id))
        assert written == Counter(dict.fromkeys(self.wanted, 1))
        counted = await counts_of(self.database, self.campaign_id)
        assert counted == {"sent": len(self.wanted), "opted_out": self.opted_out}
        async with self.database.read() as connection:
            own = campaigns.c.id == self.campaign_id
            skipped = await connection.scalar(select(campaigns.c.skipped).where(own))
        assert skipped is not None
        shared = len(self.businesses) - self.opted_out - len(self.wanted)
        assert (skipped["opted_out"], skipped["duplicate"]) == (self.opted_out, shared)

    async def click(self, clicks: int, bots: int) -> tuple[dict[UUID, int], dict[UUID, set[str]]]:
        """People click on the links of some who were written to; return the clicks and visitors of each business."""
        chance = random.Random(clicks)
        reached = await self._reached()
        targets = [(chance.choice(reached), f"198.18.{chance.randrange(20)}.{chance.randrange(250)}", BROWSER)
                   for _ in range(clicks)]  # fmt: skip
        targets += [(chance.choice(reached), "198.18.0.1", BOT) for _ in range(bots)]
        engine, worker = await asyncio.gather(self._start("redirect"), self._start("worker"))
        try:
            waiting = iter(targets)
            async with httpx.AsyncClient(base_url=engine.url, timeout=60, verify=False) as client:
                await asyncio.gather(*(self._visit(client, waiting) for _ in range(CLIENTS)))
            await self._until_counted(len(targets))
        finally:
            engine.kill()
            worker.kill()
        people = targets[:clicks]
        visitors: defaultdict[UUID, set[str]] = defaultdict(set)
        for business_id, address, _ in people:
            visitors[business_id].add(address)
        return Counter(business_id for business_id, _, _ in people), visitors

    async def _reached(self) -> list[UUID]:
        reports = Reports(self.database, "USD")
        report, _ = await reports.read(Scope(self.workspace_id, campaign_id=self.campaign_id), 50_000)
        return [one.business_id for one in report.businesses if one.sent]

    async def _visit(self, client: httpx.AsyncClient, waiting: Iterator[tuple[UUID, str, str]]) -> None:
        for business_id, address, agent in waiting:
            headers = {"User-Agent": agent, "X-Forwarded-For": address}
            answer = await client.get(f"/{self.codes[business_id]}", headers=headers)
            assert answer.status_code == 302

    async def _until_counted(self, count: int) -> None:
        started = select(campaigns.c.started_at).where(campaigns.c.id == self.campaign_id).scalar_subquery()
        query = select(func.count()).select_from(click_events).where(click_events.c.timestamp > started)
        async with asyncio.timeout(SECONDS):
            while True:
                async with self.database.read() as connection:
                    if (await connection.scalar(query) or 0) >= count:
                        return
                await asyncio.sleep(0.1)

    async def read_report(self) -> dict[UUID, BusinessReport]:
        """All businesses of the report, page by page; its sums are those of its parts."""
        reports, found, after = Reports(self.database, "USD"), [], None
        while True:
            report, after = await reports.read(Scope(self.workspace_id, campaign_id=self.campaign_id), 200, after)
            found += report.businesses
            if after is None:
                break
        assert report.sent == len(self.wanted) == sum(one.sent for one in found)
        assert report.clicks == sum(one.clicks for one in found)
        assert report.cost_micros == sum(one.cost_micros for one in found) > 0
        return {one.business_id: one for one in found}

    async def check_report(self, clicks: int, bots: int) -> None:
        """What people clicked is reported of each business; what bots did, and what came before, is not."""
        clicked, visitors = await self.click(clicks, bots)
        reported = await self.read_report()
        assert {each: one.clicks for each, one in reported.items() if one.clicks} == dict(clicked)
        assert {each: one.visitors for each, one in reported.items() if one.visitors} == {
            each: len(addresses) for each, addresses in visitors.items()
        }
