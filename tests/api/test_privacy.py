"""Taking an account along, and having it erased, over HTTP."""

import httpx
import pytest

from tests.api.signing_in import PASSWORD, browser, make_person, sign_in
from vayro.settings import Settings


@pytest.fixture
async def email(settings: Settings, api_url: str) -> str:
    return await make_person(settings)


async def test_a_session_takes_the_account_along(api_url: str, email: str) -> None:
    async with browser(api_url) as ada:
        await sign_in(ada, email)
        await ada.post("/v1/links", json={"target_url": "https://example.com/mine", "metadata": {"a": 1}})
        answer = await ada.get("/v1/account/export")
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "application/json"
        assert answer.headers["content-disposition"].startswith('attachment; filename="vayro-account-')
        assert [link["target_url"] for link in answer.json()["links"]] == ["https://example.com/mine"]


async def test_no_key_takes_along_what_lies_in_other_workspaces(ada: httpx.AsyncClient) -> None:
    assert (await ada.get("/v1/account/export")).status_code == 403


async def test_no_key_erases_an_account(ada: httpx.AsyncClient) -> None:
    assert (await ada.post("/v1/account/erase", json={"password": PASSWORD})).status_code == 403
    assert (await ada.get("/v1/links")).status_code == 200


async def test_a_session_erases_its_account_with_the_password_alone(api_url: str, email: str) -> None:
    async with browser(api_url) as ada:
        assert (await sign_in(ada, email)).status_code == 200
        link = (await ada.post("/v1/links", json={"target_url": "https://example.com/"})).json()
        wrong = await ada.post("/v1/account/erase", json={"password": "not the password"})
        assert (wrong.status_code, wrong.json()["field"]) == (422, "password")
        assert (await ada.get(f"/v1/links/{link['id']}")).status_code == 200
        assert (await ada.post("/v1/account/erase", json={"password": PASSWORD})).status_code == 204
        assert (await ada.get("/v1/links")).status_code == 401
        assert (await sign_in(ada, email)).status_code == 401
