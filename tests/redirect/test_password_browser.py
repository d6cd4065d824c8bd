"""The way through a password, as a browser goes it: its policies are what no other client has."""

import asyncio
import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from tests.factories import make_link
from tests.redirect.chromium import chromium
from tests.redirect.conftest import make_settings
from tests.redirect.engines import running_engine
from vayro.database.engine import open_database
from vayro.links.password import hash_password
from vayro.settings import Settings

PASSWORD = "open sésame & more"
pytestmark = pytest.mark.timeout(300)


class Destination(ThreadingHTTPServer):
    """Another origin, which remembers how it was asked."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.2", 0), _Answer)
        self.asked: list[tuple[str, str, str | None]] = []
        Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.2:{self.server_port}/secret?a=b&c=%22"


class _Answer(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        assert isinstance(self.server, Destination)
        self.server.asked.append((self.command, self.path, self.headers.get("Referer")))
        body = b"<!doctype html><title>arrived</title>"
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self) -> None:
        self.do_GET()

    def log_message(self, *_: object) -> None:
        return


async def _lock(settings: Settings, url: str) -> None:
    database = open_database(settings)
    await make_link(database, short_code="sesame", target_url=url, password_hash=hash_password(PASSWORD))
    await database.close()


def test_a_browser_is_asked_refused_and_led_on(tmp_path: Path, sqlite_template: Path) -> None:
    settings = make_settings(tmp_path / "data", sqlite_template)
    destination = Destination()
    asyncio.run(_lock(settings, destination.url))
    try:
        with running_engine(settings) as engine, chromium(tmp_path / "profile") as page:
            page.go(f"http://127.0.0.1:{engine.port}/sesame?from=mail")
            page.await_value("document.title", "This link asks for a password")
            page.await_value("document.readyState", "complete")
            for password, title in (("wrong", "That is not the password"), (PASSWORD, "arrived")):
                fill = f"document.querySelector('input').value = {json.dumps(password)};"
                page.evaluate(f"{fill} document.querySelector('button').click(); 1")
                page.await_value("document.title", title)
                page.await_value("document.readyState", "complete")  # a click on half a page may do nothing
            assert page.evaluate("location.href") == destination.url
            assert [(click.ip, click.referer) for click in engine.clicks] == [("127.0.0.1", "")]
    finally:
        destination.shutdown()
        destination.server_close()
    assert ("GET", "/secret?a=b&c=%22", None) in destination.asked
    assert all(method == "GET" for method, _, _ in destination.asked)
