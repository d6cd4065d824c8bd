"""An entry that its workers die of, again and again: every source finds it, and settles all others meanwhile."""

import random
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.clicks.spooled import event_id_of, make_payload, open_writer
from tests.conftest import SettingsFactory
from vayro.clicks.repository import ClickBatch, ClickRepository
from vayro.database.engine import Database, open_database
from vayro.spool.in_hand import FILE_NAME
from vayro.spool.reader import SpoolReader
from vayro.stream.lane import Lane
from vayro.stream.pipe import RedisPipe, parse_address
from vayro.stream.port import ClickSource, Delivery
from vayro.stream.redis_client import open_redis
from vayro.stream.redis_source import RedisClickSource
from vayro.stream.shipping import Shipper
from vayro.stream.spool_source import SpoolClickSource
from vayro.stream.suspicion import SUSPECT_ATTEMPT, fatal_attempt, piece_size
from vayro.worker.preparation import event_id_of as id_in

LIMIT = 100


@dataclass
class Workers:
    """Workers that follow each other. `start` makes the next one, `die` ends the last as SIGKILL would."""

    start: Callable[[], ClickSource]
    die: Callable[[ClickSource], Awaitable[None]]
    repository: ClickRepository

    async def settle(self, source: ClickSource, delivery: Delivery) -> None:
        await self.repository.write(ClickBatch(positions=source.positions(delivery)))
        await source.acknowledge(delivery)


@pytest.fixture
async def database(sqlite_url: str, settings_factory: SettingsFactory) -> AsyncIterator[Database]:
    opened = open_database(settings_factory(database_url=sqlite_url))
    yield opened
    await opened.close()


@pytest.fixture(params=["spool", "redis"])
def workers(
    request: pytest.FixtureRequest, tmp_path: Path, database: Database, settings_factory: SettingsFactory
) -> Workers:
    if request.param == "spool":

        async def die(source: ClickSource) -> None:
            assert isinstance(source, SpoolClickSource)
            source._lock.release()
            source._reader.close()

        return Workers(lambda: SpoolClickSource(tmp_path / "spool", database), die, ClickRepository(database))

    settings = settings_factory(redis_url=request.getfixturevalue("redis_url"))

    async def abandon(source: ClickSource) -> None:
        await source.close()

    def start() -> ClickSource:
        return RedisClickSource(open_redis(settings), claim_idle_seconds=0.1)

    return Workers(start, abandon, ClickRepository(database))


@pytest.fixture
def send(request: pytest.FixtureRequest, workers: Workers, tmp_path: Path) -> Callable[[int], list[str]]:
    """Have so many events come; return their identifiers."""

    def make(count: int) -> list[str]:
        writer = open_writer(tmp_path / "spool")
        payloads = [make_payload() for _ in range(count)]
        assert all(map(writer.append, payloads))
        writer.close()
        if "redis" in request.node.name:
            pipe = RedisPipe(parse_address(request.getfixturevalue("redis_url")))
            shipper = Shipper(SpoolReader(tmp_path / "spool"), [Lane(pipe)])
            shipper.ship()
            shipper.confirm()
            pipe.close()
            shipper._reader.close()
        return [event_id_of(payload) for payload in payloads]

    return make


def test_pieces_shrink_to_one_and_end() -> None:
    sizes = [piece_size(attempt, 5_000) for attempt in range(1, fatal_attempt(5_000))]
    assert sizes == [5_000, 5_000, 625, 78, 9, 1, 1, 1]


@pytest.mark.parametrize("limit", [1, 7, 8, 1_000])
def test_an_entry_is_alone_three_times_before_it_is_given_up(limit: int) -> None:
    alone = [n for n in range(SUSPECT_ATTEMPT, fatal_attempt(limit)) if piece_size(n, limit) == 1]
    assert len(alone) == 3


async def test_the_guilty_entry_is_found_and_all_others_are_settled(
    workers: Workers, send: Callable[[int], list[str]]
) -> None:
    ids = send(300)
    guilty, settled, deaths = ids[150], set[str](), 0
    source = workers.start()
    while len(settled) < len(ids):
        delivery = await source.read(LIMIT)
        found = {id_in(entry): attempt for entry, attempt in zip(delivery.entries, delivery.attempts, strict=True)}
        if guilty in found and found[guilty] < fatal_attempt(LIMIT):
            deaths += 1
            await workers.die(source)
            source = workers.start()
            continue
        assert guilty not in found or list(found) == [guilty]
        if delivery:
            await workers.settle(source, delivery)
            settled |= found.keys()
    assert settled == set(ids)
    assert deaths == fatal_attempt(LIMIT) - 1
    await source.close()


async def test_a_suspect_is_in_hand_alone(workers: Workers, send: Callable[[int], list[str]]) -> None:
    send(200)
    for _ in range(3):
        source = workers.start()
        while not await source.read(LIMIT):
            pass
        await workers.die(source)
    source = workers.start()
    suspects = Delivery()
    while not suspects or suspects.attempts[0] < SUSPECT_ATTEMPT:
        if suspects:
            await workers.settle(source, suspects)
        suspects = await source.read(LIMIT)
    assert len(suspects) <= piece_size(SUSPECT_ATTEMPT, LIMIT)
    send(10)
    for _ in range(3):
        assert not await source.read(LIMIT)
    await workers.settle(source, suspects)
    await source.close()


async def test_workers_that_are_killed_at_random_give_up_nothing(
    workers: Workers, send: Callable[[int], list[str]]
) -> None:
    ids, source_of_chance = set(send(400)), random.Random(7)
    settled, worst = set[str](), 0
    source = workers.start()
    while settled != ids:
        delivery = await source.read(LIMIT)
        if delivery and source_of_chance.random() < 0.15:
            await workers.die(source)
            source = workers.start()
            continue
        if delivery:
            await workers.settle(source, delivery)
            settled |= {id_in(entry) for entry in delivery.entries}
            worst = max(worst, *delivery.attempts)
    assert worst < fatal_attempt(LIMIT)
    await source.close()


async def test_a_reader_of_the_spool_that_ends_well_leaves_no_record(tmp_path: Path, database: Database) -> None:
    writer = open_writer(tmp_path / "spool")
    writer.append(make_payload())
    source = SpoolClickSource(tmp_path / "spool", database)
    delivery = await source.read(LIMIT)
    assert (tmp_path / "spool" / FILE_NAME).read_text() == "[]"
    await source.acknowledge(delivery)
    await source.close()
    assert not (tmp_path / "spool" / FILE_NAME).exists()
    writer.close()
