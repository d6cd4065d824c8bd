"""Moving the clicks of ended engines into the database, by the same means as the processes do it."""

import asyncio
import contextlib
import time

from vayro.database.engine import Database, open_database
from vayro.settings import Settings
from vayro.spool.directory import size_of_dead_engines

POLL_SECONDS = 0.2


async def drain_spool(settings: Settings, timeout_seconds: float) -> int:
    """Return the bytes that ended engines have left in the spool after that time: 0 as soon as there are none.

    Stands by while a shipper or worker of this machine does the work.
    """
    if not size_of_dead_engines(settings.spool_dir):
        return 0
    stopped = asyncio.Event()
    database = open_database(settings, pool_size=2)
    moving = asyncio.create_task(_move(settings, database, stopped))
    deadline = time.monotonic() + timeout_seconds
    try:
        left = size_of_dead_engines(settings.spool_dir)
        while left and time.monotonic() < deadline and not moving.done():  # others may do the work
            await asyncio.sleep(POLL_SECONDS)
            left = size_of_dead_engines(settings.spool_dir)
        stopped.set()
        await moving
    finally:
        moving.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await moving
        await database.close()
    return left


async def _move(settings: Settings, database: Database, stopped: asyncio.Event) -> None:
    """Be the shipper where there is Redis, and the worker where there is none."""
    if not settings.is_embedded:
        from vayro.stream.shipper import ship_until

        await ship_until(stopped, settings, database)
        return
    from vayro.observability import get_metrics
    from vayro.worker.app import build_consumer

    consumer = build_consumer(settings, database, get_metrics())
    try:
        await consumer.run(stopped)
    finally:
        await consumer.close()
