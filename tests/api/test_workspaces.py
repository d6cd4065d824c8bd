"""Workspaces, members, keys and the audit log over HTTP."""

import datetime as dt
from collections.abc import AsyncIterator

import httpx
import pytest

from tests.api.conftest import House, client
from tests.api.test_links import TARGET, assert_problem
from tests.factories import make_click, make_link
from tests.processes import vayro
from tests.servers import free_port
from vayro.accounts.workspace_repository import set_workspace_plan
from vayro.settings import Settings
from vayro.settings.plans import DEFAULT_PLANS


@pytest.fixture
async def owner(house: House) -> AsyncIterator[httpx.AsyncClient]:
    async with client(house.url, house.keys["owner"]) as opened:
        yield opened


async def test_the_workspace_shows_its_plan_its_limits_and_what_is_used(owner: httpx.AsyncClient) -> None:
    await owner.post("/v1/links", json=TARGET)
    answer = await owner.get("/v1/workspace")
    assert answer.status_code == 200
    shown = answer.json()
    assert (shown["role"], shown["plan"], shown["notice"]) == ("owner", "free", None)
    assert shown["limits"]["links_per_month"] == DEFAULT_PLANS["free"].links_per_month
    assert (shown["usage"]["links"], shown["usage"]["clicks"], shown["usage"]["seats"]) == (1, 0, 4)
    assert shown["usage"]["resets_at"].startswith(shown["usage"]["month"]) is False


async def test_clicks_beyond_the_plan_are_told_and_not_refused(house: House, settings: Settings) -> None:
    plans = '{"free": {"clicks_per_month": 1}}'
    with vayro("api", settings, api_port=free_port(), plans=plans) as process:
        async with client(process.url, house.keys["viewer"]) as api:
            link = await make_link(house.team.database, workspace_id=house.team.workspace_id)
            await make_click(house.team.database, link.id)
            shown = (await api.get("/v1/workspace")).json()
            assert (shown["usage"]["clicks"], shown["notice"]) == (1, None)
            await make_click(house.team.database, link.id)
            await make_click(house.team.database, link.id, is_bot=True)
            shown = (await api.get("/v1/workspace")).json()
            assert shown["usage"]["clicks"] == 2
            assert "covers 1 clicks a month" in shown["notice"]
            assert (await api.get(f"/v1/analytics/{link.id}")).json()["totals"]["clicks"] == 2


async def test_a_workspace_is_renamed(owner: httpx.AsyncClient) -> None:
    assert (await owner.patch("/v1/workspace", json={"name": "Marketing"})).json()["name"] == "Marketing"
    assert (await owner.get("/v1/workspace")).json()["name"] == "Marketing"


async def test_a_key_is_shown_once_and_then_by_its_beginning(owner: httpx.AsyncClient) -> None:
    made = await owner.post("/v1/keys", json={"name": "report", "scopes": ["analytics:read"]})
    assert made.status_code == 201
    key = made.json()["key"]
    assert "no-store" in made.headers["cache-control"]
    listed = await owner.get("/v1/keys")
    assert key not in listed.text
    assert key[:11] in [shown["prefix"] for shown in listed.json()["data"]]
    assert made.json()["scopes"] == ["analytics:read"]


async def test_a_revoked_key_is_refused_at_once(owner: httpx.AsyncClient, house: House) -> None:
    made = (await owner.post("/v1/keys", json={"name": "laptop", "scopes": ["*"]})).json()
    async with client(house.url, made["key"]) as api:
        assert (await api.get("/v1/links")).status_code == 200
        assert (await owner.delete(f"/v1/keys/{made['id']}")).status_code == 204
        assert_problem(await api.get("/v1/links"), 401, "unauthenticated")
    assert (await owner.delete(f"/v1/keys/{made['id']}")).status_code == 204


@pytest.mark.parametrize(
    "body",
    [
        {"name": "x", "scopes": []},
        {"name": "x", "scopes": ["links"]},
        {"name": "", "scopes": ["*"]},
        {"name": "a\u0000b", "scopes": ["*"]},
        {"name": "x", "scopes": ["*"], "expires_at": "2001-01-01T00:00:00Z"},
        {"name": "x", "scopes": ["*"], "user_id": "me"},
    ],
)
async def test_a_key_that_makes_no_sense_is_refused(owner: httpx.AsyncClient, body: dict[str, object]) -> None:
    assert_problem(await owner.post("/v1/keys", json=body), 422, "validation_failed")


async def test_who_is_removed_is_refused_at_once(owner: httpx.AsyncClient, house: House) -> None:
    member = house.team["member"].user_id
    async with client(house.url, house.keys["member"]) as api:
        assert (await api.get("/v1/links")).status_code == 200
        assert (await owner.delete(f"/v1/workspace/members/{member}")).status_code == 204
        assert_problem(await api.get("/v1/links"), 401, "unauthenticated")
    members = (await owner.get("/v1/workspace/members")).json()["data"]
    assert str(member) not in [shown["user_id"] for shown in members]


async def test_a_changed_role_takes_effect_at_once(owner: httpx.AsyncClient, house: House) -> None:
    address = f"/v1/workspace/members/{house.team['member'].user_id}"
    async with client(house.url, house.keys["member"]) as api:
        assert (await api.post("/v1/links", json=TARGET)).status_code == 201
        assert (await owner.patch(address, json={"role": "viewer"})).json()["role"] == "viewer"
        assert_problem(await api.post("/v1/links", json=TARGET), 403, "forbidden")


async def test_the_last_owner_stays(owner: httpx.AsyncClient, house: House) -> None:
    address = f"/v1/workspace/members/{house.team['owner'].user_id}"
    assert_problem(await owner.delete(address), 403, "forbidden")
    assert_problem(await owner.patch(address, json={"role": "admin"}), 403, "forbidden")


async def test_seats_are_the_plans(owner: httpx.AsyncClient) -> None:
    # The plan free has three seats, and the team of the test takes four.
    answer = await owner.post("/v1/invitations", json={"email": "eve@example.com"})
    assert_problem(answer, 403, "quota_exceeded")
    assert "The plan free allows 3 seats" in answer.json()["detail"]


async def test_one_address_is_not_mailed_again_and_again(owner: httpx.AsyncClient, house: House) -> None:
    await make_plan(house, "enterprise")
    often = {"email": f"{house.team.workspace_id}@example.com"}
    answers = [await owner.post("/v1/invitations", json=often) for _ in range(7)]
    assert [answer.status_code for answer in answers] == [201] * 6 + [429]


async def make_plan(house: House, plan: str) -> None:
    async with house.team.database.transaction() as connection:
        await set_workspace_plan(connection, house.team.workspace_id, plan)


async def test_every_change_is_in_the_audit_log(owner: httpx.AsyncClient, house: House) -> None:
    link = (await owner.post("/v1/links", json=TARGET)).json()
    await owner.patch(f"/v1/links/{link['id']}", json={"title": "x"})
    await owner.delete(f"/v1/links/{link['id']}")
    await owner.post("/v1/links/bulk", json={"links": [TARGET] * 3})
    await owner.patch("/v1/workspace", json={"name": "Marketing"})
    log = (await owner.get("/v1/audit?limit=5")).json()
    told = [(entry["action"], entry["subject"]) for entry in log["data"]]
    assert told == [
        ("workspace.rename", "Marketing"),
        ("link.create", "3 links"),
        ("link.delete", link["id"]),
        ("link.update", link["id"]),
        ("link.create", link["id"]),
    ]
    mine = house.team["owner"].user_id
    assert {entry["user_id"] for entry in log["data"]} == {str(mine)}
    assert all(entry["key_prefix"] == house.keys["owner"][:11] for entry in log["data"])


async def test_the_audit_log_is_read_in_pages(owner: httpx.AsyncClient) -> None:
    for number in range(5):
        await owner.patch("/v1/workspace", json={"name": f"name {number}"})
    seen, cursor = [], None
    while True:
        page = (await owner.get("/v1/audit", params={"limit": 2, **({"cursor": cursor} if cursor else {})})).json()
        seen += [entry["id"] for entry in page["data"]]
        if (cursor := page["next_cursor"]) is None:
            break
    everything = [entry["id"] for entry in (await owner.get("/v1/audit?limit=200")).json()["data"]]
    assert seen == everything
    assert len(seen) == len(set(seen)) == 5 + 4  # the keys of the team


async def test_the_audit_log_is_filtered(owner: httpx.AsyncClient, house: House) -> None:
    async def ask(**wanted: object) -> list[str]:
        return [entry["action"] for entry in (await owner.get("/v1/audit", params=wanted)).json()["data"]]

    await owner.patch("/v1/workspace", json={"name": "Marketing"})
    later = (dt.datetime.now(dt.UTC) + dt.timedelta(minutes=1)).isoformat()
    assert await ask(action="workspace.rename") == ["workspace.rename"]
    assert await ask(user_id=house.team["viewer"].user_id) == ["key.create"]
    assert await ask(**{"from": later}) == []
    assert len(await ask(to=later)) == 5


@pytest.mark.parametrize(
    "query", ["action=a b", "action=%00", "user_id=me", "from=yesterday", "from=2026-01-01", "cursor=x", "limit=0"]
)
async def test_a_question_to_the_audit_log_that_makes_no_sense_is_refused(owner: httpx.AsyncClient, query: str) -> None:
    assert_problem(await owner.get(f"/v1/audit?{query}"), 422, "validation_failed")
