"""Of many workers one does a chore, once, whatever becomes of it; and all show when it was done."""

import asyncio
import datetime as dt
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from prometheus_client import REGISTRY, Gauge
from sqlalchemy import update

from tests.worker.conftest import count, eventually, rows
from vayro.clicks.lease import Lease
from vayro.database.engine import Database
from vayro.database.models import chore_runs, job_leases
from vayro.observability import get_metrics
from vayro.worker import chores
from vayro.worker.chores import UNFINISHED, Chore
from vayro.worker.maintenance import Maintenance


@pytest.fixture
def done() -> list[str]:
    return []


@pytest.fixture
def sweep(done: list[str]) -> Chore:
    async def work() -> None:
        done.append("sweep")
        await asyncio.sleep(0.05)

    return Chore("sweep", 3_600, work)


def make_worker(database: Database, *own: Chore) -> Maintenance:
    return Maintenance(database, get_metrics(), own)


async def run_until(condition: Callable[[], Awaitable[bool]], *workers: Maintenance) -> None:
    stopped = asyncio.Event()
    tasks = [asyncio.create_task(worker.run(stopped)) for worker in workers]
    await eventually(condition, seconds=60)
    stopped.set()
    await asyncio.gather(*tasks)


async def make_due(database: Database, name: str) -> None:
    async with database.transaction() as connection:
        past = dt.datetime.now(dt.UTC) - dt.timedelta(seconds=1)
        await connection.execute(update(chore_runs).where(chore_runs.c.name == name).values(due_at=past))


def metric(name: str, **labels: str) -> Any:
    return REGISTRY.get_sample_value(name, labels) or 0.0


async def test_four_workers_at_once_do_a_chore_once(database: Database, sweep: Chore, done: list[str]) -> None:
    await asyncio.gather(*(make_worker(database, sweep).do(sweep) for _ in range(4)))
    assert done == ["sweep"]
    assert await count(database, job_leases) == 0


async def test_two_workers_that_run_do_each_chore_once_a_period(
    database: Database, sweep: Chore, done: list[str]
) -> None:
    async def mop() -> None:
        done.append("mop")

    other = Chore("mop", 3_600, mop)

    async def are_written_down() -> bool:
        return await count(database, chore_runs) == 2

    workers = [make_worker(database, sweep, other) for _ in range(2)]
    await run_until(are_written_down, *workers)
    assert sorted(done) == ["mop", "sweep"]
    await make_due(database, "sweep")
    await asyncio.gather(*(worker.do(sweep) for worker in workers))
    assert sorted(done) == ["mop", "sweep", "sweep"]


async def test_a_worker_that_starts_again_does_not_do_again_what_is_done(
    database: Database, sweep: Chore, done: list[str]
) -> None:
    for _ in range(3):
        await make_worker(database, sweep).do(sweep)
    assert done == ["sweep"]


async def test_a_chore_that_another_worker_is_at_is_left_to_it(
    database: Database, sweep: Chore, done: list[str]
) -> None:
    lease = Lease("chore sweep")
    async with database.transaction() as connection:
        assert await lease.acquire(connection, dt.datetime.now(dt.UTC))
    await make_worker(database, sweep).do(sweep)
    assert done == []
    async with database.transaction() as connection:
        await lease.release(connection)
    await make_worker(database, sweep).do(sweep)
    assert done == ["sweep"]


async def test_the_chore_of_a_worker_that_died_is_taken_up_when_its_lease_ends(
    database: Database, sweep: Chore, done: list[str]
) -> None:
    async with database.transaction() as connection:
        assert await Lease("chore sweep").acquire(connection, dt.datetime.now(dt.UTC) - dt.timedelta(seconds=301))
    await make_worker(database, sweep).do(sweep)
    assert done == ["sweep"]


async def test_a_long_chore_keeps_its_lease(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chores, "RENEW_SECONDS", 0.01)

    async def first_expiry() -> dt.datetime:
        return (await rows(database, job_leases))[0].expires_at

    async def work() -> None:
        before = await first_expiry()

        async def is_renewed() -> bool:
            return await first_expiry() > before

        await eventually(is_renewed, seconds=60)

    slow = Chore("slow", 3_600, work)
    await make_worker(database, slow).do(slow)
    assert await count(database, job_leases) == 0


async def test_work_whose_lease_was_lost_is_ended(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chores, "RENEW_SECONDS", 0.01)
    ends: list[str] = []

    async def work() -> None:
        async with database.transaction() as connection:
            await connection.execute(job_leases.delete())
        try:
            await asyncio.Event().wait()
        finally:
            ends.append("ended")

    slow = Chore("slow", 3_600, work)
    failed = metric("vayro_maintenance_runs_total", chore="slow", outcome="failed")
    await make_worker(database, slow).do(slow)
    assert ends == ["ended"]
    assert metric("vayro_maintenance_runs_total", chore="slow", outcome="failed") == failed + 1


async def test_a_chore_that_fails_is_due_again_soon_and_stops_no_other(
    database: Database, sweep: Chore, done: list[str]
) -> None:
    async def fail() -> None:
        raise RuntimeError("a bug")

    async def is_done() -> bool:
        return await count(database, chore_runs) == 2

    await run_until(is_done, make_worker(database, Chore("fails", 86_400, fail), sweep))
    assert done == ["sweep"]
    [failed] = [row for row in await rows(database, chore_runs) if row.name == "fails"]
    assert failed.succeeded_at is None
    assert failed.due_at < dt.datetime.now(dt.UTC) + dt.timedelta(seconds=61)


async def test_work_that_ran_out_of_time_goes_on_at_once(database: Database) -> None:
    results = iter([UNFINISHED, UNFINISHED, None])
    left = [1, 2, 3]

    async def work() -> object:
        left.pop()
        return next(results)

    async def is_finished() -> bool:
        return not left

    await run_until(is_finished, make_worker(database, Chore("long", 86_400, work)))


async def test_every_worker_shows_what_one_has_measured(database: Database) -> None:
    gauge = Gauge("test_shown", "Of this test.")
    asked: list[int] = []

    async def measure() -> int:
        asked.append(1)
        return 7

    watch = Chore("watch", 3_600, measure, gauge)
    await make_worker(database, watch).do(watch)
    gauge.set(0)

    async def is_shown() -> bool:
        return bool(gauge._value.get() == 7)

    await run_until(is_shown, make_worker(database, watch))
    assert asked == [1]
    REGISTRY.unregister(gauge)


async def test_runs_and_the_last_success_are_metrics(database: Database, sweep: Chore) -> None:
    labels = {"chore": "sweep"}
    before = metric("vayro_maintenance_runs_total", **labels, outcome="done")
    timed = metric("vayro_maintenance_duration_seconds_count", **labels)
    await make_worker(database, sweep).do(sweep)
    assert metric("vayro_maintenance_runs_total", **labels, outcome="done") == before + 1
    assert metric("vayro_maintenance_duration_seconds_count", **labels) == timed + 1
    age = dt.datetime.now(dt.UTC).timestamp() - metric("vayro_maintenance_last_success_timestamp_seconds", **labels)
    assert 0 <= age < 60
