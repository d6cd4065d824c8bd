"""Going through a page as people do who have no mouse."""

from playwright.async_api import Locator, Page

MOST_STOPS = 120


async def reach(page: Page, element: Locator) -> None:
    """Press Tab until the element has the focus."""
    await element.wait_for()
    for _ in range(MOST_STOPS):
        if await element.evaluate("element => element === document.activeElement"):
            return
        await page.keyboard.press("Tab")
    raise AssertionError(f"{element} is not reached by Tab")


async def press(page: Page, button: Locator) -> None:
    """Go to a button, and press Enter."""
    await reach(page, button)
    await page.keyboard.press("Enter")
