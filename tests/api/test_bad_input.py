"""What a careless or hostile client sends: refused clearly, never a 500, and no secret comes back."""

import json
from typing import Any

import httpx
import pytest

from tests.api.test_links import TARGET, assert_problem

JSON = {"Content-Type": "application/json"}


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({**TARGET, "colour": "red"}, "colour"),
        ({**TARGET, "\x1b[31mred": 1}, "\\u001b[31mred"),
        ({**TARGET, "half\ud800": 1}, ""),
        ({}, "target_url"),
        ({"target_url": 7}, "target_url"),
        ({"target_url": None}, "target_url"),
        ({**TARGET, "title": "x" * 501}, "title"),
        ({**TARGET, "title": "a\0b"}, "title"),
        ({**TARGET, "title": "\ud800"}, "title"),
        ({**TARGET, "tags": ["x" * 51]}, "tags.0"),
        ({**TARGET, "tags": [f"{n}" for n in range(51)]}, "tags"),
        ({**TARGET, "tags": "a,b"}, "tags"),
        ({**TARGET, "tags": [""]}, "tags.0"),
        ({**TARGET, "link_type": "a b"}, "link_type"),
        ({**TARGET, "link_type": None}, "link_type"),
        ({**TARGET, "is_active": "yes"}, "is_active"),
        ({**TARGET, "is_active": 1}, "is_active"),
        ({**TARGET, "max_clicks": 0}, "max_clicks"),
        ({**TARGET, "max_clicks": 2**53 + 1}, "max_clicks"),
        ({**TARGET, "max_clicks": "5"}, "max_clicks"),
        ({**TARGET, "max_clicks": True}, "max_clicks"),
        ({**TARGET, "redirect_status": 303}, "redirect_status"),
        ({**TARGET, "cache_seconds": -1}, "cache_seconds"),
        ({**TARGET, "expires_at": "2031-01-01T00:00:00"}, "expires_at"),
        ({**TARGET, "expires_at": "tomorrow"}, "expires_at"),
        ({**TARGET, "expires_at": 1900000000}, "expires_at"),
        ({**TARGET, "expires_at": "9999-12-31T23:59:59-14:00"}, "expires_at"),
        ({**TARGET, "expires_at": "0001-01-01T00:00:00+14:00"}, "expires_at"),
        ({**TARGET, "metadata": []}, "metadata"),
        ({**TARGET, "metadata": {"k": "x" * 17_000}}, "metadata"),
        ({**TARGET, "metadata": {"k": "\0"}}, "metadata"),
        ({**TARGET, "metadata": {"k\udfff": 1}}, "metadata"),
        ({**TARGET, "metadata": {"k": 2**64}}, "metadata"),
        ({**TARGET, "metadata": {"k": float("nan")}}, "metadata"),
        ({**TARGET, "domain": "\0"}, "domain"),
    ],
)
async def test_a_field_that_cannot_be_is_refused_by_name(
    ada: httpx.AsyncClient, body: dict[str, Any], field: str
) -> None:
    problem = assert_problem(
        await ada.post("/v1/links", content=json.dumps(body).encode(), headers=JSON), 422, "validation_failed"
    )
    assert field in [error["field"] for error in problem["errors"]]


@pytest.mark.parametrize(
    "url", ["http://a\0b/", "https://\ud800/", "x" * 900_000, "https://" + "a" * 900_000, "\n", ""]
)
async def test_an_absurd_destination_is_refused(ada: httpx.AsyncClient, url: str) -> None:
    body = json.dumps({"target_url": url}).encode()
    assert_problem(await ada.post("/v1/links", content=body, headers=JSON), 422, "invalid_url")


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (b"", 422),
        (b"{", 422),
        (b"[]", 422),
        (b"null", 422),
        (b'"text"', 422),
        (b'{"target_url": "\xff"}', 400),
        (b"[" * 200_000, 400),
        (b'{"a":' * 50_000, 400),
        (b"9" * 10_000, 400),
        (b"\0\0\0", 422),
    ],
)
async def test_a_body_that_is_no_link_is_refused(ada: httpx.AsyncClient, content: bytes, status: int) -> None:
    for method, path in (("POST", "/v1/links"), ("PUT", "/v1/links/canonical"), ("POST", "/v1/links/bulk")):
        answer = await ada.request(method, path, content=content, headers=JSON)
        assert_problem(answer, status, "validation_failed" if status == 422 else "bad_request")


async def test_a_body_that_is_not_called_json_is_refused(ada: httpx.AsyncClient) -> None:
    answer = await ada.post("/v1/links", content=json.dumps(TARGET).encode(), headers={"Content-Type": "text/plain"})
    assert "application/json" in assert_problem(answer, 422, "validation_failed")["detail"]


async def test_a_body_of_more_than_a_megabyte_is_refused(ada: httpx.AsyncClient) -> None:
    body = json.dumps({**TARGET, "title": "x" * (1 << 20)}).encode()
    assert_problem(await ada.post("/v1/links", content=body, headers=JSON), 413, "too_large")


async def test_a_body_without_a_length_is_refused_once_it_is_too_large(ada: httpx.AsyncClient) -> None:
    async def pieces():
        for _ in range(40):
            yield b" " * 65_536

    assert_problem(await ada.post("/v1/links", content=pieces(), headers=JSON), 413, "too_large")


async def test_a_bulk_may_be_larger_but_not_much(ada: httpx.AsyncClient) -> None:
    row = {**TARGET, "metadata": {"k": "x" * 2_000}}
    assert (await ada.post("/v1/links/bulk", json={"links": [row] * 1_000})).status_code == 200
    larger = {**TARGET, "metadata": {"k": "x" * 5_000}}
    assert_problem(await ada.post("/v1/links/bulk", json={"links": [larger] * 1_000}), 413, "too_large")


@pytest.mark.parametrize(
    "query",
    ["q=%00", "tag=%00", "domain=%00", "short_code=%00", "link_type=%00", "limit=0", "limit=201", "limit=x",
     "sort=clicks", "is_active=perhaps", "cursor=%00", "q=%ff%fe", "q=" + "x" * 3_000],
)  # fmt: skip
async def test_a_query_that_cannot_be_never_breaks(ada: httpx.AsyncClient, query: str) -> None:
    answer = await ada.get(f"/v1/links?{query}")
    if query != "q=%ff%fe":
        assert_problem(answer, 422, "validation_failed")
    assert answer.status_code < 500


@pytest.mark.parametrize("link_id", ["x", "%00", "..%2f..", "0" * 400])
async def test_an_identifier_that_is_none_is_not_found(ada: httpx.AsyncClient, link_id: str) -> None:
    assert_problem(await ada.get(f"/v1/links/{link_id}"), 404, "not_found")


async def test_no_answer_repeats_what_was_sent_as_a_secret(ada: httpx.AsyncClient) -> None:
    answer = await ada.post("/v1/links", json={**TARGET, "title": ["hunter2-is-my-password"]})
    assert "hunter2" not in answer.text
