"""The pictures of the designs in the docs: `python -m tests.browser.site_pictures` takes them."""

import asyncio

from playwright.async_api import async_playwright

from tests.browser.conftest import BROWSER_FLAGS
from tests.browser.pictures import IMAGES
from vayro.sites.content import Facts
from vayro.sites.copywriting.template import write_content
from vayro.sites.generation import lay_out

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
    """Take one of each design, half as large as it is."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path="/usr/bin/chromium", args=BROWSER_FLAGS)
        page = await browser.new_page(viewport={"width": WIDE, "height": HIGH}, device_scale_factor=0.5)
        for design, (name, category, email, locale) in SHOWN.items():
            facts = Facts(name, category, PHONE, email, "14 Mill Lane", "GB", locale, None)
            await page.set_content(lay_out(design, facts, write_content(facts)))
            await page.screenshot(path=IMAGES / f"site-{design}.png", animations="disabled")
        await browser.close()


if __name__ == "__main__":
    asyncio.run(take_pictures())
