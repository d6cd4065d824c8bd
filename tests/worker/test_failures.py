"""PostgreSQL is killed under a working consumer; a worker is killed; a worker is told to stop."""

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator

import pytest

from tests.clicks.spooled import event_id_of, make_payload, open_writer
from tests.conftest import SettingsFactory
from tests.processes import start_vayro
from tests.servers import PostgresServer, children_of, wait_until
from tests.worker.conftest import eventually, make_consumer, rows, running, totals
from vayro.database.engine import Database, open_database
from vayro.database.migrations import upgrade
from vayro.database.models import click_events
from vayro.errors import Unavailable
from vayro.settings import Settings
from vayro.stream.spool_source import SpoolClickSource


@pytest.fixture
async def settings(own_postgres: PostgresServer, settings_factory: SettingsFactory) -> Settings:
    url = own_postgres.create_database()
    await asyncio.to_thread(upgrade, url)
    return settings_factory(database_url=url)


@pytest.fixture
async def database(settings: Settings) -> AsyncIterator[Database]:
    opened = open_database(settings)
    yield opened
    await opened.close()


async def have_come(database: Database, expected: int) -> bool:
    try:
        return (await totals(database))["events"] >= expected
    except Unavailable:
        return False


@pytest.mark.timeout(300)
async def test_a_database_killed_under_load_has_each_click_once(
    own_postgres: PostgresServer, settings: Settings, database: Database
) -> None:
    writer = open_writer(settings.spool_dir, segment_bytes=1 << 20)
    source = SpoolClickSource(settings.spool_dir, database)
    sent: list[str] = []
    async with running(make_consumer(database, source)):
        for round_number in range(3):
            for _ in range(3_000):
                payload = make_payload()
                assert writer.append(payload)
                sent.append(event_id_of(payload))
            await asyncio.sleep(0.1 * (round_number + 1))  # somewhere in the middle of it
            await asyncio.to_thread(own_postgres.kill)
            await asyncio.to_thread(own_postgres.start)
        await eventually(lambda: have_come(database, len(sent)), seconds=120)
    writer.close()
    await source.close()
    assert {str(row.id) for row in await rows(database, click_events)} == set(sent)
    assert await totals(database) == {"events": 9_000, "letters": 0, "stats": 9_000, "committed": 9_000}


@pytest.mark.timeout(300)
async def test_workers_killed_under_load_leave_each_click_once(
    settings: Settings, database: Database, redis_url: str
) -> None:
    from vayro.spool.reader import SpoolReader
    from vayro.stream.lane import Lane
    from vayro.stream.pipe import RedisPipe, parse_address
    from vayro.stream.shipping import Shipper

    production = settings.model_copy(update={"redis_url": redis_url, "worker_batch_size": 200})
    writer = open_writer(settings.spool_dir, segment_bytes=1 << 20)
    shipper = Shipper(SpoolReader(settings.spool_dir), [Lane(RedisPipe(parse_address(redis_url)))])
    worker = await asyncio.to_thread(start_vayro, "worker", production)
    sent = []
    for _ in range(3):
        for _ in range(2_000):
            payload = make_payload()
            writer.append(payload)
            sent.append(event_id_of(payload))
        shipper.ship()
        await eventually(lambda: have_come(database, len(sent) - 1_800))
        for child in children_of(worker.pid):  # its parent starts it again
            os.kill(child, signal.SIGKILL)
    await eventually(lambda: have_come(database, len(sent)), seconds=60)
    assert await asyncio.to_thread(worker.stop) == 0
    writer.close()
    shipper.lanes[0].pipe.close()
    shipper._reader.close()
    assert {str(row.id) for row in await rows(database, click_events)} == set(sent)
    assert await totals(database) == {"events": 6_000, "letters": 0, "stats": 6_000, "committed": 6_000}


@pytest.mark.parametrize("is_away", [False, True])
async def test_a_worker_told_to_stop_ends_within_ten_seconds(
    own_postgres: PostgresServer, settings: Settings, is_away: bool
) -> None:
    writer = open_writer(settings.spool_dir)
    worker = await asyncio.to_thread(start_vayro, "worker", settings)
    if is_away:
        await asyncio.to_thread(own_postgres.kill)
    for _ in range(100):
        writer.append(make_payload())
    started = time.monotonic()
    assert await asyncio.to_thread(worker.stop) == 0
    assert time.monotonic() - started < 10
    writer.close()


def test_a_worker_that_stands_by_takes_over(settings_factory: SettingsFactory, sqlite_url: str) -> None:
    """Two embedded workers share one spool: the second reads it once the first has died."""
    settings = settings_factory(database_url=sqlite_url)
    writer = open_writer(settings.spool_dir)
    first = start_vayro("worker", settings)
    second = start_vayro("worker", settings)
    try:
        first.kill()
        writer.append(make_payload())
        writer.close()
        wait_until(lambda: not list(settings.spool_dir.rglob("*.seg")), seconds=60)
    finally:
        first.kill()
        second.kill()
