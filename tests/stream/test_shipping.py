"""The shipper, a real Redis, a worker, and what happens to clicks when Redis fails in between."""

import asyncio

import pytest
from redis import Redis

from tests.clicks.spooled import open_writer
from tests.conftest import SettingsFactory
from tests.servers import RedisServer, wait_until
from tests.stream.conftest import append, await_look, await_rows, entries_in, shipping, working
from tests.worker.conftest import eventually, rows, totals
from vayro.database.engine import Database
from vayro.database.models import click_events
from vayro.spool.directory import consumer_lock
from vayro.spool.reader import SpoolReader
from vayro.stream import oversight
from vayro.stream.lane import Lane
from vayro.stream.pipe import PipeBroken, RedisPipe, parse_address
from vayro.stream.progress import Progress
from vayro.stream.redis_client import STREAM
from vayro.stream.shipping import Shipper


async def test_clicks_go_through_redis_and_their_segments_go_when_committed(
    redis_url: str, settings_factory: SettingsFactory, database: Database, quick: None
) -> None:
    settings = settings_factory(redis_url=redis_url)
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
    shipper = Shipper(SpoolReader(spool), [Lane(RedisPipe(parse_address(redis_url)))])
    shipper.ship()
    [segment] = shipper.shipped()
    assert segment.events == 50
    assert shipper.delete_committed({}) == 0
    assert shipper.delete_committed({segment.name: Progress(committed=49)}) == 0
    assert shipper.delete_committed({segment.name: Progress(committed=50)}) == 1
    assert not list(spool.glob("*/"))
    shipper.lanes[0].pipe.close()


@pytest.mark.parametrize("command", ["FLUSHALL", f"DEL {STREAM}"])
async def test_a_flushed_redis_loses_no_click_and_repeats_none(
    redis_url: str,
    settings_factory: SettingsFactory,
    database: Database,
    looks: list[bool],
    command: str,
) -> None:
    settings = settings_factory(redis_url=redis_url)
    writer = open_writer(settings.spool_dir)
    with Redis.from_url(redis_url) as client:
        async with shipping(settings, database):
            sent = await append(writer, 500)
            await asyncio.to_thread(wait_until, lambda: entries_in(client) >= 500, seconds=60)
            await await_look(looks)
            client.execute_command(*command.split())  # nobody has read them yet
            async with working(settings, database):
                sent += await append(writer, 500)
                await await_rows(database, 1_000)
    writer.close()
    assert {str(row.id) for row in await rows(database, click_events)} == set(sent)
    assert await totals(database) == {"events": 1_000, "letters": 0, "stats": 1_000, "committed": 1_000}


async def test_a_flush_while_the_worker_reads_loses_no_click(
    redis_server: RedisServer,
    redis_url: str,
    settings_factory: SettingsFactory,
    database: Database,
    looks: list[bool],
) -> None:
    settings = settings_factory(redis_url=redis_url)
    writer = open_writer(settings.spool_dir)
    sent: list[str] = []
    async with shipping(settings, database), working(settings, database):
        await await_look(looks)
        for _ in range(4):
            sent += await append(writer, 500)
            await asyncio.sleep(0.1)
            redis_server.send("FLUSHALL")
        await await_rows(database, len(sent))
    writer.close()
    assert await totals(database) == {"events": 2_000, "letters": 0, "stats": 2_000, "committed": 2_000}


async def test_a_killed_redis_that_forgot_everything_loses_no_click(
    own_redis: RedisServer, settings_factory: SettingsFactory, database: Database, looks: list[bool]
) -> None:
    own_redis.send("CONFIG SET appendonly no")
    settings = settings_factory(redis_url=own_redis.url)
    writer = open_writer(settings.spool_dir)
    async with shipping(settings, database):
        sent = await append(writer, 1_000)
        with Redis.from_url(own_redis.url) as client:
            await asyncio.to_thread(wait_until, lambda: entries_in(client) >= 1_000, seconds=60)
        await await_look(looks)
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
    shipper = Shipper(SpoolReader(settings.spool_dir), [Lane(pipe)])
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
            await asyncio.to_thread(wait_until, lambda: entries_in(client) >= 100, seconds=60)
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
            await asyncio.to_thread(wait_until, lambda: entries_in(client) >= 10, seconds=60)
    writer.close()
