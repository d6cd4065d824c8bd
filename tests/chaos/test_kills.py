"""Invariants 1, 2 and 3 under random SIGKILLs of every subset of engine, worker, Redis and PostgreSQL, under load.

Redis keeps nothing on disk here: each of its kills loses the stream and the cache.
"""

import asyncio
import itertools
import random
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator

import pytest

from tests.chaos.balance import (
    assert_one_to_one,
    assert_sums_agree,
    await_settled,
    close_everything,
    fingerprint,
    take_balance,
)
from tests.chaos.census import SpoolCensus
from tests.chaos.faults import unknown_codes, until
from tests.chaos.stage import Stage
from tests.chaos.visitors import Crowd
from tests.factories import make_link
from tests.flows.load import Load
from tests.servers import wait_until
from vayro.database.engine import Database
from vayro.stream.pipe import RedisPipe, parse_address

VICTIMS = ("engine", "worker", "redis", "postgres")
SUBSETS = [subset for size in range(1, 5) for subset in itertools.combinations(VICTIMS, size)]
FIRST_OF_METRICS = 1_000_000_000  # the load under kills counts from 0
SETTINGS = {"spool_segment_bytes": 1 << 16, "log_level": "info"}

pytestmark = pytest.mark.xdist_group("stage")


class Killer:
    """Kills at random, and counts whom."""

    def __init__(self, stage: Stage, seed: int) -> None:
        self.stage = stage
        self.chance = random.Random(seed)
        self.kills: Counter[str] = Counter()
        self.subsets: Counter[tuple[str, ...]] = Counter()

    async def strike(self, subset: tuple[str, ...]) -> None:
        """Kill one of each kind in the subset, at moments of their own; leave them dead a while; bring them back."""
        self.subsets[subset] += 1
        names = [self._choose(kind) for kind in subset]
        await asyncio.gather(*(self._kill(name) for name in names))
        await asyncio.sleep(self.chance.uniform(0, 0.7))
        self.chance.shuffle(names)
        await asyncio.gather(*(asyncio.to_thread(self.stage.start, name) for name in names))

    def _choose(self, kind: str) -> str:
        return self.chance.choice(self.stage.names(kind)) if kind in {"engine", "worker"} else kind

    async def _kill(self, name: str) -> None:
        await asyncio.sleep(self.chance.uniform(0, 0.3))
        is_child = name[:-2] in {"engine", "worker"} and self.chance.random() < 0.5
        if is_child:  # one process of several: its parent starts it again
            child = self.chance.randrange(3)
            await asyncio.to_thread(self.stage.vayro(name).kill_child, child)
        else:
            await asyncio.to_thread(self.stage.kill, name)
        self.kills[f"{name[:-2]}'s child" if is_child else name] += 1


@pytest.fixture
async def killed_stage() -> AsyncIterator[Stage]:
    """A stage of its own: what it holds is counted from the first click on."""
    opened = await asyncio.to_thread(Stage(apis=0, replica=False, nginx=False, settings=SETTINGS).__enter__)
    yield opened
    await asyncio.to_thread(opened.close)


async def run_kills(stage: Stage, subsets: list[tuple[str, ...]], seed: int, *, answers: int) -> None:
    """Strike each subset in turn under load, then look at every click."""
    truth = stage.open_database()
    killer = Killer(stage, seed)
    try:
        codes = [(await make_link(truth)).short_code for _ in range(20)]
        urls = [stage[name].address for name in stage.names("engine")]
        load = Load(urls, codes, visitors=16, think_seconds=0.01)
        with SpoolCensus(stage.spools(), stage.directory / "census") as census:
            await assert_that_the_metrics_balance(stage, urls, codes)
            load.start()
            started = time.monotonic()
            for number, subset in enumerate(subsets, 1):
                await load.answers(answers, seconds=90)
                refused = len(load.other)
                await killer.strike(subset)
                await load.answers(50, seconds=90)
                refused = len(load.other) - refused
                report(f"{number}/{len(subsets)} {'+'.join(subset)}: {sum(killer.kills.values())} kills, {refused} 503")
                assert "postgres" in subset or not refused, load.other[-1]
                if "postgres" in subset:
                    await await_lookups(urls)
            await load.answers(answers, seconds=90)
            await load.stop()
            report(f"{time.monotonic() - started:.0f} s of load, {dict(killer.kills)}; settling")
            await await_settled(stage, truth, census, load)
            await assert_everything(stage, truth, census, load)
    finally:
        await truth.close()


async def await_lookups(urls: list[str]) -> None:
    """Return once every engine process can look codes up again: what kept them from it pauses up to 2.5 s."""

    async def are_possible() -> bool:
        codes = unknown_codes(8)
        async with Crowd(urls, visitors=len(codes)) as crowd:  # each on a connection of its own
            return {answer.status for answer in await crowd.follow(codes)} == {404}

    await until(are_possible, "unknown codes are known to be unknown")


async def assert_that_the_metrics_balance(stage: Stage, urls: list[str], codes: list[str]) -> None:
    """Before anyone is killed, whose counts would be gone: what engines accepted is what workers settled."""
    load = Load(urls, codes, first=FIRST_OF_METRICS)
    load.start()
    await load.answers(300)
    await load.stop()
    assert len(load.answered) == load.sent

    def is_balanced() -> bool:
        engines, workers = stage.metrics("engine"), stage.metrics("worker")
        lost = sum(value for name, value in workers.items() if "dropped_total" in name or "dead_letters_total" in name)
        settled = workers["vayro_clicks_committed_total"] + lost
        return engines["vayro_clicks_accepted_total"] == settled == load.sent

    await asyncio.to_thread(wait_until, is_balanced, seconds=120, what="accepted = committed + dropped + dead letters")


async def assert_everything(stage: Stage, truth: Database, census: SpoolCensus, load: Load) -> None:
    await assert_one_to_one(truth, load, others=FIRST_OF_METRICS)
    balance = await take_balance(truth, census)
    report(f"{load.sent} asked, {len(load.answered)} answered 302, {balance}, difference {balance.difference}")
    assert balance.difference == 0
    assert balance.dead_letters == 0
    # An engine that starts while PostgreSQL is dead and Redis empty cannot know any code.
    assert all(head.startswith(b"HTTP/1.1 503 ") and b"\r\nretry-after: " in head for head in load.other)
    await assert_sums_agree(truth, balance.committed)
    await assert_replay_changes_nothing(stage, truth, census)


async def assert_replay_changes_nothing(stage: Stage, truth: Database, census: SpoolCensus) -> None:
    """Everything that ever was in the stream comes twice again."""
    before = await fingerprint(truth)
    node = stage.layout.nodes[0]
    pipe = RedisPipe(parse_address(node.url))
    try:
        for commands, count in [*census.replay(), *census.replay()]:
            if count:
                await asyncio.to_thread(pipe.send, commands, count)
        await asyncio.to_thread(pipe.confirm)
    finally:
        pipe.close()
    await asyncio.to_thread(wait_until, lambda: node.send("XLEN stream:clicks") == b":0", seconds=120, what="replayed")
    await close_everything(truth)
    assert await fingerprint(truth) == before


def report(line: str) -> None:
    sys.stderr.write(f"  {line}\n")


@pytest.mark.timeout(600)
async def test_no_click_is_lost_or_doubled_by_a_few_kills(killed_stage):
    seed = 20_261_122
    subsets = [("redis", "postgres"), ("engine", "worker", "redis"), ("worker", "postgres"), ("engine", "redis")]
    await run_kills(killed_stage, subsets, seed, answers=150)


@pytest.mark.chaos
@pytest.mark.timeout(3600)
async def test_no_click_is_lost_or_doubled_by_two_hundred_kills_of_every_subset(killed_stage, chaos_seed):
    chance = random.Random(chaos_seed)
    subsets: list[tuple[str, ...]] = []
    while sum(map(len, subsets)) < 200:
        subsets += chance.sample(SUBSETS, len(SUBSETS))
    await run_kills(killed_stage, subsets, chaos_seed, answers=400)
