"""The analytics of everything and of a tag: choosing what is shown, when, and on whose clock; saving it."""

import re
from urllib.parse import parse_qs, urlsplit

from playwright.async_api import Page, expect

from tests.browser.clicking import AMERICAN, BRIT, JAPANESE, click, counted, make_link
from tests.browser.downloads import read
from tests.browser.stage import Stage


async def test_before_the_first_link_it_says_how_to_make_one(stage: Stage) -> None:
    page = await stage.open("/analytics")
    await expect(page.get_by_text("Nothing to count yet")).to_be_visible()
    await expect(page.get_by_role("link", name="Make a short link")).to_have_attribute("href", "/?new=1")
    await stage.check()
    await stage.shot("analytics-no-links")


async def test_links_tags_ranges_and_time_zones_are_chosen_and_kept_in_the_address(stage: Stage) -> None:
    one = await make_link(stage, title="Autumn catalogue", tags=["campaign"])
    other = await make_link(stage, title="Price list")
    await click(stage, one, BRIT, AMERICAN)
    await click(stage, other, JAPANESE)
    await counted(stage, one, 2)
    await counted(stage, other, 1)
    page = await stage.open("/analytics?range=7d")
    links = page.get_by_role("list", name="Links", exact=True)
    await expect(links.get_by_role("listitem")).to_have_count(2)
    await stage.check()
    await stage.shot("analytics-workspace", is_full=True)

    await _choose(page, "All links", "campaign", "#campaign")
    await expect(links.get_by_role("listitem")).to_have_count(1)
    assert _query(page)["tag"] == ["campaign"]
    await _choose(page, "#campaign", "price", "Price list")
    await expect(page.get_by_role("heading", level=1)).to_contain_text(other["short_code"])
    assert _query(page) == {"range": ["7d"], "link": [other["id"]]}

    await page.get_by_role("button", name="Time zone: Europe/Berlin").click()
    await page.get_by_role("combobox", name="Search time zones").fill("tokyo")
    await expect(page.get_by_role("listbox").get_by_role("option")).to_have_count(1)
    await stage.check()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("button", name="Time zone: Asia/Tokyo")).to_be_visible()
    await page.get_by_role("button", name="Dates").click()
    await page.get_by_label("First day").fill("2026-01-01")
    await page.get_by_label("Last day").fill("2026-01-31")
    await page.get_by_role("button", name="Show these days").click()
    await expect(page.get_by_text(re.compile(r"^No clicks in 1\D+31 Jan 2026\.$"))).to_be_visible()
    assert _query(page) == {
        "from": ["2026-01-01"],
        "to": ["2026-01-31"],
        "link": [other["id"]],
        "zone": ["Asia/Tokyo"],
    }
    await page.reload()
    await expect(page.get_by_text(re.compile(r"^No clicks in 1\D+31 Jan 2026\.$"))).to_be_visible()


async def test_what_is_shown_is_saved_as_a_file(stage: Stage) -> None:
    link = await make_link(stage)
    await click(stage, link, BRIT, AMERICAN)
    await counted(stage, link, 2)
    page = await stage.open(f"/analytics?link={link['id']}&country=GB")
    await expect(page.get_by_role("region", name="Filters")).to_be_visible()
    sums = await _save(page, "What is shown (CSV)")
    assert "GB" in sums
    assert "US" not in sums
    clicks = await _save(page, "Every single click (CSV)")
    assert clicks.count("\n") == 1 + 2


async def _save(page: Page, name: str) -> str:
    await page.get_by_role("button", name="Export").click()
    async with page.expect_download() as download:
        await page.get_by_role("menuitem", name=name).click()
    return await read(await download.value)


async def _choose(page: Page, now: str, typed: str, option: str) -> None:
    await page.get_by_role("button", name=f"Analytics of {now}").click()
    await page.get_by_role("combobox", name="Search links and tags").fill(typed)
    await page.get_by_role("option", name=option).click()


def _query(page: Page) -> dict[str, list[str]]:
    return parse_qs(urlsplit(page.url).query)
