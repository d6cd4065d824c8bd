"""What helps to make a link: checks, previews, tags, templates of UTM parameters, the look of QR codes."""

from typing import Any
from uuid import uuid4

import httpx
import pytest
import segno

from tests.api.conftest import make_key
from tests.api.test_links import assert_problem, create
from tests.processes import vayro
from tests.servers import free_port
from vayro.api.schemas.link_tools import ProbeResult, UtmTemplateList
from vayro.links.utm_templates import MAX_TEMPLATES
from vayro.settings import Settings


async def test_a_check_answers_what_was_asked_about_and_nothing_else(ada: httpx.AsyncClient) -> None:
    assert (await ada.post("/v1/links/check", json={})).json() == {"target_url": None, "short_code": None}
    body = {"target_url": "HTTPS://bit.ly", "short_code": "free-code"}
    answer = await ada.post("/v1/links/check", json=body)
    ProbeResult.model_validate_json(answer.content)
    found = answer.json()
    assert len(found["target_url"].pop("warnings")) == 1
    assert found == {
        "target_url": {"ok": True, "canonical": "https://bit.ly/", "problem": None},
        "short_code": {"ok": True, "problem": None},
    }


@pytest.mark.parametrize("target", ["", "ftp://example.com", "https://go.test/x"])
async def test_a_check_says_of_a_destination_what_making_it_says(ada: httpx.AsyncClient, target: str) -> None:
    refused = (await ada.post("/v1/links", json={"target_url": target})).json()
    found = (await ada.post("/v1/links/check", json={"target_url": target})).json()["target_url"]
    assert (found["ok"], found["canonical"], found["warnings"]) == (False, None, [])
    assert {name: value for name, value in found["problem"].items() if value is not None} == refused


async def test_a_check_knows_the_codes_that_are_taken_and_the_link_that_is_changed(ada: httpx.AsyncClient) -> None:
    made = await create(ada, short_code="checked")
    taken = (await ada.post("/v1/links/check", json={"short_code": "checked"})).json()["short_code"]
    assert (taken["ok"], taken["problem"]["code"], taken["problem"]["status"]) == (False, "code_taken", 409)
    own = (await ada.post("/v1/links/check", json={"short_code": "checked", "link_id": made["id"]})).json()
    assert own["short_code"] == {"ok": True, "problem": None}
    assert len((await ada.get("/v1/links")).json()["data"]) == 1


@pytest.mark.parametrize("body", [{"target_url": 7}, {"link_id": "x"}, {"surprise": 1}, {"domain": ""}])
async def test_a_check_that_cannot_be_is_refused(ada: httpx.AsyncClient, body: dict[str, Any]) -> None:
    assert_problem(await ada.post("/v1/links/check", json=body), 422, "validation_failed")


async def test_tags_are_listed_the_most_used_first(ada: httpx.AsyncClient, bob: httpx.AsyncClient) -> None:
    for tags in (["a", "b"], ["b"]):
        await create(ada, tags=tags)
    assert (await ada.get("/v1/tags")).json() == {
        "data": [{"tag": "b", "links": 2}, {"tag": "a", "links": 1}], "next_cursor": None,
    }  # fmt: skip
    assert (await bob.get("/v1/tags")).json()["data"] == []


# ── previews ──


async def test_a_destination_that_may_not_be_linked_to_is_not_read(ada: httpx.AsyncClient) -> None:
    answer = await ada.post("/v1/links/unfurl", json={"target_url": "https://go.test/x"})
    assert_problem(answer, 422, "self_link")


async def test_a_server_that_reads_nothing_says_so(ada: httpx.AsyncClient) -> None:
    answer = await ada.post("/v1/links/unfurl", json={"target_url": "HTTPS://example.com"})
    assert answer.json() == {
        "url": "https://example.com/", "title": None, "description": None, "site_name": None, "image": None,
        "problem": "Previews are switched off on this server.",
    }  # fmt: skip


async def test_what_cannot_be_read_is_told_and_how_often_is_limited(settings: Settings) -> None:
    changed = {"unfurl": True, "api_port": free_port(), "limit_unfurl": "1/day"}
    own = settings.model_copy(update=changed)
    with vayro("api", own) as process:
        headers = {"Authorization": f"Bearer {await make_key(settings)}"}
        async with httpx.AsyncClient(base_url=process.url, headers=headers, timeout=60, verify=False) as api:
            body = {"target_url": "http://10.0.0.1:9/"}
            answer = await api.post("/v1/links/unfurl", json=body)
            assert answer.json()["problem"] == "The destination is not on the public web."
            assert_problem(await api.post("/v1/links/unfurl", json=body), 429, "rate_limited")


# ── templates ──


async def test_a_template_is_made_listed_changed_and_deleted(ada: httpx.AsyncClient, bob: httpx.AsyncClient) -> None:
    made = (await ada.post("/v1/utm-templates", json={"name": "Spring", "source": "poster", "term": ""})).json()
    assert {**made, "id": "", "created_at": ""} == {
        "id": "", "name": "Spring", "source": "poster", "medium": None, "campaign": None, "term": None,
        "content": None, "created_at": "",
    }  # fmt: skip
    await ada.post("/v1/utm-templates", json={"name": "autumn"})
    listed = await ada.get("/v1/utm-templates")
    UtmTemplateList.model_validate_json(listed.content)
    assert [one["name"] for one in listed.json()["data"]] == ["autumn", "Spring"]
    path = f"/v1/utm-templates/{made['id']}"
    changed = await ada.patch(path, json={"medium": "print", "source": None})
    assert changed.json() == {**made, "medium": "print", "source": None}
    assert (await ada.patch(path, json={})).json() == changed.json()
    assert_problem(await bob.patch(path, json={"name": "mine"}), 404, "not_found")
    assert_problem(await bob.delete(path), 404, "not_found")
    assert (await ada.delete(path)).status_code == 204
    assert_problem(await ada.patch(path, json={"name": "x"}), 404, "not_found")
    assert [one["name"] for one in (await ada.get("/v1/utm-templates")).json()["data"]] == ["autumn"]


async def test_a_name_is_given_once_in_a_workspace(ada: httpx.AsyncClient, bob: httpx.AsyncClient) -> None:
    for name in ("one", "two"):
        made = (await ada.post("/v1/utm-templates", json={"name": name})).json()
    twice = await ada.post("/v1/utm-templates", json={"name": "one"})
    assert assert_problem(twice, 422, "validation_failed")["field"] == "name"
    moved = await ada.patch(f"/v1/utm-templates/{made['id']}", json={"name": "one"})
    assert assert_problem(moved, 422, "validation_failed")["field"] == "name"
    assert (await bob.post("/v1/utm-templates", json={"name": "one"})).status_code == 201


async def test_a_workspace_has_so_many_templates_at_most(ada: httpx.AsyncClient) -> None:
    for number in range(MAX_TEMPLATES):
        await ada.post("/v1/utm-templates", json={"name": str(number)})
    assert_problem(await ada.post("/v1/utm-templates", json={"name": "more"}), 422, "validation_failed")
    assert len((await ada.get("/v1/utm-templates")).json()["data"]) == MAX_TEMPLATES


@pytest.mark.parametrize(
    "body", [{}, {"name": ""}, {"name": "x" * 101}, {"name": "x", "source": "x" * 201}, {"name": "a\0"}, {"name": None}]
)
async def test_a_template_that_cannot_be_is_refused(ada: httpx.AsyncClient, body: dict[str, Any]) -> None:
    assert_problem(await ada.post("/v1/utm-templates", json=body), 422, "validation_failed")


async def test_what_is_done_to_templates_is_in_the_audit_log(ada: httpx.AsyncClient) -> None:
    made = (await ada.post("/v1/utm-templates", json={"name": "noted"})).json()
    await ada.patch(f"/v1/utm-templates/{made['id']}", json={"term": "x"})
    await ada.delete(f"/v1/utm-templates/{made['id']}")
    noted = [(one["action"], one["subject"]) for one in (await ada.get("/v1/audit")).json()["data"][:3]]
    assert noted == [(f"utm_template.{verb}", "noted") for verb in ("delete", "update", "create")]


async def test_a_template_that_is_none_is_not_found(ada: httpx.AsyncClient) -> None:
    for template in (uuid4(), "x"):
        assert_problem(await ada.delete(f"/v1/utm-templates/{template}"), 404, "not_found")


# ── QR codes ──


@pytest.mark.parametrize(("margin", "correction"), [(0, "M"), (4, "L"), (16, "M"), (0, "H"), (7, "Q")])
async def test_a_picture_has_the_margin_and_the_correction_that_were_asked_for(
    ada: httpx.AsyncClient, margin: int, correction: str
) -> None:
    made = await create(ada)
    params = {"format": "png", "size": 300, "margin": margin, "error_correction": correction}
    picture = (await ada.get(f"/v1/links/{made['id']}/qr", params=params)).content
    modules = segno.make(made["short_url"], error=correction, micro=False).symbol_size(border=margin)[0]
    # In a PNG, width and height follow the signature, a length and a name.
    assert int.from_bytes(picture[16:20]) == modules * (300 // modules)


async def test_without_them_a_picture_is_as_it_was(ada: httpx.AsyncClient) -> None:
    path = f"/v1/links/{(await create(ada))['id']}/qr"
    as_it_was = {"margin": 4, "error_correction": "M"}
    assert (await ada.get(path)).content == (await ada.get(path, params=as_it_was)).content
    assert (await ada.get(path, params={"error_correction": "H"})).content != (await ada.get(path)).content


@pytest.mark.parametrize(
    "params", [{"margin": -1}, {"margin": 17}, {"error_correction": "X"}, {"error_correction": "m"}]
)
async def test_a_margin_or_correction_that_cannot_be_is_refused(ada: httpx.AsyncClient, params: dict[str, Any]) -> None:
    path = f"/v1/links/{(await create(ada))['id']}/qr"
    assert_problem(await ada.get(path, params=params), 422, "validation_failed")
