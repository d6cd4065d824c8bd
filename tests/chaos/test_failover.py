"""PostgreSQL dies and its replica takes over; PgBouncer is restarted: everything goes on, and no click is lost.

With synchronous replication nothing that was acknowledged is lost, links included. With asynchronous replication links
and edits of the last moments may be; clicks are not, as long as the replica is no further behind than spools are kept.
"""

import asyncio
import json
import os
import signal
import sys
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import pytest
from sqlalchemy import select

from tests.chaos.servers import DATABASE
from tests.chaos.stage import API_KEY, Stage
from tests.chaos.traffic import Traffic, call
from tests.factories import make_link, now
from tests.flows.load import Load
from vayro.database.engine import Database, open_database
from vayro.database.models import click_events, click_segments, link_stats, links
from vayro.errors import Unavailable
from vayro.settings import Settings
from vayro.stream.failover import KEEP_SECONDS, CommittedWatch
from vayro.stream.progress import read_progress

SECONDS = 180
SETTINGS = {"spool_segment_bytes": 1 << 16, "log_level": "info", "database_timeout_seconds": 2}

pytestmark = [pytest.mark.xdist_group("stage"), pytest.mark.timeout(600)]


@pytest.fixture
def own_stage() -> Iterator[Stage]:
    """One of its own: what has failed over once cannot be put back."""
    with Stage(engines=1, apis=1, workers=1, nginx=False, settings=SETTINGS) as stage:
        yield stage


class Use:
    """Visitors and makers of links, and what they were told."""

    def __init__(self, stage: Stage, codes: list[str]) -> None:
        self.load = Load([stage["engine-1"].address], codes, visitors=8, think_seconds=0.02)
        create = call("POST", "/v1/links", API_KEY, lambda number: {"target_url": f"https://example.com/{number}"})
        self.creating = Traffic(stage["api-1"].address, create, rate=10, expected=frozenset({201, 503}))

    def assert_no_failure(self) -> None:
        """Every redirect was a 302, every answer of the API a 201 or a problem document that says to come back."""
        assert self.load.other == []
        assert self.creating.failures == []
        refused = [answer for answer in self.creating.answers if answer.status == 503]
        assert all(json.loads(answer.body)["code"] == "unavailable" for answer in refused)
        assert all(b"\r\nretry-after:" in answer.head.lower() for answer in refused)

    def made(self) -> set[str]:
        """The codes of the links that were promised."""
        return {json.loads(answer.body)["short_code"] for answer in self.creating.answers if answer.status == 201}

    async def is_made_again(self) -> None:
        """Return once a link could be made after this call."""
        before = len(self.made())
        async with asyncio.timeout(SECONDS):
            while len(self.made()) == before:
                await asyncio.sleep(0.05)


@asynccontextmanager
async def in_use(stage: Stage, truth: Database) -> AsyncIterator[Use]:
    use = Use(stage, [(await make_link(truth)).short_code for _ in range(10)])
    use.load.start()
    use.creating.start()
    try:
        await use.load.answers(100)
        yield use
    finally:
        await use.load.stop()
        await use.creating.stop()


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[Database]:
    database = open_database(Settings(_env_file=None, database_url=url, database_timeout_seconds=2))
    try:
        yield database
    finally:
        await database.close()


def replica_url(stage: Stage) -> str:
    assert stage.replica
    return stage.replica.url.rpartition("/")[0] + f"/{DATABASE}"


def point_pgbouncer_at_the_replica(stage: Stage) -> None:
    """As an operator does: another port in its configuration, and a reload."""
    bouncer = stage.layout.bouncer
    assert bouncer
    path = bouncer.directory / "pgbouncer.ini"
    old, new = (f"port={stage.proxy.port(f'pgbouncer>{name}')}" for name in ("postgres", "replica"))
    path.write_text(path.read_text().replace(old, new))
    os.kill(bouncer.pid, signal.SIGHUP)


def fail_over(stage: Stage) -> None:
    assert stage.replica
    stage.kill("postgres")
    stage.replica.promote()
    point_pgbouncer_at_the_replica(stage)


async def lost_clicks(truth: Database, load: Load, *, patience: float = SECONDS) -> set[str]:
    """Return the answered clicks that have not become rows after all this time."""
    missing: set[str] = set()
    try:
        async with asyncio.timeout(patience):
            while missing := load.answered - set(await column(truth, click_events.c.referer)):
                await asyncio.sleep(0.5)
    except TimeoutError:
        return missing
    return set()


async def assert_counted_once(truth: Database) -> None:
    referers = Counter(await column(truth, click_events.c.referer))
    assert [referer for referer, times in referers.items() if times > 1] == []
    assert sum(await column(truth, link_stats.c.clicks)) == referers.total()


async def column(database: Database, wanted) -> list:
    async with database.read() as connection:
        return list((await connection.execute(select(wanted))).scalars())


def pids(stage: Stage) -> dict[str, list[int]]:
    names = [name for kind in ("engine", "api", "worker") for name in stage.names(kind)]
    return {name: [stage.vayro(name).pid, *stage.vayro(name).children] for name in names}


# ── failover ──


async def test_a_failover_with_synchronous_replication_loses_nothing_and_needs_no_restart(own_stage):
    stage = own_stage
    await asyncio.to_thread(stage.primary.make_synchronous)
    before = pids(stage)
    async with opened(stage.database_url) as old, in_use(stage, old) as use:
        await use.is_made_again()
        await old.close()
        await asyncio.to_thread(fail_over, stage)
        await use.is_made_again()
        await use.load.answers(200)
    async with opened(replica_url(stage)) as truth:
        assert await lost_clicks(truth, use.load) == set()
        await assert_counted_once(truth)
        assert use.made() <= set(await column(truth, links.c.short_code))
    use.assert_no_failure()
    assert pids(stage) == before


@pytest.mark.chaos
async def test_what_is_visible_and_yet_not_replicated_is_not_taken_for_committed():
    """The replica hangs. A commit that its client gave up is visible on the primary from then on, and nowhere else."""
    with Stage(engines=0, apis=0, workers=0, pgbouncer=False, nginx=False) as stage:
        await asyncio.to_thread(stage.primary.make_synchronous)
        async with opened(stage.database_url) as primary:
            stage.proxy.black_hole("replica>postgres")
            row = {"segment": "engine-1", "committed": 7, "read_offset": 0, "updated_at": now()}
            with pytest.raises(Unavailable):
                async with primary.transaction() as connection:
                    await connection.execute(click_segments.insert().values(row))
            assert (await read_progress(primary, ["engine-1"]))["engine-1"].committed == 7
            watch = CommittedWatch(primary)
            with pytest.raises(Unavailable):
                await watch.read(["engine-1"])
            stage.proxy.heal()
            assert stage.replica
            await asyncio.to_thread(stage.replica.catch_up, stage.primary)
            assert (await watch.read(["engine-1"]))["engine-1"].committed == 7


@pytest.mark.chaos
@pytest.mark.parametrize("behind_seconds", [3, 20], ids=["little_behind", "far_behind"])
async def test_a_failover_with_asynchronous_replication(own_stage, behind_seconds):
    """Clicks survive it when the replica is less behind than segments are kept; what else is lost is measured."""
    stage = own_stage
    async with opened(stage.database_url) as old, in_use(stage, old) as use:
        await use.load.answers(3_000)
        stage.proxy.black_hole("replica>postgres")
        await asyncio.sleep(behind_seconds)
        await old.close()
        await asyncio.to_thread(fail_over, stage)
        await use.is_made_again()
        await use.load.answers(200)
    async with opened(replica_url(stage)) as truth:
        promised, stored = use.made(), set(await column(truth, links.c.short_code))
        lost = await lost_clicks(truth, use.load, patience=180 if behind_seconds < KEEP_SECONDS else 120)
        report(
            f"{behind_seconds} s behind: {len(lost)} of {len(use.load.answered)} clicks lost,"
            f" {len(promised - stored)} of {len(promised)} links"
        )
        await assert_counted_once(truth)
        assert lost == set() or behind_seconds > KEEP_SECONDS
    assert use.load.other == []


# ── PgBouncer ──


async def test_a_restart_of_pgbouncer_under_load_costs_no_redirect_and_no_click(stage, truth):
    before = pids(stage)
    async with in_use(stage, truth) as use:
        for _ in range(2):
            await asyncio.to_thread(stage.kill, "pgbouncer")
            await use.load.answers(50)
            await asyncio.to_thread(stage.start, "pgbouncer")
            await use.is_made_again()
        await use.load.answers(100)
    use.assert_no_failure()
    assert await lost_clicks(truth, use.load) == set()
    assert use.made() <= set(await column(truth, links.c.short_code))
    assert pids(stage) == before


def report(line: str) -> None:
    sys.stderr.write(f"  {line}\n")
