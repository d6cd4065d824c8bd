"""Campaigns over HTTP: made, looked at, changed, held and ended."""

import asyncio
import datetime as dt
import json
import uuid
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from sqlalchemy import select, update

from tests.api.conftest import House, client
from tests.campaigns.rows import make_business, make_site, opt_out
from tests.factories import make_click, now
from vayro.campaigns.audience import expand_some
from vayro.database.engine import Database
from vayro.database.models import audit_log, campaign_messages, campaigns
from vayro.settings import Settings

NOBODY = {"no_phone": 0, "no_site": 0, "not_published": 0, "opted_out": 0, "duplicate": 0}


@pytest.fixture
async def api(house: House) -> AsyncIterator[httpx.AsyncClient]:
    async with client(house.url, house.keys["member"]) as opened:
        yield opened


@pytest.fixture
def rows(house: House) -> Database:
    return house.team.database


@pytest.fixture
async def ready(house: House, rows: Database) -> list[Any]:
    """Three businesses that would get a message."""
    made = [await make_business(rows, house.team.workspace_id, category="Plumber") for _ in range(3)]
    for business in made:
        await make_site(rows, business)
    return made


async def create(api: httpx.AsyncClient, status: int = 201, **over: Any) -> dict[str, Any]:
    wanted = {"name": "Spring", "audience": {"filter": {}}, "variant": "friendly", **over}
    answer = await api.post("/v1/campaigns", json=wanted)
    assert answer.status_code == status, answer.text
    body: dict[str, Any] = answer.json()
    return body


async def act(api: httpx.AsyncClient, campaign: dict[str, Any], verb: str, status: int = 200) -> dict[str, Any]:
    answer = await api.post(f"/v1/campaigns/{campaign['id']}/{verb}")
    assert answer.status_code == status, answer.text
    body: dict[str, Any] = answer.json()
    return body


async def prepare(rows: Database, settings: Settings, campaign: dict[str, Any]) -> None:
    while not await expand_some(rows, settings, uuid.UUID(campaign["id"])):
        pass


async def test_a_campaign_begins_as_it_was_asked_for(api: httpx.AsyncClient, ready: list[Any]) -> None:
    made = await create(api, texts={"de": "Hallo {business}"}, rate_per_second=50, time_zone="Europe/Berlin")
    asked = {"name": "Spring", "variant": "friendly", "rate_per_second": 50, "time_zone": "Europe/Berlin"}
    filled = {"texts": {"de": "Hallo {business} {link}"}, "quiet_from": "21:00", "quiet_until": "08:00"}
    filled |= {"audience": {"business_ids": None, "filter": {}, "size": None}, "skipped": NOBODY}
    state = {"status": "preparing", "provider": "outbox", "currency": "USD", "scheduled_at": None, "note": None}
    assert made | asked | filled | state == made
    assert set(made["totals"].values()) == {0}
    assert (await api.get(f"/v1/campaigns/{made['id']}")).json() == made


async def test_its_messages_are_listed_page_by_page_and_added_up(
    api: httpx.AsyncClient, ready: list[Any], rows: Database, settings: Settings
) -> None:
    made = await create(api)
    await prepare(rows, settings, made)
    path = f"/v1/campaigns/{made['id']}/messages"
    first = (await api.get(path, params={"limit": 2})).json()
    second = (await api.get(path, params={"limit": 2, "cursor": first["next_cursor"]})).json()
    found = [*first["data"], *second["data"]]
    assert [one["business_name"] for one in found] == [business.name for business in ready]
    assert {one["status"] for one in found} == {"queued"}
    assert second["next_cursor"] is None
    assert (await api.get(path, params={"status": "sent"})).json()["data"] == []
    totals = (await api.get(f"/v1/campaigns/{made['id']}")).json()["totals"]
    assert (totals["messages"], totals["queued"], totals["segments"]) == (3, 3, 3)


async def test_an_audience_is_counted_and_nothing_is_made(
    api: httpx.AsyncClient, ready: list[Any], house: House, rows: Database
) -> None:
    team = house.team.workspace_id
    await make_business(rows, team, phone=None)
    await make_business(rows, team)
    await make_site(rows, await make_business(rows, team), is_published=False)
    await make_site(rows, await make_business(rows, team, phone=ready[0].phone))
    for _ in range(2):
        leaver = await make_business(rows, team, phone="+14155559999")
        await make_site(rows, leaver)
    await opt_out(rows, team, leaver.phone)
    found = (await api.post("/v1/campaigns/audience", json={"audience": {"filter": {}}})).json()
    skipped = {"no_phone": 1, "no_site": 1, "not_published": 1, "opted_out": 1, "duplicate": 2}
    assert found == {
        "businesses": 9,
        "ready": 3,
        "skipped": skipped,
        "currency": "USD",
        "segments_estimate": 3,
        "cost_micros_estimate": 0,
    }
    only = {"audience": {"business_ids": [str(ready[0].id), str(uuid.uuid4())]}, "variant": "custom"}
    answer = await api.post("/v1/campaigns/audience", json={**only, "texts": {"en": "x" * 400}})
    assert (answer.json()["businesses"], answer.json()["segments_estimate"]) == (1, 3)
    assert (await api.get("/v1/campaigns")).json()["data"] == []


async def test_a_campaign_for_nobody_is_refused_with_the_reasons(
    api: httpx.AsyncClient, house: House, rows: Database
) -> None:
    await make_business(rows, house.team.workspace_id, phone=None)
    await make_business(rows, house.team.workspace_id)
    refused = await create(api, 422)
    assert refused["field"] == "audience"
    assert refused["detail"].endswith("Of 2: 1 without a phone number, 1 without a site.")


@pytest.mark.parametrize(
    ("over", "said"),
    [
        ({"audience": {}}, "Either business_ids or filter"),
        ({"audience": {"business_ids": []}}, "at least 1"),
        ({"variant": "custom"}, "needs a text"),
        ({"variant": "custom", "texts": {"en": "{city}"}}, "texts.en"),
        ({"variant": "custom", "texts": {"e n": "Hi"}}, "pattern"),
        ({"variant": "custom", "texts": {"en": "x" * 1_600}}, "at most 10"),
        ({"name": "a\u202eb"}, "does not print"),
        ({"name": " "}, "empty"),
        ({"quiet_from": "25:00"}, "pattern"),
        ({"quiet_from": None}, "a beginning and an end"),
        ({"quiet_from": "08:00"}, "another time"),
        ({"time_zone": "Mars/Olympus"}, "IANA"),
        ({"scheduled_at": "9999-01-01T00:00:00Z"}, "within a year"),
        ({"scheduled_at": "2030-01-01"}, "time zone"),
        ({"rate_per_second": 0}, "greater than or equal to 1"),
    ],
)
async def test_what_is_no_campaign_is_refused_and_said_why(
    api: httpx.AsyncClient, ready: list[Any], over: dict[str, Any], said: str
) -> None:
    assert said in json.dumps(await create(api, 422, **over))


async def test_a_schedule_that_has_passed_is_now(api: httpx.AsyncClient, ready: list[Any]) -> None:
    assert (await create(api, scheduled_at="2020-01-01T00:00:00Z"))["scheduled_at"] is None


async def test_campaigns_are_listed_newest_first_without_the_identifiers_of_their_audiences(
    api: httpx.AsyncClient, ready: list[Any]
) -> None:
    ids = [str(business.id) for business in ready]
    made = [await create(api, name=str(number), audience={"business_ids": ids}) for number in range(3)]
    assert made[0]["audience"] == {"business_ids": ids, "filter": None, "size": 3}
    first = (await api.get("/v1/campaigns", params={"limit": 2})).json()
    second = (await api.get("/v1/campaigns", params={"limit": 2, "cursor": first["next_cursor"]})).json()
    listed = [*first["data"], *second["data"]]
    assert [one["id"] for one in listed] == [one["id"] for one in reversed(made)]
    assert listed[0]["audience"] == {"business_ids": None, "filter": None, "size": 3}


async def test_a_list_tells_the_clicks_that_the_reports_count(
    api: httpx.AsyncClient, ready: list[Any], rows: Database, settings: Settings
) -> None:
    made = [await create(api, name=str(number)) for number in range(3)]
    for one in made[:2]:
        await prepare(rows, settings, one)
        own = campaigns.c.id == uuid.UUID(one["id"])
        mine = campaign_messages.c.campaign_id == uuid.UUID(one["id"])
        async with rows.transaction() as connection:
            await connection.execute(update(campaigns).where(own).values(status="running", started_at=now()))
            await connection.execute(update(campaign_messages).where(mine).values(status="sent", sent_at=now()))
            links = (await connection.scalars(select(campaign_messages.c.link_id).where(mine))).all()
        await make_click(rows, links[0])
        await make_click(rows, links[1], is_bot=True)
    listed = (await api.get("/v1/campaigns")).json()["data"]
    assert {one["name"]: one["clicks"] for one in listed} == {"0": 2, "1": 1, "2": 0}
    reports = [(await api.get(f"/v1/campaigns/{one['id']}/report")).json()["clicks"] for one in listed]
    assert reports == [one["clicks"] for one in listed]


async def test_the_same_idempotency_key_makes_one_campaign(
    api: httpx.AsyncClient, ready: list[Any], rows: Database, house: House
) -> None:
    wanted = {"name": "Once", "audience": {"filter": {}}, "variant": "friendly"}
    header = {"Idempotency-Key": f"campaign-{uuid.uuid4()}"}
    posts = [api.post("/v1/campaigns", json=wanted, headers=header) for _ in range(12)]
    answers = await asyncio.gather(*posts)
    assert {answer.status_code for answer in answers} == {201}
    [made] = {answer.json()["id"] for answer in answers}
    for business in ready:  # nobody would get another one; the one that was made is returned all the same
        await opt_out(rows, house.team.workspace_id, business.phone)
    again = await api.post("/v1/campaigns", json=dict(reversed(wanted.items())), headers=header)
    assert (again.status_code, again.json()["id"]) == (201, made)
    assert [one["id"] for one in (await api.get("/v1/campaigns")).json()["data"]] == [made]
    for other in ({**wanted, "name": "Twice"}, {**wanted, "rate_per_second": 1}):
        refused = await api.post("/v1/campaigns", json=other, headers=header)
        assert (refused.status_code, refused.json()["field"]) == (422, "Idempotency-Key")
    link = {"target_url": "https://example.com/"}
    assert (await api.post("/v1/links", json=link, headers=header)).status_code == 422
    unusable = await api.post("/v1/campaigns", json=wanted, headers={"Idempotency-Key": ""})
    assert (unusable.status_code, unusable.json()["field"]) == (422, "Idempotency-Key")


async def test_what_is_sent_changes_and_waiting_messages_follow_the_schedule(
    api: httpx.AsyncClient, ready: list[Any], rows: Database, settings: Settings
) -> None:
    made = await create(api, quiet_from=None, quiet_until=None)
    await prepare(rows, settings, made)
    later = (now() + dt.timedelta(days=30)).strftime("%Y-%m-%dT%H:%M:%SZ")
    answer = await api.patch(f"/v1/campaigns/{made['id']}", json={"name": "Summer", "scheduled_at": later})
    assert answer.status_code == 200, answer.text
    assert (answer.json()["name"], answer.json()["scheduled_at"]) == ("Summer", later)
    found = (await api.get(f"/v1/campaigns/{made['id']}/messages")).json()["data"]
    assert {one["due_at"] for one in found} == {later}


async def test_a_campaign_that_has_begun_has_no_schedule(
    api: httpx.AsyncClient, ready: list[Any], rows: Database
) -> None:
    made = await create(api)
    async with rows.transaction() as connection:
        own = campaigns.c.id == uuid.UUID(made["id"])
        begun = {"status": "running", "is_prepared": True, "started_at": campaigns.c.created_at}
        await connection.execute(update(campaigns).where(own).values(begun))
    answer = await api.patch(f"/v1/campaigns/{made['id']}", json={"scheduled_at": None})
    assert (answer.status_code, answer.json()["field"]) == (422, "scheduled_at")
    await act(api, made, "pause")
    assert (await act(api, made, "resume"))["status"] == "running"


async def test_it_is_held_and_goes_on_where_it_was(
    api: httpx.AsyncClient, ready: list[Any], rows: Database, settings: Settings
) -> None:
    made = await create(api)
    assert [(await act(api, made, "pause"))["status"] for _ in range(2)] == ["paused", "paused"]
    await prepare(rows, settings, made)
    assert (await api.get(f"/v1/campaigns/{made['id']}")).json()["totals"]["messages"] == 0
    assert [(await act(api, made, "resume"))["status"] for _ in range(2)] == ["preparing", "preparing"]
    await prepare(rows, settings, made)
    await act(api, made, "pause")
    assert (await act(api, made, "resume"))["status"] == "scheduled"


async def test_a_cancelled_campaign_ends_what_waits_and_changes_no_more(
    api: httpx.AsyncClient, ready: list[Any], rows: Database, settings: Settings, house: House
) -> None:
    made = await create(api)
    await prepare(rows, settings, made)
    async with rows.transaction() as connection:
        sent = campaign_messages.c.business_id == ready[0].id
        await connection.execute(update(campaign_messages).where(sent).values(status="sent"))
    ended = await act(api, made, "cancel")
    assert (ended["status"], ended["totals"]["cancelled"], ended["totals"]["sent"]) == ("cancelled", 2, 1)
    assert ended["finished_at"]
    assert await act(api, made, "cancel") == ended
    for verb in ("pause", "resume"):
        assert (await act(api, made, verb, 409))["code"] == "campaign_over"
    answer = await api.patch(f"/v1/campaigns/{made['id']}", json={"name": "x"})
    assert (answer.status_code, answer.json()["code"]) == (409, "campaign_over")
    query = select(audit_log.c.action).where(audit_log.c.workspace_id == house.team.workspace_id)
    async with rows.read() as connection:
        noted = [action for action in await connection.scalars(query) if action.startswith("campaign.")]
    assert sorted(noted) == ["campaign.cancel", "campaign.create"]


async def test_changes_are_told_as_they_happen(api: httpx.AsyncClient, ready: list[Any]) -> None:
    made = await create(api)
    async with api.stream("GET", "/v1/campaigns/progress", params={"campaign_id": made["id"]}) as stream:
        events = (json.loads(line[6:]) async for line in stream.aiter_lines() if line.startswith("data: "))
        first = await anext(events)
        assert (first["id"], first["status"], first["totals"]["messages"]) == (made["id"], "preparing", 0)
        await act(api, made, "pause")
        assert (await anext(events))["status"] == "paused"
    async with api.stream("GET", "/v1/campaigns/progress") as stream:
        told = [json.loads(line[6:]) async for line in _until_data(stream)]
    assert [one["id"] for one in told] == [made["id"]]


async def _until_data(stream: httpx.Response) -> AsyncIterator[str]:
    async for line in stream.aiter_lines():
        if line.startswith("data: "):
            yield line
            return


async def test_progress_of_an_unknown_campaign_is_not_found(api: httpx.AsyncClient) -> None:
    assert (await api.get("/v1/campaigns/progress", params={"campaign_id": str(uuid.uuid4())})).status_code == 404
