"""Invariant 7, second half: without PostgreSQL cached links go on, and what cannot be known is not called unknown."""

import asyncio

import pytest

from tests.chaos.faults import (
    Harm,
    await_breaker,
    await_lookups,
    black_hole,
    engine_urls,
    harms_of,
    lookups,
    make_cold_links,
    unknown_codes,
    until,
)
from tests.chaos.parts import VayroPart
from tests.chaos.stage import Stage
from tests.chaos.visitors import Answer, Crowd, await_recorded
from vayro.database.engine import Database

pytestmark = [pytest.mark.xdist_group("stage"), pytest.mark.timeout(300)]

FAULTS: dict[str, Harm] = harms_of("postgres")


@pytest.fixture
def in_redis(stage: Stage) -> list[str]:
    """Links that an API has stored in Redis, and that no engine has read."""
    return [stage.create_link(f"https://example.com/warm/{number}")["short_code"] for number in range(10)]


@pytest.mark.parametrize("fault", FAULTS)
async def test_cached_links_go_on_and_others_are_503_while_postgres_is(
    stage: Stage, truth: Database, in_redis: list[str], fault: str
) -> None:
    held, cold = await make_cold_links(truth, 10), await make_cold_links(truth, 10)
    family = _process_ids(stage)
    async with Crowd(engine_urls(stage)) as crowd:
        await crowd.follow(held)
        async with crowd.following(held) as of_held:
            await asyncio.to_thread(FAULTS[fault], stage)
            refused = await crowd.follow([*unknown_codes(10), *cold])
            await await_breaker(stage, "database", is_open=True)
            await _await_redirects(crowd, in_redis)
            refused += await crowd.follow([*unknown_codes(10), *cold])
            await asyncio.to_thread(stage.recover)
            await _await_lookups(crowd)
            await _await_redirects(crowd, cold)
        assert {answer.status for answer in of_held} == {302}
        assert {(answer.status, answer.headers.get("retry-after")) for answer in refused} == {(503, "2")}
        assert {answer.status for answer in crowd.answers} <= {302, 404, 503}
        await await_recorded(truth, crowd.answers)
    assert _process_ids(stage) == family, "something was started again"


async def test_links_that_were_read_within_a_day_go_on_without_any_store(stage: Stage, truth: Database) -> None:
    """Longer than the five seconds for which memory answers by itself."""
    held = await make_cold_links(truth, 10)
    async with Crowd(engine_urls(stage)) as crowd:
        await crowd.follow(held)
        async with crowd.following(held) as answers:
            for store in ("postgres", "redis"):
                await asyncio.to_thread(black_hole(store), stage)
            await await_lookups(stage, "stale", 200 + await lookups(stage, "stale"))
            refused = await crowd.follow(unknown_codes(5))
            await asyncio.to_thread(stage.recover)
            await _await_lookups(crowd)
        assert {answer.status for answer in answers} == {302}
        assert {answer.status for answer in refused} == {503}
        await await_recorded(truth, answers)


async def _await_lookups(crowd: Crowd) -> None:
    """Return once every engine can say that a code is unknown."""

    async def can_tell() -> bool:
        answers: list[Answer] = await crowd.follow(unknown_codes(1))
        assert {answer.status for answer in answers} <= {404, 503}
        return all(answer.status == 404 for answer in answers)

    await until(can_tell, "the engines reach the database again")


async def _await_redirects(crowd: Crowd, codes: list[str]) -> None:
    """Return once every engine redirects from all of them. One for which a store on a busy machine was late is 503."""

    async def all_redirect() -> bool:
        answers = await crowd.follow(codes)
        assert {answer.status for answer in answers} <= {302, 503}
        return all(answer.status == 302 for answer in answers)

    await until(all_redirect, "links redirect")


def _process_ids(stage: Stage) -> dict[str, list[int]]:
    parts = [part for part in stage.parts.values() if isinstance(part, VayroPart)]
    return {part.name: [part.pid, *part.children] for part in parts}
