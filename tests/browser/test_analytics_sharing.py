"""A link's analytics for people without an account, and what the page says when the API does not do as asked."""

import re

from playwright.async_api import Route, expect

from tests.browser.clicking import AMERICAN, BRIT, click, counted, make_link
from tests.browser.stage import Stage


async def test_a_shared_page_is_read_without_an_account_until_it_is_switched_off(stage: Stage) -> None:
    link = await make_link(stage, title="Spring collection", target_url="https://example.com/hidden")
    await click(stage, link, BRIT, AMERICAN, AMERICAN)
    await counted(stage, link, 3)
    page = await stage.open(f"/analytics?link={link['id']}")
    await page.get_by_role("button", name="Share").click()
    switch = page.get_by_role("switch", name="A page that anybody may read")
    await expect(switch).to_have_attribute("aria-checked", "false")
    await switch.click()
    address = await page.get_by_label("Its address").input_value()
    await page.get_by_role("button", name="Copy", exact=True).click()
    assert await page.evaluate("navigator.clipboard.readText()") == address
    await stage.check()
    await stage.shot("analytics-share")

    await stage.context.clear_cookies()
    stranger = await stage.new_page()
    await stranger.goto(address)
    await expect(stranger.get_by_role("heading", name="Spring collection", level=1)).to_be_visible()
    await stranger.get_by_role("list", name="Countries").get_by_role("button", name="United Kingdom").click()
    await expect(stranger.get_by_text(re.compile(r"^1 click by 1 visitor"))).to_be_visible()
    assert stranger.url.endswith(address.partition("#")[2])
    await expect(stranger.get_by_role("link")).to_have_count(0)
    await expect(stranger.get_by_text("hidden")).to_have_count(0)
    await stage.check(stranger)
    await stage.shot("shared", stranger, is_full=True)

    ended = await stage.api.delete(f"/v1/links/{link['id']}/share")
    assert ended.status_code == 204
    await stranger.reload()
    await expect(stranger.get_by_role("heading", name="This page is not shared any more")).to_be_visible()
    await stage.check(stranger)
    await stage.shot("shared-ended", stranger)


async def test_a_refused_range_comes_with_a_shorter_one(stage: Stage) -> None:
    link = await make_link(stage)
    await click(stage, link, BRIT)
    await counted(stage, link, 1)
    said = "A filter reads 1,000,000 clicks at most, and this range has 3,000,000: choose a shorter one."
    await stage.answer(f"**/v1/analytics/{link['id']}?**", 422, "validation_failed", said)
    page = await stage.open(f"/analytics?link={link['id']}&country=GB")
    await expect(page.get_by_role("alert").filter(has_text=said)).to_be_visible()
    await stage.check()
    await stage.shot("analytics-refused")
    await stage.context.unroute_all()
    await page.get_by_role("button", name="Show the last 7 days").click()
    await expect(page.get_by_text(re.compile(r"^1 click by 1 visitor in the last 7 days"))).to_be_visible()


async def test_the_live_feed_says_when_it_is_away_and_comes_back(stage: Stage) -> None:
    link = await make_link(stage)
    await stage.answer("**/v1/analytics/live**", 503, "unavailable", "Too many clients are listening.")
    page = await stage.open(f"/analytics?link={link['id']}")
    await expect(page.get_by_text("Not connected; trying again")).to_be_visible()
    await stage.context.unroute_all()
    await expect(page.get_by_text("Live", exact=True)).to_be_visible()


async def test_a_link_that_is_gone_and_an_api_that_fails_are_told(stage: Stage) -> None:
    page = await stage.open("/analytics?link=01a20483-5c1c-701f-a52f-92dc0986fc46")
    await expect(page.get_by_text("There is no such link")).to_be_visible()
    await stage.check()
    link = await make_link(stage)
    await stage.answer(f"**/v1/analytics/{link['id']}?**", 429, "rate_limited", "Too many.", **{"Retry-After": "1"})
    await stage.open(f"/analytics?link={link['id']}")
    await expect(page.get_by_text("Too many requests for now")).to_be_visible()
    await stage.check()
    await stage.context.unroute_all()
    await expect(page.get_by_text("No clicks yet")).to_be_visible()


async def test_whoever_may_not_see_analytics_is_told_whom_to_ask(stage: Stage) -> None:
    async def take_scope(route: Route) -> None:
        answer = await route.fetch()
        session = await answer.json()
        session["scopes"].remove("analytics:read")
        await route.fulfill(response=answer, json=session)

    await stage.context.route("**/v1/auth/session", take_scope)
    page = await stage.open("/analytics")
    await expect(page.get_by_text("Your role does not see analytics")).to_be_visible()
    await expect(page.get_by_role("link", name="Analytics")).to_have_count(0)
    await stage.check()
