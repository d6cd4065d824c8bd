"""Releases and scaling at a constant rate of requests: none fails, no click is lost.

Engines are stopped by SIGTERM alone: nginx meets a refused connection and asks the next engine. APIs are taken out of
nginx first, because nginx must not repeat a POST whose connection broke.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Collection
from dataclasses import dataclass
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select

from tests.chaos.stage import API_KEY, Stage
from tests.chaos.traffic import Traffic, call, visit
from tests.factories import make_link
from tests.flows.load import REFERER
from vayro.database.engine import Database
from vayro.database.models import click_events, links

pytestmark = [pytest.mark.xdist_group("stage"), pytest.mark.timeout(600)]

ARRIVAL_SECONDS = 120
CALM = 5
"""`make test` shares its cores with other tests: a fifth of the rates of `make chaos`, which has them for itself."""


def rate_of(request: pytest.FixtureRequest, full: float) -> float:
    """Return the requests a second of a test: all of them only where nothing else runs."""
    return full if request.node.get_closest_marker("chaos") else full / CALM


@dataclass
class Visitors:
    """A hundred requests a second, or a fifth of that, for links of their own, through nginx."""

    traffic: Traffic
    link_ids: Collection[UUID]
    truth: Database

    async def more(self, answers: int) -> None:
        await self.traffic.more(answers)

    async def assert_that_nothing_failed(self) -> None:
        """Every answer was a 302, and its click is in the database once; nothing else is."""
        await self.traffic.stop()
        assert self.traffic.failures == []
        async with asyncio.timeout(ARRIVAL_SECONDS):
            while self.traffic.numbers() - (await self._committed()).keys():
                await asyncio.sleep(0.2)
        assert await self._committed() == Counter(self.traffic.numbers())

    async def _committed(self) -> Counter[int]:
        own = select(click_events.c.referer).where(click_events.c.link_id.in_(self.link_ids))
        async with self.truth.read() as connection:
            return Counter(int(row.removeprefix(REFERER)) for row in (await connection.execute(own)).scalars())


@pytest.fixture
async def visitors(request: pytest.FixtureRequest, stage: Stage, truth: Database) -> AsyncIterator[Visitors]:
    made = [await make_link(truth) for _ in range(10)]
    traffic = Traffic(stage.redirect_url, visit([link.short_code for link in made]), rate=rate_of(request, 100))
    traffic.start()
    yield Visitors(traffic, [link.id for link in made], truth)
    await traffic.stop()


@pytest.fixture
async def creations(request: pytest.FixtureRequest, stage: Stage, truth: Database) -> AsyncIterator["Creations"]:
    target = f"https://example.com/made-meanwhile/{uuid4()}"
    create = call("POST", "/v1/links", API_KEY, lambda number: {"target_url": target, "title": f"number {number}"})
    rate = rate_of(request, 20)
    traffic = Traffic(stage.api_url, create, rate=rate, expected=frozenset({201}), is_numbered_once=True)
    traffic.start()
    yield Creations(traffic, target, truth)
    await traffic.stop()


@dataclass
class Creations:
    """Twenty new links a second, or a fifth of that, through nginx."""

    traffic: Traffic
    target: str
    truth: Database

    async def more(self, answers: int) -> None:
        await self.traffic.more(answers)

    async def assert_that_nothing_failed(self) -> None:
        """Each was answered 201, and made once."""
        await self.traffic.stop()
        assert self.traffic.failures == []
        made = select(func.count(), func.count(links.c.title.distinct())).where(links.c.target_url == self.target)
        async with self.truth.read() as connection:
            assert tuple((await connection.execute(made)).one()) == (len(self.traffic.answers),) * 2


async def restart_api(stage: Stage, name: str) -> None:
    await asyncio.to_thread(stage.balance, without=name)
    await asyncio.to_thread(stage.restart, name)
    await asyncio.to_thread(stage.balance)


async def test_one_of_each_is_restarted_under_traffic_and_nobody_notices(stage, visitors, creations):
    await asyncio.gather(visitors.more(50), creations.more(10))
    # One after the other, as releases do: three that start at once are seconds of two cores.
    for name in ("engine-1", "worker-1"):
        await asyncio.to_thread(stage.restart, name)
    await restart_api(stage, "api-1")
    await asyncio.gather(visitors.more(50), creations.more(10))
    await visitors.assert_that_nothing_failed()
    await creations.assert_that_nothing_failed()


async def test_an_engine_is_added_and_taken_away_with_its_disk_and_no_click_is_lost(stage, visitors):
    added = await asyncio.to_thread(stage.add, "engine")
    await asyncio.to_thread(stage.balance)
    await visitors.more(200)
    await asyncio.to_thread(stage.remove, added)
    await asyncio.to_thread(stage.balance)
    await visitors.more(50)
    await visitors.assert_that_nothing_failed()


@pytest.mark.chaos
@pytest.mark.parametrize("kind", ["engine", "worker", "api"])
async def test_all_of_a_kind_are_restarted_one_by_one_again_and_again(stage, visitors, creations, kind):
    for name in stage.names(kind) * 5:
        await visitors.more(50)
        await (restart_api(stage, name) if kind == "api" else asyncio.to_thread(stage.restart, name))
    await visitors.more(50)
    await visitors.assert_that_nothing_failed()
    await creations.assert_that_nothing_failed()


@pytest.mark.chaos
@pytest.mark.parametrize("kind", ["engine", "worker", "api"])
async def test_a_kind_grows_to_five_and_shrinks_again(stage, visitors, creations, kind):
    added = []
    for _ in range(3):
        added.append(await asyncio.to_thread(stage.add, kind))
        await asyncio.to_thread(stage.balance)
        await visitors.more(100)
    for name in added:
        if kind == "api":
            await asyncio.to_thread(stage.balance, without=name)
        await asyncio.to_thread(stage.remove, name)
        await asyncio.to_thread(stage.balance)
        await visitors.more(100)
    await visitors.assert_that_nothing_failed()
    await creations.assert_that_nothing_failed()
