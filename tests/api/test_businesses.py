"""Businesses over HTTP: kept, found, changed, deleted, brought in, exported."""

import csv
import io
import json
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.api.test_links import assert_problem
from tests.security.naughty import NAUGHTY
from vayro.api.schemas.businesses import BulkBusinessesResult, Business, BusinessList
from vayro.sites.business_export import COLUMNS, READ_ONLY

PATH = "/v1/businesses"
WHOLE = {
    "name": "Rohr & Söhne", "category": "Plumber", "phone": "030 / 90 18 20", "email": "Info@Rohr.example",
    "address": "Hauptstraße 1\n10115 Berlin", "country": "de", "locale": "de_de", "notes": "Two vans.\nAsk for Ida.",
    "deal_value_micros": 1_200_000_000,
}  # fmt: skip


async def keep(api: httpx.AsyncClient, **over: Any) -> dict[str, Any]:
    answer = await api.post(PATH, json={"name": "Somebody", **over})
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def test_a_business_is_kept_as_it_is_read_again(ada: httpx.AsyncClient) -> None:
    made = await keep(ada, **WHOLE)
    Business.model_validate(made)
    assert list(made) == list(Business.model_fields)
    assert made == {
        **WHOLE, "id": made["id"], "phone": "+4930901820", "email": "info@rohr.example", "country": "DE",
        "address": "Hauptstraße 1, 10115 Berlin", "locale": "de-DE", "time_zone": "Europe/Berlin", "site": None,
        "created_at": made["created_at"], "updated_at": made["created_at"],
    }  # fmt: skip
    assert made["created_at"].endswith("Z")
    assert (await ada.get(f"{PATH}/{made['id']}")).json() == made
    assert (await ada.get(PATH)).json() == {"data": [made], "next_cursor": None}


async def test_a_name_is_enough_and_empty_texts_are_none(ada: httpx.AsyncClient) -> None:
    made = await keep(ada, **{name: "" for name in WHOLE if name not in {"name", "deal_value_micros"}})
    empty = {name: value for name, value in made.items() if value is None}
    assert set(empty) == {"category", "phone", "email", "address", "country", "time_zone", "notes",
                          "deal_value_micros", "site"}  # fmt: skip
    assert (made["name"], made["locale"]) == ("Somebody", "en")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "name"),
        ({"name": None}, "name"),
        ({"name": " \n "}, "name"),
        ({"name": "\u200b\u200d"}, "name"),
        ({"name": "x" * 10_000}, "name"),
        ({"name": "a\0b"}, "name"),
        ({"name": "\ud800"}, "name"),
        ({"name": "\u202eevil"}, "name"),
        ({"name": "\x1b[31mred"}, "name"),
        ({"name": "a", "category": "x" * 101}, "category"),
        ({"name": "a", "email": "nobody"}, "email"),
        ({"name": "a", "email": "a@b\r\nBcc: c@d"}, "email"),
        ({"name": "a", "email": "a" * 250 + "@example.com"}, "email"),
        ({"name": "a", "country": "UK"}, "country"),
        ({"name": "a", "locale": "english"}, "locale"),
        ({"name": "a", "time_zone": "Berlin"}, "time_zone"),
        ({"name": "a", "time_zone": "../../etc/passwd"}, "time_zone"),
        ({"name": "a", "notes": "x" * 5_001}, "notes"),
        ({"name": "a", "address": 7}, "address"),
        ({"name": "a", "deal_value_micros": -1}, "deal_value_micros"),
        ({"name": "a", "deal_value_micros": 1.5}, "deal_value_micros"),
        ({"name": "a", "deal_value_micros": 2**63}, "deal_value_micros"),
        ({"name": "a", "surprise": 1}, "surprise"),
        ({"name": "a", "phone": "x" * 51}, "phone"),
    ],
)
async def test_a_field_that_cannot_be_is_refused_by_name(
    ada: httpx.AsyncClient, body: dict[str, Any], field: str
) -> None:
    sent = json.dumps(body).encode()
    answer = await ada.post(PATH, content=sent, headers={"Content-Type": "application/json"})
    problem = assert_problem(answer, 422, "validation_failed")
    assert field in [error["field"] for error in problem["errors"]]
    assert (await ada.get(PATH)).json()["data"] == []


async def test_a_phone_number_that_is_none_says_why(ada: httpx.AsyncClient) -> None:
    problem = assert_problem(await ada.post(PATH, json={"name": "a", "phone": "030 901820"}), 422, "validation_failed")
    assert (problem["field"], "`country`" in problem["detail"]) == ("phone", True)


async def test_hostile_texts_are_kept_as_text_or_refused(ada: httpx.AsyncClient) -> None:
    for text in NAUGHTY:
        texts = {"name": text, "category": text[:100], "address": text, "notes": text}
        answer = await ada.post(PATH, json=texts)
        assert answer.status_code in {201, 422}, text
        if answer.status_code == 201:
            assert answer.json()["name"] == " ".join(text.split())
    for query in NAUGHTY:
        for name in ("q", "category", "country", "cursor"):
            assert (await ada.get(PATH, params={name: query})).status_code in {200, 422}, query


async def test_what_is_sent_changes_and_the_rest_stays(ada: httpx.AsyncClient) -> None:
    made = await keep(ada, **WHOLE)
    address = f"{PATH}/{made['id']}"
    changed = (await ada.patch(address, json={"phone": "040 42838 0", "notes": None})).json()
    assert changed == {**made, "phone": "+4940428380", "notes": None, "updated_at": changed["updated_at"]}
    assert changed["updated_at"] > made["updated_at"]
    assert (await ada.patch(address, json={})).json() == changed
    assert_problem(await ada.patch(address, json={"name": ""}), 422, "validation_failed")
    assert_problem(await ada.patch(address, json={"phone": "12"}), 422, "validation_failed")
    assert (await ada.get(address)).json() == changed


async def test_another_workspace_sees_nothing_of_it(ada: httpx.AsyncClient, bob: httpx.AsyncClient) -> None:
    made = await keep(ada, **WHOLE)
    address = f"{PATH}/{made['id']}"
    for answer in (await bob.get(address), await bob.patch(address, json={"name": "x"}), await bob.delete(address)):
        assert_problem(answer, 404, "not_found")
    assert (await bob.get(PATH)).json()["data"] == []
    assert (await bob.get(f"{PATH}/categories")).json()["data"] == []


async def test_a_business_is_deleted(ada: httpx.AsyncClient) -> None:
    made = await keep(ada)
    assert (await ada.delete(f"{PATH}/{made['id']}")).status_code == 204
    assert_problem(await ada.delete(f"{PATH}/{made['id']}"), 404, "not_found")
    assert_problem(await ada.get(f"{PATH}/{uuid4()}"), 404, "not_found")


async def test_pages_hold_every_business_once_newest_first(ada: httpx.AsyncClient) -> None:
    rows = [{"name": f"Number {number}"} for number in range(25)]
    await ada.post(f"{PATH}/bulk", json={"businesses": rows, "on_duplicate": "create"})
    seen: list[dict[str, Any]] = []
    cursor: str | None = ""
    while cursor is not None:
        answer = await ada.get(PATH, params={"limit": 10} | ({"cursor": cursor} if cursor else {}))
        BusinessList.model_validate_json(answer.content)
        seen += answer.json()["data"]
        cursor = answer.json()["next_cursor"]
    assert [one["name"] for one in seen] == [f"Number {number}" for number in reversed(range(25))]


@pytest.mark.parametrize("query", ["limit=0", "limit=201", "cursor=%00", "cursor=AAAA", "has_site=perhaps", "q=%00"])
async def test_a_query_that_cannot_be_is_refused(ada: httpx.AsyncClient, query: str) -> None:
    assert_problem(await ada.get(f"{PATH}?{query}"), 422, "validation_failed")


async def test_filters_find_by_name_number_and_address(ada: httpx.AsyncClient) -> None:
    rohr = await keep(ada, **WHOLE)
    cafe = await keep(ada, name="Café 100%", category="Café", phone="+12015550123", country="US")
    for query, found in (
        ({"q": "rohr &"}, [rohr]), ({"q": "INFO@"}, [rohr]), ({"q": "030 / 90 18"}, [rohr]),
        ({"q": "0049 30"}, [rohr]), ({"q": "(201) 555"}, [cafe]), ({"q": "100%"}, [cafe]), ({"q": "_"}, []),
        ({"q": "000"}, []), ({"category": "Café"}, [cafe]), ({"country": "de"}, [rohr]),
        ({"has_site": True}, []), ({"has_site": False}, [cafe, rohr]), ({"q": ""}, [cafe, rohr]),
    ):  # fmt: skip
        assert (await ada.get(PATH, params=query)).json()["data"] == found, query


async def test_categories_are_counted(ada: httpx.AsyncClient) -> None:
    for category in ("Plumber", "Café", "Plumber", None):
        await keep(ada, category=category)
    counted = [{"category": "Plumber", "businesses": 2}, {"category": "Café", "businesses": 1}]
    assert (await ada.get(f"{PATH}/categories")).json() == {"data": counted, "next_cursor": None}


# ── many at once ──


async def bring(api: httpx.AsyncClient, rows: list[Any], **over: Any) -> list[dict[str, Any]]:
    answer = await api.post(f"{PATH}/bulk", json={"businesses": rows, **over})
    assert answer.status_code == 200, answer.text
    BulkBusinessesResult.model_validate_json(answer.content)
    results: list[dict[str, Any]] = answer.json()["results"]
    return results


async def test_a_bad_row_spoils_no_other_and_a_dry_run_stores_nothing(ada: httpx.AsyncClient) -> None:
    there = await keep(ada, **WHOLE)
    rows = [
        {"name": "New", "phone": "+12015550123"}, {"name": "Bad", "phone": "12"}, "no object",
        {"phone": "+12015550124"},
        {"name": "Rohr again", "phone": "+49 (30) 901820"}, {"name": "Same file", "phone": "+1 201 555 0123"},
    ]  # fmt: skip
    dry = await bring(ada, rows, dry_run=True)
    assert len((await ada.get(PATH)).json()["data"]) == 1
    assert dry[0] == {"valid": True}
    assert (dry[4], dry[5]) == ({"skipped": there["id"]}, {"skipped": None})
    made = await bring(ada, rows)
    assert made[0]["business"] == (await ada.get(f"{PATH}/{made[0]['business']['id']}")).json()
    assert made[1:4] == dry[1:4]
    assert [one["error"]["code"] for one in made[1:4]] == ["validation_failed"] * 3
    assert made[4:] == [{"skipped": there["id"]}, {"skipped": made[0]["business"]["id"]}]
    assert await bring(ada, rows) == [{"skipped": made[0]["business"]["id"]}, *made[1:]]


async def test_a_thousand_are_kept_and_no_more(ada: httpx.AsyncClient) -> None:
    rows = [{"name": f"Business {number}", "phone": f"+1201555{number:04}"} for number in range(1_000)]
    assert {tuple(one) for one in await bring(ada, rows)} == {("business",)}
    assert {tuple(one) for one in await bring(ada, rows)} == {("skipped",)}
    answer = await ada.post(f"{PATH}/bulk", json={"businesses": [*rows, {"name": "x"}]})
    assert_problem(answer, 422, "validation_failed")


@pytest.mark.parametrize(
    "body", [{}, {"businesses": {}}, {"businesses": [], "on_duplicate": "merge"}, {"businesses": [], "x": 1}]
)
async def test_a_bulk_that_cannot_be_is_refused(ada: httpx.AsyncClient, body: dict[str, Any]) -> None:
    assert_problem(await ada.post(f"{PATH}/bulk", json=body), 422, "validation_failed")


async def test_a_bulk_may_be_larger_than_other_bodies_but_not_much(ada: httpx.AsyncClient) -> None:
    row = {"name": "a", "notes": "x" * 3_000}
    assert len(await bring(ada, [row] * 1_000)) == 1_000
    answer = await ada.post(f"{PATH}/bulk", json={"businesses": [{**row, "address": "y" * 1_500}] * 1_000})
    assert_problem(answer, 413, "too_large")


# ── exports ──


async def test_an_export_can_be_imported_and_no_cell_is_a_formula(ada: httpx.AsyncClient) -> None:
    made = await keep(ada, **{**WHOLE, "name": "=1+1"})
    await keep(ada, category="Café")
    answer = await ada.get(f"{PATH}/export", params={"category": "Plumber"})
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"] == 'attachment; filename="businesses.csv"'
    [row] = csv.DictReader(io.StringIO(answer.text))
    assert tuple(row) == COLUMNS + READ_ONLY
    assert (row["name"], row["phone"], row["id"]) == ("'=1+1", "'+4930901820", made["id"])
    assert row["notes"] == made["notes"]
    assert not [cell for cell in row.values() if cell.startswith(("=", "+", "-", "@"))]


async def test_an_export_as_json_is_the_list_on_one_page_oldest_first(ada: httpx.AsyncClient) -> None:
    assert (await ada.get(f"{PATH}/export", params={"format": "json"})).json() == {"data": [], "next_cursor": None}
    rows = [{"name": f"Business {number}"} for number in range(700)]
    made = await bring(ada, rows) + await bring(ada, rows, on_duplicate="create")
    answer = await ada.get(f"{PATH}/export", params={"format": "json"})
    assert answer.json()["data"] == [one["business"] for one in made]
