"""Clicks through a Redis Cluster whose slots move and whose masters die."""

import asyncio

import pytest

from tests.clicks.spooled import make_payload, open_writer
from tests.conftest import SettingsFactory
from tests.machines import RedisClusterServers
from tests.servers import wait_until
from tests.stream.conftest import append, await_rows, ship_all, shipping, working
from tests.worker.conftest import rows, totals
from vayro.database.engine import Database
from vayro.database.models import click_events
from vayro.spool.reader import SpoolReader
from vayro.stream.lane import Lane
from vayro.stream.names import STREAM, stream_names
from vayro.stream.pipe import RedisPipe, parse_address
from vayro.stream.redis_client import open_redis
from vayro.stream.shipping import Shipper

pytestmark = pytest.mark.xdist_group("redis cluster")


async def test_clicks_go_through_three_masters(
    cluster_url: str, settings_factory: SettingsFactory, database: Database, quick: None
) -> None:
    settings = settings_factory(redis_url=cluster_url, redis_cluster=True, stream_shards=3)
    writer = open_writer(settings.spool_dir)
    async with shipping(settings, database), working(settings, database):
        sent = await append(writer, 3_000)
        writer.close()
        await asyncio.to_thread(wait_until, lambda: not list(settings.spool_dir.rglob("*.seg")), seconds=60)
    assert {str(row.id) for row in await rows(database, click_events)} == set(sent)
    assert await totals(database) == {"events": 3_000, "letters": 0, "stats": 3_000, "committed": 3_000}


@pytest.mark.usefixtures("quick")
async def test_a_failover_loses_no_click(
    redis_cluster: RedisClusterServers, cluster_url: str, settings_factory: SettingsFactory, database: Database
) -> None:
    """Its replica may lack what the dead master had acknowledged: the shipper sends that again."""
    settings = settings_factory(redis_url=cluster_url, redis_cluster=True, stream_shards=3)
    master = redis_cluster.master_of(stream_names(3)[-1])
    writer = open_writer(settings.spool_dir)
    async with shipping(settings, database):
        sent = await append(writer, 1_000)
        async with working(settings, database):
            await await_rows(database, 1_000)
            sent += await append(writer, 1_000)
            await asyncio.to_thread(master.kill)
            try:
                sent += await append(writer, 1_000)
                await await_rows(database, 3_000)
            finally:
                master.start()  # in this thread: its end would be the server's
    writer.close()
    assert {str(row.id) for row in await rows(database, click_events)} == set(sent)
    assert await totals(database) == {"events": 3_000, "letters": 0, "stats": 3_000, "committed": 3_000}
    await asyncio.to_thread(wait_until, redis_cluster.is_whole, seconds=60)


@pytest.mark.parametrize("is_finished", [True, False], ids=["moved", "asked"])
def test_a_stream_whose_slot_moves_is_followed(
    redis_cluster: RedisClusterServers, cluster_url: str, settings_factory: SettingsFactory, is_finished: bool
) -> None:
    spool = settings_factory().spool_dir
    writer = open_writer(spool)
    source = redis_cluster.master_of(STREAM)
    target = next(node for node in map(redis_cluster.master_of, "abcdefgh") if node is not source)
    shipper = Shipper(SpoolReader(spool), [Lane(RedisPipe(parse_address(source.url)))])
    for _ in range(100):
        writer.append(make_payload())
    ship_all(shipper)
    try:
        redis_cluster.move_slot(STREAM, target, is_finished=is_finished)
        for _ in range(100):
            writer.append(make_payload())
        ship_all(shipper)
        assert shipper.lanes[0].completed == 200
        redis_cluster.settle_slot(STREAM, target)
        for _ in range(100):
            writer.append(make_payload())
        ship_all(shipper)
        assert target.ask("XLEN", STREAM) == "300"
    finally:
        redis_cluster.settle_slot(STREAM, target)
        redis_cluster.move_slot(STREAM, source)
    writer.close()
    shipper.lanes[0].pipe.close()
    shipper._reader.close()


async def test_a_reader_follows_its_stream(
    redis_cluster: RedisClusterServers, cluster_url: str, settings_factory: SettingsFactory
) -> None:
    client = open_redis(settings_factory(redis_url=cluster_url, redis_cluster=True))
    await client.xadd(STREAM, {"n": "1"})
    source = redis_cluster.master_of(STREAM)
    target = next(node for node in map(redis_cluster.master_of, "abcdefgh") if node is not source)
    try:
        redis_cluster.move_slot(STREAM, target, is_finished=False)
        assert [fields for _, fields in await client.xrange(STREAM)] == [{"n": "1"}]
        redis_cluster.settle_slot(STREAM, target)
        assert await client.xlen(STREAM) == 1
    finally:
        redis_cluster.settle_slot(STREAM, target)
        redis_cluster.move_slot(STREAM, source)
    assert await client.xlen(STREAM) == 1
    await client.aclose()
