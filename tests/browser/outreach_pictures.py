"""The pictures of businesses, sites and campaigns: `python -m tests.browser.outreach_pictures` takes them."""

import asyncio
import contextlib
import tempfile
from pathlib import Path

from playwright.async_api import Page, async_playwright, expect

from tests.browser.conftest import BROWSER_FLAGS, make_settings
from tests.browser.demo_outreach import make_outreach
from tests.browser.pictures import DESK, IMAGES, PHONE, Prepare
from tests.browser.stage import Look, Site, open_stage
from tests.processes import vayro

PERSON = "june@brightline.example"


async def _list(page: Page) -> None:
    await expect(page.get_by_text("Maple Carpentry").first).to_be_visible()


async def _message(page: Page) -> None:
    await page.get_by_label("Shown for").select_option(label="Harbour Bakery")
    body = page.get_by_test_id("body")
    await expect(body).to_contain_text("Hi Harbour Bakery")
    await body.evaluate("element => element.scrollIntoView({block: 'center'})")


async def _report(page: Page) -> None:
    await page.get_by_text("Websites for the high street").first.click()
    await expect(page.get_by_role("rowheader", name="Harbour Bakery")).to_be_visible()


# Name of the file, address, width, and what must be in sight first.
PICTURES: tuple[tuple[str, str, int, Prepare], ...] = (
    ("dashboard-businesses", "/businesses", DESK, _list),
    ("dashboard-sites", "/sites", DESK, _list),
    ("dashboard-message", "/campaigns/new?step=message", DESK, _message),
    ("dashboard-message-phone", "/campaigns/new?step=message", PHONE, _message),
    ("dashboard-report", "/campaigns", DESK, _report),
)


async def take_pictures(site: Site) -> None:
    """Make the workspace, and take each picture."""
    async with async_playwright() as playwright, contextlib.AsyncExitStack() as stack:
        browser = await playwright.chromium.launch(executable_path="/usr/bin/chromium", args=BROWSER_FLAGS)
        desk = await stack.enter_async_context(open_stage(site, Look("sqlite", DESK, "light"), browser, PERSON))
        await desk.api.patch("/v1/workspace", json={"name": "Brightline"})
        await make_outreach(desk)
        look = Look("sqlite", PHONE, "light")
        phone = await stack.enter_async_context(open_stage(site, look, browser, PERSON, is_new=False))
        for name, path, width, prepare in PICTURES:
            page = await (phone if width == PHONE else desk).open(path)
            await prepare(page)
            await page.wait_for_load_state("networkidle")
            await page.screenshot(path=IMAGES / f"{name}.png", animations="disabled")


def main() -> None:
    """Start a site, take the pictures, stop it."""
    with tempfile.TemporaryDirectory() as folder:
        settings = make_settings(Path(folder), short_url_base="https://go.brightline.example")
        with vayro("up", settings) as process:
            asyncio.run(take_pictures(Site(settings, process)))


if __name__ == "__main__":
    main()
