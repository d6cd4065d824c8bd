"""Clocks that step by hours, forward and back, under engines, workers and APIs; and the end of a month."""

import asyncio
import datetime as dt
import json
from collections.abc import AsyncIterator, Iterator

import pytest
import redis
from sqlalchemy import delete, func, select, text

from tests.chaos.clock import TurnedClock
from tests.chaos.parts import fetch
from tests.factories import make_link
from tests.flows.load import Load
from tests.flows.shapes import API_KEY, make_settings
from tests.observability.pages import await_sample
from tests.processes import Process, start_vayro
from vayro.clicks.lease import Lease
from vayro.clicks.rollup_check import RollupCheck
from vayro.clicks.rollup_job import RollupJob
from vayro.database.engine import Database, open_database
from vayro.database.models import chore_runs, click_dead_letters, click_events, link_stats, links, visitor_salts
from vayro.settings import Settings
from vayro.worker import chores, salts
from vayro.worker.chores import Chore, ChoreBook

SECONDS = 90

pytestmark = pytest.mark.timeout(600)

HOUR = dt.timedelta(hours=1)
FIREFOX = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"}


@pytest.fixture
def settings(request, settings_factory) -> Settings:
    return make_settings("production", request, settings_factory, spool_segment_bytes=1 << 16)


@pytest.fixture
async def truth(settings: Settings) -> AsyncIterator[Database]:
    opened = open_database(settings)
    yield opened
    await opened.close()


@pytest.fixture
def clock() -> Iterator[TurnedClock]:
    with TurnedClock() as clock:
        yield clock


def start(kind: str, settings: Settings, clock: TurnedClock, **over: object) -> Process:
    with clock.worn():
        return start_vayro(kind, settings, **over)


# ── clicks ──


async def test_clocks_that_step_under_load_lose_and_repeat_no_click_and_spoil_no_sum(settings, truth, clock):
    codes = [(await make_link(truth)).short_code for _ in range(10)]
    with TurnedClock() as workers_clock:
        engine = start("redirect", settings, clock)
        worker = start("worker", settings, workers_clock)
        try:
            load = Load([engine.url], codes, think_seconds=0.005)
            load.start()
            for engines_hours, workers_hours in ((0, 0), (5, 0), (5, 7), (-3, 7), (-3, -4), (0, 0)):
                clock.turn(hours=engines_hours)
                workers_clock.turn(hours=workers_hours)
                await load.answers(150)
                await roll_up(truth, lambda: workers_clock.now)  # as the worker's chore does, every half minute
            await load.stop()
            assert load.other == []
            await assert_each_once(truth, load)
            await assert_sums(truth, lambda: dt.datetime.now(dt.UTC) + 13 * HOUR)
        finally:
            engine.kill()
            worker.kill()
    hours = await scalar(truth, select(func.count(func.distinct(func.date_trunc("hour", click_events.c.timestamp)))))
    assert hours >= 3, "the clicks carry the times of the engine's clock"


async def assert_each_once(truth: Database, load: Load) -> None:
    async with asyncio.timeout(SECONDS):
        while load.answered - set(await column(truth, click_events.c.referer)):
            await asyncio.sleep(0.1)
    referers = await column(truth, click_events.c.referer)
    assert len(referers) == len(set(referers)) == len(load.answered)
    ids = await column(truth, click_events.c.id)
    assert len(ids) == len(set(ids))
    assert await column(truth, click_dead_letters.c.reason) == []


async def assert_sums(truth: Database, later) -> None:
    """Counts and rollups say what the rows say, once all hours are closed."""
    events = await scalar(truth, select(func.count()).select_from(click_events))
    assert await scalar(truth, select(func.sum(link_stats.c.clicks))) == events
    await roll_up(truth, later)
    assert await RollupCheck(truth, clock=later).run() == []


async def roll_up(truth: Database, clock) -> None:
    async with asyncio.timeout(SECONDS):
        while not (await RollupJob(truth, clock=clock).run()).is_finished:
            await asyncio.sleep(0.1)


# ── links ──


async def test_an_expiry_follows_the_wall_clock_and_memory_does_not(settings, truth, clock):
    """Stepped back by hours, memory must still read again after five seconds, or an edit would not show for hours."""
    expires_at = dt.datetime.now(dt.UTC) + HOUR
    expiring = (await make_link(truth, expires_at=expires_at)).short_code
    lasting = await make_link(truth)
    engine = start("redirect", settings, clock)
    try:
        url = f"{engine.url}/{expiring}"
        assert fetch(url, headers=FIREFOX)[0] == 302
        clock.turn(hours=2)
        await becomes(url, 410)
        clock.turn(hours=-5)
        await becomes(url, 302)
        assert fetch(f"{engine.url}/{lasting.short_code}")[0] == 302
        async with truth.transaction() as connection:  # unheard of: no announcement, no row in the change feed
            await connection.execute(links.update().where(links.c.id == lasting.id).values(is_active=False, version=2))
        await asyncio.to_thread(forget_snapshots, settings)
        await becomes(f"{engine.url}/{lasting.short_code}", 404)
    finally:
        engine.kill()


async def becomes(url: str, status: int) -> None:
    async with asyncio.timeout(SECONDS):
        while (await asyncio.to_thread(fetch, url, headers=FIREFOX))[0] != status:
            await asyncio.sleep(0.1)


def forget_snapshots(settings: Settings) -> None:
    with redis.Redis.from_url(settings.redis_url) as client:
        for key in client.scan_iter("url:*"):
            client.delete(key)


@pytest.mark.chaos
async def test_snowflake_codes_do_not_repeat_though_the_clock_steps_between_and_within_processes(
    settings, truth, clock
):
    codes: list[str] = []
    for hours in ((0, 6, -6), (5, -5, 0)):
        clock.turn(hours=hours[0])
        api = start("api", settings, clock, code_allocator="snowflake")
        try:
            for shift in hours:
                clock.turn(hours=shift)
                codes += await asyncio.to_thread(create_links, api)
        finally:
            api.kill()
    assert len(codes) == len(set(codes)) == 6 * 500


def create_links(api: Process) -> list[str]:
    body = {"links": [{"target_url": f"https://example.com/{number}"} for number in range(500)]}
    status, answer = fetch(
        f"{api.url}/v1/links/bulk", "POST", body, {"Authorization": f"Bearer {API_KEY}"}, seconds=SECONDS
    )
    assert status == 200, answer
    return [result["link"]["short_code"] for result in json.loads(answer)["results"]]


# ── chores, leases, salts ──


class Ahead:
    """The clock of a worker that is ahead, until it is set right."""

    def __init__(self, hours: int) -> None:
        self.shift = hours * HOUR

    def __call__(self) -> dt.datetime:
        return dt.datetime.now(dt.UTC) + self.shift

    def set_right(self) -> None:
        self.shift = dt.timedelta()


async def test_a_chore_that_was_done_by_a_clock_ahead_is_due_again_when_the_clock_is_right(database, monkeypatch):
    clock, done = Ahead(7), []

    async def work() -> None:
        done.append(clock())

    monkeypatch.setattr(chores, "_now", clock)
    book, chore = ChoreBook(database), Chore("sweep", 30, work)
    await book.do(chore)
    await book.do(chore)
    assert len(done) == 1
    clock.set_right()
    assert (await book.read())["sweep"].seconds_left(chore) == 0
    await book.do(chore)
    await book.do(chore)
    assert len(done) == 2


async def test_the_lease_of_a_dead_worker_whose_clock_was_ahead_is_free(database):
    clock = Ahead(7)
    async with database.transaction() as connection:
        assert await Lease("sweep").acquire(connection, clock())
        assert not await Lease("sweep").acquire(connection, clock())
    clock.set_right()
    async with database.transaction() as connection:
        assert await Lease("sweep").acquire(connection, clock())


async def test_a_lease_outlives_a_clock_that_goes_back_under_its_holder(database):
    clock, own = Ahead(7), Lease("sweep")
    async with database.transaction() as connection:
        assert await own.acquire(connection, clock())
    clock.set_right()
    async with database.transaction() as connection:
        await own.renew(connection, clock())
    async with database.transaction() as connection:
        assert not await Lease("sweep").acquire(connection, clock())


async def test_a_salt_made_by_a_clock_ahead_lives_48_hours_from_when_that_is_seen(database):
    now = dt.datetime.now(dt.UTC)
    values = {"day": now.date().isoformat(), "salt": b"s" * 32, "created_at": now + 30 * HOUR}
    async with database.transaction() as connection:
        await connection.execute(visitor_salts.insert().values(values))
    assert await salts.delete_old_salts(database) == 0
    [made_at] = await column(database, visitor_salts.c.created_at)
    assert abs(made_at - now) < HOUR
    ring = salts.SaltRing(database)
    await ring.provide([now.date()])
    assert ring.salts[now.date()] == b"s" * 32


# ── the end of a month ──

FEBRUARY, MARCH = (dt.datetime(2061, month, 1, tzinfo=dt.UTC) for month in (2, 3))
DEFAULT_ROWS = "vayro_default_partition_rows"


async def test_clicks_around_a_months_end_go_into_the_partitions_that_were_made_ahead(settings, truth, clock):
    codes = [(await make_link(truth)).short_code]
    clock.set(FEBRUARY - HOUR)
    engine, worker = start("redirect", settings, clock), start("worker", settings, clock)
    try:
        for month in ("01", "02", "03", "04"):
            await has_partition(truth, f"click_events_2061_{month}")
        load = Load([engine.url], codes, think_seconds=0.005)
        load.start()
        await load.answers(20)
        clock.set(FEBRUARY - dt.timedelta(seconds=1))
        await clicks_from(truth, FEBRUARY)
        await load.stop()
        await assert_each_once(truth, load)
        assert (await rows_by_partition(truth)).keys() == {"click_events_2061_01", "click_events_2061_02"}
        await assert_sums(truth, lambda: clock.now + 3 * HOUR)
    finally:
        engine.kill()
        worker.kill()


@pytest.mark.chaos
async def test_clicks_of_a_month_without_a_partition_wait_in_the_default_one_and_are_moved_under_load(
    settings, truth, clock
):
    codes = [(await make_link(truth)).short_code]
    clock.set(MARCH - dt.timedelta(seconds=1))
    await postpone(truth, "partitions", MARCH + HOUR)
    engine, worker = start("redirect", settings, clock), start("worker", settings, clock)
    try:
        load = Load([engine.url], codes, think_seconds=0.005)
        load.start()
        await clicks_from(truth, MARCH)
        assert (await rows_by_partition(truth)).keys() == {"click_events_default"}
        await make_due(truth, "default_partition")
        worker = restart(worker, settings, clock)
        await asyncio.to_thread(await_sample, worker.metrics_url, DEFAULT_ROWS, lambda value: value > 0)
        await make_due(truth, "partitions", "default_partition")
        worker = restart(worker, settings, clock)  # while clicks go on coming
        await has_partition(truth, "click_events_2061_03")
        await load.answers(50)
        await load.stop()
        await assert_each_once(truth, load)
        assert "click_events_default" not in await rows_by_partition(truth)
        await make_due(truth, "default_partition")
        worker = restart(worker, settings, clock)
        await asyncio.to_thread(await_sample, worker.metrics_url, DEFAULT_ROWS, lambda value: value == 0)
        await assert_sums(truth, lambda: clock.now + 3 * HOUR)
    finally:
        engine.kill()
        worker.kill()


def restart(worker: Process, settings: Settings, clock: TurnedClock) -> Process:
    worker.stop()
    return start("worker", settings, clock)


async def has_partition(truth: Database, name: str) -> None:
    async with asyncio.timeout(SECONDS):
        while await scalar(truth, text(f"SELECT to_regclass('{name}')")) is None:
            await asyncio.sleep(0.1)


async def postpone(truth: Database, name: str, due_at: dt.datetime) -> None:
    async with truth.transaction() as connection:
        await connection.execute(chore_runs.insert().values(name=name, due_at=due_at))


async def clicks_from(truth: Database, moment: dt.datetime) -> None:
    query = select(func.count()).select_from(click_events).where(click_events.c.timestamp >= moment)
    async with asyncio.timeout(SECONDS):
        while not await scalar(truth, query):
            await asyncio.sleep(0.1)


async def rows_by_partition(truth: Database) -> dict[str, int]:
    async with truth.read() as connection:
        rows = await connection.execute(text("SELECT tableoid::regclass::text, count(*) FROM click_events GROUP BY 1"))
        return {row[0]: row[1] for row in rows}


async def make_due(truth: Database, *names: str) -> None:
    async with truth.transaction() as connection:
        await connection.execute(delete(chore_runs).where(chore_runs.c.name.in_(names)))


async def scalar(database: Database, statement):
    async with database.read() as connection:
        return (await connection.execute(statement)).scalar_one()


async def column(database: Database, wanted) -> list:
    async with database.read() as connection:
        return list((await connection.execute(select(wanted))).scalars())
