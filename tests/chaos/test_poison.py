"""As tests/worker/test_poison.py, through Redis and PostgreSQL."""

import pytest

from tests.conftest import SettingsFactory
from tests.worker.test_poison import BATCH, check_poison, opened
from vayro.stream.suspicion import fatal_attempt


@pytest.mark.chaos
async def test_an_event_that_kills_its_worker_becomes_a_dead_letter(
    settings_factory: SettingsFactory, postgres_url: str, redis_url: str
) -> None:
    settings = settings_factory(database_url=postgres_url, redis_url=redis_url, worker_batch_size=BATCH)
    async with opened(settings) as database:
        # It is shipped a second time, as after a loss of Redis: once more somebody dies before it is known.
        assert await check_poison(settings, database) == fatal_attempt(BATCH)
