"""Redis is a convenience of the API: without it links are made all the same, and soon at full speed."""

import time

import pytest

from tests.api.conftest import client, make_key
from tests.api.test_links import TARGET
from tests.conftest import SettingsFactory
from tests.processes import vayro
from tests.servers import RedisServer

FIRST_SECONDS = 5.0  # a few time-outs of 80 ms before the breaker opens, on a busy machine
LATER_SECONDS = 0.5


async def test_a_new_link_is_in_redis_when_it_is_answered(
    settings_factory: SettingsFactory, postgres_url: str, own_redis: RedisServer
) -> None:
    settings = settings_factory(database_url=postgres_url, redis_url=own_redis.url, redis_timeout_ms=10_000)
    key = await make_key(settings)
    with vayro("api", settings) as process:
        async with client(process.url, key) as api:
            await api.post("/v1/links", json={**TARGET, "short_code": "stored"})
            assert b'"target":"https://example.com/a"' in own_redis.send("GET url:stored", whole=True)
            assert own_redis.send("XLEN stream:link-changes") == b":1"


@pytest.mark.parametrize("harm", ["kill", "pause"])
async def test_links_are_made_while_redis_is_away(
    settings_factory: SettingsFactory, postgres_url: str, own_redis: RedisServer, harm: str
) -> None:
    settings = settings_factory(database_url=postgres_url, redis_url=own_redis.url)
    key = await make_key(settings)
    with vayro("api", settings) as process:
        async with client(process.url, key) as api:
            assert (await api.post("/v1/links", json=TARGET)).status_code == 201
            getattr(own_redis, harm)()
            durations = []
            for _ in range(10):
                started = time.perf_counter()
                assert (await api.post("/v1/links", json=TARGET)).status_code == 201
                durations.append(time.perf_counter() - started)
    assert max(durations) < FIRST_SECONDS
    assert sorted(durations)[5] < LATER_SECONDS
