"""What the stories about links share: links that are there already, and rows by what they show."""

from typing import Any

from playwright.async_api import Locator, Page

from tests.browser.stage import Stage


def rows(page: Page) -> Locator:
    """The rows that are drawn."""
    return page.get_by_role("list", name="Links").get_by_role("listitem")


def row(page: Page, text: str) -> Locator:
    """The row that shows this text."""
    return rows(page).filter(has_text=text)


async def make_links(stage: Stage, *drafts: dict[str, Any]) -> list[dict[str, Any]]:
    """Make links in one call, the last one being the newest; returns them."""
    answer = await stage.api.post("/v1/links/bulk", json={"links": list(drafts)})
    return [result["link"] for result in answer.json()["results"]]


async def choose(page: Page, name: str, item: str) -> None:
    """Open the menu of a row, and do what it says."""
    await row(page, name).get_by_role("button", name="More for").click()
    await page.get_by_role("menuitem", name=item, exact=True).click()
