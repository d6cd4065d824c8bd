"""Analytics over HTTP, on both databases."""

import csv
import datetime as dt
import io
import random
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from uuid_utils.compat import uuid7

from tests.api.conftest import make_link
from tests.clicks.clicks_data import random_click, store_clicks
from vayro.api.schemas.analytics import ClickEvent, LinkAnalytics, WorkspaceAnalytics
from vayro.clicks.event_list import COLUMNS
from vayro.database.engine import Database

NOON = dt.datetime(2026, 3, 29, 12, tzinfo=dt.UTC)
HOSTILE = [
    "=cmd|' /C calc'!A0",
    "+1+1",
    "-2+3",
    "@SUM(1)",
    "\tx",
    '"quoted", and\r\nbroken',
    "\r=1",
    "ordinary",
    "ümläut, ✓",
]


async def click(database: Database, link: dict[str, Any], **over: Any) -> dict[str, Any]:
    values = {"is_bot": False, "timestamp": NOON, **over}
    made = random_click(random.Random(1), UUID(link["id"]), NOON, NOON + dt.timedelta(hours=1), **values)
    await store_clicks(database, [made])
    return made


async def test_a_link_shows_what_the_contract_lists(ada: httpx.AsyncClient, database: Database) -> None:
    link = await make_link(ada)
    await click(database, link, country_code="DE", referer="https://t.co/x", visitor_id=1)
    await click(database, link, country_code="DE", referer=None, visitor_id=1)
    await click(database, link, country_code="US", is_bot=True)
    query = {"from": "2026-03-29", "to": "2026-03-31", "timezone": "Europe/Berlin", "interval": "day"}
    answer = await ada.get(f"/v1/analytics/{link['id']}", params=query)
    body = answer.json()
    assert LinkAnalytics.model_validate(body)
    assert set(body) == {field.alias or name for name, field in LinkAnalytics.model_fields.items()}
    assert body["totals"] == {"clicks": 2, "visitors": 1, "bots": 1}
    assert body["series"] == [
        {"start": "2026-03-29T00:00:00+01:00", "clicks": 2, "visitors": 1},
        {"start": "2026-03-30T00:00:00+02:00", "clicks": 0, "visitors": 0},
    ]
    assert (body["from"], body["to"]) == ("2026-03-29T00:00:00+01:00", "2026-03-31T00:00:00+02:00")
    assert body["countries"] == [{"value": "DE", "clicks": 2}]
    assert body["referers"] == [{"value": "", "clicks": 1}, {"value": "t.co", "clicks": 1}]


async def test_bots_are_among_the_clicks_when_asked_for(ada: httpx.AsyncClient, database: Database) -> None:
    link = await make_link(ada)
    await click(database, link, is_bot=True, device_type="bot")
    query = {"from": "2026-03-29", "to": "2026-03-30", "include_bots": "true"}
    body = (await ada.get(f"/v1/analytics/{link['id']}", params=query)).json()
    assert body["totals"] == {"clicks": 1, "visitors": 0, "bots": 1}
    assert body["devices"] == [{"value": "bot", "clicks": 1}]


async def test_a_workspace_shows_its_links_and_no_others(
    ada: httpx.AsyncClient, bob: httpx.AsyncClient, database: Database
) -> None:
    link, other, foreign = await make_link(ada, title="one"), await make_link(ada), await make_link(bob)
    for made, number in ((link, 2), (other, 1), (foreign, 5)):
        for _ in range(number):
            await click(database, made)
    body = (await ada.get("/v1/analytics", params={"from": "2026-03-29", "to": "2026-03-30"})).json()
    assert WorkspaceAnalytics.model_validate(body)
    assert body["totals"]["clicks"] == 3
    assert body["links"][0] == {"link_id": link["id"], "short_code": link["short_code"], "clicks": 2}
    assert [found["clicks"] for found in body["links"]] == [2, 1]
    await ada.delete(f"/v1/links/{link['id']}")
    body = (await ada.get("/v1/analytics", params={"from": "2026-03-29", "to": "2026-03-30"})).json()
    assert (body["totals"]["clicks"], [found["link_id"] for found in body["links"]]) == (1, [other["id"]])


async def test_filters_are_all_applied(ada: httpx.AsyncClient, database: Database) -> None:
    link = await make_link(ada)
    await click(database, link, country_code="DE", device_type="mobile", referer="https://T.co/abc")
    await click(database, link, country_code="DE", device_type="desktop", referer=None)
    await click(database, link, country_code=None, device_type="mobile")
    path, query = f"/v1/analytics/{link['id']}", {"from": "2026-03-29", "to": "2026-03-30"}

    async def count(**filters: str) -> int:
        return (await ada.get(path, params={**query, **filters})).json()["totals"]["clicks"]

    assert await count(country="DE") == 2
    assert await count(country="DE", device="mobile", referer="t.co") == 1
    assert await count(country="") == 1
    assert await count(browser="Netscape") == 0


@pytest.mark.parametrize("path", ["", "/events", "/events?format=csv"])
async def test_the_link_of_another_is_not_found(ada: httpx.AsyncClient, bob: httpx.AsyncClient, path: str) -> None:
    link = await make_link(ada)
    for link_id in (link["id"], uuid4(), "nonsense"):
        answer = await bob.get(f"/v1/analytics/{link_id}{path}")
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


@pytest.mark.parametrize("path", ["", "/live", f"/{UUID(int=1)}", f"/{UUID(int=1)}/events"])
async def test_nobody_reads_without_a_key(api_url: str, path: str) -> None:
    async with httpx.AsyncClient(timeout=30) as stranger:
        answer = await stranger.get(f"{api_url}/v1/analytics{path}")
    assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ({"timezone": "Mars/Base"}, "IANA"),
        ({"from": "soon"}, "ISO 8601"),
        ({"from": "2026-03-30", "to": "2026-03-29"}, "before"),
        ({"interval": "fortnight"}, "hour"),
        ({"interval": "minute"}, "3000"),
        ({"from": "1999-01-01"}, "3660"),
        ({"country": "a\0b"}, "NUL"),
        ({"referer": "x" * 300}, "255"),
    ],
)
async def test_a_bad_question_is_refused_with_the_reason(
    ada: httpx.AsyncClient, query: dict[str, str], told: str
) -> None:
    answer = await ada.get("/v1/analytics", params=query)
    assert (answer.status_code, answer.json()["code"]) == (422, "validation_failed")
    assert told in answer.text


async def test_pages_of_events_do_not_move_when_clicks_come(ada: httpx.AsyncClient, database: Database) -> None:
    link = await make_link(ada)
    # Many share their millisecond, so the identifier has to decide.
    instants = [NOON + dt.timedelta(seconds=number // 9) for number in range(50)]
    clicks = [
        random_click(random.Random(1), UUID(link["id"]), NOON, NOON + dt.timedelta(hours=1), timestamp=instant)
        for instant in instants
    ]
    await store_clicks(database, clicks)
    seen: list[dict[str, Any]] = []
    cursor: str | None = None
    for page in range(10):
        query = {"limit": 7, **({"cursor": cursor} if cursor else {})}
        body = (await ada.get(f"/v1/analytics/{link['id']}/events", params=query)).json()
        seen += body["data"]
        cursor = body["next_cursor"]
        await click(database, link, timestamp=NOON + dt.timedelta(hours=page + 1), id=uuid7())
        if cursor is None:
            break
    assert cursor is None
    expected = sorted(clicks, key=lambda made: (made["timestamp"], made["id"]), reverse=True)
    assert [event["id"] for event in seen] == [str(made["id"]) for made in expected]
    assert ClickEvent.model_validate(seen[0])
    assert set(seen[0]) == set(ClickEvent.model_fields)


async def test_a_cursor_of_another_list_is_refused(ada: httpx.AsyncClient) -> None:
    link = await make_link(ada)
    answer = await ada.get(f"/v1/analytics/{link['id']}/events", params={"cursor": "nonsense"})
    assert (answer.status_code, answer.json()["field"]) == (422, "cursor")


async def test_csv_tells_hostile_referers_as_text(ada: httpx.AsyncClient, database: Database) -> None:
    link = await make_link(ada)
    for number, referer in enumerate(HOSTILE):
        await click(database, link, referer=referer, visitor_id=-number, timestamp=NOON - dt.timedelta(seconds=number))
    answer = await ada.get(f"/v1/analytics/{link['id']}/events", params={"format": "csv"})
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert b"\r\n" in answer.content
    rows = list(csv.DictReader(io.StringIO(answer.text, newline="")))
    assert tuple(rows[0]) == COLUMNS
    shown = [row["referer"] for row in rows]
    assert [text.removeprefix("'") for text in shown] == HOSTILE
    assert [text.startswith("'") for text in shown] == [text[0] in "=+-@\t\r" for text in HOSTILE]
    assert rows[1]["visitor_id"] == "ffffffffffffffff"
    assert rows[0]["timestamp"] == "2026-03-29T12:00:00.000Z"


async def test_exports_hold_every_click_once(ada: httpx.AsyncClient, database: Database) -> None:
    link = await make_link(ada)
    clicks = [random_click(random.Random(n), UUID(link["id"]), NOON, NOON + dt.timedelta(hours=1)) for n in range(4100)]
    await store_clicks(database, clicks)
    path = f"/v1/analytics/{link['id']}/events"
    ids = {str(made["id"]) for made in clicks}
    rows = list(csv.DictReader(io.StringIO((await ada.get(path, params={"format": "csv"})).text, newline="")))
    listed = (await ada.get(path, params={"format": "json"})).json()
    assert (len(rows), {row["id"] for row in rows}) == (4100, ids)
    assert (len(listed["data"]), {event["id"] for event in listed["data"]}) == (4100, ids)
    assert listed["next_cursor"] is None


async def test_an_export_of_nothing_is_a_header_or_an_empty_list(ada: httpx.AsyncClient) -> None:
    link = await make_link(ada)
    path = f"/v1/analytics/{link['id']}/events"
    assert (await ada.get(path, params={"format": "csv"})).text == ",".join(COLUMNS) + "\r\n"
    assert (await ada.get(path, params={"format": "json"})).json() == {"data": [], "next_cursor": None}
