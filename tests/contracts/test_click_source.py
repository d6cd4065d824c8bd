"""What every click source promises, whichever way the clicks travel."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest

from tests.clicks.spooled import event_id_of, make_payload, open_writer
from tests.conftest import SettingsFactory
from tests.stream.conftest import ship_all
from vayro.cache.adapters import open_commands
from vayro.cache.cluster import ClusterCommands
from vayro.clicks.repository import ClickBatch, ClickRepository
from vayro.database.engine import Database, open_database
from vayro.settings import Settings
from vayro.spool.reader import SpoolReader
from vayro.spool.writer import SpoolWriter
from vayro.stream.lane import Lane
from vayro.stream.names import stream_names
from vayro.stream.pipe import Address, RedisPipe, parse_address
from vayro.stream.port import ClickSource, Delivery
from vayro.stream.redis_client import open_redis
from vayro.stream.redis_source import RedisClickSource
from vayro.stream.sharded_source import ShardedClickSource
from vayro.stream.shipping import Shipper
from vayro.stream.spool_source import SpoolClickSource


@dataclass
class Harness:
    """A source, an engine that feeds it, and a way to start its successor after a crash."""

    source: ClickSource
    writer: SpoolWriter
    deliver: Callable[[], None]
    succeed: Callable[[], Awaitable[ClickSource]]
    repository: ClickRepository
    streams: int = 1

    def send(self, count: int) -> list[str]:
        payloads = [make_payload() for _ in range(count)]
        assert all(self.writer.append(payload) for payload in payloads)
        self.deliver()
        return [event_id_of(payload) for payload in payloads]

    async def receive(self, count: int, source: ClickSource | None = None) -> Delivery:
        """Read until that many entries have come."""
        received = Delivery()
        while len(received) < count:
            part = await (source or self.source).read(1_000)
            received.entries += part.entries
            received.marks += part.marks
            received.attempts += part.attempts
        return received

    async def commit(self, delivery: Delivery, source: ClickSource | None = None) -> None:
        """What a worker does with a delivery, but for the rows."""
        source = source or self.source
        await self.repository.write(ClickBatch(positions=source.positions(delivery)))
        await source.acknowledge(delivery)


@pytest.fixture
async def database(sqlite_url: str, settings_factory: SettingsFactory) -> AsyncIterator[Database]:
    opened = open_database(settings_factory(database_url=sqlite_url))
    yield opened
    await opened.close()


@pytest.fixture(
    params=["spool", "redis", "shards", pytest.param("cluster", marks=pytest.mark.xdist_group("redis cluster"))]
)
async def harness(
    request: pytest.FixtureRequest, tmp_path: Path, database: Database, settings_factory: SettingsFactory
) -> AsyncIterator[Harness]:
    spool = tmp_path / "spool"
    writer = open_writer(spool)
    sources: list[ClickSource] = []
    closing: list[Callable[[], None]] = []
    if request.param == "spool":

        async def succeed() -> ClickSource:
            for old in sources:
                await old.close()  # a crash would let go of the lock, too
            sources.append(SpoolClickSource(spool, database, retry_seconds=0.05))
            return sources[-1]

        harness = Harness(await succeed(), writer, lambda: None, succeed, ClickRepository(database))
    else:
        is_cluster = request.param == "cluster"
        url = request.getfixturevalue("cluster_url" if is_cluster else "redis_url")
        shards = 1 if request.param == "redis" else 3
        settings = settings_factory(redis_url=url, redis_cluster=is_cluster, stream_shards=shards)
        addresses = [await find_address(settings, name) for name in stream_names(shards)]
        lanes = [Lane(RedisPipe(address), name) for address, name in zip(addresses, stream_names(shards), strict=True)]
        shipper = Shipper(SpoolReader(spool), lanes)

        async def succeed() -> ClickSource:
            commands = open_commands(settings, "names")
            sources.append(ShardedClickSource(commands, shards, partial(make_source, settings)))
            return sources[-1]

        harness = Harness(
            await succeed(), writer, lambda: ship_all(shipper), succeed, ClickRepository(database), shards
        )
        closing += [*(lane.pipe.close for lane in lanes), shipper._reader.close]
    yield harness
    for source in sources:
        await source.close()
    for close in closing:
        close()
    writer.close()


async def find_address(settings: Settings, stream: str) -> Address:
    """Where the stream is: being sent on (MOVED) would be the same, but for repetitions."""
    address = parse_address(settings.redis_url)
    if not settings.redis_cluster:
        return address
    commands = ClusterCommands(settings.redis_url, 10, "test")
    place = await commands.locate(stream)
    await commands.close()
    return address._replace(host=place.host, port=place.port)


def make_source(settings: Settings, stream: str, is_busy_elsewhere: Callable[[], bool]) -> RedisClickSource:
    client = open_redis(settings, stream)
    return RedisClickSource(client, stream, claim_idle_seconds=0.2, is_busy_elsewhere=is_busy_elsewhere)


def ids_of(delivery: Delivery) -> list[str]:
    return [entry[entry.index("event_id") + 1] for entry in delivery.entries]


async def test_everything_is_delivered_once_and_in_order(harness: Harness) -> None:
    sent = harness.send(2_500)
    received = await harness.receive(2_500)
    # Streams are read side by side: what travelled by another one may have come earlier.
    assert (ids_of(received) if harness.streams == 1 else sorted(ids_of(received))) == sent
    assert set(received.attempts) == {1}


async def test_every_entry_names_its_segment(harness: Harness) -> None:
    harness.send(3)
    for entry in (await harness.receive(3)).entries:
        assert entry[-2:] == ["segment", f"{harness.writer.engine_id}-00000001"]


async def test_an_acknowledged_entry_does_not_come_again(harness: Harness) -> None:
    harness.send(10)
    await harness.commit(await harness.receive(10))
    second = harness.send(5)
    assert ids_of(await harness.receive(5)) == second
    assert ids_of(await harness.receive(5, await harness.succeed())) == second


async def test_what_a_dead_worker_had_in_hand_goes_to_the_next(harness: Harness) -> None:
    sent = harness.send(20)
    await harness.commit((await harness.receive(20)).part(0, 8))
    successor = await harness.succeed()
    again = await harness.receive(12, successor)
    assert ids_of(again) == sent[8:]


async def test_a_rejected_entry_comes_again_with_one_attempt_more(harness: Harness) -> None:
    sent = harness.send(3)
    delivery = await harness.receive(3)
    await harness.commit(delivery.part(0, 1))
    await harness.source.reject(delivery.part(1, 2))
    await harness.commit(delivery.part(2, 3))
    for attempt in range(2, 6):
        again = await harness.receive(1)
        assert (ids_of(again), again.attempts) == ([sent[1]], [attempt])
        await harness.source.reject(again)
    await harness.commit(await harness.receive(1))
    last = harness.send(1)
    assert ids_of(await harness.receive(1)) == last


async def test_a_rejected_entry_outlives_its_worker(harness: Harness) -> None:
    sent = harness.send(3)
    delivery = await harness.receive(3)
    await harness.source.reject(delivery.part(0, 1))
    await harness.commit(delivery.part(1, 3))
    successor = await harness.succeed()
    assert sent[0] in ids_of(await harness.receive(1, successor))


async def test_nothing_to_read_is_an_empty_delivery(harness: Harness) -> None:
    assert not await harness.source.read(100)


async def test_clicks_of_several_engines_and_of_dead_ones_arrive(harness: Harness, tmp_path: Path) -> None:
    other = open_writer(tmp_path / "spool")
    payloads = [make_payload() for _ in range(10)]
    for payload in payloads:
        other.append(payload)
    other.close()
    sent = harness.send(10)
    harness.deliver()
    received = await harness.receive(20)
    assert sorted(ids_of(received)) == sorted([*sent, *map(event_id_of, payloads)])
