"""A stream that nobody reads does not fill Redis: beyond a bound, clicks wait in the spools."""

import asyncio

from redis import Redis

from tests.clicks.spooled import open_writer
from tests.conftest import SettingsFactory
from tests.stream.conftest import append, await_rows, shipping, working
from tests.worker.conftest import eventually, totals
from vayro.database.engine import Database
from vayro.stream.redis_client import STREAM

BOUND = 50


async def test_clicks_beyond_the_bound_wait_in_the_spool_and_lose_nothing(
    database: Database, redis_url: str, sqlite_url: str, settings_factory: SettingsFactory, quick: None
) -> None:
    settings = settings_factory(database_url=sqlite_url, redis_url=redis_url, stream_max_events=BOUND)
    writer = open_writer(settings.spool_dir)
    made: list[str] = []

    async def waits_in_the_spool() -> bool:
        made.extend(await append(writer, BOUND))
        await asyncio.sleep(0.5)  # longer than a click takes to Redis
        return int(await asyncio.to_thread(redis.xlen, STREAM)) < len(made)

    with Redis.from_url(redis_url) as redis:
        async with shipping(settings, database):
            await eventually(waits_in_the_spool, seconds=60)
            async with working(settings, database):
                await await_rows(database, len(made))
        assert (await totals(database))["events"] == len(made)
    writer.close()
