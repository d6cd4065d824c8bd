"""What every answer of the API tells browsers."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.processes import vayro
from tests.servers import free_port
from vayro.settings import Settings

PATHS = ["/", "/docs", "/openapi.json", "/v1/links", "/v1/account/export", "/v1/nothing", "/nothing", "/health/ready"]


@pytest.fixture(scope="module")
def settings(module_sqlite_url: str, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    folder: Path = tmp_path_factory.mktemp("headers")
    over = {"trusted_proxies": "127.0.0.0/8"}
    return Settings(_env_file=None, data_dir=folder, database_url=module_sqlite_url, api_port=free_port(), **over)


@pytest.fixture(scope="module")
def api_url(settings: Settings) -> Iterator[str]:
    with vayro("api", settings) as process:
        yield process.url


@pytest.mark.parametrize("path", PATHS)
async def test_no_answer_may_be_framed_sniffed_or_run(ada: httpx.AsyncClient, path: str) -> None:
    headers = (await ada.get(path)).headers
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert headers.get_list("x-content-type-options") == ["nosniff"]
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["x-frame-options"] == "DENY"
    assert "server" not in headers


@pytest.mark.parametrize("path", ["/v1/links", "/v1/nothing", "/v1/account/export"])
async def test_what_the_api_says_is_kept_by_no_cache(ada: httpx.AsyncClient, path: str) -> None:
    assert (await ada.get(path)).headers.get_list("cache-control") == ["private, no-store"]


@pytest.mark.parametrize(
    ("path", "method", "body"), [("/v1/links", "POST", b"{"), ("/v1/links", "TRACE", b""), ("/v1/links/x", "GET", b"")]
)
async def test_errors_have_them_too(ada: httpx.AsyncClient, path: str, method: str, body: bytes) -> None:
    answer = await ada.request(method, path, content=body)
    assert answer.is_error
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]


@pytest.mark.parametrize(("proto", "is_told"), [("https", True), ("http", False), (None, False)])
async def test_over_tls_alone_browsers_are_told_to_stay_there(
    nobody: httpx.AsyncClient, proto: str | None, is_told: bool
) -> None:
    answer = await nobody.get("/", headers={"X-Forwarded-Proto": proto} if proto else {})
    assert ("strict-transport-security" in answer.headers) is is_told
