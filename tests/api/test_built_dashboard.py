"""How the built dashboard is served: compressed, cached, under a policy that names its scripts by their hashes."""

import base64
import hashlib
import json
import re
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from vayro.api.built_dashboard import FOLDER, mount_dashboard

PAGE = "<!doctype html><title>t</title><script>let a = 1</script><script src='/_next/static/a1.js'></script>"
HASH = "sha256-" + base64.b64encode(hashlib.sha256(b"let a = 1").digest()).decode()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A small build."""
    files = {
        "index.html": PAGE,
        "settings/keys.html": PAGE,
        "404.html": PAGE,
        "settings/keys.txt": "flight",
        "_next/static/a1.js": "let b = 2",
        "policies.json": json.dumps({name: [HASH] for name in ("index.html", "settings/keys.html", "404.html")}),
    }
    for name, content in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
        path.with_name(path.name + ".br").write_bytes(b"brotli of " + content.encode())
        path.with_name(path.name + ".gz").write_bytes(b"gzip of " + content.encode())
    return tmp_path


@pytest.fixture
def browser(folder: Path) -> httpx.AsyncClient:
    app = FastAPI()
    mount_dashboard(app, folder)
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="http://test", headers={"Accept-Encoding": ""}
    )


async def test_pages_have_addresses_without_suffix(browser: httpx.AsyncClient) -> None:
    for address in ("/", "/settings/keys"):
        answer = await browser.get(address)
        assert (answer.status_code, answer.text) == (200, PAGE)
        assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    for address in ("/settings/keys.html", "/policies.json", "/404", "/index.html.br", "/..%2fpyproject.toml"):
        assert (await browser.get(address)).status_code == 404, address


async def test_only_what_has_its_hash_in_its_name_is_kept(browser: httpx.AsyncClient) -> None:
    assert (await browser.get("/_next/static/a1.js")).headers["Cache-Control"] == "public, max-age=31536000, immutable"
    for address in ("/", "/settings/keys.txt"):
        assert (await browser.get(address)).headers["Cache-Control"] == "no-cache"


async def test_inline_scripts_run_by_their_hash_alone(browser: httpx.AsyncClient) -> None:
    policy = (await browser.get("/")).headers["Content-Security-Policy"]
    [scripts] = [rule for rule in policy.split("; ") if rule.startswith("script-src")]
    assert scripts == f"script-src 'self' '{HASH}'"


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ("br, gzip", "br"),
        ("gzip, deflate, br;q=1.0", "br"),
        ("gzip", "gzip"),
        ("br;q=0, gzip", "gzip"),
        ("GZIP", "gzip"),
        ("br; q=0.000", None),
        ("", None),
        ("identity", None),
    ],
)
async def test_files_are_sent_as_the_browser_accepts_them(
    browser: httpx.AsyncClient, accepted: str, coding: str | None
) -> None:
    async with browser.stream("GET", "/", headers={"Accept-Encoding": accepted}) as answer:
        sent = b"".join([piece async for piece in answer.aiter_raw()])
    assert answer.headers.get("Content-Encoding") == coding
    assert answer.headers["Vary"] == "Accept-Encoding"
    assert sent.startswith({"br": b"brotli of", "gzip": b"gzip of", None: b"<!doctype"}[coding])


async def test_what_the_browser_has_is_not_sent_again(browser: httpx.AsyncClient, folder: Path) -> None:
    tag = (await browser.get("/")).headers["ETag"]
    again = await browser.get("/", headers={"If-None-Match": tag})
    assert (again.status_code, again.content) == (304, b"")
    (folder / "index.html").write_text(PAGE.replace("<title>t", "<title>u"))
    app = FastAPI()
    mount_dashboard(app, folder)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as after:
        assert (await after.get("/", headers={"If-None-Match": tag, "Accept-Encoding": ""})).status_code == 200


async def test_head_is_answered_without_a_body(browser: httpx.AsyncClient) -> None:
    answer = await browser.head("/settings/keys")
    assert (answer.status_code, answer.content) == (200, b"")
    assert int(answer.headers["Content-Length"]) == len(PAGE)


async def test_files_are_only_read(nobody: httpx.AsyncClient) -> None:
    for method in ("POST", "DELETE"):
        answer = await nobody.request(method, "/settings")
        assert (answer.status_code, answer.headers["Allow"], answer.json()["code"]) == (
            405,
            "GET",
            "method_not_allowed",
        )


def test_without_a_build_nothing_is_mounted(tmp_path: Path) -> None:
    app = FastAPI()
    before = len(app.routes)
    assert mount_dashboard(app, tmp_path) is None
    assert len(app.routes) == before


async def test_people_get_a_page_and_programs_a_problem_for_unknown_addresses(nobody: httpx.AsyncClient) -> None:
    person = await nobody.get("/no/such/page", headers={"Accept": "text/html,*/*"})
    assert person.status_code == 404
    assert "There is no such page" in person.text
    for path, accept in (("/no/such/page", "application/json"), ("/v1/nothing", "text/html")):
        program = await nobody.get(path, headers={"Accept": accept})
        assert (program.status_code, program.json()["code"]) == (404, "not_found")


async def test_each_real_page_holds_only_scripts_that_its_policy_names(nobody: httpx.AsyncClient) -> None:
    pages = json.loads((FOLDER / "policies.json").read_text(encoding="utf-8"))
    for name in (name for name in pages if name not in ("404.html", "_not-found.html")):
        answer = await nobody.get("/" + name.removesuffix(".html").removesuffix("index"))
        assert answer.status_code == 200, name
        policy = answer.headers["Content-Security-Policy"]
        inline = re.findall(r"<script(?![^>]*\ssrc=)[^>]*>([\s\S]+?)</script>", answer.text)
        assert inline
        for script in inline:
            digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
            assert f"'sha256-{digest}'" in policy
