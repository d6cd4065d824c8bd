"""Invariant 7, first half: Redis gone, hung, unreachable or slow costs no redirect and no click.

Here is what holds on any machine, however busy: every link redirects, none hangs, every click is recorded once. The
figures (10 ms from memory, 100 ms else, at a constant rate) are measured by test_fault_figures.py.
"""

import asyncio
import statistics

import pytest

from tests.chaos.faults import Harm, await_breaker, await_lookups, engine_urls, harms_of, lookups, make_cold_links
from tests.chaos.stage import Stage
from tests.chaos.visitors import Crowd, await_recorded
from vayro.database.engine import Database

pytestmark = [pytest.mark.xdist_group("stage"), pytest.mark.timeout(300)]

# Four times the time-out of one Redis command. Any library's default is beyond; redis-py's was 59.6 s.
SLOW_SECONDS = 0.3
# A busy machine may hold up one answer; a wait for Redis would hold up the half of them.
MEDIAN_SECONDS = 1.0
LONGEST_SECONDS = 10.0

FAULTS: dict[str, Harm] = {**harms_of("redis"), "slow": lambda stage: stage.proxy.slow("redis", seconds=SLOW_SECONDS)}


@pytest.mark.parametrize("fault", FAULTS)
async def test_every_link_redirects_and_every_click_is_recorded_while_redis_is(
    stage: Stage, truth: Database, fault: str
) -> None:
    held, *cold = [await make_cold_links(truth, 20) for _ in range(4)]
    async with Crowd(engine_urls(stage)) as crowd:
        await crowd.follow(held)
        before = await lookups(stage, "database")
        async with crowd.following(held):
            await asyncio.to_thread(FAULTS[fault], stage)
            during = await crowd.follow(cold[0])
            await await_breaker(stage, "redis", is_open=True)
            during += await crowd.follow(cold[1])
            await asyncio.to_thread(stage.recover)
            await await_breaker(stage, "redis", is_open=False)
            await crowd.follow(cold[2])
        assert {answer.status for answer in crowd.answers} == {302}
        assert statistics.median(answer.seconds for answer in during) < MEDIAN_SECONDS
        assert max(answer.seconds for answer in crowd.answers) < LONGEST_SECONDS
        await await_lookups(stage, "database", before + len(during))
        await await_recorded(truth, crowd.answers)
