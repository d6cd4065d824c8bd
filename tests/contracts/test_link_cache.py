"""What every LinkCache promises, and what only a cache that holds something can show."""

import asyncio
import itertools
import time
from collections.abc import AsyncIterator
from uuid import uuid4

import pytest

from tests.conftest import SettingsFactory
from tests.servers import RedisServer
from vayro.cache.adapters import open_announcements, open_link_cache
from vayro.cache.announcements import AnnouncementReader
from vayro.cache.port import LinkCache
from vayro.cache.redis_links import TTL_SECONDS
from vayro.cache.snapshot import LinkSnapshot

PATIENT_MS = 10_000
"""What a test waits for Redis where the time-out is not what it is about: on a busy machine 80 ms pass in vain."""

_numbers = itertools.count(1)


def make_snapshot(**over: object) -> LinkSnapshot:
    values: dict[str, object] = {
        "domain": "",
        "short_code": f"code{next(_numbers)}",
        "target_url": "https://example.com/",
        "is_active": True,
        "link_id": str(uuid4()),
        "version": 1,
        **over,
    }
    return LinkSnapshot(**values)  # type: ignore[arg-type]


@pytest.fixture
async def redis_cache(redis_url: str, settings_factory: SettingsFactory) -> AsyncIterator[LinkCache]:
    cache = open_link_cache(settings_factory(redis_url=redis_url, redis_timeout_ms=PATIENT_MS))
    yield cache
    await cache.close()


CLUSTER = pytest.mark.xdist_group("redis cluster")


@pytest.fixture(params=["none", "redis", pytest.param("cluster", marks=CLUSTER)])
async def cache(request: pytest.FixtureRequest, settings_factory: SettingsFactory) -> AsyncIterator[LinkCache]:
    if request.param == "none":
        settings = settings_factory()
    elif request.param == "redis":
        settings = settings_factory(redis_url=request.getfixturevalue("redis_url"), redis_timeout_ms=PATIENT_MS)
    else:
        url = request.getfixturevalue("cluster_url")
        settings = settings_factory(redis_url=url, redis_cluster=True, redis_timeout_ms=PATIENT_MS)
    opened = open_link_cache(settings)
    yield opened
    await opened.close()


@pytest.fixture
async def own_cache(own_redis: RedisServer, settings_factory: SettingsFactory) -> AsyncIterator[LinkCache]:
    opened = open_link_cache(settings_factory(redis_url=own_redis.url, redis_timeout_ms=PATIENT_MS))
    yield opened
    await opened.close()


class TestEveryAdapter:
    async def test_finds_nothing_that_was_never_stored(self, cache: LinkCache) -> None:
        assert await cache.find("", "missing") is None

    async def test_never_finds_another_version_than_the_newest_stored(self, cache: LinkCache) -> None:
        old, new = make_snapshot(short_code="x", version=1), make_snapshot(short_code="x", version=2)
        await cache.store(new)
        await cache.store(old)
        assert await cache.find("", "x") in {None, new}

    async def test_takes_all_kinds_of_change_without_a_word(self, cache: LinkCache) -> None:
        snapshots = [make_snapshot() for _ in range(500)]
        assert await cache.store_many(snapshots)
        assert await cache.store_many([])
        assert await cache.store_tombstone(make_snapshot(is_deleted=True))
        assert await cache.drop_older([("", "x", 3)])
        assert await cache.announce(snapshots)
        assert await cache.announce([])
        assert (await cache.find("", snapshots[0].short_code)) in {None, snapshots[0]}


class TestRedis:
    async def test_finds_what_was_stored(self, redis_cache: LinkCache) -> None:
        snapshot = make_snapshot(target_url='https://example.com/"version":9', max_clicks=5)
        await redis_cache.store(snapshot)
        assert await redis_cache.find("", snapshot.short_code) == snapshot

    async def test_keeps_domains_apart(self, redis_cache: LinkCache, redis_server: RedisServer) -> None:
        ours, theirs = make_snapshot(short_code="a"), make_snapshot(short_code="a", domain="go.example.com")
        await redis_cache.store_many([ours, theirs])
        assert await redis_cache.find("", "a") == ours
        assert await redis_cache.find("go.example.com", "a") == theirs
        assert redis_server.send("EXISTS url:a url:go.example.com/a") == b":2"

    async def test_older_never_overwrites_newer(self, redis_cache: LinkCache) -> None:
        newer = make_snapshot(short_code="a", version=10, target_url='https://example.com/"version":99')
        await redis_cache.store(newer)
        await redis_cache.store(make_snapshot(short_code="a", version=9))
        assert await redis_cache.find("", "a") == newer

    async def test_a_tombstone_is_found_and_stops_older_versions(self, redis_cache: LinkCache) -> None:
        tombstone = make_snapshot(short_code="a", version=3, is_active=False, is_deleted=True)
        await redis_cache.store_tombstone(tombstone)
        await redis_cache.store(make_snapshot(short_code="a", version=2))
        assert await redis_cache.find("", "a") == tombstone

    async def test_an_equal_version_renews_the_life(self, redis_cache: LinkCache, redis_server: RedisServer) -> None:
        snapshot = make_snapshot()
        await redis_cache.store(snapshot)
        redis_server.send(f"EXPIRE url:{snapshot.short_code} 10")
        await redis_cache.store(snapshot)
        assert _ttl(redis_server, snapshot) > TTL_SECONDS * 0.89

    async def test_finding_renews_the_life(self, redis_cache: LinkCache, redis_server: RedisServer) -> None:
        snapshot = make_snapshot()
        await redis_cache.store(snapshot)
        redis_server.send(f"EXPIRE url:{snapshot.short_code} 10")
        await redis_cache.find("", snapshot.short_code)
        assert TTL_SECONDS * 0.89 < _ttl(redis_server, snapshot) <= TTL_SECONDS * 1.1

    async def test_lives_differ_by_a_tenth(self, redis_cache: LinkCache, redis_server: RedisServer) -> None:
        snapshots = [make_snapshot() for _ in range(50)]
        await redis_cache.store_many(snapshots)
        lives = [_ttl(redis_server, snapshot) for snapshot in snapshots]
        assert len(set(lives)) > 40
        assert min(lives) >= TTL_SECONDS * 0.89
        assert max(lives) <= TTL_SECONDS * 1.1

    async def test_drops_only_what_is_older(self, redis_cache: LinkCache) -> None:
        old, current = make_snapshot(version=1), make_snapshot(version=2)
        await redis_cache.store_many([old, current])
        await redis_cache.drop_older([("", old.short_code, 2), ("", current.short_code, 2)])
        assert await redis_cache.find("", old.short_code) is None
        assert await redis_cache.find("", current.short_code) == current

    @pytest.mark.parametrize("foreign", ["", "[]", "null", '{"target":5}', "not json"])
    async def test_what_others_wrote_there_counts_as_a_miss_and_is_replaced(
        self, redis_cache: LinkCache, redis_server: RedisServer, foreign: str
    ) -> None:
        snapshot = make_snapshot()
        redis_server.send(f"SET url:{snapshot.short_code} '{foreign}'")
        assert await redis_cache.find("", snapshot.short_code) is None
        await redis_cache.store(snapshot)
        assert await redis_cache.find("", snapshot.short_code) == snapshot

    async def test_a_key_of_another_type_counts_as_a_miss(
        self, redis_cache: LinkCache, redis_server: RedisServer
    ) -> None:
        redis_server.send("LPUSH url:a 1")
        assert await redis_cache.find("", "a") is None
        assert not await redis_cache.store(make_snapshot(short_code="a"))

    async def test_64_concurrent_stores_are_one_write(self, redis_cache: LinkCache, redis_server: RedisServer) -> None:
        await redis_cache.store(make_snapshot())  # connects, and loads the script
        before = _reads_of_server(redis_server)
        await asyncio.gather(*(redis_cache.store(make_snapshot()) for _ in range(64)))
        assert _reads_of_server(redis_server) - before <= 4  # the two of INFO itself, and one or two of ours

    async def test_scripts_are_loaded_again_after_a_flush(
        self, redis_cache: LinkCache, redis_server: RedisServer
    ) -> None:
        snapshot = make_snapshot()
        await redis_cache.store(snapshot)
        redis_server.send("SCRIPT FLUSH")
        redis_server.send("FLUSHALL")
        assert await redis_cache.store(snapshot)
        assert await redis_cache.find("", snapshot.short_code) == snapshot


class TestRedisAway:
    async def test_a_black_hole_costs_one_time_out_then_nothing(
        self, own_redis: RedisServer, settings_factory: SettingsFactory
    ) -> None:
        cache = open_link_cache(settings_factory(redis_url=own_redis.url, redis_timeout_ms=1000))
        assert await cache.store(make_snapshot())
        own_redis.pause()
        started = time.monotonic()
        assert await cache.find("", "a") is None
        assert 1 <= time.monotonic() - started < 5
        seconds = []
        for _ in range(3):
            started = time.monotonic()
            assert not await cache.store(make_snapshot())
            assert not await cache.announce([make_snapshot()])
            seconds.append(time.monotonic() - started)
        assert min(seconds) < 0.5
        await cache.close()

    async def test_a_dead_server_is_a_miss_and_comes_back(self, own_cache: LinkCache, own_redis: RedisServer) -> None:
        snapshot = make_snapshot()
        assert await own_cache.store(snapshot)
        own_redis.kill()
        assert await own_cache.find("", snapshot.short_code) is None
        own_redis.start()
        async with asyncio.timeout(10):
            while not await own_cache.store(snapshot):
                await asyncio.sleep(0.02)
        assert await own_cache.find("", snapshot.short_code) == snapshot

    async def test_a_server_that_was_never_there_is_a_miss(self, settings_factory: SettingsFactory) -> None:
        cache = open_link_cache(settings_factory(redis_url="redis://127.0.0.1:1/0", redis_timeout_ms=PATIENT_MS))
        started = time.monotonic()
        assert await cache.find("", "a") is None
        assert not await cache.store_many([make_snapshot(), make_snapshot()])
        assert time.monotonic() - started < PATIENT_MS / 1000
        await cache.close()

    async def test_a_cancelled_caller_never_gets_or_gives_another_reply(self, redis_cache: LinkCache) -> None:
        snapshots = [make_snapshot() for _ in range(120)]
        await redis_cache.store_many(snapshots)
        for number, snapshot in enumerate(snapshots):
            doomed = asyncio.create_task(redis_cache.find("", snapshots[0].short_code))
            for _ in range(number % 4):
                await asyncio.sleep(0)
            doomed.cancel()
            assert await redis_cache.find("", snapshot.short_code) == snapshot


class TestAnnouncements:
    @pytest.fixture
    async def reader(self, redis_url: str, settings_factory: SettingsFactory) -> AnnouncementReader:
        opened = open_announcements(settings_factory(redis_url=redis_url))
        assert opened is not None
        return opened

    async def test_the_first_read_is_a_gap(self, reader: AnnouncementReader, redis_cache: LinkCache) -> None:
        await redis_cache.announce([make_snapshot()])
        assert (await reader.read()).has_gap
        await reader.close()

    async def test_what_is_announced_is_read_in_order(self, reader: AnnouncementReader, redis_cache: LinkCache) -> None:
        await reader.read()
        await redis_cache.announce([make_snapshot(short_code="a", version=2), make_snapshot(short_code="b")])
        await redis_cache.announce([make_snapshot(short_code="c", domain="go.example.com")])
        changes = [*(await reader.read()).changes]
        if len(changes) < 3:
            changes += (await reader.read()).changes
        assert [(item.domain, item.short_code, item.version) for item in changes] == [
            ("", "a", 2),
            ("", "b", 1),
            ("go.example.com", "c", 1),
        ]
        await reader.close()

    async def test_more_than_the_stream_keeps_is_a_gap(
        self, reader: AnnouncementReader, redis_cache: LinkCache
    ) -> None:
        await reader.read()
        for _ in range(12):
            await asyncio.gather(*(redis_cache.announce([make_snapshot()]) for _ in range(1000)))
        assert (await reader.read()).has_gap
        assert not (await reader.read()).has_gap
        await reader.close()

    @CLUSTER
    async def test_a_cluster_is_followed_too(self, cluster_url: str, settings_factory: SettingsFactory) -> None:
        settings = settings_factory(redis_url=cluster_url, redis_cluster=True, redis_timeout_ms=PATIENT_MS)
        cache, reader = open_link_cache(settings), open_announcements(settings)
        assert reader is not None
        assert (await reader.read()).has_gap
        await cache.announce([make_snapshot(short_code="a")])
        assert [change.short_code for change in (await reader.read()).changes] == ["a"]
        await reader.close()
        await cache.close()

    async def test_a_flushed_stream_is_followed_on(
        self, reader: AnnouncementReader, redis_cache: LinkCache, redis_server: RedisServer
    ) -> None:
        await redis_cache.announce([make_snapshot()])
        await reader.read()
        redis_server.send("FLUSHALL")
        await asyncio.sleep(0.005)  # an emptied stream counts anew, from the clock's millisecond
        await redis_cache.announce([make_snapshot(short_code="after")])
        assert [change.short_code for change in (await reader.read()).changes] == ["after"]
        await reader.close()


def _ttl(server: RedisServer, snapshot: LinkSnapshot) -> int:
    return int(server.send(f"TTL url:{snapshot.short_code}")[1:])


def _reads_of_server(server: RedisServer) -> int:
    line = next(line for line in server.send("INFO stats", whole=True).split(b"\r\n") if b"total_reads" in line)
    return int(line.split(b":")[1])
