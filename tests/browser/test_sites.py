"""Sites: generated while one looks on, changed with their page beside the words, made again, deleted."""

import re
from typing import Any

import pytest
from playwright.async_api import Locator, Page, Route, expect

from tests.browser.keyboard import press
from tests.browser.site_rows import add_business, fail, finish, generate
from tests.browser.stage import Look, Stage
from vayro.sites.generation import DESIGNS

SLOW_MS = 60_000  # a generation waits for its turn behind those of other tests
# Half of the looks: what is shown is the same in all, and seen in the others' tests.
SOME = pytest.mark.parametrize(
    "stage", [Look("sqlite", 360, "dark"), Look("postgres", 1440, "dark")], indirect=True, ids=str
)


async def test_chosen_businesses_get_sites_that_are_seen_as_they_are(stage: Stage) -> None:
    for name, category in (("Rohr & Söhne", "Plumber"), ("Trattoria Bella", "Restaurant"), ("Dr. Weiß", "Dentist")):
        await add_business(stage, name, category=category, phone="+4930901820")
    page = await stage.open("/sites")
    await expect(page.get_by_text("A site for each business")).to_be_visible()
    await stage.check()
    await page.get_by_role("link", name="Choose businesses").click()
    await page.get_by_role("checkbox", name="Choose all 3 businesses shown").check()
    await page.get_by_role("toolbar").get_by_role("button", name=re.compile("^Generate")).click()
    dialog = page.get_by_role("dialog", name="Sites for 3 businesses")
    await expect(dialog.get_by_role("radio", name="By its category")).to_be_checked()
    await expect(dialog.get_by_text("Who writes it")).to_be_hidden()
    for design in DESIGNS.values():
        picture = dialog.locator("label", has=page.get_by_role("radio", name=design.title)).locator("img")
        await picture.scroll_into_view_if_needed()  # it is loaded when it comes into sight
        await expect(picture).to_have_js_property("naturalWidth", 440)
    await dialog.get_by_role("radio", name="By its category").scroll_into_view_if_needed()
    await stage.check()
    await stage.shot("sites-generate")
    await dialog.get_by_role("button", name="Generate 3 sites").click()
    await page.get_by_role("button", name="Look", exact=True).click()

    await expect(page.get_by_role("list", name="Sites").get_by_text("Ready")).to_have_count(3, timeout=SLOW_MS)
    frames = page.locator("iframe")
    await expect(frames.first).to_have_attribute("srcdoc", re.compile("<html"))
    assert {await frame.get_attribute("sandbox") for frame in await frames.all()} == {""}
    # What it shows is the page: the frame is drawn, though nothing in it may run.
    await expect(frames.first).to_have_attribute("aria-hidden", "true")
    await stage.check()
    await stage.shot("sites")
    sites = (await stage.api.get("/v1/sites")).json()["data"]
    assert {site["design"] for site in sites} == {"trade", "table", "clinic"}
    await page.get_by_role("button", name="Failed", exact=True).click()
    await expect(page.get_by_text("No site is like that")).to_be_visible()
    assert page.url.endswith("?status=failed")
    await stage.context.route("**/v1/businesses?*", with_long_links)
    page = await stage.open("/businesses")
    copies = page.get_by_role("button", name=re.compile("^Copy the short link of")).locator("visible=true")
    await expect(copies).to_have_count(3)
    for copy in await copies.all():
        over = "button => button.getBoundingClientRect().right - button.closest('li').getBoundingClientRect().right"
        assert await copy.evaluate(over) <= 0, "the link is longer than its row"


async def with_long_links(route: Route) -> None:
    answer = await route.fetch()
    await route.fulfill(
        response=answer, body=re.sub(r"127\.0\.0\.1:\d+", "links.somebody.example.com", await answer.text())
    )


async def test_words_change_with_their_page_beside_them(stage: Stage) -> None:
    site = await generate(stage, await add_business(stage, "Rohr & Söhne", category="Plumber", phone="+4930901820"))
    page = await stage.open(f"/sites?site={site['id']}")
    await expect(preview(page)).to_have_attribute("srcdoc", re.compile(re.escape(site["content"]["call_to_action"])))
    await stage.check()
    await part(page, "Words")
    await page.get_by_label("Headline").fill("Every drip counts")
    await page.get_by_role("button", name="Add an offer").click()
    await page.get_by_label(f"Offer {len(site['content']['offers']) + 1}", exact=True).fill("Night service")
    await page.get_by_label(re.compile(r"^What offer \d+ is$")).last.fill("At any hour.")
    await look(stage, page)
    await expect(preview(page)).to_have_attribute("srcdoc", re.compile("Every drip counts"))
    await expect(preview(page)).to_have_attribute("srcdoc", re.compile("At any hour"))
    assert (await read(stage, site))["content"] == site["content"]
    await part(page, "Design")
    await page.get_by_role("radio", name="Table").check()
    await stage.check()
    await stage.shot("site-editor")
    await page.get_by_role("button", name="Save", exact=True).click()
    await expect(page.get_by_text("The site is saved")).to_be_visible()
    saved = await read(stage, site)
    assert (saved["design"], saved["content"]["headline"]) == ("table", "Every drip counts")
    assert (saved["short_url"], saved["link_id"]) == (site["short_url"], site["link_id"])

    await part(page, "Address")
    mine = stage.email.partition("@")[0]  # names are of the whole installation
    await page.get_by_label("Name in the address").fill(f"drips-{mine}")
    await page.get_by_role("button", name="Change the address").click()
    await expect(page.get_by_role("region", name="Where it is").get_by_text(f"drips-{mine}")).to_be_visible()
    await page.get_by_label("Domain of its own").fill(f"{mine}.example")
    await page.get_by_role("button", name="Use this domain").click()
    await expect(page.get_by_text("Not proved yet")).to_be_visible()
    await expect(page.get_by_text(f"_vayro.{mine}.example")).to_be_visible()
    await stage.check()
    link = (await stage.api.get(f"/v1/links/{site['link_id']}")).json()
    assert link["target_url"].endswith(f"/drips-{mine}")

    await page.get_by_role("switch", name="Published").click()
    await expect(page.get_by_text("Not published")).to_be_visible()
    assert (await read(stage, site))["is_published"] is False


@SOME
async def test_a_site_is_generated_by_keyboard_and_made_again_with_the_same_link(stage: Stage) -> None:
    await add_business(stage, "Bright Law", category="Lawyer", phone="+442079460018")
    await add_business(stage, "Somebody else")
    page = await stage.open("/analytics")  # on the first page of who has no links, the field has the focus
    await expect(page.get_by_role("heading", name="Analytics", level=1)).to_be_visible()
    await page.keyboard.press("g")
    await page.keyboard.press("i")
    await press(page, page.get_by_role("button", name="Generate a site"))
    dialog = page.get_by_role("dialog")
    await expect(dialog.get_by_role("searchbox")).to_be_focused()
    await page.keyboard.type("bright")
    await expect(dialog.get_by_role("button", name="Choose Somebody else")).to_be_hidden()
    await press(page, dialog.get_by_role("button", name="Choose Bright Law"))
    await press(page, dialog.get_by_role("button", name="Generate", exact=True))
    ready = page.get_by_role("dialog", name="Bright Law has a site")
    await expect(ready).to_be_visible(timeout=SLOW_MS)
    await stage.check()
    await stage.shot("site-ready")
    await press(page, ready.get_by_role("link", name="Look at the site"))
    await expect(page.get_by_role("heading", name="Bright Law", level=1)).to_be_visible()
    [site] = (await stage.api.get("/v1/sites")).json()["data"]

    await press(page, page.get_by_role("button", name="More for this site"))
    await choose(page, "Generate it again")
    again = page.get_by_role("dialog", name="Generate it again")
    await expect(again.get_by_text("The link stays")).to_be_visible()
    await stage.check()
    await press(page, again.get_by_role("button", name="Generate it again"))
    await expect(again).to_be_hidden()
    await finish(stage, site["id"])
    await expect(preview(page)).to_be_visible(timeout=SLOW_MS)
    made = await read(stage, site)
    assert (made["generations"], made["short_url"]) == (site["generations"] + 1, site["short_url"])

    await press(page, page.get_by_role("button", name="More for this site"))
    await choose(page, "Delete the site")
    await press(page, page.get_by_role("button", name="Delete the site"))
    await expect(page.get_by_text("A site for each business")).to_be_visible()
    assert (await stage.api.get("/v1/sites")).json()["data"] == []


@SOME
async def test_a_generation_that_failed_says_why_and_is_tried_again(stage: Stage) -> None:
    site = await generate(stage, await add_business(stage, "Rohr & Söhne", category="Plumber"))
    await fail(stage, site["id"], "The page refers to another machine, which no page may.")
    page = await stage.open("/sites")
    await expect(page.get_by_text("refers to another machine")).to_be_visible()
    await stage.check()
    await stage.shot("sites-failed")
    await page.get_by_role("button", name="Try again: Rohr & Söhne").click()
    await expect(page.get_by_role("list", name="Sites").get_by_text("Ready")).to_be_visible(timeout=SLOW_MS)
    assert (await read(stage, site))["short_url"] == site["short_url"]


def preview(page: Page) -> Locator:
    """The frame with the page."""
    return page.get_by_title("Preview of the site of")


async def part(page: Page, name: str) -> None:
    """Look at another part of the editor."""
    await page.get_by_role("group", name="What to look at").get_by_role("button", name=name).click()


async def look(stage: Stage, page: Page) -> None:
    """On a phone the preview is a part of its own."""
    if stage.is_small:
        await part(page, "Preview")


async def choose(page: Page, name: str) -> None:
    """Take what a menu offers."""
    await page.get_by_role("menuitem", name=name).focus()
    await page.keyboard.press("Enter")


async def read(stage: Stage, site: dict[str, Any]) -> dict[str, Any]:
    """Return the site as it is now."""
    now: dict[str, Any] = (await stage.api.get(f"/v1/sites/{site['id']}")).json()
    return now
