"""Sign-in through an OpenID Connect provider that runs as a process of its own."""

import asyncio
import datetime as dt
import itertools
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from tests.accounts.ways_in import secret_of
from tests.api.oidc_provider import CLIENT_ID, CLIENT_SECRET
from tests.api.signing_in import PASSWORD, browser, make_person, session_of, sign_in
from tests.api.test_links import assert_problem
from tests.processes import vayro
from tests.servers import free_port, wait_until
from vayro.accounts import totp
from vayro.settings import Settings

ROOT = Path(__file__).parents[2]
_numbers = itertools.count(1)


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    port = free_port()
    command = [sys.executable, "-m", "tests.api.oidc_provider", str(port)]
    process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{port}"

    def answers() -> bool:
        try:
            return httpx.get(f"{url}/keys", verify=False).status_code == 200
        except httpx.TransportError:
            return False

    try:
        wait_until(answers, seconds=60)
        yield url
    finally:
        process.kill()
        process.wait()


@pytest.fixture(scope="module")
def api_url(settings: Settings, issuer: str) -> Iterator[str]:
    over = {"oidc_issuer": issuer, "oidc_client_id": CLIENT_ID, "oidc_client_secret": CLIENT_SECRET}
    with vayro("api", settings, **over, oidc_name="The house", oidc_sign_up=True) as process:
        yield process.url


@pytest.fixture
async def page(api_url: str) -> AsyncIterator[httpx.AsyncClient]:
    async with browser(api_url) as opened:
        yield opened


def somebody(**over: Any) -> dict[str, Any]:
    number = next(_numbers)
    return {"sub": f"subject-{number}", "email": f"stranger{number}@example.com", "email_verified": True, **over}


async def tell(issuer: str, person: dict[str, Any], lie: str = "", **more: Any) -> None:
    async with httpx.AsyncClient(verify=False, timeout=30) as provider:
        told = {"person": person, "lie": lie, **more}
        assert (await provider.post(f"{issuer}/control", json=told)).status_code == 204


async def leave(page: httpx.AsyncClient, *, link: bool = False) -> str:
    """Go to the provider, and return where it sends the browser."""
    path, body = ("link", {"password": PASSWORD}) if link else ("start", {})
    begun = await page.post(f"/v1/auth/oidc/{path}", json=body)
    assert begun.status_code == 200, begun.text
    async with httpx.AsyncClient(verify=False, timeout=30) as provider:
        answer = await provider.get(begun.json()["address"])
    assert answer.status_code == 302
    return str(answer.headers["location"])


async def go_there_and_back(page: httpx.AsyncClient, *, link: bool = False) -> httpx.Response:
    return await page.get(await leave(page, link=link))


async def who(page: httpx.AsyncClient) -> dict[str, Any]:
    answer = await page.get("/v1/auth/session")
    assert answer.status_code == 200
    user: dict[str, Any] = answer.json()["user"]
    return user


async def test_who_the_provider_knows_is_let_in(page: httpx.AsyncClient, issuer: str, api_url: str) -> None:
    person = somebody()
    await tell(issuer, person)
    answer = await go_there_and_back(page)
    assert (answer.status_code, answer.headers["location"]) == (303, f"{api_url}/")
    first = await who(page)
    assert (first["email"], first["has_password"]) == (person["email"], False)
    await tell(issuer, {**person, "email": "renamed@example.com"})
    async with browser(api_url) as again:
        await go_there_and_back(again)
        assert (await who(again))["id"] == first["id"]  # the subject counts, not the address


async def test_the_page_names_the_provider(page: httpx.AsyncClient) -> None:
    assert (await page.get("/v1/auth/methods")).json()["provider"] == "The house"


async def test_what_is_sent_to_the_provider(page: httpx.AsyncClient, api_url: str, issuer: str) -> None:
    address = (await page.post("/v1/auth/oidc/start", json={})).json()["address"]
    assert address.startswith(f"{issuer}/authorize?")
    asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
    assert asked["redirect_uri"] == f"{api_url}/v1/auth/oidc/callback"
    assert (asked["response_type"], asked["code_challenge_method"], asked["scope"]) == ("code", "S256", "openid email")
    assert min(len(asked[name]) for name in ("state", "nonce", "code_challenge")) >= 43
    assert CLIENT_SECRET not in address


async def test_a_verified_address_links_to_the_account_that_has_it(
    page: httpx.AsyncClient, settings: Settings, issuer: str
) -> None:
    email = await make_person(settings)
    await tell(issuer, somebody(email=email.upper()))
    await go_there_and_back(page)
    user = await who(page)
    assert (user["email"], user["has_password"]) == (email, True)


@pytest.mark.parametrize("verified", [False, None, "true", 1])
async def test_an_address_that_is_not_verified_links_to_nothing(
    page: httpx.AsyncClient, settings: Settings, issuer: str, verified: object
) -> None:
    await tell(issuer, somebody(email=await make_person(settings), email_verified=verified))
    assert_problem(await go_there_and_back(page), 403, "forbidden")
    assert_problem(await page.get("/v1/auth/session"), 401, "unauthenticated")


@pytest.mark.parametrize(
    "lie",
    ["nonce", "audience", "authorized party", "issuer", "expiry", "no subject", "no signature", "client secret", "key"],
)
async def test_a_token_that_is_not_right_lets_nobody_in(page: httpx.AsyncClient, issuer: str, lie: str) -> None:
    await tell(issuer, somebody(), lie)
    assert_problem(await go_there_and_back(page), 401, "unauthenticated")
    assert_problem(await page.get("/v1/auth/session"), 401, "unauthenticated")


async def test_a_sign_in_is_finished_once(page: httpx.AsyncClient, issuer: str) -> None:
    await tell(issuer, somebody())
    back = await leave(page)
    cookies = dict(page.cookies)
    assert (await page.get(back)).status_code == 303
    for name, value in cookies.items():
        page.cookies.set(name, value, domain="127.0.0.1", path="/")
    assert_problem(await page.get(back), 401, "unauthenticated")


async def test_only_the_browser_that_left_is_received(page: httpx.AsyncClient, issuer: str, api_url: str) -> None:
    # Else somebody could sign a victim in to an account of theirs, by a link.
    await tell(issuer, somebody())
    back = await leave(page)
    async with browser(api_url) as victim:
        assert_problem(await victim.get(back), 401, "unauthenticated")
    async with browser(api_url) as other:
        await leave(other)  # with a cookie of its own
        assert_problem(await other.get(back), 401, "unauthenticated")


@pytest.mark.parametrize("query", ["", "?state=x", "?code=x", "?code=x&state=%00", "?error=access_denied&state=x"])
async def test_who_comes_back_with_nothing_is_not_let_in(page: httpx.AsyncClient, query: str) -> None:
    assert_problem(await page.get(f"/v1/auth/oidc/callback{query}"), 401, "unauthenticated")


async def test_another_code_under_the_same_state_is_refused(page: httpx.AsyncClient, issuer: str, api_url: str) -> None:
    # The code is bound to the verifier of who left for it (PKCE): a stolen one is worth nothing elsewhere.
    await tell(issuer, somebody())
    async with browser(api_url) as victim:
        stolen = parse_qs(urlsplit(await leave(victim)).query)["code"][0]
    mine = parse_qs(urlsplit(await leave(page)).query)["state"][0]
    answer = await page.get("/v1/auth/oidc/callback", params={"code": stolen, "state": mine})
    assert_problem(answer, 401, "unauthenticated")


async def test_an_account_with_a_second_factor_is_linked_from_within(
    page: httpx.AsyncClient, settings: Settings, issuer: str, api_url: str
) -> None:
    email = await make_person(settings)
    session_of(await sign_in(page, email))
    begun = (await page.post("/v1/auth/second-factor", json={"password": PASSWORD})).json()
    code = totp.code_of(secret_of(begun["secret"]), totp.step_of(dt.datetime.now(dt.UTC)))
    assert (await page.post("/v1/auth/second-factor/confirm", json={"code": code})).status_code == 200
    await tell(issuer, somebody(email=email))
    async with browser(api_url) as elsewhere:
        assert_problem(await go_there_and_back(elsewhere), 403, "forbidden")
        assert_problem(await elsewhere.post("/v1/auth/oidc/link", json={"password": PASSWORD}), 401, "unauthenticated")
    wrong = await page.post("/v1/auth/oidc/link", json={"password": "wrong"})
    assert assert_problem(wrong, 422, "validation_failed")["field"] == "password"
    assert (await go_there_and_back(page, link=True)).status_code == 303
    async with browser(api_url) as elsewhere:
        await go_there_and_back(elsewhere)
        assert (await who(elsewhere))["is_linked"]
        assert (await elsewhere.post("/v1/auth/oidc/unlink", json={"password": PASSWORD})).status_code == 204
        assert not (await who(elsewhere))["is_linked"]
    async with browser(api_url) as elsewhere:
        assert_problem(await go_there_and_back(elsewhere), 403, "forbidden")


async def test_the_only_way_in_stays(page: httpx.AsyncClient, issuer: str) -> None:
    await tell(issuer, somebody())
    await go_there_and_back(page)
    assert_problem(await page.post("/v1/auth/oidc/unlink", json={"password": ""}), 403, "forbidden")
    assert (await who(page))["is_linked"]


async def test_an_identity_belongs_to_one_account(page: httpx.AsyncClient, settings: Settings, issuer: str) -> None:
    person = somebody()
    await tell(issuer, person)
    await go_there_and_back(page)
    session_of(await sign_in(page, await make_person(settings)))
    assert_problem(await go_there_and_back(page, link=True), 403, "forbidden")


@pytest.mark.parametrize("kind", ["RSA", "EC"])
async def test_new_keys_of_the_provider_are_read(page: httpx.AsyncClient, issuer: str, kind: str) -> None:
    person = somebody()
    await tell(issuer, person)
    await go_there_and_back(page)
    await tell(issuer, person, new_key=kind)
    # Keys are read again at most every two seconds, so that bad tokens cannot make us ask.
    deadline = dt.datetime.now(dt.UTC) + dt.timedelta(seconds=60)
    while (answer := await go_there_and_back(page)).status_code != 303:
        assert_problem(answer, 401, "unauthenticated")
        assert dt.datetime.now(dt.UTC) < deadline
        await asyncio.sleep(0.2)
