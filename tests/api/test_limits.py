"""Limits of the API, over HTTP: whose budget a request is counted against, and what the answer says of it."""

from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import httpx
import pytest
from fastapi import Request
from uuid_utils.compat import uuid7

from tests.conftest import SettingsFactory
from tests.processes import vayro
from tests.servers import free_port
from vayro.accounts.records import Caller
from vayro.api.limits import RequestLimits, limit_headers, route_class
from vayro.errors import RateLimited
from vayro.limits.limiter import open_limiter
from vayro.settings import Settings

# Of a day: when an hour ends within a test, one more than its limit is right.
LIMITS: dict[str, Any] = {
    "limit_read": "5/day",
    "limit_write": "3/day",
    "limit_bulk": "2/day",
    "limit_public": "4/day",
    "limit_user": "1000/day",
    "trusted_proxies": "127.0.0.0/8",
}


@pytest.fixture(scope="module")
def settings(module_sqlite_url: str, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    folder = tmp_path_factory.mktemp("limits")
    return Settings(_env_file=None, data_dir=folder, database_url=module_sqlite_url, api_port=free_port(), **LIMITS)


@pytest.fixture(scope="module")
def api_url(settings: Settings) -> Iterator[str]:
    with vayro("api", settings) as process:
        yield process.url


async def statuses(client: httpx.AsyncClient, method: str, path: str, count: int, **request: Any) -> list[int]:
    return [(await client.request(method, path, **request)).status_code for _ in range(count)]


async def test_each_kind_of_request_has_a_budget_of_each_key(ada: httpx.AsyncClient, bob: httpx.AsyncClient) -> None:
    body = {"target_url": "https://example.com/"}
    assert await statuses(ada, "GET", "/v1/links", 6) == [200] * 5 + [429]
    assert await statuses(ada, "POST", "/v1/links", 4, json=body) == [201] * 3 + [429]
    assert await statuses(ada, "POST", "/v1/links/bulk", 3, json={"links": [body]}) == [200] * 2 + [429]
    assert await statuses(bob, "GET", "/v1/links", 1) == [200]


async def test_answers_say_how_the_budget_stands(ada: httpx.AsyncClient) -> None:
    first = (await ada.get("/v1/links")).headers
    assert (first["RateLimit-Limit"], first["RateLimit-Remaining"]) == ("5", "4")
    assert first["RateLimit-Policy"] == "5;w=86400"
    assert 1 <= int(first["RateLimit-Reset"]) <= 86_400
    await statuses(ada, "GET", "/v1/links", 4)
    refused = await ada.get("/v1/links")
    assert refused.status_code == 429
    assert refused.json()["code"] == "rate_limited"
    assert refused.headers["content-type"] == "application/problem+json"
    assert refused.headers["RateLimit-Remaining"] == "0"
    assert int(refused.headers["Retry-After"]) >= 1


async def test_health_is_never_limited(nobody: httpx.AsyncClient) -> None:
    assert await statuses(nobody, "GET", "/health/live", 20) == [200] * 20


@pytest.mark.parametrize(
    ("number", "hops"),
    list(
        enumerate(
            [
                "{0}",
                "9.9.9.9, {0}",  # what stands left of the hop that no proxy added is the client's invention
                "{0}, 127.0.0.1",
                "::1, not-an-address, {0}",
                "{0}:4711",
                "::ffff:{0}",
                "9.9.9.9,,{0}",
            ]
        )
    ),
)
async def test_wrong_keys_are_counted_by_the_address_that_the_proxy_saw(
    nobody: httpx.AsyncClient, number: int, hops: str
) -> None:
    address = f"93.184.{number}.14"

    def sent(forwarded: str) -> dict[str, str]:
        return {"X-Forwarded-For": forwarded, "Authorization": "Bearer vk_wrong0123456789012345"}

    for _ in range(4):
        assert (await nobody.get("/v1/links", headers=sent(hops.format(address)))).status_code == 401
    for same in (address, f"1.2.3.4, {address}"):
        assert (await nobody.get("/v1/links", headers=sent(same))).status_code == 429
    assert (await nobody.get("/v1/links", headers=sent(f"{address}0"))).status_code == 401


async def test_without_a_trusted_proxy_no_header_makes_another_client(
    settings_factory: SettingsFactory, sqlite_url: str
) -> None:
    settings = settings_factory(database_url=sqlite_url, **{**LIMITS, "trusted_proxies": "192.0.2.0/24"})
    with vayro("api", settings) as process:
        async with httpx.AsyncClient(base_url=process.url, timeout=30) as nobody:
            answers = [
                (await nobody.get("/v1/links", headers={"X-Forwarded-For": f"93.184.215.{number}"})).status_code
                for number in range(6)
            ]
    assert answers == [401] * 4 + [429] * 2


def request_of(address: str, *, method: str = "GET", path: str = "/v1/links", **headers: str) -> Request:
    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": "http", "method": method, "path": path, "headers": raw, "query_string": b"", "scheme": "http"}
    return Request({**scope, "server": ("127.0.0.1", 80), "client": (address, 4711)})


@pytest.fixture
async def opened(settings_factory: SettingsFactory) -> AsyncIterator[Callable[..., RequestLimits]]:
    limiters = []

    def make(**over: Any) -> RequestLimits:
        settings = settings_factory(**over)
        limiters.append(open_limiter(settings))
        return RequestLimits(settings, limiters[-1])

    yield make
    for limiter in limiters:
        await limiter.close()


def caller(plan: str = "", **over: Any) -> Caller:
    return Caller(
        **{"workspace_id": uuid7(), "user_id": uuid7(), "key_id": uuid7(), "is_admin": False, "plan": plan, **over}
    )


async def test_all_keys_of_a_user_share_a_budget(opened: Callable[..., RequestLimits]) -> None:
    limits, user = opened(limit_user="4/day"), uuid7()
    for _ in range(4):
        await limits.count(request_of("9.9.9.9"), caller(user_id=user))
    with pytest.raises(RateLimited):
        await limits.count(request_of("9.9.9.9"), caller(user_id=user))
    await limits.count(request_of("9.9.9.9"), caller())


async def test_a_plan_allows_each_workspace_so_many_requests_a_minute(opened: Callable[..., RequestLimits]) -> None:
    limits, workspace = opened(plans='{"free": {"requests_per_minute": 3}}'), uuid7()
    request = request_of("9.9.9.9")
    with pytest.raises(RateLimited):
        for _ in range(8):  # a minute may end meanwhile
            await limits.count(request, caller("free", workspace_id=workspace))
    assert dict(limit_headers(request.scope))[b"ratelimit-policy"] == b"3;w=60"
    for _ in range(8):
        await limits.count(request_of("9.9.9.9"), caller("enterprise", workspace_id=workspace))


async def test_limits_can_be_turned_off(opened: Callable[..., RequestLimits]) -> None:
    limits, one, request = opened(rate_limits=False, limit_read="1/day"), caller("free"), request_of("9.9.9.9")
    for _ in range(2_000):
        await limits.count(request, one)
    assert limit_headers(request.scope) == []


@pytest.mark.parametrize(
    ("method", "path", "kind"),
    [
        ("GET", "/v1/links", "read"),
        ("HEAD", "/v1/links", "read"),
        ("DELETE", "/v1/links/1", "write"),
        ("POST", "/v1/links/bulk", "bulk"),
        ("GET", "/v1/analytics/1/events", "bulk"),
        ("GET", "/v1/account/export", "bulk"),
    ],
)
def test_kinds_of_requests(method: str, path: str, kind: str) -> None:
    assert route_class(method, path) == kind
