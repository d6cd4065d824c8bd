"""Who may call, what the process says of itself, and the pages that it serves."""

import re

import httpx
import pytest

from tests.api.conftest import client, make_key
from tests.api.test_links import TARGET, assert_problem
from tests.processes import vayro
from tests.servers import free_port
from vayro.settings import Settings


@pytest.mark.parametrize(
    "authorization",
    [None, "", "Bearer", "Basic dnQ6", "Bearer vk_wrong", "vk_alone", "Bearer vk_" + "x" * 5_000, "Bearer é"],
)
@pytest.mark.parametrize("path", ["/v1/links", "/v1/links/00000000-0000-0000-0000-000000000000"])
async def test_nobody_gets_in_without_a_key(nobody: httpx.AsyncClient, path: str, authorization: str | None) -> None:
    headers = {"Authorization": authorization.encode()} if authorization is not None else {}
    answer = await nobody.get(path, headers=headers)
    assert_problem(answer, 401, "unauthenticated")
    assert answer.headers["www-authenticate"] == "Bearer"


async def test_an_unknown_address_is_a_problem(ada: httpx.AsyncClient) -> None:
    assert_problem(await ada.get("/v2/nothing"), 404, "not_found")


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PUT", "/v1/links", "GET, POST"),
        ("OPTIONS", "/v1/links/0", "DELETE, GET, PATCH"),
        ("GET", "/v1/links/canonical", "PUT"),
        ("DELETE", "/v1/links/bulk", "PATCH, POST"),
        ("POST", "/", "GET"),
    ],
)
async def test_a_method_that_is_not_taken_is_a_problem(
    ada: httpx.AsyncClient, method: str, path: str, allowed: str
) -> None:
    answer = await ada.request(method, path)
    assert_problem(answer, 405, "method_not_allowed")
    assert answer.headers["allow"] == allowed


async def test_each_answer_carries_an_identifier(nobody: httpx.AsyncClient) -> None:
    first, second = [(await nobody.get("/health/live")).headers["x-request-id"] for _ in range(2)]
    assert first != second


@pytest.mark.parametrize("path", ["/health/live", "/health/ready"])
async def test_a_running_process_is_well(nobody: httpx.AsyncClient, path: str) -> None:
    assert (await nobody.get(path)).status_code == 200


@pytest.mark.parametrize("path", ["/", "/docs", "/sign-in", "/reset-password", "/join"])
async def test_a_page_loads_nothing_from_elsewhere(nobody: httpx.AsyncClient, path: str) -> None:
    page = await nobody.get(path)
    assert page.status_code == 200
    assert "default-src 'none'" in page.headers["content-security-policy"]
    loaded = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert loaded
    for address in loaded:
        assert address.startswith("/")
        assert (await nobody.get(address)).status_code == 200, address


async def test_the_document_is_openapi_3_1_and_names_every_problem(nobody: httpx.AsyncClient) -> None:
    document = (await nobody.get("/openapi.json")).json()
    assert document["openapi"].startswith("3.1")
    assert document["components"]["securitySchemes"]["ApiKey"]["scheme"] == "bearer"
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            if path.startswith("/v1/"):
                assert {"422", "503"} <= operation["responses"].keys(), (path, method)
                assert "401" in operation["responses"] or "security" not in operation, (path, method)


async def test_requests_are_counted_by_route_and_never_by_link(settings: Settings) -> None:
    key = await make_key(settings)
    with vayro("api", settings, api_port=free_port()) as process:
        async with client(process.url, key) as api:
            made = (await api.post("/v1/links", json=TARGET)).json()
            await api.get(f"/v1/links/{made['id']}")
            await api.get("/" + made["short_code"])
            text = (await api.get(process.metrics_url)).text
    assert 'vayro_http_requests_total{method="GET",route="/v1/links/{link_id}",status="200"} 1.0' in text
    assert "vayro_links_created_total 1.0" in text
    assert made["id"] not in text
    assert made["short_code"] not in text


async def test_it_stops_in_good_order(settings: Settings) -> None:
    with vayro("api", settings, api_port=free_port()) as process:
        assert process.stop() == 0
