"""Many links at once over HTTP: dry runs, changes, deletions, restored links, exports."""

import csv
import io
import json
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.api.conftest import House, client
from tests.api.test_links import TARGET, assert_problem, create
from vayro.api.schemas.link_bulk import BulkCreateResult, BulkDeleteResult, BulkResult
from vayro.api.schemas.links import LinkPage
from vayro.links.transfer import COLUMNS, READ_ONLY, read_rows


async def test_a_dry_run_answers_row_by_row_and_makes_nothing(ada: httpx.AsyncClient) -> None:
    await create(ada, short_code="there")
    rows = [
        {"target_url": "HTTPS://example.com/x"}, {"target_url": "ftp://a.test"}, {**TARGET, "surprise": 1},
        {**TARGET, "short_code": "there"}, {**TARGET, "short_code": "dry"}, {**TARGET, "short_code": "dry"},
    ]  # fmt: skip
    answer = await ada.post("/v1/links/bulk", json={"links": rows, "dry_run": True})
    results = answer.json()["results"]
    BulkCreateResult.model_validate_json(answer.content)
    assert [one.get("target_url") or one["error"]["code"] for one in results] == [
        "https://example.com/x", "invalid_url", "validation_failed", "code_taken", "https://example.com/a",
        "code_taken",
    ]  # fmt: skip
    assert len((await ada.get("/v1/links")).json()["data"]) == 1
    made = (await ada.post("/v1/links/bulk", json={"links": rows})).json()["results"]
    assert [one.get("error") for one in made] == [one.get("error") for one in results]


async def test_a_dry_run_of_a_thousand_is_answered(ada: httpx.AsyncClient) -> None:
    links = [{**TARGET, "short_code": f"thousand-{number}"} for number in range(1_000)]
    results = (await ada.post("/v1/links/bulk", json={"links": links, "dry_run": True})).json()["results"]
    assert [set(one) for one in results] == [{"target_url"}] * 1_000


async def test_tags_and_activity_change_on_many(ada: httpx.AsyncClient, bob: httpx.AsyncClient) -> None:
    first, second = await create(ada, tags=["a"]), await create(ada)
    theirs = await create(bob)
    ids = [first["id"], theirs["id"], second["id"]]
    body = {"ids": ids, "add_tags": ["b"], "remove_tags": ["a"], "is_active": False}
    answer = await ada.patch("/v1/links/bulk", json=body)
    BulkResult.model_validate_json(answer.content)
    results = answer.json()["results"]
    assert results[1]["error"]["code"] == "not_found"
    for one, result in ((first, results[0]), (second, results[2])):
        assert result["link"] == (await ada.get(f"/v1/links/{one['id']}")).json()
        assert (result["link"]["tags"], result["link"]["is_active"], result["link"]["version"]) == (["b"], False, 2)


@pytest.mark.parametrize(
    "body",
    [{}, {"ids": "x"}, {"ids": ["x"]}, {"ids": [str(uuid4())] * 1_001}, {"ids": [], "add_tags": [""]},
     {"ids": [], "add_tags": ["a"], "remove_tags": ["a"]}, {"ids": [], "is_active": "yes"},
     {"ids": [], "title": "x"}],
)  # fmt: skip
async def test_a_change_that_cannot_be_is_refused(ada: httpx.AsyncClient, body: dict[str, Any]) -> None:
    assert_problem(await ada.patch("/v1/links/bulk", json=body), 422, "validation_failed")


async def test_many_are_deleted_and_restored_in_order(ada: httpx.AsyncClient, bob: httpx.AsyncClient) -> None:
    made = [await create(ada, short_code=f"many-{number}", tags=["t"]) for number in range(3)]
    theirs = await create(bob)
    ids = [made[2]["id"], theirs["id"], made[0]["id"], str(uuid4())]
    answer = await ada.post("/v1/links/bulk/delete", json={"ids": ids})
    BulkDeleteResult.model_validate_json(answer.content)
    results = answer.json()["results"]
    assert [(one["id"], (one["error"] or {}).get("code")) for one in results] == [
        (ids[0], None), (ids[1], "not_found"), (ids[2], None), (ids[3], "not_found"),
    ]  # fmt: skip
    assert [link["id"] for link in (await ada.get("/v1/links")).json()["data"]] == [made[1]["id"]]
    answer = await ada.post("/v1/links/bulk/restore", json={"ids": ids})
    BulkResult.model_validate_json(answer.content)
    restored = answer.json()["results"]
    assert [one.get("error", {}).get("code") for one in restored] == [None, "not_found", None, "not_found"]
    for before, result in ((made[2], restored[0]), (made[0], restored[2])):
        after = result["link"]
        assert after == {**before, "version": 3, "updated_at": after["updated_at"]}
    assert len((await ada.get("/v1/links")).json()["data"]) == 3


async def test_a_deletion_is_taken_back_once_and_by_its_workspace_alone(
    ada: httpx.AsyncClient, bob: httpx.AsyncClient
) -> None:
    made = await create(ada, short_code="undo-me")
    path = f"/v1/links/{made['id']}/restore"
    assert_problem(await ada.post(path), 404, "not_found")
    await ada.delete(f"/v1/links/{made['id']}")
    assert_problem(await bob.post(path), 404, "not_found")
    restored = await ada.post(path)
    assert (restored.status_code, restored.json()["version"]) == (200, 3)
    assert restored.json() == (await ada.get(f"/v1/links/{made['id']}")).json()
    assert_problem(await ada.post(path), 404, "not_found")


async def test_a_code_that_was_given_out_again_is_a_conflict(ada: httpx.AsyncClient, bob: httpx.AsyncClient) -> None:
    made = await create(ada, short_code="popular")
    await ada.delete(f"/v1/links/{made['id']}")
    await create(bob, short_code="popular")
    assert_problem(await ada.post(f"/v1/links/{made['id']}/restore"), 409, "code_taken")


async def test_a_viewer_neither_deletes_nor_restores(house: House) -> None:
    async with client(house.url, house.keys["viewer"]) as api:
        for path in ("/v1/links/bulk/delete", "/v1/links/bulk/restore"):
            assert_problem(await api.post(path, json={"ids": []}), 403, "forbidden")


# ── exports ──


async def test_an_export_has_what_the_filters_let_through_and_can_be_imported(ada: httpx.AsyncClient) -> None:
    first = await create(ada, title="=1+1", tags=["a", "b"], metadata={"k": [1]}, expires_at="2031-01-01T00:00:00Z")
    await create(ada, title="other")
    answer = await ada.get("/v1/links/export", params={"tag": "a"})
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"] == 'attachment; filename="links.csv"'
    [row] = csv.DictReader(io.StringIO(answer.text))
    assert tuple(row) == COLUMNS + READ_ONLY
    assert (row["title"], row["id"], row["short_url"]) == ("'=1+1", first["id"], first["short_url"])
    [read] = read_rows(answer.text.splitlines(keepends=True), "csv")
    assert {name: read[name] for name in ("title", "tags", "metadata", "target_url")} == {
        name: first[name] for name in ("title", "tags", "metadata", "target_url")
    }


async def test_an_export_as_json_is_the_list_on_one_page_oldest_first(ada: httpx.AsyncClient) -> None:
    answer = await ada.get("/v1/links/export", params={"format": "json"})
    assert answer.json() == {"data": [], "next_cursor": None}
    made = [await create(ada) for _ in range(3)]
    answer = await ada.get("/v1/links/export", params={"format": "json"})
    assert answer.headers["content-type"] == "application/json"
    assert answer.json() == {"data": made, "next_cursor": None}
    LinkPage.model_validate_json(answer.content)


async def test_an_export_of_more_than_a_page_has_every_link_once(ada: httpx.AsyncClient) -> None:
    for _ in range(2):
        await ada.post("/v1/links/bulk", json={"links": [TARGET] * 700})
    exported = [link["id"] for link in (await ada.get("/v1/links/export", params={"format": "json"})).json()["data"]]
    rows = list(csv.DictReader(io.StringIO((await ada.get("/v1/links/export")).text)))
    assert len(set(exported)) == 1_400
    assert [row["id"] for row in rows] == exported


async def test_an_export_in_an_unknown_format_is_refused(ada: httpx.AsyncClient) -> None:
    assert_problem(await ada.get("/v1/links/export", params={"format": "xlsx"}), 422, "validation_failed")


async def test_an_empty_export_has_a_header(ada: httpx.AsyncClient) -> None:
    assert (await ada.get("/v1/links/export")).text == ",".join(COLUMNS + READ_ONLY) + "\n"


@pytest.mark.parametrize("path", ["/v1/links/bulk/delete", "/v1/links/export", "/v1/links/check", "/v1/links/unfurl"])
async def test_a_fixed_address_refuses_a_method_that_it_does_not_take(ada: httpx.AsyncClient, path: str) -> None:
    assert_problem(await ada.put(path, content=json.dumps({})), 405, "method_not_allowed")
