"""The table of the contract, over HTTP, on both databases."""

from typing import Any
from uuid import uuid4

import httpx
import pytest

from vayro.api.schemas.links import Link

TARGET = {"target_url": "https://example.com/a"}


async def create(api: httpx.AsyncClient, **body: Any) -> dict[str, Any]:
    answer = await api.post("/v1/links", json={**TARGET, **body})
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


def assert_problem(answer: httpx.Response, status: int, code: str) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    problem: dict[str, Any] = answer.json()
    assert (problem["status"], problem["code"]) == (status, code)
    assert problem["detail"]
    return problem


async def test_a_link_is_made_read_listed_changed_and_deleted(ada: httpx.AsyncClient) -> None:
    made = await create(ada, short_code="spring", title="Spring", tags=["a"], metadata={"k": 1})
    assert set(made) == set(Link.model_fields)
    assert (made["short_url"], made["domain"], made["clicks"], made["version"]) == (
        "https://go.test/spring", "go.test", 0, 1,
    )  # fmt: skip
    assert (await ada.get(f"/v1/links/{made['id']}")).json() == made
    assert (await ada.get("/v1/links", params={"q": "spri"})).json() == {"data": [made], "next_cursor": None}
    changed = (await ada.patch(f"/v1/links/{made['id']}", json={"title": None, "is_active": False})).json()
    assert changed == {
        **made, "title": None, "is_active": False, "version": 2, "updated_at": changed["updated_at"],
    }  # fmt: skip
    gone = await ada.delete(f"/v1/links/{made['id']}")
    assert (gone.status_code, gone.content) == (204, b"")
    assert_problem(await ada.get(f"/v1/links/{made['id']}"), 404, "not_found")


async def test_what_is_shown_is_what_the_document_says(ada: httpx.AsyncClient) -> None:
    made = await create(ada, expires_at="2031-01-31T12:00:00+02:00", expired_url="https://example.com/x", max_clicks=2)
    assert (
        Link.model_validate_json((await ada.get(f"/v1/links/{made['id']}")).content).model_dump(mode="json").keys()
        == made.keys()
    )
    assert made["expires_at"] == "2031-01-31T10:00:00Z"


async def test_canonical_is_made_once_and_found_after(ada: httpx.AsyncClient) -> None:
    body = {**TARGET, "link_type": "site_preview"}
    made = await ada.put("/v1/links/canonical", json=body)
    found = await ada.put("/v1/links/canonical", json={**body, "target_url": "HTTPS://example.com/a"})
    assert (made.status_code, found.status_code) == (201, 200)
    assert made.json() == found.json()


async def test_a_bulk_answers_row_by_row(ada: httpx.AsyncClient) -> None:
    rows = [TARGET, {"target_url": "ftp://example.com"}, {**TARGET, "surprise": 1}, "text",
            {**TARGET, "short_code": "twice"}, {**TARGET, "short_code": "twice"}]  # fmt: skip
    answer = await ada.post("/v1/links/bulk", json={"links": rows})
    results = answer.json()["results"]
    codes = [result.get("error", {}).get("code") for result in results]
    assert codes == [None, "invalid_url", "validation_failed", "validation_failed", None, "code_taken"]
    assert results[2]["error"]["errors"] == [{"field": "surprise", "message": "There is no such field."}]
    assert (await ada.get(f"/v1/links/{results[4]['link']['id']}")).json() == results[4]["link"]


async def test_a_bulk_of_a_thousand_is_made_and_of_more_is_refused(ada: httpx.AsyncClient) -> None:
    answer = await ada.post("/v1/links/bulk", json={"links": [TARGET] * 1000})
    assert len({result["link"]["short_code"] for result in answer.json()["results"]}) == 1000
    assert_problem(await ada.post("/v1/links/bulk", json={"links": [TARGET] * 1001}), 422, "validation_failed")


async def test_pages_follow_the_cursor(ada: httpx.AsyncClient) -> None:
    made = [(await create(ada))["id"] for _ in range(5)]
    seen: list[str] = []
    cursor: str | None = None
    while True:
        page = (await ada.get("/v1/links", params={"limit": 2} | ({"cursor": cursor} if cursor else {}))).json()
        seen += [link["id"] for link in page["data"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert seen == made[::-1]


async def test_an_altered_cursor_is_refused(ada: httpx.AsyncClient) -> None:
    for _ in range(2):
        await create(ada)
    cursor = (await ada.get("/v1/links", params={"limit": 1})).json()["next_cursor"]
    for altered in (cursor[:-1] + ("A" if cursor[-1] != "A" else "B"), cursor[4:], "x", "é", "A" * 400):
        assert_problem(await ada.get("/v1/links", params={"cursor": altered}), 422, "validation_failed")
    other = await ada.get("/v1/links", params={"cursor": cursor, "sort": "-clicks"})
    assert_problem(other, 422, "validation_failed")


async def test_the_same_idempotency_key_makes_one_link(ada: httpx.AsyncClient) -> None:
    header = {"Idempotency-Key": "order-7"}
    first, second = [await ada.post("/v1/links", json=TARGET, headers=header) for _ in range(2)]
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json() == second.json()
    other = await ada.post("/v1/links", json={**TARGET, "title": "x"}, headers=header)
    assert_problem(other, 422, "validation_failed")


@pytest.mark.parametrize(
    ("params", "start"),
    [
        ({}, b"<?xml"),
        ({"format": "png", "size": 300, "color": "#1a2b3c", "background": "fff"}, b"\x89PNG"),
    ],
)
async def test_a_qr_code_is_drawn(ada: httpx.AsyncClient, params: dict[str, Any], start: bytes) -> None:
    made = await create(ada)
    answer = await ada.get(f"/v1/links/{made['id']}/qr", params=params)
    assert answer.status_code == 200
    assert answer.content.startswith(start)


@pytest.mark.parametrize(
    "params", [{"format": "gif"}, {"size": 0}, {"size": 10**9}, {"color": "red"}, {"background": '"/><script>'}]
)
async def test_a_qr_code_of_an_absurd_shape_is_refused(ada: httpx.AsyncClient, params: dict[str, Any]) -> None:
    made = await create(ada)
    assert_problem(await ada.get(f"/v1/links/{made['id']}/qr", params=params), 422, "validation_failed")


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/v1/links/{id}", None),
        ("PATCH", "/v1/links/{id}", {"title": "mine"}),
        ("PATCH", "/v1/links/{id}", {}),
        ("DELETE", "/v1/links/{id}", None),
        ("GET", "/v1/links/{id}/qr", None),
    ],
)
async def test_another_workspaces_link_is_not_found_anywhere(
    ada: httpx.AsyncClient, bob: httpx.AsyncClient, method: str, path: str, body: Any
) -> None:
    made = await create(ada)
    theirs = await bob.request(method, path.format(id=made["id"]), json=body)
    nobodys = await bob.request(method, path.format(id=uuid4()), json=body)
    assert assert_problem(theirs, 404, "not_found") == nobodys.json()
    assert (await bob.get("/v1/links")).json()["data"] == []
    assert (await ada.get(f"/v1/links/{made['id']}")).json() == made


@pytest.mark.parametrize(
    ("body", "code", "field"),
    [
        ({"target_url": "javascript:alert(1)"}, "invalid_url", "target_url"),
        ({"target_url": "https://u:p@example.com"}, "invalid_url", "target_url"),
        ({"target_url": "https://go.test/abc"}, "self_link", "target_url"),
        ({**TARGET, "expired_url": "data:,x"}, "invalid_url", "expired_url"),
        ({**TARGET, "short_code": "a b"}, "invalid_code", "short_code"),
        ({**TARGET, "short_code": "health"}, "reserved_code", "short_code"),
        ({**TARGET, "domain": "not-ours.test"}, "validation_failed", "domain"),
    ],
)
async def test_each_rule_has_its_code(ada: httpx.AsyncClient, body: dict[str, Any], code: str, field: str) -> None:
    assert assert_problem(await ada.post("/v1/links", json=body), 422, code)["field"] == field


async def test_a_taken_code_is_a_conflict(ada: httpx.AsyncClient, bob: httpx.AsyncClient) -> None:
    await create(ada, short_code="mine")
    assert_problem(await bob.post("/v1/links", json={**TARGET, "short_code": "mine"}), 409, "code_taken")
