"""The pictures of the designs, for the docs and the dashboard: `python -m tests.browser.site_pictures` takes them."""

import asyncio
import base64

from playwright.async_api import Page, ViewportSize, async_playwright

from tests.browser.conftest import BROWSER_FLAGS
from tests.browser.pictures import IMAGES
from tests.browser.stage import ROOT
from vayro.sites.content import Facts
from vayro.sites.copywriting.template import write_content
from vayro.sites.generation import lay_out

THUMBNAILS = ROOT / "dashboard" / "src" / "features" / "sites" / "design" / "pictures"
# How large the window is for a thumbnail, and how many pixels wide that becomes: twice as many as it is shown.
SMALL_WINDOW = ViewportSize(width=1000, height=750)
SMALL_WIDTH, SMALL_QUALITY = 440, 82
PHONE, WIDE, HIGH = "+442071838750", 1280, 860
SHOWN = {
    "trade": ("Rossi & Sons", "Plumber", "hello@rossi.example", "en"),
    "table": ("Osteria del Ponte", "Restaurant", "ciao@ponte.example", "de"),
    "clinic": ("Dra. Marta Vidal", "Clínica dental", "cita@vidal.example", "es"),
    "counsel": ("Hartmann Vogel & Partner", "Law firm", "office@hartmann.example", "en"),
    "studio": ("Studio Nord", "Yoga & pilates", "hi@nord.example", "en"),
    "plan": ("Lindgren & Berg", "Architects and builders", "yard@lindgren.example", "en"),
    "market": ("La Petite Boutique", "Boutique de mode", "bonjour@petite.example", "fr"),
}


async def take_pictures() -> None:
    """Take two of each design: one for the docs, half as large as it is, and a thumbnail."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path="/usr/bin/chromium", args=BROWSER_FLAGS)
        page = await browser.new_page(viewport={"width": WIDE, "height": HIGH}, device_scale_factor=0.5)
        small = await browser.new_page(viewport=SMALL_WINDOW)
        for design, (name, category, email, locale) in SHOWN.items():
            facts = Facts(name, category, PHONE, email, "14 Mill Lane", "GB", locale, None)
            html = lay_out(design, facts, write_content(facts))
            await page.set_content(html)
            await page.screenshot(path=IMAGES / f"site-{design}.png", animations="disabled")
            await small.set_content(html)
            (THUMBNAILS / f"{design}.webp").write_bytes(await take_thumbnail(small))
        await browser.close()


async def take_thumbnail(page: Page) -> bytes:
    """Return the page as WebP, which Playwright does not write: a third of what it is as PNG."""
    devtools = await page.context.new_cdp_session(page)
    clip = {"x": 0, "y": 0, **SMALL_WINDOW, "scale": SMALL_WIDTH / SMALL_WINDOW["width"]}
    wanted = {"format": "webp", "quality": SMALL_QUALITY, "clip": clip}
    taken = await devtools.send("Page.captureScreenshot", wanted)
    return base64.b64decode(taken["data"])


if __name__ == "__main__":
    asyncio.run(take_pictures())
