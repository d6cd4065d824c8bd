"""A full spool and a full disk: redirects go on, each drop is counted, nothing is half-written, all recovers by itself.

The whole of Vayro stands on the full disk: database, spool, metrics and the files that its logs go to.
"""

import asyncio
import contextlib
import json
import shutil
import signal
import sqlite3
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from tests.chaos.census import read_spool
from tests.chaos.parts import fetch
from tests.chaos.small_disk import LimitedFiles, SmallDisk, mounted_disk
from tests.factories import make_link
from tests.flows.load import Load
from tests.flows.shapes import ADMINISTRATOR, API_KEY, make_settings
from tests.observability.pages import await_sample, read_sample
from tests.processes import Process, start_vayro, vayro
from tests.servers import signal_family, wait_until
from vayro.database.engine import Database, open_database
from vayro.database.models import click_dead_letters, click_events
from vayro.settings import Settings

SECONDS = 90

pytestmark = pytest.mark.timeout(600)

DISK_BYTES = 48 << 20
SMALL_SPOOL = {"spool_max_bytes": 1 << 20, "spool_segment_bytes": 1 << 16}
LARGE_SEGMENTS = {"spool_max_bytes": 8 << 20, "spool_segment_bytes": 1 << 19}
DROPPED = 'vayro_clicks_dropped_total{reason="spool_full"}'
ACCEPTED = "vayro_clicks_accepted_total"
COMMITTED = "vayro_clicks_committed_total"


@pytest.fixture(params=["disk", pytest.param("limit", marks=pytest.mark.chaos)])
def disk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SmallDisk]:
    """A disk; where none can be mounted, the limit on the size of files that `make chaos` tries as well."""
    with contextlib.ExitStack() as stack:
        mounted = stack.enter_context(mounted_disk(tmp_path / "disk", DISK_BYTES)) if request.param == "disk" else None
        yield mounted or LimitedFiles(tmp_path)


@pytest.fixture
def settings(disk: SmallDisk, sqlite_template: Path, settings_factory) -> Settings:
    """All of an embedded Vayro on the small disk."""
    data_dir = disk.path / "data"
    data_dir.mkdir()
    shutil.copyfile(sqlite_template, data_dir / "vayro.db")
    return settings_factory(data_dir=data_dir, **LARGE_SEGMENTS, **ADMINISTRATOR)


@pytest.fixture
async def database(settings: Settings) -> AsyncIterator[Database]:
    opened = open_database(settings)
    yield opened
    await opened.close()


# ── the spool ──


@pytest.mark.parametrize("shape", ["production", pytest.param("embedded", marks=pytest.mark.chaos)])
async def test_a_full_spool_costs_no_redirect_and_loses_only_what_it_counts(shape, request, settings_factory):
    settings = make_settings(shape, request, settings_factory, **SMALL_SPOOL)
    database = open_database(settings)
    codes = [(await make_link(database)).short_code]
    engine = start_vayro("redirect", settings)  # and no worker, which would make room
    try:
        load = Load([engine.url], codes)
        load.start()
        await asyncio.to_thread(await_sample, engine.metrics_url, DROPPED, lambda value: value > 100)
        await load.stop()
        assert load.other == []
        accepted = await balance_at_rest(engine, load)
        assert accepted == len(read_spool(settings.spool_dir))
        assert "the spool is full" in engine.log()
        with vayro("worker", settings) as worker:
            await committed_exactly(database, accepted)
            await asyncio.to_thread(await_sample, worker.metrics_url, COMMITTED, lambda value: value == accepted)
            await await_room(f"{engine.url}/{codes[0]}", database)
    finally:
        engine.kill()
        await database.close()


async def balance_at_rest(engine: Process, load: Load) -> int:
    """Every answer is an accepted or a dropped click; return how many were accepted."""

    def is_balanced() -> bool:
        accepted, dropped = (read_sample(engine.metrics_url, name) for name in (ACCEPTED, DROPPED))
        return accepted + dropped == len(load.answered)

    await asyncio.to_thread(wait_until, is_balanced, seconds=SECONDS, what="accepted + dropped = answered")
    return int(read_sample(engine.metrics_url, ACCEPTED))


async def await_room(url: str, database: Database) -> None:
    """Follow the link until one more click is committed."""
    before = await count_committed(database)
    async with asyncio.timeout(SECONDS):
        while await count_committed(database) == before:
            assert (await asyncio.to_thread(fetch, url))[0] == 302
            await asyncio.sleep(0.1)


# ── the disk ──


async def test_on_a_full_disk_redirects_go_on_and_clicks_are_recorded_again_once_there_is_room(
    disk, settings, database
):
    codes = [(await make_link(database)).short_code for _ in range(5)]
    with vayro("redirect", settings) as engine, vayro("worker", settings) as worker:
        load = Load([engine.url], codes, think_seconds=0.002)
        load.start()
        await load.answers(300)
        disk.exhaust(engine.pid, worker.pid)
        await asyncio.to_thread(await_sample, engine.metrics_url, DROPPED, lambda value: value > 0)
        await load.answers(500)
        disk.give_room(engine.pid, worker.pid)
        dropped = read_sample(engine.metrics_url, DROPPED)
        await await_room(f"{engine.url}/{codes[0]}", database)
        await load.answers(300)
        await load.stop()
        assert load.other == []
        assert dropped > 0
        await assert_nothing_but_clicks(engine, database, load)


async def assert_nothing_but_clicks(engine: Process, database: Database, load: Load) -> None:
    """What was accepted is committed, each click once, and what was read from the spool were clicks."""
    await rest(engine, database)
    async with database.read() as connection:
        referers = Counter((await connection.execute(select(click_events.c.referer))).scalars())
        assert (await connection.execute(select(func.count()).select_from(click_dead_letters))).scalar_one() == 0
    of_load = {referer: times for referer, times in referers.items() if referer}
    assert [referer for referer, times in of_load.items() if times > 1] == []
    assert of_load.keys() <= load.answered


async def rest(engine: Process, database: Database) -> None:
    """Wait until as many clicks are committed as were accepted, for two rounds of publishing, which are a second."""
    before, since = (-1, -1), 0.0
    async with asyncio.timeout(SECONDS):
        while before[0] != before[1] or time.monotonic() - since < 2.5:
            found = (int(read_sample(engine.metrics_url, ACCEPTED)), await count_committed(database))
            if found != before:
                before, since = found, time.monotonic()
            await asyncio.sleep(0.1)


@pytest.mark.parametrize("names", [False, pytest.param(True, marks=pytest.mark.chaos)], ids=["bytes", "names"])
async def test_engines_that_die_on_a_full_disk_come_back_and_redirect(disk, names, settings, database):
    code = (await make_link(database)).short_code
    with vayro("redirect", settings, redirect_workers=2) as engine, vayro("worker", settings) as worker:
        url = f"{engine.url}/{code}"
        assert fetch(url)[0] == 302
        disk.exhaust(engine.pid, worker.pid, names=names)
        killed = engine.children
        for pid in killed:
            signal_family(pid, signal.SIGKILL)

        def is_served_by_others() -> bool:
            disk.exhaust(names=names)  # what the dead had, too
            return bool(engine.children) and not set(engine.children) & set(killed) and answers(url)

        await asyncio.to_thread(wait_until, is_served_by_others, seconds=SECONDS, what="redirects on a full disk")
        assert engine.popen.poll() is None
        if not names:

            def drops() -> bool:
                disk.exhaust()
                for _ in range(100):  # the others may have found room for one segment where the dead had theirs
                    answers(url)
                return read_sample(engine.metrics_url, DROPPED) > 0

            await asyncio.to_thread(wait_until, drops, seconds=SECONDS, what="clicks dropped")
        disk.give_room(engine.pid, worker.pid)
        await await_room(url, database)


def answers(url: str) -> bool:
    try:
        return fetch(url)[0] == 302
    except OSError:
        return False


# ── the database ──


async def test_on_a_full_disk_the_api_says_unavailable_and_writes_nothing_by_halves(disk, settings):
    with vayro("api", settings) as api, vayro("redirect", settings) as engine:
        made: list[str] = []

        def is_made(answer: tuple[int, Any]) -> bool:
            if answer[0] == 201:
                made.append(answer[1]["short_code"])
            return answer[0] == 201

        assert all(is_made(create(api)) for _ in range(5))
        disk.exhaust(api.pid, engine.pid)
        answers = [create(api)]
        while is_made(answers[-1]):  # what the log of the database still had room for
            answers.append(create(api))
        answers += [answer for answer in (create(api) for _ in range(20)) if not is_made(answer)]
        assert {(status, body["code"]) for status, body in answers if status != 201} == {(503, "unavailable")}
        assert fetch(f"{engine.url}/{made[0]}")[0] == 302
        disk.give_room(api.pid, engine.pid)
        wait_until(lambda: is_made(create(api)), seconds=SECONDS, what="links are created again")
    assert_whole(settings.data_dir / "vayro.db", set(made))


def create(api: Process) -> tuple[int, Any]:
    """Create a link; return status and answer."""
    headers = {"Authorization": f"Bearer {API_KEY}"}
    body = {"target_url": "https://example.com/" + "x" * 1500}
    status, answer = fetch(f"{api.url}/v1/links", "POST", body, headers)
    return status, json.loads(answer)


def assert_whole(path: Path, codes: set[str]) -> None:
    """The file is sound, and holds exactly the links that were promised, each with its row in the change feed."""
    with contextlib.closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        stored = {code for (code,) in connection.execute("SELECT short_code FROM links")}
        announced = {code for (code,) in connection.execute("SELECT short_code FROM link_changes")}
    assert stored == codes
    assert announced == codes


# ── what is committed ──


async def count_committed(database: Database) -> int:
    async with database.read() as connection:
        return int((await connection.execute(select(func.count()).select_from(click_events))).scalar_one())


async def committed_at_least(database: Database, number: int) -> None:
    async with asyncio.timeout(SECONDS):
        while await count_committed(database) < number:
            await asyncio.sleep(0.1)


async def committed_exactly(database: Database, number: int) -> None:
    await committed_at_least(database, number)
    assert await count_committed(database) == number
