"""The pages of accounts in a real browser: signing in, the links of mails, and what another site's page can do."""

import asyncio
import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.api.chromium import Tab, chromium
from tests.api.signing_in import PASSWORD, make_person
from tests.processes import Process, vayro
from tests.servers import free_port, wait_until
from vayro.settings import Settings

pytestmark = [pytest.mark.timeout(300), pytest.mark.xdist_group("chromium")]

NEW = "another horse, another battery"
WHO = "fetch('/v1/auth/session').then(answer => answer.json()).then(found => found.user ? found.user.email : '')"


@pytest.fixture(scope="module")
def settings(module_sqlite_url: str, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    folder = tmp_path_factory.mktemp("pages")
    return Settings(
        _env_file=None, data_dir=folder, database_url=module_sqlite_url, api_port=free_port(), sign_up="open"
    )


@pytest.fixture(scope="module")
def api(settings: Settings) -> Iterator[Process]:
    with vayro("api", settings) as process:
        yield process


@pytest.fixture
def tab(tmp_path: Path) -> Iterator[Tab]:
    with chromium(tmp_path) as opened:
        yield opened


@pytest.fixture
def email(settings: Settings) -> str:
    return asyncio.run(make_person(settings))


def sign_in(tab: Tab, api: Process, email: str, password: str = PASSWORD) -> None:
    tab.open(f"{api.url}/sign-in")
    tab.fill(email=email, password=password)


def link_in_log(api: Process, path: str, email: str) -> str:
    def find() -> list[str]:
        lines = [line for line in api.log().splitlines() if email in line]
        return [found for line in lines for found in re.findall(rf"{path}#[\w-]{{43}}", line)]

    wait_until(lambda: bool(find()), seconds=60)
    return find()[-1]


def test_people_sign_in(tab: Tab, api: Process, email: str) -> None:
    sign_in(tab, api, email, "wrong")
    tab.wait("document.querySelector('#said').textContent.includes('is wrong')")
    tab.fill(password=PASSWORD)
    tab.wait("location.pathname === '/'")
    assert tab.run(WHO) == email
    assert tab.run("document.cookie") == ""  # no script reads it


def test_the_links_of_mails_lead_in(tab: Tab, api: Process) -> None:
    email = "newcomer@example.com"
    tab.open(f"{api.url}/sign-up")
    tab.fill(email=email, password=PASSWORD)
    tab.wait("document.querySelector('h1').textContent === 'Look into your mail'")
    tab.open(api.url + link_in_log(api, "/verify-email", email))
    tab.fill()
    tab.wait("location.pathname === '/'")
    assert tab.run(WHO) == email

    tab.open(f"{api.url}/forgot-password")
    tab.fill(email=email)
    tab.wait("document.querySelector('h1').textContent === 'Look into your mail'")
    tab.open(api.url + link_in_log(api, "/reset-password", email))
    tab.fill(password=NEW)
    tab.wait("document.querySelector('h1').textContent === 'Your password is set'")
    assert tab.run(WHO) == ""  # all sessions have ended
    sign_in(tab, api, email, NEW)
    tab.wait("location.pathname === '/'")


class Stranger(BaseHTTPRequestHandler):
    """A page at another port: the browser sends our cookie along, for the port is no part of a site."""

    def do_GET(self) -> None:
        body = b"<!doctype html><title>stranger</title><form method=post enctype=text/plain></form>"
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_given: object) -> None:
        """Be quiet."""


@pytest.fixture
def stranger() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Stranger)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    thread.join()
    server.server_close()


def test_another_page_changes_nothing(tab: Tab, api: Process, email: str, stranger: str) -> None:
    sign_in(tab, api, email)
    tab.wait("location.pathname === '/'")
    tab.open(stranger)
    # Whether it may see the answer or not, the request goes out.
    post = "fetch({url!r}, {{method: 'POST', mode: 'no-cors', credentials: 'include'}}).catch(() => null)"
    tab.run(post.format(url=f"{api.url}/v1/auth/sign-out"))
    tab.run(f"document.forms[0].action = '{api.url}/v1/auth/sign-out-everywhere'; document.forms[0].submit()")
    tab.wait(f"location.href.startsWith('{api.url}') && document.readyState === 'complete'")
    assert "forbidden" in tab.run("document.body.innerText")  # it came with the cookie: without, it were 401
    tab.open(f"{api.url}/")
    assert tab.run(WHO) == email
