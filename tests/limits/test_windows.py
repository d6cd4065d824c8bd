"""Sliding windows: the same suite for Redis and memory, and the library `limits` as the judge of both."""

import time
from collections.abc import AsyncIterator

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from limits import RateLimitItemPerMinute
from limits.aio import storage as judge_storage
from limits.aio.strategies import SlidingWindowCounterRateLimiter

from tests.conftest import SettingsFactory
from tests.servers import RedisServer
from vayro.cache.adapters import open_commands
from vayro.cache.commands import RedisAway
from vayro.limits.budget import Budget, Standing, Window
from vayro.limits.memory import MemoryWindows
from vayro.limits.port import Windows, Wish
from vayro.limits.redis_windows import RedisWindows, redis_key

FIVE = Budget("five", 5, 3_600)
ONE = Budget("one", 1, 3_600)


@pytest.fixture(params=["memory", "redis"])
async def windows(
    request: pytest.FixtureRequest, settings_factory: SettingsFactory
) -> AsyncIterator[MemoryWindows | RedisWindows]:
    if request.param == "memory":
        yield MemoryWindows()
        return
    url = request.getfixturevalue("redis_url")
    opened = RedisWindows(open_commands(settings_factory(redis_url=url, redis_timeout_ms=10_000), "redis-limits"))
    yield opened
    await opened.close()


async def spend(windows: Windows, budget: Budget, key: bytes = b"ada", cost: int = 1) -> Standing:
    [standing] = await windows.spend([Wish(budget, key, cost)])
    return standing


async def test_as_much_as_the_budget_is_allowed_and_no_more(windows: Windows) -> None:
    standings = [await spend(windows, FIVE) for _ in range(7)]
    assert [standing.is_allowed for standing in standings] == [True] * 5 + [False] * 2
    assert [standing.remaining for standing in standings] == [4, 3, 2, 1, 0, 0, 0]


async def test_somebody_else_has_a_budget_of_their_own(windows: Windows) -> None:
    assert (await spend(windows, ONE, b"ada")).is_allowed
    assert not (await spend(windows, ONE, b"ada")).is_allowed
    assert (await spend(windows, ONE, b"bob")).is_allowed


async def test_what_is_refused_is_not_spent(windows: Windows) -> None:
    assert (await spend(windows, FIVE, cost=4)).is_allowed
    assert not (await spend(windows, FIVE, cost=2)).is_allowed
    assert (await spend(windows, FIVE, cost=1)).is_allowed


async def test_what_is_given_back_may_be_spent_again_and_no_more(windows: Windows) -> None:
    assert (await spend(windows, ONE)).is_allowed
    for _ in range(3):  # of nothing, nothing is given back
        assert (await spend(windows, ONE, cost=-1)).is_allowed
    assert [(await spend(windows, ONE)).is_allowed for _ in range(2)] == [True, False]


async def test_several_budgets_are_spent_at_once(windows: Windows) -> None:
    wishes = [Wish(FIVE, b"ada"), Wish(ONE, b"ada")]
    assert [standing.is_allowed for standing in await windows.spend(wishes)] == [True, True]
    assert [standing.is_allowed for standing in await windows.spend(wishes)] == [True, False]


async def test_more_than_the_whole_budget_is_never_allowed(windows: Windows) -> None:
    standing = await spend(windows, FIVE, cost=6)
    assert not standing.is_allowed
    assert standing.retry_seconds(6) == FIVE.seconds


async def test_redis_holds_one_key_that_ends_by_itself(settings_factory: SettingsFactory, redis_url: str) -> None:
    commands = open_commands(settings_factory(redis_url=redis_url, redis_timeout_ms=10_000), "redis-limits")
    windows = RedisWindows(commands)
    await spend(windows, FIVE)
    key = redis_key(Wish(FIVE, b"ada"))
    assert await commands.execute(b"KEYS", b"*") == [key]
    assert 3_600_000 < await commands.execute(b"PTTL", key) <= 7_200_000
    await windows.close()


async def test_a_redis_that_takes_no_writes_is_away(settings_factory: SettingsFactory, own_redis: RedisServer) -> None:
    commands = open_commands(settings_factory(redis_url=own_redis.url, redis_timeout_ms=10_000), "redis-limits")
    windows = RedisWindows(commands)
    await spend(windows, FIVE)
    own_redis.send("CONFIG SET maxmemory 1")
    with pytest.raises(RedisAway):
        await spend(windows, FIVE)
    await windows.close()


@pytest.mark.xdist_group("redis cluster")
async def test_windows_work_in_a_cluster(settings_factory: SettingsFactory, cluster_url: str) -> None:
    settings = settings_factory(redis_url=cluster_url, redis_cluster=True, redis_timeout_ms=10_000)
    windows = RedisWindows(open_commands(settings, "redis-limits"))
    wishes = [Wish(ONE, b"%d" % number) for number in range(20)]
    assert all(standing.is_allowed for standing in await windows.spend(wishes))
    assert not any(standing.is_allowed for standing in await windows.spend(wishes))
    await windows.close()


class Clock:
    """A clock that is turned by hand."""

    def __init__(self, now: float = 1_000_000_020.0) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


def test_what_was_spent_in_the_minute_before_counts_for_what_is_left_of_it() -> None:
    clock, budget = Clock(60 * 1_000_000.0), Budget("ten", 10, 60)
    windows = MemoryWindows(clock=clock)
    assert all(windows.spend_now(budget, b"ada").is_allowed for _ in range(10))
    clock.now += 60 + 30  # half of the ten still counts
    assert [windows.spend_now(budget, b"ada").is_allowed for _ in range(6)] == [True] * 5 + [False]
    clock.now += 120
    assert windows.spend_now(budget, b"ada", 10).is_allowed


@hypothesis_settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 40), st.integers(1, 4)), min_size=1, max_size=60), st.integers(1, 12))
def test_whoever_waits_as_long_as_told_is_allowed(steps: list[tuple[int, int]], amount: int) -> None:
    clock, budget = Clock(), Budget("some", amount, 60)
    windows = MemoryWindows(clock=clock)
    for seconds, cost in steps:
        clock.now += seconds
        standing = windows.spend_now(budget, b"ada", cost)
        if not standing.is_allowed and cost <= amount:
            clock.now += standing.retry_seconds(cost)
            assert windows.spend_now(budget, b"ada", cost).is_allowed


@hypothesis_settings(max_examples=100, deadline=None)
@given(steps=st.lists(st.tuples(st.integers(0, 50), st.integers(1, 3)), min_size=1, max_size=50))
async def test_memory_judges_as_the_library_does(steps: list[tuple[int, int]]) -> None:
    clock, patch = Clock(), pytest.MonkeyPatch()
    patch.setattr(time, "time", clock)
    judge = SlidingWindowCounterRateLimiter(judge_storage.MemoryStorage())
    windows, budget, item = MemoryWindows(clock=clock), Budget("five", 5, 60), RateLimitItemPerMinute(5)
    try:
        for seconds, cost in steps:
            clock.now += seconds + 0.0137  # nowhere near where the rounding of floats decides
            assert windows.spend_now(budget, b"ada", cost).is_allowed == await judge.hit(item, "ada", cost=cost)
    finally:
        patch.undo()


def test_memory_is_bounded_and_forgets_who_spent_longest_ago() -> None:
    windows = MemoryWindows(max_keys=100)
    for number in range(1_000):
        windows.spend_now(ONE, b"%d" % number)
    assert len(windows) == 100
    assert windows.spend_now(ONE, b"0").is_allowed
    assert not windows.spend_now(ONE, b"999").is_allowed


@pytest.mark.parametrize(
    ("window", "seconds"),
    [
        (Window(0, 5, 100.0), 101),  # the period must end first; then what it held weighs a little less each second
        (Window(5, 3, 3_000.0), 1_561),  # room for the sixth when 2 of the 5 before have left the window
    ],
)
def test_retry_says_when(window: Window, seconds: int) -> None:
    assert Standing(FIVE, is_allowed=False, window=window).retry_seconds() == seconds
