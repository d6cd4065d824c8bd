"""Many at once, over several Dashboard API processes: the database decides, and everybody hears the same."""

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncIterator

import httpx
import pytest

from tests.api.conftest import client, make_key
from tests.conftest import SettingsFactory
from tests.processes import vayro
from tests.servers import free_port

PROCESSES = 3


@pytest.fixture
async def clients(settings_factory: SettingsFactory, database_url: str) -> AsyncIterator[list[httpx.AsyncClient]]:
    """Clients of several processes on one database, all with the key of one workspace."""
    settings = settings_factory(database_url=database_url, database_timeout_seconds=30)
    key = await make_key(settings)
    async with contextlib.AsyncExitStack() as stack:
        processes = [stack.enter_context(vayro("api", settings, api_port=free_port())) for _ in range(PROCESSES)]
        yield [await stack.enter_async_context(client(process.url, key)) for process in processes]


async def send(
    clients: list[httpx.AsyncClient], count: int, method: str, path: str, **body: object
) -> list[httpx.Response]:
    """Send one request `count` times, 60 at once, spread over the processes.

    More would wait for the database's connections and for one row, on a busy machine longer than callers are left
    waiting.
    """
    under_way = asyncio.Semaphore(60)

    async def ask(number: int) -> httpx.Response:
        async with under_way:
            return await clients[number % len(clients)].request(method, path, json=body)

    return await asyncio.gather(*(ask(number) for number in range(count)))


async def test_three_hundred_canonical_puts_give_one_link(clients: list[httpx.AsyncClient]) -> None:
    answers = await send(
        clients, 300, "PUT", "/v1/links/canonical", target_url="https://example.com/site", link_type="site_preview"
    )
    assert Counter(answer.status_code for answer in answers) == {201: 1, 200: 299}
    assert len({answer.content for answer in answers}) == 1
    assert len((await clients[0].get("/v1/links")).json()["data"]) == 1


async def test_one_of_a_hundred_posts_gets_the_custom_code(clients: list[httpx.AsyncClient]) -> None:
    answers = await send(clients, 100, "POST", "/v1/links", target_url="https://example.com/", short_code="wanted")
    assert Counter(answer.status_code for answer in answers) == {201: 1, 409: 99}
    assert {answer.json()["code"] for answer in answers if answer.status_code == 409} == {"code_taken"}


async def test_a_code_that_is_deleted_and_made_again_by_all_always_grows_its_version(
    clients: list[httpx.AsyncClient],
) -> None:
    versions: list[int] = []

    async def make_and_delete(api: httpx.AsyncClient) -> None:
        for _ in range(15):
            answer = await api.post("/v1/links", json={"target_url": "https://example.com/", "short_code": "again"})
            if answer.status_code == 201:
                versions.append(answer.json()["version"])
                await api.delete(f"/v1/links/{answer.json()['id']}")

    await asyncio.gather(*(make_and_delete(api) for api in clients for _ in range(3)))
    assert len(versions) > 10
    # Each life of the code takes two versions: the link's and its tombstone's.
    assert sorted(versions) == [1 + 2 * life for life in range(len(versions))]


async def test_mixed_bulks_in_opposite_orders_neither_fail_nor_lose_a_link(clients: list[httpx.AsyncClient]) -> None:
    rows = [{"target_url": "https://example.com/", "short_code": f"bulk-{number}"} for number in range(100)]
    answers = await asyncio.gather(
        *(
            clients[number % len(clients)].post("/v1/links/bulk", json={"links": rows[:: 1 if number % 2 else -1]})
            for number in range(12)
        )
    )
    assert {answer.status_code for answer in answers} == {200}
    made = [result["link"]["short_code"] for a in answers for result in a.json()["results"] if "link" in result]
    assert sorted(made) == sorted(row["short_code"] for row in rows)
