"""Links from a file: mapped, checked, made, and told about; through lost connections and spent budgets."""

import asyncio
import csv
import io

import pytest
from playwright.async_api import Dialog, FilePayload, Page, Route, expect

from tests.browser import downloads
from tests.browser.keyboard import press
from tests.browser.stage import Look, Stage

BULK = "**/v1/links/bulk"
# Half of the looks: what is waited for takes six seconds, and is the same in all.
SOME = pytest.mark.parametrize(
    "stage", [Look("sqlite", 360, "dark"), Look("postgres", 1440, "dark")], indirect=True, ids=str
)


async def test_a_file_is_mapped_checked_imported_and_reported(stage: Stage) -> None:
    mine = stage.email.partition("@")[0]
    await stage.api.post("/v1/links", json={"target_url": "https://example.com/", "short_code": f"{mine}-taken"})
    # As an old spreadsheet writes an export of Bitly: a mark at its beginning, semicolons, quotes, a line break.
    text = (
        "\ufeffBitlink;Long URL;Title;Tags\r\n"
        f"bit.ly/{mine}-a;https://example.com/a;\"Größe; 'L'\";sale, spring\r\n"
        f'bit.ly/{mine}-b;https://example.com/b;"two\nlines";\r\n'
        ";nowhere;;\r\n"
        f"bit.ly/{mine}-taken;https://example.com/c;;\r\n"
        f"bit.ly/{mine}-a;https://example.com/d;;\r\n"
    )
    page = await choose(stage, text)
    await expect(page.get_by_text("Looks like an export of Bitly")).to_be_visible()
    await expect(page.get_by_label("Destination")).to_have_value("1")
    await page.get_by_label("Tags for all of them").fill("moved")
    await expect(page.get_by_role("cell", name="sale, spring, moved")).to_be_attached()
    await stage.check()
    await stage.shot("settings-import-columns", is_full=True)

    await page.get_by_role("button", name="Check 5 rows").click()
    await expect(page.get_by_text("2 links would be made, 3 rows would fail.")).to_be_visible()
    await expect(page.get_by_text("The destination is not acceptable")).to_be_visible()
    assert len((await stage.api.get("/v1/links")).json()["data"]) == 1
    await stage.check()
    await stage.shot("settings-import-checked")

    await page.get_by_role("button", name="Make 2 links").click()
    await expect(page.get_by_text("2 links were made in")).to_be_visible()
    made = (await stage.api.get("/v1/links", params={"tag": "moved"})).json()["data"]
    assert {(link["short_code"], link["title"]) for link in made} == {
        (f"{mine}-a", "Größe; 'L'"),
        (f"{mine}-b", "two\nlines"),
    }
    await stage.check()
    await stage.shot("settings-import-done")

    async with page.expect_download() as started:
        await page.get_by_role("button", name="Download the rows that fail").click()
    rows = list(csv.reader(io.StringIO(await downloads.read(await started.value))))
    assert rows[0] == ["Bitlink", "Long URL", "Title", "Tags", "row", "problem"]
    assert [row[4] for row in rows[1:]] == ["4", "5", "6"]
    assert "Another row of this file" in rows[3][5]


@SOME
async def test_no_link_is_made_twice_when_the_answer_is_lost(stage: Stage) -> None:
    page = await choose(stage, "url\n" + "".join(f"https://example.com/{number}\n" for number in range(1_500)))
    await page.get_by_role("button", name="Check 1,500 rows").click()
    make = page.get_by_role("button", name="Make 1,500 links")
    await expect(make).to_be_visible()
    faults = ["budget", "answer lost", "request lost"]

    async def fail(route: Route) -> None:
        fault = faults.pop(0) if faults else None
        if fault == "budget":
            problem = {"type": "", "title": "", "status": 429, "detail": "Too many.", "code": "rate_limited"}
            await route.fulfill(status=429, json=problem, headers={"Retry-After": "1"})
        elif fault == "answer lost":
            await route.fetch()
            await route.abort("connectionreset")
        elif fault == "request lost":
            await route.abort("connectionreset")
        else:
            await route.continue_()

    await stage.context.route(BULK, fail)
    await make.click()
    await expect(page.get_by_text("The connection is lost.")).to_be_visible()
    await stage.check()
    await page.get_by_role("button", name="Try now").click()
    await expect(page.get_by_text("1,500 links were made in")).to_be_visible()
    assert not faults
    # A link more would be seen: each row has one of its own.
    answer = await stage.api.get("/v1/links/export", params={"format": "json"})
    targets = [link["target_url"] for link in answer.json()["data"]]
    assert len(targets) == len(set(targets)) == 1_500


async def test_an_import_goes_on_elsewhere_pauses_and_stops(stage: Stage) -> None:
    page = await choose(stage, "url\n" + "".join(f"https://example.com/{number}\n" for number in range(3_000)))
    await page.get_by_role("button", name="Check 3,000 rows").click()
    held: asyncio.Queue[Route] = asyncio.Queue()
    make = page.get_by_role("button", name="Make 3,000 links")
    await expect(make).to_be_visible()
    await stage.context.route(BULK, held.put)
    await make.click()
    first = await held.get()
    await page.get_by_role("button", name="Pause").click()
    await expect(page.get_by_text("Paused", exact=True)).to_be_visible()
    await stage.check()
    await page.get_by_role("link", name="Profile").click()
    await expect(page.get_by_role("heading", name="Profile", level=1)).to_be_visible()
    await first.continue_()

    asked: asyncio.Queue[Dialog] = asyncio.Queue()
    page.on("dialog", asked.put_nowait)
    await page.close(run_before_unload=True)
    question = await asked.get()
    assert question.type == "beforeunload"
    await question.dismiss()
    await page.get_by_role("link", name="Import and export").click()
    await expect(page.get_by_text("1,000 of 3,000 rows")).to_be_visible()
    await page.get_by_role("button", name="Stop here").click()
    await expect(page.get_by_text("1,000 links were made in")).to_be_visible()
    await expect(page.get_by_text("It was stopped")).to_be_visible()
    await stage.check()


@SOME
async def test_an_import_goes_on_after_its_session_ended(stage: Stage) -> None:
    page = await choose(stage, "url\n" + "".join(f"https://example.com/{number}\n" for number in range(1_200)))
    await page.get_by_role("button", name="Check 1,200 rows").click()
    make = page.get_by_role("button", name="Make 1,200 links")
    await expect(make).to_be_visible()
    await stage.context.route(BULK, refuse_once, times=1)
    await make.click()
    dialog = page.get_by_role("dialog", name="Your session ended")
    await dialog.get_by_label("Password").fill(stage.password)
    await page.keyboard.press("Enter")
    await expect(dialog).to_be_hidden()
    await expect(page.get_by_text("Sign in again, then go on: nothing is lost.")).to_be_visible()
    await stage.check()
    await page.get_by_role("button", name="Go on").click()
    await expect(page.get_by_text("1,200 links were made in")).to_be_visible()


async def refuse_once(route: Route) -> None:
    """As the API does to whoever is not signed in."""
    problem = {"type": "", "title": "", "status": 401, "detail": "Sign in.", "code": "unauthenticated"}
    await route.fulfill(status=401, json=problem)


async def test_links_are_exported_and_come_back(stage: Stage) -> None:
    await stage.api.post("/v1/links", json={"target_url": "https://example.com/a", "title": "=1+1", "tags": ["x"]})
    page = await stage.open("/settings/data")
    await stage.check()
    await stage.shot("settings-data")
    links = page.get_by_role("region", name="All links")
    async with page.expect_download() as started:
        await links.get_by_role("button", name="CSV").click()
    text = await downloads.read(await started.value)
    [link] = (await stage.api.get("/v1/links")).json()["data"]
    await stage.api.delete(f"/v1/links/{link['id']}")
    page = await choose(stage, text)
    await expect(page.get_by_text("Looks like an export of Vayro")).to_be_visible()
    await page.get_by_role("button", name="Check 1 row").click()
    await page.get_by_role("button", name="Make 1 link").click()
    await expect(page.get_by_text("1 link was made in")).to_be_visible()
    [again] = (await stage.api.get("/v1/links")).json()["data"]
    assert {**again, "metadata": {}} | dict.fromkeys(CHANGED) == link | dict.fromkeys(CHANGED)


CHANGED = ("id", "created_at", "updated_at", "version")


async def choose(stage: Stage, text: str) -> Page:
    """Open the page and choose a file."""
    page = await stage.open("/settings/data")
    file = FilePayload(name="links.csv", mimeType="text/csv", buffer=text.encode())
    async with page.expect_file_chooser() as asked:
        await press(page, page.get_by_role("button", name="Choose a CSV file"))
    await (await asked.value).set_files(file)
    await expect(page.get_by_role("heading", name="What the first rows become")).to_be_visible()
    return page
