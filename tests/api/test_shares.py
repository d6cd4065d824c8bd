"""Shared analytics over HTTP, on both databases: what a stranger with the address sees, and what not."""

import datetime as dt
import random
from typing import Any
from uuid import UUID

import httpx

from tests.api.conftest import House, client, make_link
from tests.clicks.clicks_data import random_click, store_clicks
from tests.conftest import SettingsFactory
from tests.processes import vayro
from vayro.api.schemas.shares import SharedAnalytics
from vayro.database.engine import Database
from vayro.settings import Settings

NOON = dt.datetime(2026, 3, 29, 12, tzinfo=dt.UTC)
RANGE = {"from": "2026-03-29", "to": "2026-03-30"}
SECRETS = {
    "target_url": "https://secret-destination.example/offer",
    "title": "Spring",
    "tags": ["secret-tag"],
    "metadata": {"note": "secret-note"},
}


async def share(api: httpx.AsyncClient, link: dict[str, Any]) -> str:
    """Share a link; return the token."""
    answer = await api.put(f"/v1/links/{link['id']}/share")
    assert answer.status_code == 200, answer.text
    return str(answer.json()["url"]).partition("#")[2]


def ask(nobody: httpx.AsyncClient, token: str, **question: str) -> Any:
    return nobody.get("/v1/shared", headers={"X-Share-Token": token}, params={**RANGE, **question})


async def test_sharing_is_off_until_it_is_switched_on_and_ends_at_once(
    ada: httpx.AsyncClient, nobody: httpx.AsyncClient, settings: Settings
) -> None:
    link = await make_link(ada, **SECRETS)
    path = f"/v1/links/{link['id']}/share"
    off = {"is_shared": False, "url": None, "created_at": None}
    assert (await ada.get(path)).json() == off
    begun = (await ada.put(path)).json()
    assert begun["is_shared"]
    assert begun["url"].startswith(f"{settings.resolved_dashboard_url}/shared#")
    assert (await ada.put(path)).json() == (await ada.get(path)).json() == begun
    token = begun["url"].partition("#")[2]
    assert (await ask(nobody, token)).status_code == 200
    assert (await ada.delete(path)).status_code == 204
    ended = await ask(nobody, token)
    assert (ended.status_code, ended.json()["code"]) == (404, "not_found")
    assert (await ada.get(path)).json() == off


async def test_a_stranger_sees_the_link_and_its_sums(
    ada: httpx.AsyncClient, nobody: httpx.AsyncClient, database: Database
) -> None:
    link = await make_link(ada, **SECRETS)
    clicks = [
        random_click(
            random.Random(n), UUID(link["id"]), NOON, NOON + dt.timedelta(hours=1), is_bot=False, country_code=c
        )
        for n, c in enumerate(["DE", "DE", "FR"])
    ]
    await store_clicks(database, clicks)
    token = await share(ada, link)
    answer = await ask(nobody, token, interval="day")
    body = answer.json()
    assert SharedAnalytics.model_validate(body)
    assert body["link"] == {"short_code": link["short_code"], "short_url": link["short_url"], "title": "Spring"}
    own = (await ada.get(f"/v1/analytics/{link['id']}", params={**RANGE, "interval": "day"})).json()
    for shown in (body["analytics"], own):
        del shown["as_of"], shown["stale_seconds"]
    assert body["analytics"] == own
    assert (await ask(nobody, token, country="DE")).json()["analytics"]["totals"]["clicks"] == 2
    assert answer.headers["cache-control"] == "private, no-store"


async def test_a_stranger_sees_nothing_else_of_the_workspace(
    ada: httpx.AsyncClient, nobody: httpx.AsyncClient, settings: Settings
) -> None:
    link, other = await make_link(ada, **SECRETS), await make_link(ada, **{**SECRETS, "title": "other"})
    answer = await ask(nobody, await share(ada, link))
    workspace = (await ada.get("/v1/workspace")).json()
    told = ["secret-", other["id"], other["short_code"], str(workspace["id"]), workspace["name"]]
    assert [word for word in told if word in answer.text] == []


async def test_a_question_about_tags_is_refused_here_too(ada: httpx.AsyncClient, nobody: httpx.AsyncClient) -> None:
    answer = await ask(nobody, await share(ada, await make_link(ada, **SECRETS)), tag="secret-tag")
    assert (answer.status_code, answer.json()["field"]) == (422, "tag")


async def test_the_token_works_in_its_header_alone(ada: httpx.AsyncClient, nobody: httpx.AsyncClient) -> None:
    token = await share(ada, await make_link(ada, **SECRETS))
    for headers, query in (
        ({}, {}),
        ({"Authorization": f"Bearer {token}"}, {}),
        ({}, {"token": token}),
        ({"X-Share-Token": token + "x"}, {}),
        ({"X-Share-Token": "vk_nonsense"}, {}),
    ):
        assert (await nobody.get("/v1/shared", headers=headers, params=query)).status_code == 404


async def test_a_token_opens_nothing_else(ada: httpx.AsyncClient, nobody: httpx.AsyncClient) -> None:
    link = await make_link(ada, **SECRETS)
    token = await share(ada, link)
    for path in (f"/v1/analytics/{link['id']}", f"/v1/analytics/{link['id']}/events", f"/v1/links/{link['id']}"):
        for headers in ({"X-Share-Token": token}, {"Authorization": f"Bearer {token}"}):
            assert (await nobody.get(path, headers=headers)).status_code == 401


async def test_a_deleted_link_is_shared_no_more(ada: httpx.AsyncClient, nobody: httpx.AsyncClient) -> None:
    link = await make_link(ada, **SECRETS)
    token = await share(ada, link)
    await ada.delete(f"/v1/links/{link['id']}")
    assert (await ask(nobody, token)).status_code == 404
    assert (await ada.get(f"/v1/links/{link['id']}/share")).status_code == 404


async def test_a_link_that_is_restored_is_shared_again(ada: httpx.AsyncClient, nobody: httpx.AsyncClient) -> None:
    link = await make_link(ada, **SECRETS)
    token = await share(ada, link)
    await ada.delete(f"/v1/links/{link['id']}")
    assert (await ada.post(f"/v1/links/{link['id']}/restore")).status_code == 200
    assert (await ask(nobody, token)).json()["link"]["short_code"] == link["short_code"]


async def test_who_only_looks_on_sees_the_address_and_cannot_change_it(house: House) -> None:
    async with client(house.url, house.keys["owner"]) as owner, client(house.url, house.keys["viewer"]) as viewer:
        link = await make_link(owner, **SECRETS)
        path = f"/v1/links/{link['id']}/share"
        assert (await viewer.put(path)).status_code == 403
        begun = (await owner.put(path)).json()
        assert (await viewer.get(path)).json() == begun
        assert (await viewer.delete(path)).status_code == 403


async def test_strangers_have_a_budget_of_their_own_by_address(
    settings_factory: SettingsFactory, sqlite_url: str
) -> None:
    limits = {"limit_shared": "3/day", "limit_public": "2/day", "trusted_proxies": "127.0.0.0/8"}
    settings = settings_factory(database_url=sqlite_url, **limits)

    def sent(address: str) -> dict[str, str]:
        return {"X-Forwarded-For": address, "X-Share-Token": "x" * 43}

    with vayro("api", settings) as process:
        async with httpx.AsyncClient(base_url=process.url, timeout=30) as nobody:
            answers = [await nobody.get("/v1/shared", headers=sent("93.184.215.14")) for _ in range(4)]
            other = await nobody.get("/v1/shared", headers=sent("93.184.215.15"))
    assert [answer.status_code for answer in answers] == [404, 404, 404, 429]
    assert answers[3].json()["code"] == "rate_limited"
    assert int(answers[3].headers["retry-after"]) > 0
    assert answers[0].headers["ratelimit-limit"] == "3"
    assert other.status_code == 404
