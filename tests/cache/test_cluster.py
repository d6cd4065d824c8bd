"""What only a cluster of several nodes does: slots that move, masters that die."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable

import pytest

from tests.conftest import SettingsFactory
from tests.contracts.test_link_cache import make_snapshot
from tests.machines import RedisClusterServers, hanging
from tests.servers import wait_until
from vayro.cache.adapters import open_commands, open_link_cache
from vayro.cache.cluster import ClusterCommands
from vayro.cache.commands import RedisAway
from vayro.cache.port import LinkCache
from vayro.observability import get_metrics

pytestmark = pytest.mark.xdist_group("redis cluster")


@pytest.fixture
async def commands(
    request: pytest.FixtureRequest, cluster_url: str, settings_factory: SettingsFactory
) -> AsyncIterator[ClusterCommands]:
    timeout_ms = getattr(request, "param", 3000)
    settings = settings_factory(redis_url=cluster_url, redis_cluster=True, redis_timeout_ms=timeout_ms)
    opened = open_commands(settings, "cluster-test")
    assert isinstance(opened, ClusterCommands)
    yield opened
    await opened.close()


@pytest.fixture
async def cache(cluster_url: str, settings_factory: SettingsFactory) -> AsyncIterator[LinkCache]:
    opened = open_link_cache(settings_factory(redis_url=cluster_url, redis_cluster=True, redis_timeout_ms=3000))
    yield opened
    await opened.close()


async def eventually(condition: Callable[[], bool], seconds: float = 60) -> None:
    await asyncio.to_thread(wait_until, condition, seconds=seconds)


async def test_a_thousand_commands_before_the_first_connection_all_arrive(commands: ClusterCommands) -> None:
    await asyncio.gather(*(commands.execute(b"SET", f"k{number}", number) for number in range(1_000)))
    found = await asyncio.gather(*(commands.execute(b"GET", f"k{number}") for number in range(1_000)))
    assert found == [b"%d" % number for number in range(1_000)]


async def test_many_commands_come_back_in_their_order(commands: ClusterCommands) -> None:
    await commands.execute_many([(b"SET", f"k{number}", number) for number in range(500)])
    found = await commands.execute_many([(b"GET", f"k{number}") for number in range(500)])
    assert found == [b"%d" % number for number in range(500)]


async def test_a_slot_that_moved_is_followed(commands: ClusterCommands, redis_cluster: RedisClusterServers) -> None:
    await commands.execute(b"SET", "url:moved", "here")
    source = redis_cluster.master_of("url:moved")
    target = next(node for node in (redis_cluster.master_of(name) for name in "abcdefgh") if node is not source)
    try:
        redis_cluster.move_slot("url:moved", target)
        assert await commands.execute(b"GET", "url:moved") == b"here"
        assert await commands.execute_many([(b"GET", "url:moved")] * 3) == [b"here"] * 3
    finally:
        redis_cluster.move_slot("url:moved", source)
    assert await commands.execute(b"GET", "url:moved") == b"here"


async def test_a_slot_on_its_way_is_asked_for_where_its_keys_are(
    commands: ClusterCommands, redis_cluster: RedisClusterServers
) -> None:
    await commands.execute(b"SET", "url:asked", "gone ahead")
    source = redis_cluster.master_of("url:asked")
    target = next(node for node in (redis_cluster.master_of(name) for name in "abcdefgh") if node is not source)
    try:
        redis_cluster.move_slot("url:asked", target, is_finished=False)
        assert await commands.execute(b"GET", "url:asked") == b"gone ahead"
        assert await commands.execute_many([(b"GET", "url:asked"), (b"GET", "k")]) == [b"gone ahead", None]
    finally:
        redis_cluster.settle_slot("url:asked", target)
        redis_cluster.move_slot("url:asked", source)


@pytest.mark.parametrize("commands", [1000], indirect=True)  # noticed before the failover, which takes 4 s
async def test_a_master_that_hangs_keeps_no_other_node_waiting(
    commands: ClusterCommands, redis_cluster: RedisClusterServers
) -> None:
    hung = redis_cluster.master_of("a")
    others = [name for name in map(str, range(60)) if redis_cluster.master_of(name) is not hung][:10]
    await asyncio.gather(*(commands.execute(b"SET", name, name) for name in ["a", *others]))
    with hanging(hung):
        with pytest.raises(RedisAway):
            await commands.execute(b"GET", "a")
        assert get_metrics().breaker_open.labels("cluster-test")._value.get() == 1
        for name in others:
            assert await commands.execute(b"GET", name) == name.encode()
        started = time.monotonic()
        with pytest.raises(RedisAway):
            await commands.execute(b"GET", "a")
        assert time.monotonic() - started < 0.5  # its breaker knows
    await eventually(redis_cluster.is_whole)


async def test_a_failover_is_followed(
    cache: LinkCache, redis_cluster: RedisClusterServers, commands: ClusterCommands
) -> None:
    snapshots = [make_snapshot() for _ in range(60)]
    assert await cache.store_many(snapshots)
    first = snapshots[0]
    master = redis_cluster.master_of(f"url:{first.short_code}")
    master.kill()
    try:
        newer = make_snapshot(short_code=first.short_code, version=2)
        async with asyncio.timeout(60):
            while not await cache.store(newer):
                await asyncio.sleep(0.05)
        assert await cache.find("", first.short_code) == newer
        assert await cache.store_many(snapshots)
        assert await cache.find("", first.short_code) == newer
    finally:
        master.start()
    await eventually(redis_cluster.is_whole)
