"""The sheet in which links are made and changed."""

import re

from playwright.async_api import Locator, Page, Route, expect

from tests.browser.link_rows import make_links, row, rows
from tests.browser.stage import Stage

POSTER = {"target_url": "https://example.com/poster", "title": "Spring poster", "tags": ["print"]}


def sheet(page: Page, name: str = "New link") -> Locator:
    """The sheet, by its title."""
    return page.get_by_role("dialog", name=name)


def part(page: Page, name: str) -> Locator:
    """The heading of a part that opens."""
    return page.get_by_role("dialog").locator("summary").filter(has_text=name)


async def test_a_link_is_made_with_all_there_is_to_say(stage: Stage) -> None:
    taken, _ = await make_links(stage, POSTER, {"target_url": "https://example.com/b", "tags": ["print", "mail"]})
    page = await stage.open("/?new=1")
    form = sheet(page)
    destination = form.get_by_label("Destination")
    await expect(destination).to_be_focused()
    await destination.fill("http://user:secret@example.com/")
    await expect(form.get_by_role("alert")).to_contain_text("user name or password")
    await destination.fill("EXAMPLE.com/Grüße")
    await expect(form.get_by_text("It will be stored as https://example.com/Gr%C3%BC%C3%9Fe")).to_be_visible()

    code = form.get_by_label("Short code of your own")
    await code.fill(taken["short_code"])
    await expect(form.get_by_role("alert")).to_contain_text("Another link has the short code")
    await stage.check()
    mine = f"grass-{stage.email.partition('@')[0]}"
    await code.fill(mine)
    await expect(form.get_by_text("Free", exact=True)).to_be_visible()
    await form.get_by_label("Title").fill("Greetings")
    await form.get_by_role("button", name="Add mail").click()
    await form.get_by_label("Tags", exact=True).press_sequentially("summer,")

    await part(page, "UTM parameters").click()
    await form.get_by_label("Source").fill("news letter")
    await form.get_by_label("Medium").fill("email")
    await form.get_by_role("button", name="Save as a template").click()
    await form.get_by_label("Name of the template").fill("Letters")
    await form.get_by_label("Name of the template").press("Enter")
    await expect(form.get_by_label("Template", exact=True)).to_have_value(re.compile(".+"))
    await part(page, "End").click()
    await form.get_by_label("Leads on until").fill("2090-06-01T12:30")
    await expect(form.get_by_text("Time in Europe/Berlin")).to_be_visible()
    await form.get_by_label("Clicks, at most").fill("100")
    await part(page, "Redirect and password").click()
    await form.get_by_label("Redirect").select_option("301")
    await form.get_by_label("Password").fill("open sesame")
    await stage.check()
    await stage.shot("links-sheet")
    await form.get_by_role("button", name="Make the link").click()
    await expect(form).to_be_hidden()
    await expect(row(page, mine)).to_contain_text("Greetings")

    made = (await stage.api.get("/v1/links", params={"short_code": mine})).json()["data"][0]
    assert made["target_url"] == "https://example.com/Gr%C3%BC%C3%9Fe?utm_source=news%20letter&utm_medium=email"
    assert (made["title"], made["tags"], made["max_clicks"]) == ("Greetings", ["mail", "summer"], 100)
    assert (made["redirect_status"], made["has_password"]) == (301, True)
    assert made["expires_at"].startswith("2090-06-01T10:30")


async def test_what_is_wrong_is_said_at_its_field_and_nothing_typed_is_lost(stage: Stage) -> None:
    await make_links(stage, POSTER)
    page = await stage.open("/?new=1")
    form = sheet(page)
    await form.get_by_label("Destination").fill("https://example.com/a")
    await form.get_by_label("Title").fill("Kept")
    await part(page, "End").click()
    await form.get_by_label("Clicks, at most").fill("0")
    await part(page, "Redirect and password").click()
    await form.get_by_label("Password").fill("a")
    await form.get_by_role("button", name="Make the link").click()
    await expect(form.get_by_label("Clicks, at most")).to_be_focused()
    await expect(form.get_by_role("alert")).to_have_count(2)
    await stage.check()
    await stage.shot("links-sheet-errors")

    await page.keyboard.press("Escape")
    asked = sheet(page, "Discard what you typed?")
    await expect(asked.get_by_role("button", name="Go on typing")).to_be_focused()
    await stage.check()
    await page.keyboard.press("Enter")
    await expect(asked).to_be_hidden()
    await expect(form.get_by_label("Title")).to_have_value("Kept")

    # Something else takes the page away: what was typed is there again afterwards.
    await page.evaluate("history.pushState(null, '', '/')")
    await expect(form).to_be_hidden()
    await page.keyboard.press("c")
    await expect(form.get_by_text("What you typed before is here again.")).to_be_visible()
    await expect(form.get_by_label("Title")).to_have_value("Kept")
    await page.keyboard.press("Escape")
    await asked.get_by_role("button", name="Discard").click()
    await expect(form).to_be_hidden()
    await expect(page).to_have_url(f"{stage.url}/")


async def test_a_link_is_changed_and_only_what_changed_is_sent(stage: Stage) -> None:
    [link] = await make_links(stage, POSTER | {"password": "open sesame", "expires_at": "2090-01-01T00:00:30Z"})
    page = await stage.open(f"/?link={link['id']}")
    form = sheet(page, link["short_code"])
    await expect(form.get_by_role("button", name="Save")).to_be_disabled()
    await form.get_by_label("Title").fill("Summer poster")
    await form.get_by_role("button", name="Remove print").click()
    await part(page, "Redirect and password").click()
    await form.get_by_role("button", name="Remove the password").click()
    await form.get_by_role("switch").click()
    await stage.check()
    async with page.expect_request(lambda request: request.method == "PATCH") as sent:
        await form.get_by_role("button", name="Save").click()
    assert (await sent.value).post_data_json == {
        "title": "Summer poster",
        "tags": [],
        "password": None,
        "is_active": False,
    }
    await expect(form).to_be_hidden()
    await expect(row(page, "Summer poster")).to_contain_text("Disabled")
    await page.goto(f"{stage.url}/?link=01990000-0000-7000-8000-000000000000")
    await expect(page.get_by_text("There is no such link")).to_be_visible()
    await stage.check()


async def test_all_of_it_goes_by_keyboard_alone(stage: Stage) -> None:
    await make_links(stage, POSTER, {"target_url": "https://example.com/b", "title": "Below"})
    page = await stage.open("/")
    keys = page.keyboard
    await expect(rows(page)).to_have_count(2)
    await keys.press("c")
    form = sheet(page)
    await expect(form.get_by_label("Destination")).to_be_focused()
    await keys.type("example.com/typed")
    await keys.press("Tab")
    await keys.press("Tab")
    await keys.type("Typed")
    await keys.press("Enter")
    await expect(form).to_be_hidden()
    await expect(rows(page).first).to_contain_text("Typed")

    # Within a row by Tab, from row to row by arrows.
    await page.get_by_role("checkbox", name="Choose all").focus()
    await keys.press("Tab")
    await expect(rows(page).nth(0).get_by_role("checkbox")).to_be_focused()
    await keys.press("Space")
    await keys.press("ArrowDown")
    await expect(rows(page).nth(1).get_by_role("checkbox")).to_be_focused()
    await keys.press("Shift+Space")
    await expect(page.get_by_text("2 chosen")).to_be_visible()
    await keys.press("ArrowUp")
    await expect(rows(page).nth(0).get_by_role("checkbox")).to_be_focused()
    await rows(page).nth(0).get_by_role("button", name="More for").focus()
    await keys.press("Enter")
    await expect(page.get_by_role("menu")).to_be_focused()
    for item in ("Edit", "Edit title and destination here"):
        await keys.press("ArrowDown")
        await expect(page.get_by_role("menuitem", name=item, exact=True)).to_be_focused()
    await keys.press("Enter")
    await expect(page.get_by_role("textbox", name="Title")).to_be_focused()
    await keys.type("Renamed")
    await keys.press("Enter")
    await expect(rows(page).first).to_contain_text("Renamed")
    await expect(rows(page).first.get_by_role("button", name="More for")).to_be_focused()

    await keys.press("/")
    await expect(page.get_by_role("searchbox")).to_be_focused()
    await keys.type("below")
    await expect(rows(page)).to_have_count(1)


async def test_whoever_may_only_read_changes_nothing(stage: Stage) -> None:
    [link] = await make_links(stage, POSTER)

    async def read_only(route: Route) -> None:
        answer = await route.fetch()
        session = await answer.json()
        await route.fulfill(response=answer, json=session | {"scopes": ["links:read", "analytics:read"]})

    await stage.context.route("**/v1/auth/session", read_only)
    page = await stage.open("/")
    await expect(row(page, "Spring poster")).to_be_visible()
    await expect(page.get_by_role("textbox", name="Paste a long URL")).to_have_count(0)
    await row(page, "Spring poster").get_by_role("button", name="More for").click()
    await expect(page.get_by_role("menuitem", name="Delete")).to_have_count(0)
    await page.get_by_role("menuitem", name="Details").click()
    form = sheet(page, link["short_code"])
    await expect(form.get_by_label("Title")).to_be_disabled()
    await expect(form.get_by_role("button", name="Save")).to_have_count(0)
    await stage.check()
