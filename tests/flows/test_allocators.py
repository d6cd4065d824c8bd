"""Each allocator in several Dashboard API processes at once, one of them killed on the way: no code comes twice."""

import asyncio
import contextlib
import re

import httpx
import pytest

from tests.api.conftest import client, make_key
from tests.conftest import SettingsFactory
from tests.processes import Process, start_vayro
from tests.servers import RedisServer, free_port
from vayro.settings import Settings

BULK = 200


async def create(api: httpx.AsyncClient) -> list[str]:
    """Make one link, then many; return their codes."""
    one = await api.post("/v1/links", json={"target_url": "https://example.com/"})
    many = await api.post("/v1/links/bulk", json={"links": [{"target_url": "https://example.com/"}] * BULK})
    assert (one.status_code, many.status_code) == (201, 200)
    return [one.json()["short_code"], *(result["link"]["short_code"] for result in many.json()["results"])]


@pytest.mark.parametrize("kind", ["counter", "pool", "snowflake"])
async def test_no_code_comes_twice_from_several_processes(
    settings_factory: SettingsFactory, postgres_url: str, redis_url: str, redis_server: RedisServer, kind: str
) -> None:
    """The unique index would hide a second one from the caller; so the collisions that it prevented are looked at."""
    settings = settings_factory(database_url=postgres_url, redis_url=redis_url, code_allocator=kind)
    key = await make_key(settings)
    codes: list[str] = []
    async with contextlib.AsyncExitStack() as stack:
        processes = [start_api(settings, stack) for _ in range(2)]
        apis = [await stack.enter_async_context(client(process.url, key)) for process in processes]
        for batch in await asyncio.gather(*(create(api) for api in apis for _ in range(4))):
            codes += batch
        processes.pop().kill()  # with what it had in reserve
        redis_server.send("FLUSHALL")
        processes.append(start_api(settings, stack))
        apis[-1] = await stack.enter_async_context(client(processes[-1].url, key))
        for batch in await asyncio.gather(*(create(api) for api in apis for _ in range(4))):
            codes += batch
        collisions = [await count_collisions(process) for process in processes]
    assert len(set(codes)) == len(codes) == 16 * (BULK + 1)
    assert collisions == [0, 0]


def start_api(settings: Settings, stack: contextlib.AsyncExitStack) -> Process:
    process = start_vayro("api", settings, api_port=free_port(), data_dir=settings.data_dir / str(free_port()))
    stack.callback(process.kill)
    return process


async def count_collisions(process: Process) -> float:
    async with httpx.AsyncClient(timeout=60) as visitor:
        page = (await visitor.get(process.metrics_url)).text
    assert "vayro_links_created_total" in page
    found = re.search(r"^vayro_code_collisions_total (\S+)$", page, re.MULTILINE)
    return float(found[1]) if found else 0.0
