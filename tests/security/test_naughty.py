"""Naughty strings in every text field: nothing fails, nothing is changed on its way, and no page runs them."""

import asyncio
import csv
import io
import itertools
import json
import subprocess
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from tests.flows.shapes import ADMINISTRATOR, API_KEY
from tests.observability.test_no_secrets import eventually_ready
from tests.processes import Process, run_vayro, vayro
from tests.security.naughty import MARKUP, NAUGHTY, SCRIPT
from tests.servers import free_port
from vayro.settings import Settings

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300), pytest.mark.xdist_group("naughty")]
KEY = {"Authorization": f"Bearer {API_KEY}"}
# Of each field so many; which, goes round, so that all come up again and again.
STRINGS_A_FIELD = 9
STREAMS = {"/v1/analytics/live", "/v1/sites/progress", "/v1/campaigns/progress"}


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    port = free_port()
    values: dict[str, Any] = {"redirect_port": port, "api_port": free_port(), "metrics_port": free_port(neighbours=2)}
    values |= {"short_url_base": f"http://127.0.0.1:{port}", **ADMINISTRATOR}
    return Settings(_env_file=None, data_dir=tmp_path_factory.mktemp("naughty"), **values)


@pytest.fixture(scope="module")
def running(settings: Settings) -> Iterator[Process]:
    with vayro("up", settings, metrics_port=settings.metrics_port) as process:
        asyncio.run(eventually_ready(f"http://127.0.0.1:{settings.api_port}"))
        yield process


@pytest.fixture
def api(running: Process, settings: Settings) -> Iterator[httpx.Client]:
    with httpx.Client(
        base_url=f"http://127.0.0.1:{settings.api_port}", headers=KEY, timeout=60, verify=False
    ) as client:
        yield client


def fields_of(document: dict[str, Any], operation: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the place (query, path, body) and the name of each text that an operation takes."""
    for parameter in operation.get("parameters", ()):
        if parameter["in"] in {"query", "path"} and _takes_text(parameter["schema"]):
            yield parameter["in"], parameter["name"]
    content = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    schema = content.get("schema", {})
    if "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    for name, kind in schema.get("properties", {}).items():
        if _takes_text(kind):
            yield "body", name


def _takes_text(schema: dict[str, Any]) -> bool:
    return any(kind.get("type") == "string" for kind in (schema, *schema.get("anyOf", ())))


def test_no_text_in_any_field_of_the_document_makes_it_fail(api: httpx.Client) -> None:
    document = api.get("/openapi.json").json()
    strings, sent = itertools.cycle(NAUGHTY), 0
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            fields = [] if path in STREAMS else list(fields_of(document, operation))
            for (place, name), text in itertools.product(fields, itertools.islice(strings, STRINGS_A_FIELD)):
                answer = _send(api, (method, path), (place, name), text)
                assert answer.status_code < 500, (method, path, name, text, answer.text)
                if answer.headers.get("content-type", "").endswith("json"):
                    answer.json()
                assert SCRIPT not in str(answer.headers)
                sent += 1
    assert sent > len(NAUGHTY)


def _send(api: httpx.Client, operation: tuple[str, str], field: tuple[str, str], text: str) -> httpx.Response:
    (method, path), (place, name) = operation, field
    identifier = "01a00000-0000-7000-8000-000000000000"
    names = {part[1:-1] for part in path.split("/") if part.startswith("{")}
    for one in names:
        path = path.replace("{" + one + "}", quote(text, safe="") if (place, one) == ("path", name) else identifier)
    body = {"target_url": "https://example.com/", name: text} if place == "body" and "links" in path else {name: text}
    params = {name: text} if place == "query" else None
    return api.request(method, path, params=params, json=body if place == "body" else None)


def test_a_link_gives_back_what_it_was_given(api: httpx.Client) -> None:
    for text in NAUGHTY:
        body = {"target_url": "https://example.com/", "title": text, "metadata": {text: [text]}}
        body |= {"tags": [text]} if len(text) <= 50 else {}
        made = api.post("/v1/links", json=body)
        assert made.status_code == 201, (text, made.text)
        read = api.get(f"/v1/links/{made.json()['id']}").json()
        assert (read["title"], read["metadata"], read["tags"]) == (text, {text: [text]}, body.get("tags", []))


def test_no_cell_of_an_export_is_a_formula_and_an_import_gives_all_back(api: httpx.Client, settings: Settings) -> None:
    for text in NAUGHTY:
        api.post("/v1/links", json={"target_url": "https://example.com/", "title": text, "link_type": "exported"})
    exported = run_vayro(settings, "links", "export", "--format", "csv")
    assert exported.returncode == 0, exported.stderr
    rows = list(csv.reader(io.StringIO(exported.stdout, newline="")))
    assert len(rows) > len(NAUGHTY)
    assert [cell for row in rows[1:] for cell in row if cell.startswith(("=", "+", "-", "@", "\t", "\r"))] == []


class Elements(HTMLParser):
    """What a page is made of."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.handlers: set[str] = set()
        self.links: set[str] = set()
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.handlers |= {name for name, _ in attrs if name.startswith("on")}
        self.links |= {value or "" for name, value in attrs if name in {"href", "src", "action"}}


def render(url: str, folder: Path) -> str:
    """The document as Chromium has it once all scripts have run."""
    flags = [
        "--headless",
        "--no-sandbox",
        "--disable-background-networking",
        "--disable-gpu",
        "--disable-dev-shm-usage",
    ]
    flags += [
        "--no-first-run",
        "--disable-sync",
        f"--user-data-dir={folder}",
        "--virtual-time-budget=3000",
        "--dump-dom",
    ]
    done = subprocess.run(["chromium", *flags, url], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


def test_the_browser_would_run_them(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text(f"<title>x</title>{MARKUP[0]}", encoding="utf-8")
    assert "<title>owned" in render(f"file://{tmp_path}/page.html", tmp_path / "profile")


@pytest.mark.parametrize("page", ["preview", "report", "password", "unknown"])
def test_no_page_runs_them(page: str, api: httpx.Client, running: Process, tmp_path: Path) -> None:
    target = f"https://example.com/{''.join(MARKUP)}#{MARKUP[1]}"[:2_000]
    link = api.post("/v1/links", json={"target_url": target, "title": MARKUP[1], "password": None}).json()
    locked = api.post("/v1/links", json={"target_url": target, "password": "open sesame"}).json()
    path = {
        "preview": f"/{link['short_code']}+",
        "report": f"/report?link={quote(''.join(MARKUP)[:480])}",
        "password": f"/{locked['short_code']}?{quote(MARKUP[1])}",
        "unknown": f"/{quote(MARKUP[1], safe='')}",
    }[page]
    document = render(running.url + path, tmp_path)
    elements = Elements(document)
    assert "main" in elements.tags, document[:500]
    assert elements.tags.isdisjoint({"script", "img", "svg", "iframe", "math", "object", "embed", "base"})
    assert elements.handlers == set()
    assert not any(link.lower().startswith(("javascript:", "data:")) for link in elements.links)
    assert "<title>owned" not in document


def test_json_opened_in_a_browser_is_text(api: httpx.Client, settings: Settings, tmp_path: Path) -> None:
    url = f"http://127.0.0.1:{settings.api_port}/v1/links/{quote(MARKUP[1], safe='')}"
    document = render(url, tmp_path)
    assert "<title>owned" not in document
    assert json.loads(httpx.get(url, headers=KEY, timeout=30).text)["status"] in {401, 404}
