"""An event that kills the worker's process, or keeps it busy for ever: it is found, and becomes a dead letter."""

import asyncio
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.clicks.spooled import event_id_of, make_payload, open_writer
from tests.conftest import SettingsFactory
from tests.processes import environment_of
from tests.worker import deadly_worker
from tests.worker.conftest import eventually, rows, totals
from vayro.database.engine import Database, open_database
from vayro.database.models import click_dead_letters, click_events
from vayro.settings import Settings
from vayro.spool.reader import SpoolReader
from vayro.stream.lane import Lane
from vayro.stream.pipe import RedisPipe, parse_address
from vayro.stream.shipping import Shipper
from vayro.stream.suspicion import fatal_attempt
from vayro.worker.preparation import NEVER_SETTLED

BATCH = 8


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Database]:
    database = open_database(settings)
    yield database
    await database.close()


def send(settings: Settings, *payloads: bytes) -> None:
    writer = open_writer(settings.spool_dir)
    assert all(map(writer.append, payloads))
    writer.close()
    if not settings.is_embedded:
        pipe = RedisPipe(parse_address(settings.redis_url))
        shipper = Shipper(SpoolReader(settings.spool_dir), [Lane(pipe)])
        shipper.ship()
        shipper.confirm()
        pipe.close()
        shipper._reader.close()


async def keep_running(settings: Settings, stopped: asyncio.Event, stall_seconds: float | None) -> int:
    """Start the worker again whenever it dies, as its supervisor does; return how often it died.

    Args: stall_seconds, after which a worker that is held up ends itself; None for as many as in production.
    """
    stall = {deadly_worker.STALL_VARIABLE: str(stall_seconds)} if stall_seconds else {}
    deaths = 0
    while not stopped.is_set():
        worker = await asyncio.create_subprocess_exec(
            sys.executable,
            Path(deadly_worker.__file__),
            env=environment_of(settings) | stall,
            stdin=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        ends = [asyncio.create_task(worker.wait()), asyncio.create_task(stopped.wait())]
        await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        ends[1].cancel()
        if worker.returncode is None:
            worker.send_signal(signal.SIGTERM)
        deaths += await ends[0] != 0
    return deaths


async def check_poison(
    settings: Settings,
    database: Database,
    user_agent: str = deadly_worker.POISON,
    stall_seconds: float | None = None,
) -> int:
    """Send one event that kills among others that do not; return how many workers died of it."""
    poison = make_payload(user_agent=user_agent, ip="198.51.100.9")
    send(settings, *(make_payload() for _ in range(20)), poison, *(make_payload() for _ in range(20)))
    stopped = asyncio.Event()
    supervisor = asyncio.create_task(keep_running(settings, stopped, stall_seconds))

    async def is_settled() -> bool:
        return (await totals(database))["committed"] == 41

    await eventually(is_settled, seconds=240)
    send(settings, make_payload())

    async def goes_on() -> bool:
        return (await totals(database))["committed"] == 42

    await eventually(goes_on, seconds=60)
    stopped.set()
    deaths = await supervisor
    assert await totals(database) == {"events": 41, "letters": 1, "stats": 41, "committed": 42}
    [letter] = await rows(database, click_dead_letters)
    assert (str(letter.id), letter.reason) == (event_id_of(poison), NEVER_SETTLED)
    assert b"198.51.100.9" not in letter.payload
    assert event_id_of(poison) not in {str(row.id) for row in await rows(database, click_events)}
    return deaths


@pytest.mark.timeout(400)
async def test_an_event_that_kills_its_worker_becomes_a_dead_letter(
    settings_factory: SettingsFactory, sqlite_url: str
) -> None:
    settings = settings_factory(database_url=sqlite_url, worker_batch_size=BATCH)
    async with opened(settings) as database:
        assert await check_poison(settings, database) == fatal_attempt(BATCH) - 1


@pytest.mark.chaos  # each death takes three seconds
@pytest.mark.timeout(400)
async def test_an_event_that_holds_up_its_worker_becomes_a_dead_letter(
    settings_factory: SettingsFactory, sqlite_url: str
) -> None:
    settings = settings_factory(database_url=sqlite_url, worker_batch_size=BATCH)
    async with opened(settings) as database:
        assert await check_poison(settings, database, deadly_worker.TAR, 3) == fatal_attempt(BATCH) - 1
