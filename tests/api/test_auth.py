"""Signing in over HTTP: sessions, what they open, and what ends them."""

import re
from collections.abc import AsyncIterator, Iterator

import httpx
import pytest

from tests.api.conftest import client, make_key
from tests.api.signing_in import PASSWORD, browser, cookies_of, make_person, session_of, sign_in
from tests.api.test_links import TARGET, assert_problem
from tests.processes import Process, vayro
from tests.servers import free_port, wait_until
from vayro.accounts import totp
from vayro.links.qr_code import render_qr_code
from vayro.settings import Settings

NEW = "another horse, another battery"
COOKIE = "vayro_session"


@pytest.fixture(scope="module")
def process(settings: Settings) -> Iterator[Process]:
    with vayro("api", settings, sign_up="open") as started:
        yield started


@pytest.fixture(scope="module")
def api_url(process: Process) -> str:
    return process.url


@pytest.fixture
async def email(settings: Settings) -> str:
    return await make_person(settings)


@pytest.fixture
async def page(api_url: str) -> AsyncIterator[httpx.AsyncClient]:
    async with browser(api_url) as opened:
        yield opened


@pytest.fixture
async def ada(page: httpx.AsyncClient, email: str) -> httpx.AsyncClient:
    session_of(await sign_in(page, email))
    return page


async def mailed_token(process: Process, path: str, email: str) -> str:
    """The token of the last mail to an address, which the log holds, for there is no mail server."""

    def find() -> list[str]:
        lines = [line for line in process.log().splitlines() if email in line]
        return [found for line in lines for found in re.findall(rf"{path}#([\w-]{{43}})", line)]

    wait_until(lambda: bool(find()), seconds=60)
    return find()[-1]


async def test_who_signs_in_is_known_from_then_on(page: httpx.AsyncClient, email: str) -> None:
    session = session_of(await sign_in(page, email))
    assert session["user"]["email"] == email
    assert (await page.get("/v1/auth/session")).json() == session
    assert session["workspaces"][0]["role"] == "owner"
    assert "links:write" in session["scopes"]


async def test_every_address_takes_the_cookie(ada: httpx.AsyncClient) -> None:
    made = await ada.post("/v1/links", json=TARGET)
    assert made.status_code == 201
    link = made.json()
    assert (await ada.get(f"/v1/links/{link['id']}")).status_code == 200
    assert (await ada.patch(f"/v1/links/{link['id']}", json={"title": "a"})).json()["title"] == "a"
    assert (await ada.get("/v1/analytics")).status_code == 200
    exported = await ada.get(f"/v1/analytics/{link['id']}/events?format=csv")
    assert exported.headers["content-type"].startswith("text/csv")
    async with ada.stream("GET", "/v1/analytics/live") as live:
        assert live.headers["content-type"].startswith("text/event-stream")
    assert (await ada.delete(f"/v1/links/{link['id']}")).status_code == 204


async def test_the_cookie_is_read_by_no_script_and_sent_by_no_other_site(page: httpx.AsyncClient, email: str) -> None:
    [(name, (value, attributes))] = cookies_of(await sign_in(page, email)).items()
    assert name == COOKIE  # over plain HTTP to the machine itself
    assert len(value) == 43
    assert attributes == {"Path=/", "Max-Age=604800", "HttpOnly", "SameSite=Lax"}


@pytest.mark.parametrize("proof", [{"X-Forwarded-Proto": "https"}, {"Origin": "https://links.test"}])
async def test_the_cookie_is_for_tls_alone_behind_a_proxy(api_url: str, email: str, proof: dict[str, str]) -> None:
    async with browser(api_url, **proof) as page:
        [(name, (value, attributes))] = cookies_of(await sign_in(page, email)).items()
        assert name == f"__Host-{COOKIE}"
        assert "Secure" in attributes
        assert not any(attribute.lower().startswith("domain") for attribute in attributes)
        session = await page.get("/v1/auth/session", headers={"Cookie": f"{name}={value}"})
        assert session.status_code == 200


async def test_a_cookie_given_before_the_sign_in_opens_nothing(api_url: str, settings: Settings, email: str) -> None:
    chosen = "A" * 43
    async with browser(api_url) as page:
        page.cookies.set(COOKIE, chosen, domain="127.0.0.1", path="/")
        answer = await sign_in(page, email)
        assert cookies_of(answer)[COOKIE][0] != chosen
    async with browser(api_url) as attacker:
        assert_problem(
            await attacker.get("/v1/auth/session", headers={"Cookie": f"{COOKIE}={chosen}"}), 401, "unauthenticated"
        )


async def test_signing_in_again_ends_the_session_before(
    ada: httpx.AsyncClient, api_url: str, settings: Settings
) -> None:
    before = ada.cookies[COOKIE]
    session_of(await sign_in(ada, await make_person(settings)))
    async with browser(api_url) as other:
        answer = await other.get("/v1/auth/session", headers={"Cookie": f"{COOKIE}={before}"})
        assert_problem(answer, 401, "unauthenticated")


async def test_a_wrong_password_and_an_unknown_address_are_answered_alike(page: httpx.AsyncClient, email: str) -> None:
    wrong, unknown = await sign_in(page, email, "wrong"), await sign_in(page, f"no-{email}")
    assert_problem(wrong, 401, "unauthenticated")
    assert wrong.content == unknown.content
    volatile = {"x-request-id", "date", "ratelimit-remaining", "ratelimit-reset"}
    heads = [
        {name: value for name, value in answer.headers.items() if name not in volatile} for answer in (wrong, unknown)
    ]
    assert heads[0] == heads[1]
    assert not cookies_of(wrong)


async def test_tries_at_one_account_are_limited(page: httpx.AsyncClient, email: str) -> None:
    tries = 0
    while (answer := await sign_in(page, email, "wrong")).status_code == 401:
        tries += 1
    assert answer.headers["retry-after"]
    assert 30 <= tries <= 32  # a try or two more when a new period of the window begins just now
    assert_problem(await sign_in(page, email), 429, "rate_limited")


async def test_signing_out_ends_the_session(ada: httpx.AsyncClient, api_url: str) -> None:
    token = ada.cookies[COOKIE]
    answer = await ada.post("/v1/auth/sign-out")
    assert answer.status_code == 204
    assert cookies_of(answer)[COOKIE] == ("", {"Path=/", "Max-Age=0", "HttpOnly", "SameSite=Lax"})
    async with browser(api_url) as other:
        stolen = await other.get("/v1/auth/session", headers={"Cookie": f"{COOKIE}={token}"})
        assert_problem(stolen, 401, "unauthenticated")
    assert (await ada.post("/v1/auth/sign-out")).status_code == 204


async def test_signing_out_everywhere_ends_all(ada: httpx.AsyncClient, api_url: str, email: str) -> None:
    async with browser(api_url) as elsewhere:
        session_of(await sign_in(elsewhere, email))
        assert (await ada.post("/v1/auth/sign-out-everywhere")).status_code == 204
        assert_problem(await elsewhere.get("/v1/auth/session"), 401, "unauthenticated")


async def test_sessions_are_listed_and_ended(ada: httpx.AsyncClient, api_url: str, email: str) -> None:
    async with browser(api_url) as elsewhere:
        other = session_of(await sign_in(elsewhere, email))
        entries = (await ada.get("/v1/auth/sessions")).json()["data"]
        assert [(entry["browser"], entry["is_current"]) for entry in entries] == [
            ("Firefox on Linux", False),
            ("Firefox on Linux", True),
        ]
        assert (await ada.delete(f"/v1/auth/sessions/{other['session_id']}")).status_code == 204
        assert_problem(await elsewhere.get("/v1/auth/session"), 401, "unauthenticated")
        assert_problem(await ada.delete(f"/v1/auth/sessions/{other['session_id']}"), 404, "not_found")


async def test_a_changed_password_renews_the_cookie(ada: httpx.AsyncClient, email: str) -> None:
    before = ada.cookies[COOKIE]
    change = {"current_password": PASSWORD, "new_password": NEW}
    assert (await ada.post("/v1/auth/password", json=change)).status_code == 204
    assert ada.cookies[COOKIE] != before
    assert (await ada.get("/v1/auth/session")).status_code == 200
    old = await ada.get("/v1/auth/session", headers={"Cookie": f"{COOKIE}={before}"})
    assert_problem(old, 401, "unauthenticated")


async def test_a_forgotten_password_is_chosen_anew(page: httpx.AsyncClient, process: Process, email: str) -> None:
    assert (await page.post("/v1/auth/password/forgotten", json={"email": email})).status_code == 202
    token = await mailed_token(process, "/reset-password", email)
    reset = {"token": token, "password": NEW}
    assert (await page.post("/v1/auth/password/reset", json=reset)).status_code == 204
    assert_problem(await page.post("/v1/auth/password/reset", json=reset), 422, "validation_failed")
    session_of(await sign_in(page, email, NEW))


async def test_nothing_tells_whether_an_address_has_an_account(page: httpx.AsyncClient, email: str) -> None:
    for path, body in (("password/forgotten", {}), ("sign-up", {"password": NEW})):
        known, unknown = [
            await page.post(f"/v1/auth/{path}", json={"email": address, **body}) for address in (email, f"no-{email}")
        ]
        assert (known.status_code, known.content) == (unknown.status_code, unknown.content) != (200, b"")


async def test_signing_up_proves_the_address_first(page: httpx.AsyncClient, process: Process) -> None:
    email = "newcomer@example.com"
    asked = await page.post("/v1/auth/sign-up", json={"email": email, "password": PASSWORD})
    assert (asked.status_code, asked.json()) == (202, {"session": None})
    assert_problem(await sign_in(page, email), 401, "unauthenticated")
    token = await mailed_token(process, "/verify-email", email)
    made = await page.post("/v1/auth/verify-email", json={"token": token})
    assert made.json()["user"]["email"] == email
    assert (await page.get("/v1/links")).status_code == 200


async def test_a_second_factor_is_asked_for(ada: httpx.AsyncClient, api_url: str, email: str) -> None:
    begun = (await ada.post("/v1/auth/second-factor", json={"password": PASSWORD})).json()
    secret = _secret(begun["secret"])
    code = totp.code_of(secret, _step())
    codes = (await ada.post("/v1/auth/second-factor/confirm", json={"code": code})).json()["codes"]
    assert (await ada.get("/v1/auth/session")).json()["user"]["has_second_factor"]
    async with browser(api_url) as elsewhere:
        first = (await sign_in(elsewhere, email)).json()
        assert first["session"] is None
        assert not elsewhere.cookies
        token = first["second_factor"]["token"]
        used = await elsewhere.post("/v1/auth/sign-in/code", json={"token": token, "code": code})
        assert_problem(used, 401, "unauthenticated")
        opened = await elsewhere.post("/v1/auth/sign-in/code", json={"token": token, "code": codes[0]})
        assert opened.json()["user"]["email"] == email
        state = (await elsewhere.get("/v1/auth/second-factor")).json()
        assert (state["is_on"], state["recovery_codes_left"]) == (True, 9)
        assert (await elsewhere.post("/v1/auth/second-factor/off", json={"password": PASSWORD})).status_code == 204
        session_of(await sign_in(elsewhere, email))


async def test_the_address_of_a_second_factor_is_drawn_too(ada: httpx.AsyncClient) -> None:
    begun = (await ada.post("/v1/auth/second-factor", json={"password": PASSWORD})).json()
    assert begun["address"].startswith("otpauth://totp/")
    assert begun["qr_code"] == render_qr_code(begun["address"], "svg").decode()


async def test_a_required_second_factor_comes_before_everything(settings: Settings, email: str) -> None:
    with vayro("api", settings, second_factor="required", api_port=free_port()) as strict:
        async with browser(strict.url) as page:
            assert session_of(await sign_in(page, email))["must_switch_second_factor_on"]
            for path in ("links", "workspace", "analytics/live"):
                assert_problem(await page.get(f"/v1/{path}"), 403, "forbidden")
            begun = (await page.post("/v1/auth/second-factor", json={"password": PASSWORD})).json()
            code = totp.code_of(_secret(begun["secret"]), _step())
            assert (await page.post("/v1/auth/second-factor/confirm", json={"code": code})).status_code == 200
            assert (await page.get("/v1/links")).status_code == 200
            assert not (await page.get("/v1/auth/session")).json()["must_switch_second_factor_on"]


async def test_a_session_tells_in_which_domain_links_are_made(api_url: str, settings: Settings) -> None:
    async with client(api_url, await make_key(settings)) as key:
        assert (await key.get("/v1/auth/session")).json()["short_domain"] == settings.default_domain_name


async def test_a_key_is_no_session(api_url: str, settings: Settings) -> None:
    async with client(api_url, await make_key(settings)) as key:
        assert (await key.get("/v1/auth/session")).json()["session_id"] is None
        for method, path, body in (
            ("GET", "sessions", None),
            ("POST", "sign-out-everywhere", None),
            ("POST", "password", {"current_password": "a", "new_password": NEW}),
            ("POST", "second-factor", {"password": "a"}),
            ("POST", "second-factor/confirm", {"code": "123456"}),
            ("POST", "workspace", {"workspace_id": "00000000-0000-0000-0000-000000000000"}),
        ):
            answer = await key.request(method, f"/v1/auth/{path}", json=body)
            assert_problem(
                answer, 403 if path != "workspace" else 404, "forbidden" if path != "workspace" else "not_found"
            )


async def test_a_key_wins_over_a_cookie(ada: httpx.AsyncClient) -> None:
    answer = await ada.get("/v1/auth/session", headers={"Authorization": "Bearer vk_wrong"})
    assert_problem(answer, 401, "unauthenticated")


@pytest.mark.parametrize("cookie", ["", "x", "x" * 4_000, '"', "é", "A" * 43])
async def test_an_invented_cookie_opens_nothing(page: httpx.AsyncClient, cookie: str) -> None:
    for name in (COOKIE, f"__Host-{COOKIE}"):
        answer = await page.get("/v1/links", headers={"Cookie": f"{name}={cookie}".encode("latin-1")})
        assert_problem(answer, 401, "unauthenticated")


async def test_the_ways_to_sign_in_are_public(page: httpx.AsyncClient) -> None:
    assert (await page.get("/v1/auth/methods")).json() == {"sign_up": "open", "provider": None}


async def test_no_provider_is_not_found(page: httpx.AsyncClient) -> None:
    assert_problem(await page.post("/v1/auth/oidc/start", json={}), 404, "not_found")
    assert_problem(await page.get("/v1/auth/oidc/callback?code=a&state=b"), 404, "not_found")


async def test_no_password_and_no_session_is_logged(
    ada: httpx.AsyncClient, page: httpx.AsyncClient, process: Process, email: str
) -> None:
    await sign_in(page, email, "planted-wrong-password")
    log = process.log()
    for secret in (PASSWORD, "planted-wrong-password", ada.cookies[COOKIE]):
        assert secret not in log


def _secret(shown: str) -> bytes:
    from tests.accounts.ways_in import secret_of

    return secret_of(shown)


def _step() -> int:
    import datetime as dt

    return totp.step_of(dt.datetime.now(dt.UTC))


@pytest.mark.parametrize(
    "path", ["/sign-in", "/sign-up", "/verify-email", "/forgot-password", "/reset-password", "/join"]
)
async def test_the_pages_that_mails_lead_to_run_nothing_but_their_own_script(
    page: httpx.AsyncClient, path: str
) -> None:
    answer = await page.get(path)
    policy = answer.headers["content-security-policy"]
    assert "unsafe" not in policy
    assert {"default-src 'none'", "script-src 'self'", "base-uri 'none'", "frame-ancestors 'none'"} <= set(
        policy.split("; ")
    )
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert "<script>" not in answer.text
    assert " style=" not in answer.text
