"""Clicks spread over several streams: evenly, past what is away, and whatever happens to their number."""

import asyncio
from collections import Counter

import pytest
from redis import Redis
from redis.crc import key_slot

from tests.clicks.spooled import make_payload, open_writer
from tests.conftest import SettingsFactory
from tests.servers import RedisServer, running, wait_until
from tests.stream.conftest import append, await_rows, ship_all, shipping, working
from tests.worker.conftest import rows, totals
from vayro.database.engine import Database
from vayro.database.models import click_events
from vayro.spool.reader import SpoolReader
from vayro.stream import sharded_source
from vayro.stream.lane import Lane
from vayro.stream.names import MAX_SHARDS, STREAM, beside, stream_names
from vayro.stream.pipe import RedisPipe, parse_address
from vayro.stream.shipping import Shipper

SLOTS = 16_384


@pytest.fixture
def watchful(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look for other streams fifty times as often as in production."""
    monkeypatch.setattr(sharded_source, "LOOK_SECONDS", 0.2)


def test_the_first_stream_keeps_its_name() -> None:
    assert stream_names(1) == ["stream:clicks"] == [STREAM]
    assert len(set(stream_names(MAX_SHARDS))) == MAX_SHARDS


@pytest.mark.parametrize("masters", [3, 4, 6])
def test_twice_as_many_streams_as_masters_leave_no_master_without_one(masters: int) -> None:
    shares = Counter(key_slot(name.encode()) * masters // SLOTS for name in stream_names(2 * masters))
    assert len(shares) == masters


@pytest.mark.parametrize("name", stream_names(3))
def test_what_is_kept_beside_a_stream_lies_in_its_slot(name: str) -> None:
    assert key_slot(beside(name, "epoch").encode()) == key_slot(name.encode())


async def test_clicks_are_spread_evenly_and_all_are_written_once(
    redis_url: str, settings_factory: SettingsFactory, database: Database, quick: None
) -> None:
    settings = settings_factory(redis_url=redis_url, stream_shards=3)
    writer = open_writer(settings.spool_dir)
    with Redis.from_url(redis_url) as client:
        async with shipping(settings, database):
            sent = await append(writer, 3_000)
            await asyncio.to_thread(wait_until, lambda: sum(lengths(client, 3)) == 3_000, seconds=60)
            assert min(lengths(client, 3)) > 500  # of 1,000; some 200 are read at once
            async with working(settings, database):
                await await_rows(database, 3_000)
                # Each stream is trimmed by itself.
                await asyncio.to_thread(wait_until, lambda: lengths(client, 3) == [0, 0, 0], seconds=60)
    writer.close()
    assert {str(row.id) for row in await rows(database, click_events)} == set(sent)
    assert await totals(database) == {"events": 3_000, "letters": 0, "stats": 3_000, "committed": 3_000}


@pytest.mark.usefixtures("quick", "watchful")
@pytest.mark.parametrize(("before", "after"), [(1, 4), (4, 1)], ids=["more", "fewer"])
async def test_another_number_of_streams_loses_nothing(
    redis_url: str, settings_factory: SettingsFactory, database: Database, before: int, after: int
) -> None:  # fmt: skip
    """Engines and workers are not restarted at the same moment, so each number meets each."""
    first = settings_factory(redis_url=redis_url, stream_shards=before)
    second = settings_factory(redis_url=redis_url, stream_shards=after)
    writer = open_writer(first.spool_dir)
    with Redis.from_url(redis_url) as client:
        async with shipping(first, database):
            sent = await append(writer, 1_000)
            await asyncio.to_thread(wait_until, lambda: sum(lengths(client, 4)) >= 1_000, seconds=60)
        async with working(second, database):
            await await_rows(database, 1_000)
        async with shipping(second, database), working(first, database):
            sent += await append(writer, 1_000)
            await await_rows(database, 2_000)
    writer.close()
    assert {str(row.id) for row in await rows(database, click_events)} == set(sent)
    assert await totals(database) == {"events": 2_000, "letters": 0, "stats": 2_000, "committed": 2_000}


async def test_streams_that_come_later_are_found(
    redis_url: str, settings_factory: SettingsFactory, database: Database, quick: None, watchful: None
) -> None:
    settings = settings_factory(redis_url=redis_url, stream_shards=5)
    writer = open_writer(settings.spool_dir)
    async with working(settings.model_copy(update={"stream_shards": 1}), database), shipping(settings, database):
        await append(writer, 3_000)
        await await_rows(database, 3_000)
    writer.close()


def test_a_stream_that_is_away_is_passed_over(settings_factory: SettingsFactory) -> None:
    spool = settings_factory().spool_dir
    writer = open_writer(spool)
    with running(RedisServer()) as one, running(RedisServer()) as other:
        names = stream_names(2)
        lanes = [
            Lane(RedisPipe(parse_address(server.url)), name) for server, name in zip((one, other), names, strict=True)
        ]
        shipper = Shipper(SpoolReader(spool), lanes)
        for number in range(4):
            if number == 2:
                other.kill()
            for _ in range(2_000):
                writer.append(make_payload())
            ship_all(shipper)
        writer.close()
        assert shipper.lanes[0].completed + shipper.lanes[1].completed >= 8_000
        assert int(one.send(f"XLEN {STREAM}")[1:]) >= 4_000
        other.start()
        lanes[1].rests_until = 0
        shipper.resend()
        ship_all(shipper)
        assert int(other.send(f"XLEN {names[1]}")[1:]) > 0
        for lane in lanes:
            lane.pipe.close()
        shipper._reader.close()


def lengths(client: "Redis", shards: int) -> list[int]:
    return [int(client.xlen(name)) for name in stream_names(shards)]  # type: ignore[arg-type]
