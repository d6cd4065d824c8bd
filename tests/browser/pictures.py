"""The pictures of README and docs: `python -m tests.browser.pictures` takes them of a site of its own."""

import asyncio
import contextlib
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path

from playwright.async_api import Page, async_playwright, expect

from tests.browser.conftest import BROWSER_FLAGS, make_settings
from tests.browser.demo import make_clicks, make_links
from tests.browser.stage import ROOT, Look, Site, Stage, open_stage
from tests.processes import vayro

IMAGES = ROOT / "docs" / "images"
CLICKS = 60_000
DESK, PHONE = 1440, 360

Prepare = Callable[[Page], Awaitable[None]]


async def _links(page: Page) -> None:
    await expect(page.get_by_text("Autumn catalogue").first).to_be_visible()


async def _analytics(page: Page) -> None:
    await expect(page.get_by_text("Germany").first).to_be_visible()


# Name of the file, address, width, colours, and what must be in sight first.
PICTURES: tuple[tuple[str, str, int, str, Prepare], ...] = (
    ("dashboard-links", "/", DESK, "light", _links),
    ("dashboard-links-dark", "/", DESK, "dark", _links),
    ("dashboard-analytics", "/analytics?range=90d", DESK, "light", _analytics),
    ("dashboard-analytics-dark", "/analytics?range=90d", DESK, "dark", _analytics),
    ("dashboard-links-phone", "/", PHONE, "light", _links),
    ("dashboard-analytics-phone", "/analytics?range=90d", PHONE, "dark", _analytics),
)


async def take_pictures(site: Site) -> None:
    """Make the workspace, and take each picture."""
    async with async_playwright() as playwright, contextlib.AsyncExitStack() as stack:
        browser = await playwright.chromium.launch(executable_path="/usr/bin/chromium", args=BROWSER_FLAGS)
        looks = sorted({(width, scheme) for _, _, width, scheme, _ in PICTURES})
        email = "mara@nordlicht.example"
        stages: dict[tuple[int, str], Stage] = {}
        for number, (width, scheme) in enumerate(looks):
            look = Look("sqlite", width, scheme)
            stage = await stack.enter_async_context(open_stage(site, look, browser, email, is_new=number == 0))
            if not stages:
                await stage.api.patch("/v1/workspace", json={"name": "Nordlicht Coffee"})
                await make_clicks(site.settings, await make_links(stage.api), CLICKS)
            stages[width, scheme] = stage
        for name, path, width, scheme, prepare in PICTURES:
            page = await stages[width, scheme].open(path)
            await prepare(page)
            await page.wait_for_load_state("networkidle")
            await page.screenshot(path=IMAGES / f"{name}.png", animations="disabled")


def main() -> None:
    """Start a site, take the pictures, stop it."""
    with tempfile.TemporaryDirectory() as folder:
        settings = make_settings(Path(folder), short_url_base="https://go.nordlicht.example")
        with vayro("up", settings) as process:
            asyncio.run(take_pictures(Site(settings, process)))


if __name__ == "__main__":
    main()
