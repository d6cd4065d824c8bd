"""The first minute: an empty workspace, an address pasted, a short link that redirects."""

import httpx
from playwright.async_api import expect

from tests.browser.link_rows import row, rows
from tests.browser.stage import Stage

LONG = "https://example.com/a/long/address?with=a&query=string"


async def test_the_first_link_is_pasted_made_copied_and_clicked(stage: Stage) -> None:
    await stage.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = await stage.open("/")
    field = page.get_by_role("textbox", name="Paste a long URL")
    await expect(field).to_be_focused()
    await stage.check()
    await stage.shot("links-first")

    await page.keyboard.type("ftp://example.com/file")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("alert").first).to_contain_text("http and https are accepted")
    await expect(field).to_have_value("ftp://example.com/file")
    await stage.check()

    await field.fill(LONG.removeprefix("https://"))
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("Made, and copied to the clipboard")).to_be_visible()
    made = (await stage.api.get("/v1/links")).json()["data"]
    assert [link["target_url"] for link in made] == [LONG]
    short_url = made[0]["short_url"]
    assert await page.evaluate("navigator.clipboard.readText()") == short_url
    code = page.get_by_role("img", name=f"QR code of {short_url}")
    await expect(code).to_be_visible()
    assert await code.evaluate("image => image.decode().then(() => image.naturalWidth)") > 100
    await expect(row(page, made[0]["short_code"])).to_be_visible()
    await stage.check()
    await stage.shot("links-first-made")

    async with httpx.AsyncClient() as visitor:
        assert (await visitor.get(short_url)).headers["location"] == LONG
    await page.get_by_role("link", name="See its clicks").click()
    await expect(page.get_by_role("heading", name="Analytics", level=1)).to_be_visible()
    assert page.url.endswith(f"/analytics?link={made[0]['id']}")


async def test_a_further_link_is_made_above_the_list(stage: Stage) -> None:
    await stage.api.post("/v1/links", json={"target_url": "https://example.com/before"})
    page = await stage.open("/")
    await expect(row(page, "example.com/before")).to_be_visible()
    field = page.get_by_role("textbox", name="Paste a long URL")
    await field.fill("https://example.com/new")
    await field.press("Enter")
    await expect(page.get_by_role("status").filter(has_text="Made")).to_be_visible()
    await expect(field).to_have_value("")
    await expect(rows(page)).to_have_count(2)
    await expect(rows(page).first).to_contain_text("example.com/new")


async def test_a_machine_that_is_offline_keeps_what_was_typed(stage: Stage) -> None:
    page = await stage.open("/")
    field = page.get_by_role("textbox", name="Paste a long URL")
    await field.fill(LONG)
    await page.wait_for_load_state("networkidle")
    await stage.context.set_offline(True)
    await field.press("Enter")
    await expect(page.get_by_role("alert").first).to_contain_text("Vayro does not answer")
    await expect(field).to_have_value(LONG)
    await stage.context.set_offline(False)
    await field.press("Enter")
    await expect(page.get_by_role("status").filter(has_text="Made")).to_be_visible()
