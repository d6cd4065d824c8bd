"""The whole way, as a person goes it: make a link, follow it, edit it, see the click; in both shapes."""

import asyncio
from collections.abc import AsyncIterator, Iterator

import httpx
import pytest

from tests.flows.shapes import API_KEY, SHAPES, make_standing_settings
from tests.processes import start_vayro
from tests.servers import RedisServer, running
from vayro.settings import Settings

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
SOON = 4  # seconds; what engines remember they believe for 5, so only news of a change can be as fast
GOOGLEBOT = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"


@pytest.fixture(scope="module", params=SHAPES)
def settings(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """Settings of a whole running Vayro; one for all tests here, for starting three processes takes seconds."""
    with running(RedisServer()) as redis:
        settings = make_standing_settings(request.param, request, tmp_path_factory.mktemp("vayro"), redis.url)
        process = start_vayro("up", settings)
        yield settings
        process.kill()


@pytest.fixture
async def api(settings: Settings) -> AsyncIterator[httpx.AsyncClient]:
    """A client of its Dashboard API."""
    async with httpx.AsyncClient(
        base_url=f"http://127.0.0.1:{settings.api_port}", headers={"Authorization": f"Bearer {API_KEY}"}, timeout=10
    ) as client:
        yield client


@pytest.fixture
async def visitor() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(headers={"User-Agent": FIREFOX}, timeout=10) as client:
        yield client


async def create(api: httpx.AsyncClient, **body: object) -> dict:
    response = await api.post("/v1/links", json={"target_url": "https://example.com/a", **body})
    assert response.status_code == 201, response.text
    return response.json()


async def eventually(condition, seconds: float = 60) -> None:
    async with asyncio.timeout(seconds):
        while not await condition():
            await asyncio.sleep(0.05)


async def test_a_click_is_counted_with_its_place_and_device(api, visitor):
    link = await create(api)
    assert link["short_url"].endswith(f"/{link['short_code']}")
    for headers in ({"Referer": "https://news.example/x"}, {}, {"User-Agent": GOOGLEBOT}):
        response = await visitor.get(link["short_url"], headers=headers)
        assert (response.status_code, response.headers["location"]) == (302, "https://example.com/a")
        assert response.headers["cache-control"] == "private, no-store"

    async def all_three_are_counted() -> bool:
        return (await api.get(f"/v1/links/{link['id']}")).json()["clicks"] == 3

    await eventually(all_three_are_counted)
    answer = (await api.get(f"/v1/analytics/{link['id']}", params={"interval": "hour"})).json()
    assert answer["totals"] == {"clicks": 2, "visitors": 1, "bots": 1}
    assert sum(bucket["clicks"] for bucket in answer["series"]) == 2
    assert answer["browsers"] == [{"value": "Firefox", "clicks": 2}]
    assert answer["devices"] == [{"value": "desktop", "clicks": 2}]
    assert {"value": "news.example", "clicks": 1} in answer["referers"]


async def test_an_edit_is_followed_within_a_second(api, visitor):
    link = await create(api)
    assert (await visitor.get(link["short_url"])).headers["location"] == "https://example.com/a"
    await api.patch(f"/v1/links/{link['id']}", json={"target_url": "https://example.com/b"})

    async def leads_to_b() -> bool:
        return (await visitor.get(link["short_url"])).headers["location"] == "https://example.com/b"

    await eventually(leads_to_b, seconds=SOON)


async def test_a_deleted_link_is_gone_within_a_second(api, visitor):
    link = await create(api)
    assert (await visitor.get(link["short_url"])).status_code == 302
    assert (await api.delete(f"/v1/links/{link['id']}")).status_code == 204

    async def is_gone() -> bool:
        return (await visitor.get(link["short_url"])).status_code == 404

    await eventually(is_gone, seconds=SOON)


async def test_a_restored_link_redirects_again_with_the_clicks_that_it_had(api, visitor):
    link = await create(api)

    async def answers(status: int) -> bool:
        return (await visitor.get(link["short_url"])).status_code == status

    await eventually(lambda: answers(302))
    assert (await api.delete(f"/v1/links/{link['id']}")).status_code == 204
    await eventually(lambda: answers(404), seconds=60)
    restored = await api.post(f"/v1/links/{link['id']}/restore")
    assert (restored.status_code, restored.json()["version"]) == (200, 3)
    await eventually(lambda: answers(302), seconds=60)

    async def has_its_clicks() -> bool:
        return (await api.get(f"/v1/links/{link['id']}")).json()["clicks"] >= 2

    await eventually(has_its_clicks, seconds=60)


async def test_a_code_that_was_asked_for_too_early_works_once_it_is_made(api, visitor, settings):
    url = f"http://127.0.0.1:{settings.redirect_port}/early-bird"
    assert (await visitor.get(url)).status_code == 404
    await create(api, short_code="early-bird")

    async def works() -> bool:
        return (await visitor.get(url)).status_code == 302

    await eventually(works, seconds=SOON)


async def test_a_deleted_code_made_again_leads_to_its_new_destination(api, visitor):
    link = await create(api, short_code="phoenix")
    assert (await visitor.get(link["short_url"])).status_code == 302
    await api.delete(f"/v1/links/{link['id']}")
    await create(api, short_code="phoenix", target_url="https://example.com/new")

    async def leads_to_the_new_one() -> bool:
        return (await visitor.get(link["short_url"])).headers.get("location") == "https://example.com/new"

    await eventually(leads_to_the_new_one, seconds=SOON)


async def test_a_link_with_a_click_limit_gives_exactly_that_many(api, visitor):
    link = await create(api, max_clicks=10)
    answers = await asyncio.gather(*(visitor.get(link["short_url"]) for _ in range(40)))
    statuses = [answer.status_code for answer in answers]
    assert (statuses.count(302), statuses.count(410)) == (10, 30)


async def test_the_preview_shows_the_destination_and_does_not_count(api, visitor):
    link = await create(api)
    page = await visitor.get(f"{link['short_url']}+", headers={"Accept": "text/html"})
    assert page.status_code == 200
    assert "https://example.com/a" in page.text
    assert (await visitor.get(link["short_url"])).status_code == 302

    async def one_click() -> bool:
        return (await api.get(f"/v1/links/{link['id']}")).json()["clicks"] == 1

    await eventually(one_click)
