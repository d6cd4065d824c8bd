"""What can be asked of analytics over HTTP: cities, tags, bots alone, and an answer as a file."""

import csv
import datetime as dt
import io
import random
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from tests.api.conftest import make_link
from tests.clicks.clicks_data import random_click, store_clicks
from vayro.clicks.summary_csv import COLUMNS
from vayro.database.engine import Database

NOON = dt.datetime(2026, 3, 29, 12, tzinfo=dt.UTC)
RANGE = {"from": "2026-03-29", "to": "2026-03-31", "interval": "day"}


async def click(database: Database, link: dict[str, Any], **over: Any) -> None:
    values = {"is_bot": False, "timestamp": NOON, **over}
    await store_clicks(
        database, [random_click(random.Random(1), UUID(link["id"]), NOON, NOON + dt.timedelta(hours=1), **values)]
    )


async def count(api: httpx.AsyncClient, path: str, **question: str) -> dict[str, int]:
    answer = await api.get(f"/v1/analytics{path}", params={**RANGE, **question})
    assert answer.status_code == 200, answer.text
    totals: dict[str, int] = answer.json()["totals"]
    return totals


async def test_a_city_can_be_asked_for_with_everything_else(ada: httpx.AsyncClient, database: Database) -> None:
    link = await make_link(ada)
    await click(database, link, country_code="DE", city="Berlin", browser="Firefox")
    await click(database, link, country_code="US", city="Berlin", browser="Chrome")
    await click(database, link, country_code="DE", city=None, browser="Firefox")
    path = f"/{link['id']}"
    assert (await count(ada, path, city="Berlin"))["clicks"] == 2
    assert (await count(ada, path, city="Berlin", country="DE", browser="Firefox", referer="t.co"))["clicks"] <= 1
    assert (await count(ada, path, city="Berlin", country="DE"))["clicks"] == 1
    assert (await count(ada, path, city=""))["clicks"] == 1


async def test_bots_can_be_shown_alone(ada: httpx.AsyncClient, database: Database) -> None:
    link = await make_link(ada)
    await click(database, link, country_code="DE", visitor_id=1)
    await click(database, link, country_code="FR", visitor_id=2, is_bot=True)
    assert await count(ada, f"/{link['id']}", include_bots="only") == {"clicks": 1, "visitors": 0, "bots": 1}
    body = (await ada.get("/v1/analytics", params={**RANGE, "include_bots": "only"})).json()
    assert body["countries"] == [{"value": "FR", "clicks": 1}]
    assert body["series"][0] == {"start": "2026-03-29T00:00:00Z", "clicks": 1, "visitors": 0}


async def test_a_tag_is_asked_of_all_links_and_refused_of_one(
    ada: httpx.AsyncClient, bob: httpx.AsyncClient, database: Database
) -> None:
    tagged, plain, foreign = (
        await make_link(ada, tags=["spring"]),
        await make_link(ada),
        await make_link(bob, tags=["spring"]),
    )
    for link in (tagged, tagged, plain, foreign):
        await click(database, link)
    body = (await ada.get("/v1/analytics", params={**RANGE, "tag": "spring"})).json()
    assert (body["totals"]["clicks"], [found["link_id"] for found in body["links"]]) == (2, [tagged["id"]])
    assert (await count(ada, "", tag="autumn"))["clicks"] == 0
    refused = await ada.get(f"/v1/analytics/{tagged['id']}", params={"tag": "spring"})
    assert (refused.status_code, refused.json()["field"]) == (422, "tag")


@pytest.mark.parametrize("path", ["", "/link"])
async def test_an_answer_is_a_file_too(ada: httpx.AsyncClient, database: Database, path: str) -> None:
    link = await make_link(ada, short_code=f"spring-{uuid4().hex[:12]}")
    await click(database, link, country_code="DE", city="=1+1", referer="https://t.co/x", visitor_id=1)
    await click(database, link, country_code="FR", city=None, referer="https://@evil.example", is_bot=True)
    where = f"/{link['id']}" if path else ""
    answer = await ada.get(f"/v1/analytics{where}/export", params=RANGE)
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"].startswith('attachment; filename="analytics')
    rows = list(csv.reader(io.StringIO(answer.text, newline="")))
    assert rows[0] == list(COLUMNS)
    assert rows[1:5] == [
        ["total", "", "1", "1", "1"],
        ["series", "2026-03-29T00:00:00+00:00", "1", "1", ""],
        ["series", "2026-03-30T00:00:00+00:00", "0", "0", ""],
        ["country", "DE", "1", "", ""],
    ]
    assert ["city", "'=1+1", "1", "", ""] in rows
    assert ["referer", "t.co", "1", "", ""] in rows
    assert (["link", link["short_code"], "1", "", ""] in rows) == (not path)
    bots = await ada.get(f"/v1/analytics{where}/export", params={**RANGE, "include_bots": "only"})
    assert "referer,'@evil.example,1,," in bots.text.splitlines()


async def test_a_file_answers_the_same_question_as_the_page(ada: httpx.AsyncClient, database: Database) -> None:
    link = await make_link(ada)
    for country in ("DE", "DE", "FR"):
        await click(database, link, country_code=country)
    question = {**RANGE, "country": "DE", "timezone": "Europe/Berlin"}
    text = (await ada.get(f"/v1/analytics/{link['id']}/export", params=question)).text
    assert text.splitlines()[1].startswith("total,,2,")
    assert text.splitlines()[2].startswith("series,2026-03-29T00:00:00+01:00,2,")


async def test_the_file_of_another_is_not_found(ada: httpx.AsyncClient, bob: httpx.AsyncClient) -> None:
    link = await make_link(ada)
    assert (await bob.get(f"/v1/analytics/{link['id']}/export")).status_code == 404
