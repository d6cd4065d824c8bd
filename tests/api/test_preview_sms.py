"""Previews of messages: what they show, and that they write nothing, ever."""

import uuid
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from tests.api.conftest import House, client
from tests.campaigns.rows import make_business, make_site, opt_out
from vayro.database.engine import Database
from vayro.settings import Settings

VARIANTS = ("friendly", "professional", "urgent")


@pytest.fixture
async def api(house: House) -> AsyncIterator[httpx.AsyncClient]:
    async with client(house.url, await house.issue("campaigns:read")) as opened:
        yield opened


@pytest.fixture
def rows(house: House) -> Database:
    return house.team.database


async def preview(api: httpx.AsyncClient, **wanted: Any) -> dict[str, Any]:
    answer = await api.post("/v1/campaigns/preview-sms", json={"variant": "friendly", **wanted})
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


def codes(shown: dict[str, Any]) -> list[str]:
    return [warning["code"] for warning in shown["warnings"]]


async def test_it_shows_the_message_and_what_it_takes(api: httpx.AsyncClient, house: House, rows: Database) -> None:
    business = await make_business(rows, house.team.workspace_id, name="Sunrise Bakery", locale="de-AT")
    site = await make_site(rows, business)
    shown = await preview(api, site_id=str(site.id), variant="professional")
    assert shown["body"].startswith("Guten Tag Sunrise Bakery, ")
    assert f" {site.short_url} " in shown["body"]
    named = {"site_id": str(site.id), "business_id": str(business.id), "variant": "professional", "locale": "de"}
    counted = {"encoding": "GSM-7", "characters": len(shown["body"]), "segments": 1, "per_segment": 160}
    rest = {"url": site.short_url, "remaining": 160 - len(shown["body"]), "non_gsm": [], "warnings": []}
    assert shown == {**named, **counted, **rest, "body": shown["body"]}


async def test_a_site_and_its_business_give_the_same(api: httpx.AsyncClient, house: House, rows: Database) -> None:
    business = await make_business(rows, house.team.workspace_id)
    site = await make_site(rows, business)
    assert await preview(api, site_id=str(site.id)) == await preview(api, business_id=str(business.id))


async def test_every_variant_has_the_same_link(api: httpx.AsyncClient, house: House, rows: Database) -> None:
    site = await make_site(rows, await make_business(rows, house.team.workspace_id))
    shown = [await preview(api, site_id=str(site.id), variant=variant) for variant in VARIANTS]
    shown.append(await preview(api, site_id=str(site.id), variant="custom", text="Dear {business}"))
    assert {one["url"] for one in shown} == {site.short_url}
    assert len({one["body"] for one in shown}) == 4
    assert shown[-1]["body"].endswith(f" {site.short_url}")


async def test_a_site_without_a_short_link_is_shown_with_its_address(
    api: httpx.AsyncClient, house: House, rows: Database, settings: Settings
) -> None:
    business = await make_business(rows, house.team.workspace_id)
    site = await make_site(rows, business, short_url=None, link_id=None)
    shown = await preview(api, site_id=str(site.id))
    assert shown["url"] == f"{settings.resolved_dashboard_url}/s/{site.subdomain}"
    assert shown["url"] in shown["body"].split(" ")
    assert codes(shown) == ["no_short_url"]


async def test_it_warns_of_whom_a_campaign_would_pass_over(
    api: httpx.AsyncClient, house: House, rows: Database
) -> None:
    team = house.team.workspace_id
    silent = await make_site(rows, await make_business(rows, team, phone=None))
    leaver = await make_business(rows, team)
    await opt_out(rows, team, leaver.phone)
    refuser = await make_business(rows, team)
    await opt_out(rows, uuid.UUID(int=0), refuser.phone)
    stranger = await make_business(rows, team)
    await opt_out(rows, uuid.uuid4(), stranger.phone)
    hidden = await make_site(rows, await make_business(rows, team), is_published=False)
    assert codes(await preview(api, site_id=str(silent.id))) == ["no_phone"]
    assert codes(await preview(api, site_id=str((await make_site(rows, leaver)).id))) == ["opted_out"]
    assert codes(await preview(api, site_id=str((await make_site(rows, refuser)).id))) == ["opted_out"]
    assert codes(await preview(api, site_id=str((await make_site(rows, stranger)).id))) == []
    assert codes(await preview(api, site_id=str(hidden.id))) == ["not_published"]


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        ({"variant": "custom"}, "needs a text"),
        ({"variant": "custom", "text": "Hi {name}"}, "no placeholder"),
        ({"variant": "custom", "text": "a\u202eb"}, "nobody would see"),
        ({"variant": "custom", "text": "a\0b"}, "NUL"),
        ({"variant": "custom", "text": "漢" * 1_000}, "at most 10"),
        ({"variant": "friendly", "text": "Hi"}, "text of its own"),
        ({"variant": "shouting"}, "friendly"),
        ({"variant": "friendly", "locale": "../../etc"}, "pattern"),
        ({"variant": "friendly", "business_id": str(uuid.uuid4())}, "Either site_id or business_id"),
    ],
)
async def test_what_cannot_be_shown_is_refused_and_said_why(
    api: httpx.AsyncClient, house: House, rows: Database, wanted: dict[str, str], said: str
) -> None:
    site = await make_site(rows, await make_business(rows, house.team.workspace_id))
    answer = await api.post("/v1/campaigns/preview-sms", json={"site_id": str(site.id), **wanted})
    assert answer.status_code == 422
    assert said in answer.text


async def test_a_business_without_a_site_has_nothing_to_preview(
    api: httpx.AsyncClient, house: House, rows: Database
) -> None:
    business = await make_business(rows, house.team.workspace_id)
    wanted = {"business_id": str(business.id), "variant": "friendly"}
    answer = await api.post("/v1/campaigns/preview-sms", json=wanted)
    assert (answer.status_code, answer.json()["field"]) == (422, "business_id")


async def test_what_belongs_to_another_workspace_is_not_found(
    ada: httpx.AsyncClient, house: House, rows: Database
) -> None:
    business = await make_business(rows, house.team.workspace_id)
    site = await make_site(rows, business)
    for wanted in ({"site_id": str(site.id)}, {"business_id": str(business.id)}, {"site_id": str(uuid.uuid4())}):
        answer = await ada.post("/v1/campaigns/preview-sms", json={**wanted, "variant": "friendly"})
        assert answer.status_code == 404


@pytest.mark.parametrize(
    "name",
    ["<script>alert(1)</script>", "\u202eevil\u2066", "x" * 200, "https://evil.example/a", "a\nb\r\nc", "😀" * 99],
)
async def test_a_hostile_name_brings_neither_a_failure_nor_a_second_link(
    api: httpx.AsyncClient, house: House, rows: Database, name: str
) -> None:
    site = await make_site(rows, await make_business(rows, house.team.workspace_id, name=name))
    shown = await preview(api, site_id=str(site.id))
    assert shown["body"].count("://") == 1
    assert shown["body"].isprintable()
