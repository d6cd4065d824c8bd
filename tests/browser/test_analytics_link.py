"""The analytics of one link: its first click, what each row filters, charts as tables, all of it by keyboard."""

import re
from urllib.parse import parse_qs, urlsplit

from playwright.async_api import Locator, Page, expect

from tests.browser.clicking import AMERICAN, BRIT, JAPANESE, ROBOT, click, counted, make_link
from tests.browser.keyboard import press, reach
from tests.browser.stage import Stage


async def test_the_first_click_shows_up_by_itself(stage: Stage) -> None:
    link = await make_link(stage, title="Spring collection")
    page = await stage.open(f"/analytics?link={link['id']}")
    await expect(page.get_by_text("No clicks yet")).to_be_visible()
    await expect(page.get_by_role("heading", level=1)).to_contain_text(link["short_code"])
    await expect(page.get_by_text("Spring collection")).to_be_visible()
    await expect(page.get_by_role("link", name="Edit link")).to_have_attribute("href", f"/?link={link['id']}")
    await expect(page.get_by_text("Live", exact=True)).to_be_visible()
    await stage.check()
    await stage.shot("analytics-no-clicks")
    await click(stage, link, BRIT)
    latest = page.get_by_role("list", name="Latest clicks").get_by_role("listitem")
    await expect(latest).to_contain_text(["United Kingdom"])
    await expect(page.get_by_role("list", name="Countries")).to_contain_text("United Kingdom")
    await expect(page.get_by_role("button", name="United Kingdom: 1 click")).to_be_visible()
    await stage.check()
    await stage.shot("analytics-first-click")


async def test_every_row_filters_every_other_view(stage: Stage) -> None:
    link = await make_link(stage)
    await click(stage, link, BRIT, BRIT, AMERICAN, AMERICAN, AMERICAN, JAPANESE, ROBOT)
    await counted(stage, link, 7)
    page = await stage.open(f"/analytics?link={link['id']}&compare=1")
    await expect(_total(page, "Clicks")).to_contain_text("6")
    await expect(_total(page, "Bots")).to_contain_text("1")
    await expect(page.get_by_text(re.compile(r"^6 clicks by 3 visitors in the last 30 days"))).to_be_visible()
    await expect(
        page.get_by_text(re.compile(r"^Clicks from 3 countries; most from United States \(50%\)"))
    ).to_be_visible()
    await page.get_by_role("list", name="Countries").get_by_role("button", name="United States").click()
    await expect(_total(page, "Clicks")).to_contain_text("3")
    await expect(page.get_by_role("list", name="Browsers").get_by_role("listitem")).to_have_count(1)
    # Its own list still shows what else could be chosen.
    await expect(page.get_by_role("list", name="Countries").get_by_role("listitem")).to_have_count(3)
    assert parse_qs(urlsplit(page.url).query)["country"] == ["US"]
    await page.get_by_role("list", name="Countries").get_by_role("button", name="United Kingdom").click()
    await page.get_by_role("list", name="Referrers").get_by_role("button", name="t.co").click()
    await expect(_total(page, "Clicks")).to_contain_text("2")
    await stage.check()
    await stage.shot("analytics-filtered", is_full=True)
    filters = page.get_by_role("region", name="Filters")
    await filters.get_by_role("button", name="Country: United Kingdom").click()
    await expect(filters.get_by_role("button", name="Referrer: t.co")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(filters).to_be_hidden()
    await expect(_total(page, "Clicks")).to_contain_text("6")
    await page.get_by_label("Bots", exact=True).select_option("only")
    await expect(_total(page, "Clicks")).to_contain_text("1")
    await page.go_back()
    await expect(_total(page, "Clicks")).to_contain_text("6")


async def test_dragging_over_the_chart_zooms_in(stage: Stage) -> None:
    link = await make_link(stage)
    await click(stage, link, BRIT)
    await counted(stage, link, 1)
    page = await stage.open(f"/analytics?link={link['id']}")
    chart = page.get_by_role("slider", name="Clicks over time")
    await chart.hover(position={"x": 40, "y": 60})
    await page.mouse.down()
    await chart.hover(position={"x": 160, "y": 60})
    await expect(page.get_by_text("Let go, or press Enter, to zoom in")).to_be_visible()
    await page.mouse.up()
    await expect(page.get_by_role("button", name="Zoom out")).to_be_visible()
    await expect(page.get_by_text(re.compile(r"^No clicks in "))).to_be_visible()
    assert {"from", "to", "before"} <= parse_qs(urlsplit(page.url).query).keys()
    await page.get_by_role("button", name="Zoom out").click()
    await expect(page.get_by_text(re.compile(r"^1 click by 1 visitor in the last 30 days"))).to_be_visible()


async def test_long_lists_are_searched_in_a_dialog(stage: Stage) -> None:
    link = await make_link(stage)
    sites = [BRIT._replace(referer=f"https://site{number}.example/") for number in range(10)]
    await click(stage, link, *sites, *sites[3:])
    await counted(stage, link, 17)
    page = await stage.open(f"/analytics?link={link['id']}")
    await expect(page.get_by_role("list", name="Referrers").get_by_role("listitem")).to_have_count(8)
    await press(page, page.get_by_role("button", name="Show all 10 referrers"))
    dialog = page.get_by_role("dialog", name="Referrers")
    await expect(dialog.get_by_role("listitem")).to_have_count(10)
    await reach(page, dialog.get_by_role("searchbox"))
    await page.keyboard.type("site1")
    await expect(dialog.get_by_role("listitem")).to_have_count(1)
    await stage.check()
    await press(page, dialog.get_by_role("button", name="site1.example"))
    await expect(dialog).to_be_hidden()
    await expect(page.get_by_role("region", name="Filters")).to_contain_text("Referrer: site1.example")
    # What is chosen stays in sight, though seven others have more clicks.
    chosen = page.get_by_role("list", name="Referrers").get_by_role("button", name="site1.example")
    await expect(chosen).to_have_attribute("aria-pressed", "true")


async def test_charts_are_read_and_zoomed_by_keyboard_alone(stage: Stage) -> None:
    link = await make_link(stage)
    await click(stage, link, BRIT, AMERICAN, AMERICAN)
    await counted(stage, link, 3)
    page = await stage.open(f"/analytics?link={link['id']}")
    chart = page.get_by_role("slider", name="Clicks over time")
    await reach(page, chart)
    await page.keyboard.press("ArrowRight")
    await expect(chart).to_have_attribute("aria-valuetext", re.compile(r"3 clicks, 2 visitors"))
    for _ in range(3):
        await page.keyboard.press("Shift+ArrowLeft")
    await expect(chart).to_have_attribute("aria-valuetext", re.compile(r"^Chosen: .* 3 clicks\. Enter zooms in\."))
    await stage.check()
    await stage.shot("analytics-zooming")
    await page.keyboard.press("Enter")
    zoom_out = page.get_by_role("button", name="Zoom out")
    await expect(zoom_out).to_be_visible()
    assert "from=" in page.url
    await press(page, zoom_out)
    await expect(zoom_out).to_be_hidden()
    await press(page, page.get_by_role("group", name="Show as").get_by_role("button", name="Table"))
    await expect(page.get_by_role("table", name="Clicks and visitors over time").get_by_role("row")).to_have_count(31)
    await stage.check()
    await reach(page, page.get_by_role("button", name="United States: 2 clicks"))
    await page.keyboard.press("ArrowRight")
    await expect(page.get_by_role("button", name="United Kingdom: 1 click")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("region", name="Filters")).to_contain_text("United Kingdom")


def _total(page: Page, name: str) -> Locator:
    return page.locator("dl > div").filter(has_text=name)
