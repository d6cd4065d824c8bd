"""What faults cost, in milliseconds, at a constant rate. Only `make chaos` runs it; it prints figures beside goals.

Goals (invariant 7): p99 at most 10 ms for links in memory, at most 100 ms for others. They are meant for a machine with
processors to spare. The whole stage and its load on two cores, often with somebody's build beside them, miss them in
peace already. So each run under a fault is compared with the same run without it, made just before: a goal that calm
itself misses becomes twice what calm took. The test fails on what the fault costs, never on what the neighbours do.
"""

import asyncio
import json
import sys
from pathlib import Path

import pytest

from tests.chaos.constant_rate import Measurement, measure
from tests.chaos.faults import engine_urls, make_cold_links
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
SCAN = Path(__file__).parent / "wrk" / "scan.lua"


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


async def test_links_redirect_while_random_codes_are_scanned_as_fast_as_they_are_answered(
    stage: Stage, truth: Database, tmp_path: Path
) -> None:
    """Whatever rate the processors leave the scanner (the goal is 10,000 a second), no link may fail for it."""
    held = await make_cold_links(truth, 50)
    await measure(engine_urls(stage), tmp_path, seconds=1, held=held, held_rate=200)
    scans = [asyncio.create_task(scan(url, SECONDS)) for url in engine_urls(stage)]
    found = await measure(engine_urls(stage), tmp_path, seconds=SECONDS - 2, held=held, held_rate=100)
    answers = [await scanning for scanning in scans]
    missing, unavailable = (sum(answer[name] for answer in answers) for name in ("missing", "unavailable"))
    rate = (missing + unavailable) / SECONDS
    _report(f"links: {found.held}; random codes: {rate:.0f}/s ({missing} x 404, {unavailable} x 503)")
    assert found.held.statuses["302"] == found.held.count
    assert not any(answer[name] for answer in answers for name in ("other", "errors"))


async def scan(url: str, seconds: int) -> dict[str, int]:
    """Ask for random codes over 32 connections, by wrk: it costs a tenth of what k6 takes."""
    process = await asyncio.create_subprocess_exec(
        "wrk", "--threads", "1", "--connections", "32", "--duration", f"{seconds}s", "--timeout", "20s",
        "--script", str(SCAN), url, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    output, _ = await process.communicate()
    return json.loads(output.splitlines()[-1])


def _report(line: str) -> None:
    sys.stderr.write(f"  {line}\n")
