"""Invariant 1: a click whose 302 was sent is in `click_events` exactly once, whoever is killed with SIGKILL.

Every click carries its own Referer, so that each can be looked for by name.
"""

import asyncio
import os
import random
import signal
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import suppress

import pytest
from sqlalchemy import func, select

from tests.factories import make_link
from tests.flows.load import REFERER, Load
from tests.flows.shapes import SHAPES, make_settings
from tests.processes import Process, start_vayro
from vayro.database.engine import Database, open_database
from vayro.database.models import click_events, link_stats
from vayro.settings import Settings

ARRIVAL_SECONDS = 60
LINKS = 20


@pytest.fixture(params=SHAPES)
def settings(request, settings_factory) -> Settings:
    # Small segments, so that the kills meet their edges too.
    return make_settings(request.param, request, settings_factory, spool_segment_bytes=1 << 16)


@pytest.fixture
async def database(settings: Settings) -> AsyncIterator[Database]:
    opened = open_database(settings)
    yield opened
    await opened.close()


async def make_codes(database: Database) -> list[str]:
    return [(await make_link(database)).short_code for _ in range(LINKS)]


async def committed_referers(database: Database) -> Counter[str]:
    async with database.read() as connection:
        return Counter((await connection.execute(select(click_events.c.referer))).scalars())


async def assert_each_once(database: Database, load: Load) -> None:
    """Wait until all answered clicks are there, then look at each."""
    async with asyncio.timeout(ARRIVAL_SECONDS):
        while load.answered - set(await committed_referers(database)):
            await asyncio.sleep(0.1)
        counted, sums = await committed_referers(database), await counted_clicks(database)
        while counted.total() != sums:  # clicks that were kept but not answered may come between the two
            await asyncio.sleep(0.5)
            counted, sums = await committed_referers(database), await counted_clicks(database)
    assert [referer for referer, times in counted.items() if times > 1] == []
    assert all(referer.startswith(REFERER) for referer in counted)
    assert len(counted) <= load.sent


async def counted_clicks(database: Database) -> int:
    async with database.read() as connection:
        found: int = (await connection.execute(select(func.sum(link_stats.c.clicks)))).scalar_one()
    return found


def kill(pid: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


async def test_clicks_survive_the_kill_of_engine_processes(settings, database):
    codes = await make_codes(database)
    chance = random.Random(11)
    engine = start_vayro("redirect", settings, redirect_workers=2)
    worker = start_vayro("worker", settings)
    try:
        load = Load([engine.url], codes)
        load.start()
        for _ in range(6):
            await load.answers(400)
            kill(chance.choice(engine.children))
        await load.answers(400)
        await load.stop()
        await assert_each_once(database, load)
        assert load.other == []
    finally:
        engine.kill()
        worker.kill()


async def test_clicks_survive_the_kill_of_a_whole_engine_by_way_of_the_next(settings, database):
    codes = await make_codes(database)
    engines: list[Process] = [start_vayro("redirect", settings)]
    worker = start_vayro("worker", settings)
    try:
        load = Load([engines[0].url], codes)
        load.start()
        for _ in range(3):
            await load.answers(500)
            await asyncio.to_thread(engines[-1].kill)
            engines.append(await asyncio.to_thread(start_vayro, "redirect", settings))
        await load.answers(500)
        await load.stop()
        await assert_each_once(database, load)
    finally:
        engines[-1].kill()
        worker.kill()


async def test_clicks_survive_the_kill_of_the_worker(settings, database):
    codes = await make_codes(database)
    engine = start_vayro("redirect", settings)
    worker = start_vayro("worker", settings)
    try:
        load = Load([engine.url], codes)
        load.start()
        for _ in range(4):
            await load.answers(500)
            await asyncio.to_thread(worker.kill)
            worker = await asyncio.to_thread(start_vayro, "worker", settings)
        await load.answers(500)
        await load.stop()
        await assert_each_once(database, load)
    finally:
        engine.kill()
        worker.kill()


async def test_clicks_made_while_no_worker_runs_are_there_once_one_does(settings, database):
    codes = await make_codes(database)
    engine = start_vayro("redirect", settings)
    try:
        load = Load([engine.url], codes)
        load.start()
        await load.answers(2000)
        await load.stop()
        engine.stop()
        assert (await committed_referers(database)).total() == 0
        engine = start_vayro("redirect", settings)
        worker = start_vayro("worker", settings)
        try:
            await assert_each_once(database, load)
        finally:
            worker.kill()
    finally:
        engine.kill()
