"""Spending: who is refused, what is kept of whom, and what happens while Redis is away."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from prometheus_client import REGISTRY

from tests.conftest import SettingsFactory
from tests.servers import RedisServer
from vayro.errors import RateLimited, SettingsError
from vayro.limits.budget import Budget, parse_budget
from vayro.limits.limiter import Limiter, address_key, open_limiter
from vayro.settings import load_settings
from vayro.settings.limits import BUDGETS, LimitSettings

TWO = {"sign_in": Budget("sign_in", 2, 900), "public": None}


def failures() -> float:
    return REGISTRY.get_sample_value("vayro_limiter_failures_total") or 0.0


@pytest.fixture
async def limiter() -> AsyncIterator[Limiter]:
    opened = Limiter(TWO)
    yield opened
    await opened.close()


async def test_who_has_nothing_left_is_told_when_to_come_back(limiter: Limiter) -> None:
    await limiter.spend("sign_in", "ada@example.com")
    await limiter.spend("sign_in", "ada@example.com")
    with pytest.raises(RateLimited) as refused:
        await limiter.spend("sign_in", "ada@example.com")
    assert 1 <= refused.value.retry_after_seconds <= 1_800
    assert refused.value.status == 429


async def test_a_budget_that_is_off_is_never_spent(limiter: Limiter) -> None:
    for _ in range(1_000):
        await limiter.spend("public", "anybody")


async def test_a_name_that_is_no_budget_is_a_mistake_of_ours(limiter: Limiter) -> None:
    with pytest.raises(KeyError):
        await limiter.spend("sing_in", "ada")


async def test_the_switch_turns_all_off(settings_factory: SettingsFactory) -> None:
    limiter = open_limiter(settings_factory(rate_limits=False, limit_sign_in="1/day"))
    for _ in range(10):
        await limiter.spend("sign_in", "ada")
    await limiter.close()


async def test_what_is_refused_again_is_refused_without_asking() -> None:
    class Counting:
        asked = 0

        async def spend(self, wishes: Any) -> Any:
            self.asked += 1
            return [memory.spend_now(*wish) for wish in wishes]

        async def close(self) -> None:
            pass

    memory = Limiter(TWO)._own
    shared = Counting()
    limiter = Limiter(TWO, shared)
    for _ in range(50):
        try:
            await limiter.spend("sign_in", "ada")
        except RateLimited:
            continue
    assert shared.asked == 3


async def test_no_key_is_kept_as_it_is(settings_factory: SettingsFactory, redis_server: RedisServer) -> None:
    redis_server.send("FLUSHALL")
    limiter = open_limiter(settings_factory(redis_url=redis_server.url, redis_timeout_ms=10_000))
    await limiter.spend("sign_in", "ada@example.com")
    await limiter.spend("sign_in_address", "203.0.113.77")
    kept = str(await asyncio.to_thread(redis_server.send, "KEYS *", whole=True))
    await limiter.close()
    assert "limit:sign_in:" in kept
    assert "ada@" not in kept  # "ada" alone may be part of a hash
    assert "203.0" not in kept


async def test_processes_share_what_redis_counts(settings_factory: SettingsFactory, redis_url: str) -> None:
    settings = settings_factory(redis_url=redis_url, redis_timeout_ms=10_000, limit_sign_in="4/hour")
    limiters = [open_limiter(settings) for _ in range(2)]
    for number in range(4):
        await limiters[number % 2].spend("sign_in", "ada")
    for limiter in limiters:
        with pytest.raises(RateLimited):
            await limiter.spend("sign_in", "ada")
        await limiter.close()


async def test_without_redis_each_process_counts_alone_and_says_so(
    settings_factory: SettingsFactory, own_redis: RedisServer
) -> None:
    limiter = open_limiter(settings_factory(redis_url=own_redis.url, redis_timeout_ms=5_000, limit_sign_in="2/hour"))
    await limiter.spend("sign_in", "ada")
    own_redis.kill()
    before = failures()
    await limiter.spend("sign_in", "ada")
    await limiter.spend("sign_in", "ada")
    with pytest.raises(RateLimited):
        await limiter.spend("sign_in", "ada")
    assert failures() - before >= 3
    await limiter.close()


async def test_a_redis_that_hangs_holds_up_nobody_for_long(
    settings_factory: SettingsFactory, own_redis: RedisServer
) -> None:
    limiter = open_limiter(settings_factory(redis_url=own_redis.url))
    own_redis.pause()
    async with asyncio.timeout(30):  # 80 ms each would be 160 s: only the first waits
        for number in range(2_000):
            await limiter.spend("read", str(number))
    own_redis.resume()
    await limiter.close()


def test_every_budget_has_a_setting_and_every_default_can_be_read() -> None:
    fields = LimitSettings.model_fields
    assert {f"limit_{name}" for name in BUDGETS} == {name for name in fields if name.startswith("limit_")}
    assert all(parse_budget(name, fields[f"limit_{name}"].default) for name in BUDGETS)


@pytest.mark.parametrize(
    ("text", "amount", "seconds"),
    [("600/minute", 600, 60), (" 20 / 15 Minutes ", 20, 900), ("1/second", 1, 1), ("5/2hours", 5, 7_200)],
)
def test_notation(text: str, amount: int, seconds: int) -> None:
    assert parse_budget("read", text) == Budget("read", amount, seconds)


@pytest.mark.parametrize(
    "text", ["", "0/minute", "ten/minute", "10", "10/fortnight", "10/2 days", "10/0 minutes", "-1/day"]
)
def test_wrong_notation_stops_the_start_and_names_the_setting(text: str) -> None:
    with pytest.raises(SettingsError, match=r"VAYRO_LIMIT_READ=.*accepted is a number of times"):
        load_settings(_env_file=None, limit_read=text)


@pytest.mark.parametrize("text", ["resolver.test", "127.0.0.1:", "127.0.0.1:99999", ":53", "::1:53:x"])
def test_a_resolver_is_an_address(text: str) -> None:
    with pytest.raises(SettingsError, match="VAYRO_DOMAIN_RESOLVER="):
        load_settings(_env_file=None, domain_resolver=text)


@pytest.mark.parametrize("text", ["", "127.0.0.1", "127.0.0.1:5353", "2001:db8::1"])
def test_such_resolvers_are_accepted(text: str) -> None:
    assert load_settings(_env_file=None, domain_resolver=text).domain_resolver == text


@pytest.mark.parametrize(
    ("address", "key"),
    [
        ("203.0.113.77", "203.0.113.77"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("2001:db8:1:2::9", "2001:db8:1:2::"),
        ("", ""),
    ],
)
def test_ipv6_is_counted_by_its_64(address: str, key: str) -> None:
    assert address_key(address) == key
