"""The list of links: found, changed in their rows, chosen, deleted and taken back."""

import asyncio
import re

from playwright.async_api import expect

from tests.browser.link_rows import choose, make_links, row, rows
from tests.browser.stage import Stage

POSTER = {"target_url": "https://example.com/poster", "title": "Spring poster", "tags": ["print", "spring"]}
MAIL = {"target_url": "https://example.com/mail", "title": "Letter in May", "tags": ["mail"]}
OLD = {"target_url": "https://example.com/old", "title": "Last year", "is_active": False}
SECRET = {"target_url": "https://example.com/staff", "title": "Staff only", "password": "open sesame"}


async def test_links_are_searched_and_filtered_and_the_address_tells(stage: Stage) -> None:
    await make_links(stage, POSTER, MAIL, OLD, SECRET)
    page = await stage.open("/")
    await expect(rows(page)).to_have_count(4)
    await expect(row(page, "Last year")).to_contain_text("Disabled")
    await expect(row(page, "Staff only")).to_contain_text("Password")
    await stage.check()
    await stage.shot("links")

    search = page.get_by_role("searchbox", name="Search links")
    await search.press_sequentially("poster")
    await expect(rows(page)).to_have_count(1)
    await expect(page).to_have_url(re.compile(r"\?q=poster$"))
    await search.fill("")
    await page.get_by_role("button", name="Filters").click()
    await page.get_by_role("button", name="Disabled").click()
    await expect(rows(page)).to_have_count(1)
    await stage.check()
    await page.get_by_label("Tag").select_option("mail")
    await expect(page.get_by_text("No link is like that")).to_be_visible()
    await page.keyboard.press("Escape")
    await stage.check()

    await page.reload()
    await expect(page.get_by_text("No link is like that")).to_be_visible()
    await page.get_by_role("button", name="Remove the filter Disabled").click()
    await expect(row(page, "Letter in May")).to_be_visible()
    await expect(rows(page)).to_have_count(1)
    await page.get_by_role("button", name="Remove all").click()
    await page.get_by_label("Order").select_option("Oldest first")
    await expect(rows(page).first).to_contain_text("Spring poster")
    async with page.expect_download() as download:
        await page.get_by_role("link", name="Export this list as CSV").click()
    assert "https://example.com/poster" in (await (await download.value).path()).read_text(encoding="utf-8")


async def test_a_row_is_edited_disabled_deleted_and_taken_back(stage: Stage) -> None:
    link, _ = await make_links(stage, POSTER, MAIL)
    page = await stage.open("/")
    await choose(page, "Spring poster", "Edit title and destination here")
    title = page.get_by_role("textbox", name="Title")
    await expect(title).to_be_focused()
    await stage.check()
    await title.fill("Summer poster")
    await page.get_by_role("textbox", name="Destination").fill("nothing good")
    await page.keyboard.press("Enter")
    await expect(rows(page).get_by_role("alert")).to_be_visible()
    await expect(title).to_have_value("Summer poster")
    await page.get_by_role("textbox", name="Destination").fill("example.com/summer")
    await page.keyboard.press("Enter")
    await expect(row(page, "Summer poster")).to_contain_text("example.com/summer")
    assert (await stage.api.get(f"/v1/links/{link['id']}")).json()["target_url"] == "https://example.com/summer"

    await choose(page, "Summer poster", "Disable")
    await expect(row(page, "Summer poster")).to_contain_text("Disabled")
    await choose(page, "Summer poster", "Delete")
    await expect(rows(page)).to_have_count(1)
    await expect(page.get_by_text(f"Deleted {link['short_code']}")).to_be_visible()
    await page.evaluate("window.scrollTo(0, 0)")
    await page.get_by_role("button", name="Undo").hover()  # it goes away by itself, but not under a pointer
    await stage.check()
    assert (await stage.api.get(f"/v1/links/{link['id']}")).status_code == 404
    await page.get_by_role("button", name="Undo").click()
    await expect(row(page, "Summer poster")).to_be_visible()
    await expect(page.get_by_text("The link is back")).to_be_visible()
    assert (await stage.api.get(f"/v1/links/{link['id']}")).json()["title"] == "Summer poster"


async def test_what_the_api_refuses_is_taken_back_and_told(stage: Stage) -> None:
    await make_links(stage, POSTER, MAIL)
    page = await stage.open("/")
    await stage.answer("**/v1/links/bulk/delete", 503, "unavailable", "The database does not answer.")
    await choose(page, "Spring poster", "Delete")
    await expect(page.get_by_text("The database does not answer.")).to_be_visible()
    await expect(row(page, "Spring poster")).to_be_visible()
    await expect(rows(page)).to_have_count(2)
    await stage.answer("**/v1/links/0*", 403, "forbidden", "You may not change it.")
    await choose(page, "Letter in May", "Disable")
    await expect(page.get_by_text("You may not change it.")).to_be_visible()
    await expect(row(page, "Letter in May")).not_to_contain_text("Disabled")


async def test_many_links_are_chosen_and_changed_at_once(stage: Stage) -> None:
    await make_links(stage, *({"target_url": f"https://example.com/{n}", "title": f"Page {n}"} for n in range(6)))
    page = await stage.open("/")
    boxes = rows(page).get_by_role("checkbox")
    await boxes.nth(1).check()
    await boxes.nth(4).click(modifiers=["Shift"])
    await expect(page.get_by_text("4 chosen")).to_be_visible()
    # At the top no row lies half below the bar, where its buttons would count as too small.
    await page.evaluate("window.scrollTo(0, 0)")
    await stage.check()
    await stage.shot("links-chosen")

    await act(stage, "Tags")
    dialog = page.get_by_role("dialog", name="Tags of 4 links")
    await dialog.get_by_label("Add", exact=True).fill("summer, print")
    await stage.check()
    await dialog.get_by_role("button", name="Change tags").click()
    await expect(page.get_by_text("Changed the tags of 4 links")).to_be_visible()
    async with page.expect_download() as download:
        await act(stage, "Export CSV")
    saved = (await (await download.value).path()).read_text(encoding="utf-8")
    assert saved.count("summer print") == 4
    await act(stage, "Disable")
    await expect(rows(page).filter(has_text="Disabled")).to_have_count(4)
    await act(stage, "Delete")
    await expect(rows(page)).to_have_count(2)
    await page.get_by_role("button", name="Undo").click()
    await expect(rows(page)).to_have_count(6)
    left = (await stage.api.get("/v1/links", params={"tag": "summer"})).json()["data"]
    assert [link["is_active"] for link in left] == [False] * 4
    await page.get_by_role("checkbox", name="Choose all 6 links shown").check()
    await expect(page.get_by_text("6 chosen")).to_be_visible()


async def act(stage: Stage, name: str) -> None:
    """Press a button of the bar; on a phone it is an entry of its menu."""
    bar = stage.pages[0].get_by_role("toolbar", name="What to do with the chosen links")
    if stage.is_small:
        await bar.get_by_role("button", name="Actions").click()
        await stage.pages[0].get_by_role("menuitem", name=name).click()
    else:
        await bar.get_by_role("button", name=name).click()


async def test_a_long_list_comes_page_by_page_and_few_rows_are_drawn(stage: Stage) -> None:
    for start in (0, 300):
        await make_links(stage, *({"target_url": f"https://example.com/{n}"} for n in range(start, start + 300)))
    page = await stage.open("/")
    await expect(row(page, "example.com/599")).to_be_visible()
    await stage.check()
    async with asyncio.timeout(60):
        while await page.get_by_role("status").filter(has_text="600 links").count() == 0:
            await page.evaluate("window.scrollTo(0, document.body.scrollHeight)")
            await page.evaluate("new Promise(requestAnimationFrame)")
    await page.evaluate("window.scrollTo(0, document.body.scrollHeight)")
    await expect(rows(page).last).to_contain_text("example.com/0")
    assert await rows(page).count() < 60
