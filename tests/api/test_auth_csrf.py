"""Cross-site request forgery: whose pages may change something with a visitor's cookie. And cookies over TLS."""

from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx
import pytest

from tests.api.conftest import client, make_key
from tests.api.signing_in import PASSWORD, browser, cookies_of, make_person, sign_in
from tests.api.test_links import TARGET, assert_problem
from tests.processes import vayro
from vayro.settings import Settings

ORIGIN = "https://links.test"
COOKIE = "__Host-vayro_session"
PATIENT: dict[str, Any] = {"verify": False, "timeout": 30}

# (headers, whether a request that a cookie authenticates may change something)
MATRIX = [
    ({"Sec-Fetch-Site": "same-origin"}, True),
    ({"Sec-Fetch-Site": "same-origin", "Origin": ORIGIN}, True),
    ({"Origin": ORIGIN}, True),
    ({"Origin": "HTTPS://LINKS.TEST"}, True),
    ({}, False),
    ({"Sec-Fetch-Site": "cross-site"}, False),
    ({"Sec-Fetch-Site": "same-site"}, False),
    ({"Sec-Fetch-Site": "none"}, False),
    ({"Sec-Fetch-Site": ""}, False),
    ({"Sec-Fetch-Site": "cross-site", "Origin": ORIGIN}, False),
    ({"Origin": "null"}, False),
    ({"Origin": ""}, False),
    ({"Origin": "https://evil.test"}, False),
    ({"Origin": "https://links.test.evil.test"}, False),
    ({"Origin": "https://evil-links.test"}, False),
    ({"Origin": "http://links.test"}, False),
    ({"Origin": "https://links.test:8443"}, False),
    ({"Origin": "https://go.links.test"}, False),
    ({"Referer": f"{ORIGIN}/"}, False),
]
UNSAFE = [
    ("POST", "/v1/links"),
    ("PUT", "/v1/links/canonical"),
    ("PATCH", "/v1/links/00000000-0000-0000-0000-000000000000"),
    ("DELETE", "/v1/links/00000000-0000-0000-0000-000000000000"),
    ("POST", "/v1/auth/sign-out"),
    ("POST", "/v1/auth/sign-out-everywhere"),
    ("POST", "/v1/auth/second-factor/off"),
]


@pytest.fixture(scope="module")
def api_url(settings: Settings) -> Iterator[str]:
    with vayro("api", settings, dashboard_url=ORIGIN) as process:
        yield process.url


@pytest.fixture
async def visitor(api_url: str, settings: Settings) -> AsyncIterator[httpx.AsyncClient]:
    """A client that sends the session's cookie and nothing else that a browser would."""
    async with browser(api_url) as page:
        cookie, _ = cookies_of(await sign_in(page, await make_person(settings)))[COOKIE]
    async with httpx.AsyncClient(base_url=api_url, headers={"Cookie": f"{COOKIE}={cookie}"}, **PATIENT) as opened:
        yield opened


@pytest.mark.parametrize(("headers", "is_allowed"), MATRIX)
async def test_only_pages_of_our_own_change_something(
    visitor: httpx.AsyncClient, headers: dict[str, str], is_allowed: bool
) -> None:
    answer = await visitor.post("/v1/links", json=TARGET, headers=headers)
    if is_allowed:
        assert answer.status_code == 201
    else:
        assert_problem(answer, 403, "forbidden")
    listed = await visitor.get("/v1/links", headers=headers)
    assert len(listed.json()["data"]) == is_allowed


@pytest.mark.parametrize(("method", "path"), UNSAFE)
async def test_every_method_that_changes_something_is_guarded(
    visitor: httpx.AsyncClient, method: str, path: str
) -> None:
    body = TARGET if "links" in path else {"password": PASSWORD}
    foreign = {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.test"}
    assert_problem(await visitor.request(method, path, json=body, headers=foreign), 403, "forbidden")
    assert (await visitor.get("/v1/auth/session")).status_code == 200


async def test_a_key_needs_no_origin(api_url: str, settings: Settings) -> None:
    async with client(api_url, await make_key(settings)) as key:
        for headers in ({}, {"Origin": "https://evil.test", "Sec-Fetch-Site": "cross-site"}):
            assert (await key.post("/v1/links", json=TARGET, headers=headers)).status_code == 201


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("sign-in", {"email": "a@example.com", "password": PASSWORD}),
        ("sign-up", {"email": "a@example.com", "password": PASSWORD}),
        ("password/forgotten", {"email": "a@example.com"}),
        ("oidc/start", {}),
    ],
)
async def test_no_other_site_signs_a_visitor_in(api_url: str, path: str, body: dict[str, str]) -> None:
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.test"}):
        async with httpx.AsyncClient(base_url=api_url, headers=headers, **PATIENT) as stranger:
            assert_problem(await stranger.post(f"/v1/auth/{path}", json=body), 403, "forbidden")


async def test_no_answer_lets_another_site_read_it(visitor: httpx.AsyncClient) -> None:
    answer = await visitor.get("/v1/auth/session", headers={"Origin": "https://evil.test"})
    assert not [name for name in answer.headers if name.startswith("access-control")]


async def test_over_tls_the_cookie_belongs_to_this_host_alone(api_url: str, settings: Settings) -> None:
    async with browser(api_url) as page:
        [(name, (_value, attributes))] = cookies_of(await sign_in(page, await make_person(settings))).items()
    assert name == COOKIE
    assert attributes == {"Path=/", "Max-Age=604800", "HttpOnly", "SameSite=Lax", "Secure"}


async def test_over_tls_a_cookie_without_the_prefix_is_none(visitor: httpx.AsyncClient, api_url: str) -> None:
    token = visitor.headers["cookie"].partition("=")[2]
    async with httpx.AsyncClient(base_url=api_url, **PATIENT) as other:
        answer = await other.get("/v1/auth/session", headers={"Cookie": f"vayro_session={token}"})
        assert_problem(answer, 401, "unauthenticated")
