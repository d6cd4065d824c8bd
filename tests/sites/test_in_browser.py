"""Every design in Chromium, served for real: readable by everybody, and nothing hostile runs in it."""

import contextlib
import zlib

import pytest
from playwright.async_api import async_playwright

from tests.browser.stage import AXE, RULES
from tests.processes import vayro
from tests.sites.hostile import make_hostile_content, make_hostile_facts
from tests.sites.site_rows import make_site
from tests.sites.test_generation import make_facts
from vayro.database.engine import open_database
from vayro.sites.copywriting.template import write_content
from vayro.sites.designs.layout import PALETTES
from vayro.sites.generation import DESIGNS, check_page, lay_out

DOMAIN = "sites.test"
FLAGS = ["--no-sandbox", "--disable-background-networking", f"--host-resolver-rules=MAP *.{DOMAIN} 127.0.0.1"]
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
pytestmark = pytest.mark.timeout(300)


@contextlib.asynccontextmanager
async def chromium():
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        yield browser
        await browser.close()


def name_of_palette(palette):
    """A name whose sum chooses these colours."""
    return next(
        name for name in (f"Rossi {number}" for number in range(99)) if zlib.crc32(name.encode()) % PALETTES == palette
    )


async def test_every_design_is_for_everybody_in_all_its_colours():
    async with chromium() as browser:
        for scheme, width in (("light", 1440), ("dark", 360)):
            context = await browser.new_context(color_scheme=scheme, viewport={"width": width, "height": 800})
            page = await context.new_page()
            for design in DESIGNS:
                for palette in range(PALETTES):
                    facts = make_facts(name=name_of_palette(palette))
                    await page.set_content(lay_out(design, facts, write_content(facts)))
                    await page.evaluate(AXE.read_text(encoding="utf-8"))
                    found = await page.evaluate("async tags => (await axe.run({runOnly: tags})).violations", RULES)
                    assert not found, (design, palette, scheme, found)
                    assert await page.evaluate(OVERFLOW) <= 0, (design, width)


async def test_nothing_hostile_runs_in_any_design(settings_factory, sqlite_url):
    settings = settings_factory(database_url=sqlite_url, sites_domain=DOMAIN)
    database = open_database(settings)
    for number, design in enumerate(DESIGNS):
        for hostility in (number, number + len(DESIGNS)):
            html = lay_out(design, make_hostile_facts(hostility), make_hostile_content(hostility))
            check_page(html)
            await make_site(database, subdomain=f"{design}-{hostility}", html=html)
    await database.close()
    with vayro("api", settings, "--sites"):
        async with chromium() as browser:
            for bypassed in (False, True):  # as served; and with no policy at all, so that escaping stands alone
                context = await browser.new_context(bypass_csp=bypassed, viewport={"width": 360, "height": 740})
                for number, design in enumerate(DESIGNS):
                    name = f"{design}-{number + len(DESIGNS) * bypassed}"
                    await look_at(context, f"http://{name}.{DOMAIN}:{settings.sites_port}/")


async def look_at(context, url):
    """Open a page, touch what can be touched, and assert that nothing happens."""
    page = await context.new_page()
    happened = []
    page.on("dialog", lambda dialog: happened.append(f"dialog: {dialog.message}"))
    page.on("console", lambda message: happened.append(f"console: {message.text}"))
    page.on("pageerror", lambda error: happened.append(f"thrown: {error}"))
    page.on("request", lambda request: happened.append(request.url))
    page.on("popup", lambda popup: happened.append(f"popup: {popup.url}"))
    page.on("framenavigated", lambda frame: happened.append(f"navigated: {frame.url}"))
    answer = await page.goto(url)
    assert answer.status == 200
    for _ in range(4):
        await page.keyboard.press("Tab")
    await page.locator("summary").last.click()
    assert await page.title() != "RAN"
    assert await page.evaluate(OVERFLOW) <= 0, url
    assert (
        await page.evaluate("document.querySelectorAll('script,iframe,img,form,object,[onclick],[onerror]').length")
        == 0
    )
    data = [event for event in happened if event.startswith("data:image/svg+xml")]
    assert [event for event in happened if event not in data] == [url, f"navigated: {url}"]
    await page.close()
