"""A `vayro up` on each kind of database, one browser, and a stage for each test: see stage.py."""

import itertools
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, async_playwright, expect

from tests.browser.stage import STEP_MS, Look, Site, Stage, open_stage
from tests.processes import vayro
from tests.servers import PostgresServer, free_port
from vayro.settings import Settings

SiteOf = Callable[[str], Site]

# Each width and each scheme on each database; all sixteen pairings of the three would show nothing more.
LOOKS = (
    Look("sqlite", 360, "dark"),
    Look("sqlite", 1440, "light"),
    Look("postgres", 360, "light"),
    Look("postgres", 1440, "dark"),
)
BROWSER_FLAGS = ["--no-sandbox", "--disable-background-networking"]
_numbers = itertools.count(1)

expect.set_options(timeout=STEP_MS)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Stories are long, and machines that run them are shared."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.timeout(300))


@pytest.fixture(scope="session")
def site_of(postgres_server: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SiteOf]:
    """The site on a kind of database, started when first asked for."""
    sites: dict[str, Site] = {}
    with ExitStack() as stack:

        def start(database: str) -> Site:
            if database not in sites:
                folder = tmp_path_factory.mktemp(f"site-{database}")
                over = {"database_url": postgres_server.create_database()} if database == "postgres" else {}
                settings = make_settings(folder, **over)
                sites[database] = Site(settings, stack.enter_context(vayro("up", settings)))
            return sites[database]

        yield start


def make_settings(folder: Path, **over: Any) -> Settings:
    """Settings of a site on free ports; clicks may say by X-Forwarded-For where they come from."""
    engine_port = free_port()
    values: dict[str, Any] = {
        "redirect_port": engine_port,
        "api_port": free_port(),
        "metrics_port": free_port(neighbours=2),
        "short_url_base": f"http://127.0.0.1:{engine_port}",
        "trusted_proxies": (ip_network("127.0.0.0/8"),),
        "limit_sign_in_address": "off",
        # Where nobody answers, unless a test opens a zone there.
        "domain_resolver": f"127.0.0.1:{free_port()}",
    }
    return Settings(_env_file=None, data_dir=folder, **{**values, **over})


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    """Debian's Chromium. One a test: it starts in 0.2 s, and takes whatever hung with it."""
    async with async_playwright() as playwright:
        opened = await playwright.chromium.launch(executable_path="/usr/bin/chromium", args=BROWSER_FLAGS)
        yield opened
        await opened.close()


@pytest.fixture(params=LOOKS, ids=str)
async def stage(request: pytest.FixtureRequest, site_of: SiteOf, browser: Browser) -> AsyncIterator[Stage]:
    """A new person in an empty workspace, signed in, in each look."""
    look: Look = request.param
    async with open_stage(site_of(look.database), look, browser, f"person{next(_numbers)}@example.com") as opened:
        yield opened
