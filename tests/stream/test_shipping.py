"""The shipper, a real Redis, a worker, and what happens to clicks when Redis fails in between."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

import pytest
from redis import Redis

from tests.clicks.spooled import event_id_of, make_payload, open_writer
from tests.conftest import SettingsFactory
from tests.contracts.test_link_cache import ClusterServer
from tests.servers import RedisServer, wait_until
from tests.servers import running as running_server
from tests.worker.conftest import eventually, make_consumer, rows, running, totals
from vayro.database.engine import Database, open_database
from vayro.database.models import click_events
from vayro.settings import Settings
from vayro.spool.directory import consumer_lock
from vayro.spool.reader import SpoolReader
from vayro.spool.writer import SpoolWriter
from vayro.stream import oversight
from vayro.stream import shipper as shipper_module
from vayro.stream.oversight import Patience
from vayro.stream.pipe import PipeBroken, RedisPipe, parse_address
from vayro.stream.progress import Progress
from vayro.stream.redis_client import GROUP, STREAM, open_redis
from vayro.stream.redis_source import RedisClickSource
from vayro.stream.shipper import ship_until
from vayro.stream.shipping import Shipped, Shipper
from vayro.stream.trimming import trim_acknowledged


@pytest.fixture
async def database(sqlite_url: str, settings_factory: SettingsFactory) -> AsyncIterator[Database]:
    opened = open_database(settings_factory(database_url=sqlite_url))
    yield opened
    await opened.close()


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look after things ten times as often as in production."""
    monkeypatch.setattr(shipper_module, "OVERSEE_SECONDS", 0.1)
    monkeypatch.setattr(shipper_module, "AWAY_SECONDS", 0.05)


@contextlib.asynccontextmanager
async def shipping(settings: Settings, database: Database) -> AsyncIterator[None]:
    stopped = asyncio.Event()
    task = asyncio.create_task(ship_until(stopped, settings, database))
    try:
        yield
    finally:
        stopped.set()
        await task


@contextlib.asynccontextmanager
async def working(settings: Settings, database: Database) -> AsyncIterator[None]:
    source = RedisClickSource(open_redis(settings), claim_idle_seconds=0.5)
    consumer = make_consumer(database, source)
    try:
        async with running(consumer):
            yield
    finally:
        await consumer.close()


async def append(writer: SpoolWriter, count: int) -> list[str]:
    payloads = [make_payload() for _ in range(count)]
    assert all(writer.append(payload) for payload in payloads)
    await asyncio.sleep(0)
    return [event_id_of(payload) for payload in payloads]


async def await_rows(database: Database, expected: int) -> None:
    async def are_there() -> bool:
        return (await totals(database))["events"] >= expected

    await eventually(are_there, seconds=40)


def entries_in(client: "Redis") -> int:
    return int(client.xlen(STREAM))  # type: ignore[arg-type]


@pytest.mark.parametrize("is_cluster", [False, True])
async def test_clicks_go_through_redis_and_their_segments_go_when_committed(
    redis_server: RedisServer, settings_factory: SettingsFactory, database: Database, quick: None, is_cluster: bool
) -> None:
    with running_server(ClusterServer()) if is_cluster else contextlib.nullcontext(redis_server) as server:
        server.send("FLUSHALL")
        await _check_the_way_of_clicks(settings_factory(redis_url=server.url, redis_cluster=is_cluster), database)


async def _check_the_way_of_clicks(settings: Settings, database: Database) -> None:
    writer = open_writer(settings.spool_dir)
    async with shipping(settings, database), working(settings, database):
        sent = await append(writer, 2_000)
        writer.close()

        async def is_spool_empty() -> bool:
            return not list(settings.spool_dir.rglob("*.seg"))

        await eventually(is_spool_empty)
    assert {str(row.id) for row in await rows(database, click_events)} == set(sent)
    assert await totals(database) == {"events": 2_000, "letters": 0, "stats": 2_000, "committed": 2_000}


async def test_a_segment_stays_until_the_database_has_all_of_it(
    redis_url: str, settings_factory: SettingsFactory
) -> None:
    spool = settings_factory().spool_dir
    writer = open_writer(spool)
    await append(writer, 50)
    writer.close()
    shipper = Shipper(SpoolReader(spool), RedisPipe(parse_address(redis_url)))
    shipper.ship()
    [segment] = shipper.shipped()
    assert segment.events == 50
    assert shipper.delete_committed({}) == 0
    assert shipper.delete_committed({segment.name: Progress(committed=49)}) == 0
    assert shipper.delete_committed({segment.name: Progress(committed=50)}) == 1
    assert not list(spool.glob("*/"))
    shipper._pipe.close()


@pytest.mark.parametrize("command", ["FLUSHALL", f"DEL {STREAM}"])
async def test_a_flushed_redis_loses_no_click_and_repeats_none(
    redis_url: str,
    settings_factory: SettingsFactory,
    database: Database,
    quick: None,
    command: str,
) -> None:
    settings = settings_factory(redis_url=redis_url)
    writer = open_writer(settings.spool_dir)
    with Redis.from_url(redis_url) as client:
        async with shipping(settings, database):
            sent = await append(writer, 500)
            await asyncio.to_thread(wait_until, lambda: entries_in(client) == 500, seconds=5)
            await asyncio.sleep(0.3)  # the shipper has seen this Redis
            client.execute_command(*command.split())  # nobody has read them yet
            async with working(settings, database):
                sent += await append(writer, 500)
                await await_rows(database, 1_000)
    writer.close()
    assert {str(row.id) for row in await rows(database, click_events)} == set(sent)
    assert await totals(database) == {"events": 1_000, "letters": 0, "stats": 1_000, "committed": 1_000}


async def test_a_flush_while_the_worker_reads_loses_no_click(
    redis_server: RedisServer, redis_url: str, settings_factory: SettingsFactory, database: Database, quick: None
) -> None:
    settings = settings_factory(redis_url=redis_url)
    writer = open_writer(settings.spool_dir)
    sent: list[str] = []
    async with shipping(settings, database), working(settings, database):
        for _ in range(4):
            sent += await append(writer, 500)
            await asyncio.sleep(0.1)
            redis_server.send("FLUSHALL")
        await await_rows(database, len(sent))
    writer.close()
    assert await totals(database) == {"events": 2_000, "letters": 0, "stats": 2_000, "committed": 2_000}


async def test_a_killed_redis_that_forgot_everything_loses_no_click(
    own_redis: RedisServer, settings_factory: SettingsFactory, database: Database, quick: None
) -> None:
    own_redis.send("CONFIG SET appendonly no")
    settings = settings_factory(redis_url=own_redis.url)
    writer = open_writer(settings.spool_dir)
    async with shipping(settings, database):
        sent = await append(writer, 1_000)
        with Redis.from_url(own_redis.url) as client:
            await asyncio.to_thread(wait_until, lambda: entries_in(client) == 1_000, seconds=5)
        await asyncio.sleep(0.3)
        await asyncio.to_thread(own_redis.kill)
        sent += await append(writer, 1_000)
        for path in own_redis.directory.glob("appendonlydir/*"):
            path.unlink()
        own_redis.start()
        async with working(settings, database):
            await await_rows(database, 2_000)
    writer.close()
    assert {str(row.id) for row in await rows(database, click_events)} == set(sent)


async def test_a_black_hole_holds_clicks_up_and_loses_none(
    own_redis: RedisServer, settings_factory: SettingsFactory, database: Database, quick: None
) -> None:
    settings = settings_factory(redis_url=own_redis.url)
    writer = open_writer(settings.spool_dir)
    async with shipping(settings, database), working(settings, database):
        sent = await append(writer, 300)
        own_redis.pause()
        sent += await append(writer, 300)
        await asyncio.sleep(4)  # longer than all time-outs
        own_redis.resume()
        sent += await append(writer, 300)
        await await_rows(database, 900)
    writer.close()
    assert await totals(database) == {"events": 900, "letters": 0, "stats": 900, "committed": 900}


async def test_a_redis_without_room_is_tried_again(
    own_redis: RedisServer, settings_factory: SettingsFactory, database: Database, quick: None
) -> None:
    settings = settings_factory(redis_url=own_redis.url)
    own_redis.send("CONFIG SET maxmemory 1")
    writer = open_writer(settings.spool_dir)
    sent = await append(writer, 300)
    pipe = RedisPipe(parse_address(own_redis.url))
    shipper = Shipper(SpoolReader(settings.spool_dir), pipe)
    shipper.ship()
    with pytest.raises(PipeBroken, match="OOM"):
        shipper.confirm()
    own_redis.send("CONFIG SET maxmemory 0")
    assert shipper.ship() == 300
    shipper.confirm()
    pipe.close()
    async with working(settings, database):
        await await_rows(database, 300)
    writer.close()
    assert {str(row.id) for row in await rows(database, click_events)} == set(sent)


async def test_entries_that_vanish_from_the_stream_are_sent_again(
    redis_url: str,
    settings_factory: SettingsFactory,
    database: Database,
    quick: None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Neither restart nor flush: the group has nothing left, and yet the segment is not complete."""
    monkeypatch.setattr(oversight, "FIRST_PATIENCE_SECONDS", 0.5)
    settings = settings_factory(redis_url=redis_url)
    writer = open_writer(settings.spool_dir)
    sent = await append(writer, 100)
    writer.close()
    async with shipping(settings, database):
        with Redis.from_url(redis_url) as client:
            await asyncio.to_thread(wait_until, lambda: entries_in(client) == 100, seconds=5)
            for entry, _ in client.xrange(STREAM, count=40):  # type: ignore[union-attr]
                client.xdel(STREAM, entry)
        async with working(settings, database):
            await await_rows(database, 100)
    assert {str(row.id) for row in await rows(database, click_events)} == set(sent)


async def test_a_second_shipper_of_a_spool_stands_by(
    redis_url: str, settings_factory: SettingsFactory, database: Database, quick: None
) -> None:
    settings = settings_factory(redis_url=redis_url)
    first = consumer_lock(settings.spool_dir)
    assert first.acquire()
    writer = open_writer(settings.spool_dir)
    await append(writer, 10)
    with Redis.from_url(redis_url) as client:
        async with shipping(settings, database):
            await asyncio.sleep(0.3)
            assert entries_in(client) == 0
            first.release()
            await asyncio.to_thread(wait_until, lambda: entries_in(client) == 10, seconds=5)
    writer.close()


async def test_trimming_keeps_what_any_group_still_needs(redis_url: str, settings_factory: SettingsFactory) -> None:
    client = open_redis(settings_factory(redis_url=redis_url))
    ids = [await client.xadd(STREAM, {"n": str(number)}) for number in range(10)]
    for group in (GROUP, "other"):
        await client.xgroup_create(STREAM, group, id="0")
    await client.xreadgroup(GROUP, "a", {STREAM: ">"}, count=8)
    await client.xreadgroup("other", "b", {STREAM: ">"}, count=5)
    await client.xack(STREAM, GROUP, *ids[:8])
    await client.xack(STREAM, "other", *ids[:2])
    assert await trim_acknowledged(client) == 2
    assert [entry for entry, _ in await client.xrange(STREAM)] == ids[2:]
    await client.xack(STREAM, "other", *ids[2:5])
    assert await trim_acknowledged(client) == 3
    assert [entry for entry, _ in await client.xrange(STREAM)] == ids[5:]
    await client.aclose()


def test_a_broken_pipe_takes_back_no_more_than_was_sent_and_spoils_no_resend(
    own_redis: RedisServer, settings_factory: SettingsFactory
) -> None:
    spool = settings_factory().spool_dir
    writer = open_writer(spool)
    pipe = RedisPipe(parse_address(own_redis.url))
    shipper = Shipper(SpoolReader(spool), pipe)
    for _ in range(10):
        writer.append(make_payload())
    shipper.ship()
    shipper.confirm()
    for _ in range(10):
        writer.append(make_payload())
    own_redis.pause()  # it takes what is sent, and dies before it answers
    shipper.ship()
    own_redis.kill()
    with pytest.raises(PipeBroken):
        shipper.confirm()
    own_redis.start()
    shipper.ship()
    shipper.confirm()
    shipper.resend()
    own_redis.pause()
    assert shipper.ship() == 20
    shipper.resend()
    own_redis.kill()
    with pytest.raises(PipeBroken):
        shipper.ship()
    own_redis.start()
    assert shipper.ship() == 20
    shipper.confirm()
    assert shipper.completed == shipper.attempted
    writer.close()
    pipe.close()
    shipper._reader.close()


def test_patience_waits_for_quiet_and_longer_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [0.0]
    monkeypatch.setattr(oversight.time, "monotonic", lambda: clock[0])
    patience, waiting = Patience(10), [Shipped("a-1", 5)]
    assert patience.overdue(waiting, is_quiet=True) == []
    clock[0] = 11
    assert patience.overdue(waiting, is_quiet=False) == []
    assert patience.overdue(waiting, is_quiet=True) == ["a-1"]
    clock[0] = 22
    assert patience.overdue(waiting, is_quiet=True) == []
    clock[0] = 32
    assert patience.overdue(waiting, is_quiet=True) == ["a-1"]
    assert patience.overdue([], is_quiet=True) == []


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("redis://h:7000/3", ("h", 7000, False, "", "", 3)),
        ("rediss://u:p%40ss@h", ("h", 6379, True, "u", "p@ss", 0)),
        ("redis://:secret@h/", ("h", 6379, False, "", "secret", 0)),
    ],
)
def test_a_redis_url_is_read(url: str, expected: tuple[object, ...]) -> None:
    assert tuple(parse_address(url)) == expected


def test_the_pipe_signs_in(own_redis: RedisServer) -> None:
    own_redis.send("CONFIG SET requirepass s3cret")
    pipe = RedisPipe(parse_address(own_redis.url.replace("redis://", "redis://:s3cret@").replace("/0", "/2")))
    pipe.send(b"*5\r\n$4\r\nXADD\r\n$1\r\ns\r\n$1\r\n*\r\n$1\r\na\r\n$1\r\nb\r\n", 1)
    pipe.confirm()
    pipe.close()
    stranger = RedisPipe(parse_address(own_redis.url))
    stranger.send(b"*2\r\n$3\r\nGET\r\n$1\r\na\r\n", 1)
    with pytest.raises(PipeBroken, match="NOAUTH"):
        stranger.confirm()
