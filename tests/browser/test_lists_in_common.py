"""What several pages ask for is one answer to all of them, whichever asks first."""

from playwright.async_api import Page, expect

from tests.browser.stage import Stage


async def test_tags_are_one_list_for_links_and_analytics(stage: Stage) -> None:
    await stage.api.post("/v1/links", json={"target_url": "https://example.com/", "tags": ["poster"]})
    page = await stage.open("/analytics")
    await _find_in_picker(page)
    await go_to(page, "Links")
    await page.get_by_role("button", name="Filters").click()
    await expect(page.get_by_role("option", name="poster")).to_be_attached()
    await stage.check()
    await page.keyboard.press("Escape")
    await go_to(page, "Analytics")
    await _find_in_picker(page)


async def go_to(page: Page, place: str) -> None:
    """Follow the navigation, which keeps what was loaded."""
    await page.get_by_role("link", name=place, exact=True).locator("visible=true").first.click()


async def _find_in_picker(page: Page) -> None:
    await page.get_by_role("button", name="Analytics of").click()
    await expect(page.get_by_role("option", name="poster")).to_be_visible()
    await page.keyboard.press("Escape")
