"""Campaigns: put together, sent, stopped, read; and who wants no messages."""

import datetime as dt
import re
from urllib.parse import parse_qs, urlsplit

import httpx
from playwright.async_api import Page, Route, expect

from tests.browser import downloads
from tests.browser.keyboard import press, reach
from tests.browser.outreach import make_audience, make_businesses
from tests.browser.people import set_role
from tests.browser.stage import Stage

ANY_HOUR = {"quiet_from": None, "quiet_until": None}


def in_a_week() -> str:
    """Return an instant before which nothing is sent."""
    return (dt.datetime.now(dt.UTC) + dt.timedelta(days=7)).isoformat()


async def make_campaign(stage: Stage, **over: object) -> str:
    """Make a campaign to everybody; return its identifier."""
    wanted = {"name": "Autumn", "audience": {"filter": {}}, "variant": "friendly", **ANY_HOUR, **over}
    answer = await stage.api.post("/v1/campaigns", json=wanted)
    answer.raise_for_status()
    return str(answer.json()["id"])


async def go_on(page: Page, to: str) -> None:
    """Press the button to the next step."""
    await page.get_by_role("button", name=f"Go on to {to}").click()
    await expect(page).to_have_url(re.compile(f"step={to}"))


async def test_before_the_first_campaign_it_says_what_to_do(stage: Stage) -> None:
    page = await stage.open("/campaigns")
    await expect(page.get_by_role("heading", name="First, somebody to write to")).to_be_visible()
    await expect(page.get_by_role("link", name="Go to businesses")).to_be_visible()
    await stage.check()
    await stage.shot("campaigns-empty")
    await make_businesses(stage, ["Harbour Bakery"])
    page = await stage.open("/campaigns/new")
    await expect(page.get_by_text("Nobody here can be written to yet")).to_be_visible()
    await expect(page.get_by_text("have no finished site")).to_be_visible()
    await stage.check()
    await stage.shot("campaigns-nobody")


async def test_a_campaign_is_put_together_sent_and_read(stage: Stage) -> None:
    await make_audience(stage, "Harbour Bakery", "Nordic Optics", category="Bakery")
    page = await stage.open("/businesses")
    await page.get_by_label("Choose all 2 businesses shown").check()
    await stage.check()
    await stage.shot("businesses-reachable")
    await page.get_by_role("toolbar").get_by_role("button", name=re.compile("^Write")).click()
    chosen = page.get_by_role("list", name="Chosen businesses").get_by_role("listitem")
    await expect(chosen).to_have_text([re.compile("Nordic Optics"), re.compile("Harbour Bakery")])
    await page.get_by_role("radio", name="By category and country").check()
    await page.get_by_label("Category", exact=True).select_option("Bakery")
    await expect(page.get_by_text("businesses get the message, of 2")).to_be_visible()
    await stage.check()
    await stage.shot("campaigns-audience")
    await go_on(page, "message")
    await expect(page.get_by_test_id("body")).to_contain_text("STOP")
    await stage.check()
    await stage.shot("campaigns-message")
    # What was chosen survives a reload.
    await page.get_by_role("tab", name="Professional").click()
    await page.reload()
    await expect(page.get_by_role("tab", name="Professional")).to_have_attribute("aria-selected", "true")
    await go_on(page, "schedule")
    await page.get_by_label("Nobody is written to at night").uncheck()
    await stage.check()
    await stage.shot("campaigns-schedule")
    await go_on(page, "review")
    await page.get_by_label("Name of the campaign").fill("Bakers of the harbour")
    # One row a page. Only the query changes: identifiers and ports contain digits too.
    await page.route(
        "**/report?limit=10", lambda route: route.continue_(url=f"{route.request.url.split('?')[0]}?limit=1")
    )
    await page.get_by_role("button", name="Send to 2").click()
    dialog = page.get_by_role("dialog", name="Write to 2 businesses now?")
    await expect(dialog.get_by_text("What was sent cannot be taken back")).to_be_visible()
    await stage.check()
    await stage.shot("campaigns-send")
    await dialog.get_by_role("button", name="Send to 2").click()
    await expect(page.get_by_role("heading", name="Bakers of the harbour", level=1)).to_be_visible()
    await expect(page.get_by_text("2 of 2 messages, 100%")).to_be_visible()
    await expect(page.get_by_text("Completed")).to_be_visible()
    await expect(page.get_by_role("list", name="Messages").get_by_role("listitem")).to_have_count(2)
    await stage.check()

    rows = page.get_by_role("table").get_by_role("rowheader")
    await expect(page.get_by_text("1 of 2 are shown")).to_be_visible()
    await stage.check()
    await page.get_by_role("button", name="Show more").click()
    await expect(rows).to_have_count(2)
    await expect(page.get_by_role("button", name="Show more")).to_be_hidden()

    deal = page.get_by_label(re.compile("Deal won with Harbour Bakery"))
    await deal.fill("a lot")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("alert").get_by_text("This is no amount")).to_be_visible()
    await deal.fill("1,250.50")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("from Harbour Bakery: kept")).to_be_visible()
    await expect(page.get_by_role("definition").get_by_text("$1,250.50")).to_be_visible()
    await stage.shot("campaigns-report", is_full=True)
    async with page.expect_download() as saving:
        await page.get_by_role("link", name="Save as CSV").click()
    lines = (await downloads.read(await saving.value)).splitlines()
    assert len(lines) == 3
    assert any("Harbour Bakery" in line and "1250.5" in line for line in lines)

    await page.get_by_role("link", name="Campaigns").locator("visible=true").first.click()
    row = page.get_by_role("list", name="Campaigns").get_by_role("listitem")
    await expect(row.get_by_text("Completed")).to_be_visible()
    await stage.check()
    await stage.shot("campaigns-list")


async def test_a_text_of_ones_own_is_counted_while_it_is_typed(stage: Stage) -> None:
    [site] = await make_audience(stage, "Harbour Bakery")
    page = await stage.open(f"/businesses?business={site['business_id']}")
    await expect(page.get_by_role("link", name="Write to it")).to_be_visible()
    await stage.shot("businesses-sheet-reachable")
    await page.get_by_role("link", name="Write to it").click()
    await expect(page.get_by_text("business gets the message, of 1")).to_be_visible()
    await expect(page.get_by_role("list", name="Chosen businesses").get_by_text("Harbour Bakery")).to_be_visible()
    await go_on(page, "message")
    await page.get_by_role("tab", name="Your own").click()
    text = page.get_by_role("textbox", name="Text")
    body, meter = page.get_by_test_id("body"), page.get_by_test_id("meter")
    await text.fill("Hello ")
    await page.get_by_role("button", name="Name of the business").click()
    await expect(text).to_have_value("Hello {business}")
    await expect(text).to_be_focused()
    await expect(body).to_have_text(f"Hello Harbour Bakery {site['short_url']}")
    await expect(meter).to_contain_text("1 SMS segment")
    await text.fill("We\u2019ve made you a page: {link}")
    await expect(page.get_by_text("Not in the plain SMS alphabet")).to_be_visible()
    await expect(meter).to_contain_text("UCS-2")
    await page.get_by_role("button", name="Use plain marks").click()
    await expect(text).to_have_value("We've made you a page: {link}")
    await expect(meter).to_contain_text("GSM-7")
    await text.fill("a" * 500)
    await expect(page.get_by_text("takes 4 SMS, and costs as many")).to_be_visible()
    await expect(meter).to_contain_text("4 SMS segments")
    await stage.check()
    await stage.shot("campaigns-own-text")
    await text.fill("Hello {nobody}")
    await expect(page.get_by_text("There is no placeholder")).to_be_visible()
    await text.fill("Hello {business}: {link}")
    await page.get_by_label("Add a language").select_option("de")
    await page.get_by_role("textbox", name="Text in German").fill("Hallo {business}: {link}")
    await expect(body).to_have_text(f"Hallo Harbour Bakery: {site['short_url']}")
    await page.get_by_role("button", name="English").click()
    await expect(body).to_have_text(f"Hello Harbour Bakery: {site['short_url']}")
    await page.get_by_role("textbox", name="Text in English").fill("")
    await expect(page.get_by_role("button", name="Go on to schedule")).to_be_disabled()


async def test_a_campaign_is_changed_paused_taken_up_and_cancelled(stage: Stage) -> None:
    await make_audience(stage, "Harbour Bakery", "Nordic Optics", "Corner Garage")
    campaign_id = await make_campaign(stage, scheduled_at=in_a_week())
    page = await stage.open(f"/campaigns/view?id={campaign_id}")
    await expect(page.get_by_text("0 of 3 messages")).to_be_visible()
    await page.get_by_role("button", name="Change").click()
    dialog = page.get_by_role("dialog", name="Change the campaign")
    await dialog.get_by_label("Name of the campaign").fill("Winter")
    await dialog.get_by_label("Messages a second, at most").fill("0")
    await dialog.get_by_role("button", name="Save").click()
    await expect(dialog.get_by_label("Messages a second, at most")).to_be_focused()
    await expect(dialog.get_by_text("A whole number from 1 to 1000.")).to_be_visible()
    await dialog.get_by_label("Messages a second, at most").fill("250")
    await dialog.get_by_label("Nobody is written to at night").check()
    await dialog.get_by_label("Until").fill("07:30")
    await stage.check()
    await stage.shot("campaigns-change")
    await page.keyboard.press("Escape")
    await page.get_by_role("dialog", name="Discard what you typed?").get_by_role("button", name="Go on typing").click()
    await dialog.get_by_role("button", name="Save").click()
    await expect(page.get_by_text("Winter is changed.")).to_be_visible()
    await expect(page.get_by_role("heading", name="Winter", level=1)).to_be_visible()
    await expect(page.get_by_text("at most 250 a second, not between 21:00 and 07:30")).to_be_visible()
    changed = (await stage.api.get(f"/v1/campaigns/{campaign_id}")).json()
    told = ("rate_per_second", "quiet_from", "quiet_until", "time_zone", "status")
    assert [changed[name] for name in told] == [250, "21:00", "07:30", "UTC", "scheduled"]
    await page.get_by_role("button", name="Pause").click()
    await expect(page.get_by_role("button", name="Resume")).to_be_visible()
    await expect(page.get_by_role("main").get_by_text("Paused", exact=True)).to_be_visible()
    await stage.check()
    await stage.shot("campaigns-paused")
    await page.get_by_role("button", name="Resume").click()
    await expect(page.get_by_role("button", name="Pause")).to_be_visible()
    await page.get_by_role("button", name="Cancel").click()
    dialog = page.get_by_role("dialog", name="Cancel Winter?")
    await expect(dialog.get_by_text("3 messages that wait")).to_be_visible()
    await stage.check()
    await dialog.get_by_role("button", name="Cancel the campaign").click()
    await expect(page.get_by_role("button", name="Pause")).to_be_hidden()
    await expect(page.get_by_role("main").get_by_text("Cancelled", exact=True).first).to_be_visible()
    await page.get_by_label("Status of the messages").select_option("failed")
    await expect(page.get_by_text("No message is failed")).to_be_visible()
    assert parse_qs(urlsplit(page.url).query)["status"] == ["failed"]
    await page.get_by_role("button", name="Show all messages").click()
    await expect(page.get_by_role("list", name="Messages").get_by_role("listitem")).to_have_count(3)


async def test_numbers_opt_out_and_in_again(stage: Stage) -> None:
    page = await stage.open("/campaigns/opt-outs")
    await expect(page.get_by_text("Nobody opted out")).to_be_visible()
    await page.get_by_label("Add a number").fill("12")
    await page.get_by_role("button", name="Add to the list").click()
    await expect(page.get_by_role("alert").first).to_be_visible()
    await page.get_by_label("Add a number").fill("+44 20 7946 0018")
    await page.get_by_role("button", name="Add to the list").click()
    rows = page.get_by_role("list", name="Opt-outs").get_by_role("listitem")
    await expect(rows).to_have_count(1)
    await expect(rows.get_by_text("+442079460018")).to_be_visible()
    await stage.check()
    await stage.shot("campaigns-opt-outs")
    await page.get_by_role("button", name="Remove +442079460018").click()
    await page.get_by_role("button", name="Take it off the list").click()
    await expect(page.get_by_text("Nobody opted out")).to_be_visible()
    kept: httpx.Response = await stage.api.get("/v1/opt-outs")
    assert kept.json()["data"] == []


async def test_who_may_only_read_sees_no_buttons(stage: Stage) -> None:
    await make_audience(stage, "Harbour Bakery")
    campaign_id = await make_campaign(stage, scheduled_at=in_a_week())
    await set_role(stage, "viewer")
    page = await stage.open("/campaigns")
    await expect(page.get_by_role("link", name="Autumn")).to_be_visible()
    await expect(page.get_by_role("link", name="New campaign")).to_be_hidden()
    page = await stage.open(f"/campaigns/view?id={campaign_id}")
    await expect(page.get_by_text("0 of 1 messages")).to_be_visible()
    await expect(page.get_by_role("button", name="Pause")).to_be_hidden()
    await stage.check()
    page = await stage.open("/campaigns/new")
    await expect(page.get_by_text("Your role does not let you make campaigns")).to_be_visible()
    await stage.check()


async def test_it_is_put_together_by_keyboard_alone(stage: Stage) -> None:
    await make_audience(stage, "Harbour Bakery")
    page = await stage.open("/campaigns/new")
    await expect(page.get_by_text("business gets the message, of 1")).to_be_visible()
    await press(page, page.get_by_role("button", name="Go on to message"))
    await reach(page, page.get_by_role("tab", name="Friendly"))
    await page.keyboard.press("ArrowRight")
    await expect(page.get_by_role("tab", name="Professional")).to_be_focused()
    await expect(page.get_by_test_id("body")).to_contain_text("Dear Harbour Bakery")
    await press(page, page.get_by_role("button", name="Go on to schedule"))
    await press(page, page.get_by_role("button", name="Go on to review"))
    await press(page, page.get_by_role("button", name="Send to 1"))
    await press(page, page.get_by_role("dialog").get_by_role("button", name="Send to 1"))
    await expect(page.get_by_text(re.compile("Professional, .*is made"))).to_be_visible()


async def test_what_cannot_be_loaded_says_so_and_after_a_lost_answer_nobody_is_written_to_twice(stage: Stage) -> None:
    await make_audience(stage, "Harbour Bakery")
    await stage.answer("**/v1/campaigns?*", 503, "unavailable", "The database does not answer at present.")
    page = await stage.open("/campaigns")
    await expect(page.get_by_text("The database does not answer at present.")).to_be_visible()
    await stage.check()
    page = await stage.open("/campaigns/view?id=0199e8a4-7d3c-7b21-9c55-3f2e8a6d1b07")
    await expect(page.get_by_text("There is no such campaign")).to_be_visible()
    await stage.check()
    page = await stage.open("/campaigns/new?step=review")
    await page.get_by_role("button", name="Send to 1").click()
    await page.route("**/v1/campaigns", lose_answer, times=1)
    await page.get_by_role("dialog").get_by_role("button", name="Send to 1").click()
    await expect(page.get_by_text("Perhaps it was made, perhaps not")).to_be_visible()
    await stage.check()
    await stage.shot("campaigns-lost-answer")
    await page.reload()
    await page.get_by_label("Name of the campaign").fill("Changed meanwhile")
    await send_to_one(page)
    await expect(page.get_by_text("It was made, as it was before you changed it")).to_be_visible()
    await stage.check()
    await stage.shot("campaigns-made-before")
    await page.get_by_label("Name of the campaign").fill("")
    await send_to_one(page)
    await expect(page.get_by_text("is made.")).to_be_visible()
    await expect(page).to_have_url(re.compile("/campaigns/view"))
    made = (await stage.api.get("/v1/campaigns")).json()["data"]
    assert len(made) == 1
    assert made[0]["id"] in page.url


async def lose_answer(route: Route) -> None:
    """Let a request be answered, and nobody hear it."""
    await route.fetch()
    await route.abort()


async def send_to_one(page: Page) -> None:
    """Press the button, and the one in the dialog that it opens."""
    await page.get_by_role("button", name="Send to 1").click()
    await page.get_by_role("dialog").get_by_role("button", name="Send to 1").click()
