"""Passwords, takedowns and checks of links, over HTTP, on both databases."""

from typing import Any
from uuid import UUID

import httpx
import pytest

from tests.api.test_links import assert_problem, create
from vayro.cache.none import NoLinkCache
from vayro.database.engine import open_database
from vayro.links.reports import ReportDesk
from vayro.links.takedown import Takedown
from vayro.settings import Settings

PASSWORD = "open sesame"


async def test_a_password_is_taken_and_never_shown(ada: httpx.AsyncClient) -> None:
    made = await create(ada, password=PASSWORD)
    assert made["has_password"] is True
    answers = [
        await ada.get(f"/v1/links/{made['id']}"),
        await ada.get("/v1/links"),
        await ada.patch(f"/v1/links/{made['id']}", json={"title": "t"}),
    ]
    for answer in answers:
        assert "password" not in answer.text.replace("has_password", "")
        assert PASSWORD not in answer.text
        assert "argon2" not in answer.text
    opened = await ada.patch(f"/v1/links/{made['id']}", json={"password": None})
    assert opened.json()["has_password"] is False


@pytest.mark.parametrize("password", ["abc", "", "x" * 129, 5, ["a"], "ab\x00cd"])
async def test_a_password_that_cannot_be_used_is_refused_and_not_repeated(
    ada: httpx.AsyncClient, password: Any
) -> None:
    answer = await ada.post("/v1/links", json={"target_url": "https://example.com/", "password": password})
    problem = assert_problem(answer, 422, "validation_failed")
    assert problem["errors"][0]["field"] == "password"
    if len(str(password)) > 3:
        assert str(password) not in answer.text


async def test_a_bulk_takes_passwords(ada: httpx.AsyncClient) -> None:
    rows = [{"target_url": "https://example.com/", "password": PASSWORD}, {"target_url": "https://example.com/"}]
    results = (await ada.post("/v1/links/bulk", json={"links": rows})).json()["results"]
    assert [result["link"]["has_password"] for result in results] == [True, False]


async def test_an_owner_cannot_bring_back_what_was_taken_down(ada: httpx.AsyncClient, settings: Settings) -> None:
    made = await create(ada)
    database = open_database(settings)
    await Takedown(database, NoLinkCache()).disable(UUID(made["id"]), "malware")
    await database.close()
    shown = (await ada.get(f"/v1/links/{made['id']}")).json()
    assert (shown["is_active"], shown["disabled_reason"]) == (False, "malware")
    assert_problem(await ada.patch(f"/v1/links/{made['id']}", json={"is_active": True}), 403, "forbidden")
    assert_problem(await ada.patch(f"/v1/links/{made['id']}", json={"short_code": "another-one"}), 403, "forbidden")
    assert_problem(await ada.delete(f"/v1/links/{made['id']}"), 403, "forbidden")
    assert (await ada.get(f"/v1/links/{made['id']}")).json() == shown


async def test_what_is_known_of_a_link_is_shown_to_its_owner_alone(
    ada: httpx.AsyncClient, bob: httpx.AsyncClient, settings: Settings
) -> None:
    made = await create(ada, target_url="https://xn--pypal-4ve.com/")
    database = open_database(settings)
    await ReportDesk(database).take(UUID(made["id"]), "phishing", "<script>")
    await database.close()
    known = (await ada.get(f"/v1/links/{made['id']}/check")).json()
    assert (known["verdict"], known["checked_at"], known["reports"]) == ("suspect", None, 1)
    assert known["findings"][0]["kind"] == "confusable_host"
    assert "xn--pypal-4ve.com as p\u0430ypal.com" in known["findings"][0]["text"]
    assert_problem(await bob.get(f"/v1/links/{made['id']}/check"), 404, "not_found")


async def test_an_ordinary_link_is_unchecked_while_nobody_asks_about_it(ada: httpx.AsyncClient) -> None:
    made = await create(ada)
    known = (await ada.get(f"/v1/links/{made['id']}/check")).json()
    assert (known["verdict"], known["findings"]) == ("unchecked", [])
