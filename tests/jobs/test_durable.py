"""Durable runs begin as soon as their database answers, not before, and not with a process that ends."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.conftest import SettingsFactory
from vayro.errors import Unavailable
from vayro.jobs.durable import DurableRuns


async def test_a_database_that_is_away_is_told_and_asked_again(settings_factory: SettingsFactory) -> None:
    async def work(_argument: str, _run_id: str) -> None:
        raise AssertionError("nothing was given")

    durable = DurableRuns(settings_factory(database_url="postgresql://nobody@127.0.0.1:1/none"), "1-test", work)
    for _ in range(2):
        with pytest.raises(Unavailable):
            await durable.open()


async def test_it_ends_though_the_threads_of_the_loop_have_ended_before(settings_factory: SettingsFactory) -> None:
    async def work(_argument: str, _run_id: str) -> None:
        raise AssertionError("nothing was given")

    durable = DurableRuns(settings_factory(), "1-test", work)
    await durable.open()
    over = ThreadPoolExecutor()
    over.shutdown()
    asyncio.get_running_loop().set_default_executor(over)
    await durable.close()
