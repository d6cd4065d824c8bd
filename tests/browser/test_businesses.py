"""Businesses: brought in from a file, found, added, changed, deleted."""

import csv
import io

import pytest
from playwright.async_api import FilePayload, Page, expect

from tests.browser import downloads
from tests.browser.keyboard import press, reach
from tests.browser.people import set_role
from tests.browser.site_rows import add_business, generate
from tests.browser.stage import Look, Stage

# Half of the looks: what is shown is the same in all, and seen in the others' tests.
SOME = pytest.mark.parametrize(
    "stage", [Look("sqlite", 360, "dark"), Look("postgres", 1440, "dark")], indirect=True, ids=str
)


async def test_a_list_is_brought_in_found_and_taken_along(stage: Stage) -> None:
    page = await stage.open("/businesses")
    await expect(page.get_by_text("Whom do you want to win?")).to_be_visible()
    await stage.check()
    await stage.shot("businesses-empty")
    await page.get_by_role("link", name="Import a list").click()
    text = (
        "Business Name;Phone number;Main category;Comment\r\n"
        "Rohr & Söhne;030 901820;Plumber;=rich\r\n"
        "Bad number;12;Plumber;\r\n"
        "Rohr again;+49 30 901820;Plumber;\r\n"
        "Café Nord;030 901821;Café;\r\n"
    )
    async with page.expect_file_chooser() as asked:
        await page.get_by_role("button", name="Choose a CSV file").click()
    await (await asked.value).set_files(FilePayload(name="list.csv", mimeType="text/csv", buffer=text.encode()))
    await expect(page.get_by_label("Name", exact=True)).to_have_value("0")
    await expect(page.get_by_label("Category", exact=True)).to_have_value("2")
    await page.get_by_label("Country where a row names none").select_option("DE")
    await expect(page.get_by_role("cell", name="DE").first).to_be_attached()
    await stage.check()
    await stage.shot("businesses-import-columns", is_full=True)

    await page.get_by_role("button", name="Check 4 rows").click()
    await expect(page.get_by_text("2 businesses would be made, 1 row would fail.")).to_be_visible()
    await expect(page.get_by_text("1 are here already and stay as they are")).to_be_visible()
    assert (await stage.api.get("/v1/businesses")).json()["data"] == []
    await stage.check()
    await page.get_by_role("button", name="Import 2 businesses").click()
    await expect(page.get_by_text("2 businesses were made in")).to_be_visible()
    await stage.check()
    await page.get_by_role("link", name="Look at the businesses").click()

    await expect(page.get_by_role("button", name="Rohr & Söhne", exact=True)).to_be_visible()
    await stage.check()
    await stage.shot("businesses")
    await page.get_by_role("searchbox", name="Search businesses").fill("901821")
    await expect(page.get_by_role("button", name="Café Nord", exact=True)).to_be_visible()
    await expect(page.get_by_role("button", name="Rohr & Söhne", exact=True)).to_be_hidden()
    assert page.url.endswith("?q=901821")
    await page.get_by_role("searchbox").fill("")
    await page.get_by_role("button", name="Filters").click()
    await page.get_by_label("Category").select_option("Plumber")
    await page.keyboard.press("Escape")
    await expect(page.get_by_text("1 business", exact=True)).to_be_visible()
    async with page.expect_download() as started:
        await page.get_by_role("link", name="Export this list as CSV").click()
    [row] = csv.DictReader(io.StringIO(await downloads.read(await started.value)))
    assert (row["name"], row["phone"], row["notes"]) == ("Rohr & Söhne", "'+4930901820", "'=rich")


@SOME
async def test_a_business_is_added_changed_and_deleted_by_keyboard(stage: Stage) -> None:
    page = await stage.open("/analytics")  # on the first page of who has no links, the field has the focus
    await expect(page.get_by_role("heading", name="Analytics", level=1)).to_be_visible()
    await page.keyboard.press("g")
    await page.keyboard.press("b")
    await press(page, page.get_by_role("button", name="Add a business"))
    sheet = page.get_by_role("dialog", name="Add a business")
    await expect(sheet.get_by_label("Name")).to_be_focused()
    await page.keyboard.type("Salon Éclat")
    await reach(page, sheet.get_by_label("Phone"))
    await page.keyboard.type("12")
    await page.keyboard.press("Enter")
    # The API's own sentence stands at the field, and that is where one goes on.
    await expect(sheet.get_by_label("Phone")).to_be_focused()
    await expect(sheet.get_by_role("alert")).to_be_visible()
    await stage.check()
    await stage.shot("business-sheet")
    await page.keyboard.press("Control+a")
    await page.keyboard.type("+33 1 42 68 53 00")
    await page.keyboard.press("Enter")
    await expect(sheet).to_be_hidden()
    [business] = (await stage.api.get("/v1/businesses")).json()["data"]
    assert (business["phone"], business["time_zone"]) == ("+33142685300", "Europe/Paris")

    await press(page, page.get_by_role("button", name="Salon Éclat", exact=True))
    sheet = page.get_by_role("dialog", name="Salon Éclat")
    await reach(page, sheet.get_by_label("Deal value"))
    await page.keyboard.type("1250.5")
    await page.keyboard.press("Escape")
    asked = page.get_by_role("dialog", name="Discard what you typed?")
    await press(page, asked.get_by_role("button", name="Go on typing"))
    await press(page, sheet.get_by_role("button", name="Save"))
    await expect(page.get_by_text("Won", exact=True)).to_be_visible()
    [business] = (await stage.api.get("/v1/businesses")).json()["data"]
    assert business["deal_value_micros"] == 1_250_500_000

    await press(page, page.get_by_role("button", name="More for Salon Éclat"))
    await page.get_by_role("menuitem", name="Delete").focus()
    await page.keyboard.press("Enter")
    await press(page, page.get_by_role("button", name="Delete the business"))
    await expect(page.get_by_text("Whom do you want to win?")).to_be_visible()
    assert (await stage.api.get("/v1/businesses")).json()["data"] == []


@SOME
async def test_whoever_only_reads_is_offered_nothing_to_change(stage: Stage) -> None:
    kept = await add_business(stage, "Rohr & Söhne", phone="+4930901820")
    await generate(stage, kept)
    await set_role(stage, "viewer")
    page = await stage.open("/businesses")
    await expect(page.get_by_role("button", name="Rohr & Söhne", exact=True)).to_be_visible()
    await expect(page.get_by_role("button", name="Add a business")).to_be_hidden()
    await page.get_by_role("button", name="Rohr & Söhne", exact=True).click()
    await expect(page.get_by_role("dialog").get_by_label("Name")).to_be_disabled()
    await stage.check()
    await page.get_by_role("link", name="Look at the site").click()
    await expect(page.get_by_role("heading", name="Rohr & Söhne", level=1)).to_be_visible()
    await show_words(stage, page)
    await expect(page.get_by_label("Headline")).to_be_disabled()
    await expect(page.get_by_role("switch", name="Published")).to_be_hidden()
    await stage.check()


async def show_words(stage: Stage, page: Page) -> None:
    """On a phone the words are behind their name."""
    if stage.is_small:
        await page.get_by_role("button", name="Words").click()
