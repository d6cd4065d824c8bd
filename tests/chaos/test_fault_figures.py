"""What faults cost, in milliseconds, at a constant rate. Only `make chaos` runs it; it prints figures beside goals.

Goals (invariant 7): p99 at most 10 ms for links in memory, at most 100 ms for others. They are meant for a machine with
processors to spare. The whole stage and its load on two cores, often with somebody's build beside them, miss them in
peace already. So each run under a fault is compared with the same run without it, made just before: a goal that calm
itself misses becomes twice what calm took. The test fails on what the fault costs, never on what the neighbours do.
"""

import asyncio
import sys
from pathlib import Path

import pytest

from tests.chaos.constant_rate import Measurement, measure
from tests.chaos.faults import engine_urls, make_cold_links, unknown_codes
from tests.chaos.stage import Stage
from tests.chaos.test_redis_faults import FAULTS
from vayro.database.engine import Database

pytestmark = [pytest.mark.xdist_group("stage"), pytest.mark.chaos, pytest.mark.timeout(600)]

SECONDS = 15
HELD_RATE = 600
COLD_RATE = 60
HELD_P99_MS = 10.0
COLD_P99_MS = 100.0
BUSY_FACTOR = 2.0
SCAN_RATE = 10_000


async def _measure(stage: Stage, truth: Database, directory: Path) -> Measurement:
    held = await make_cold_links(truth, 50)
    cold = await make_cold_links(truth, SECONDS * COLD_RATE + 50)
    await measure(engine_urls(stage), directory, seconds=1, held=held, held_rate=200)
    return await measure(
        engine_urls(stage), directory, seconds=SECONDS, held=held, held_rate=HELD_RATE, cold=cold, cold_rate=COLD_RATE
    )


@pytest.mark.parametrize("fault", FAULTS)
async def test_redis_costs_redirects_next_to_nothing_while_it_is(
    stage: Stage, truth: Database, tmp_path: Path, fault: str
) -> None:
    calm = await _measure(stage, truth, tmp_path)
    await asyncio.to_thread(FAULTS[fault], stage)
    harmed = await _measure(stage, truth, tmp_path)
    for kind, goal in (("held", HELD_P99_MS), ("cold", COLD_P99_MS)):
        before, during = getattr(calm, kind), getattr(harmed, kind)
        _report(f"Redis {fault}, {kind} links: {during}; calm: {before}; goal: p99 {goal:.0f} ms")
        assert during.statuses["302"] == during.count
        assert during.p99 <= max(goal, BUSY_FACTOR * before.p99)
    _report(f"not made in time: {harmed.dropped}; calm: {calm.dropped}")


async def test_links_redirect_while_ten_thousand_random_codes_a_second_are_scanned(
    stage: Stage, truth: Database, tmp_path: Path
) -> None:
    """k6 makes as many as the processors leave it, and says so; whatever that is, no link may fail for it."""
    held, scanned = await make_cold_links(truth, 50), unknown_codes(SCAN_RATE * 10)
    await measure(engine_urls(stage), tmp_path, seconds=1, held=held, held_rate=200)
    found = await measure(
        engine_urls(stage), tmp_path, seconds=10, held=held, held_rate=100, cold=scanned, cold_rate=SCAN_RATE
    )
    _report(f"links: {found.held}; random codes: {found.cold.count / 10:.0f}/s of {SCAN_RATE}/s, {found.cold}")
    assert found.held.statuses["302"] == found.held.count
    assert found.cold.statuses["404"] + found.cold.statuses["503"] == found.cold.count


def _report(line: str) -> None:
    sys.stderr.write(f"  {line}\n")
