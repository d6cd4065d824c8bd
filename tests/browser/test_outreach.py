"""The whole story: businesses from a file, their sites, one message in three texts, sent, clicked, reported."""

import asyncio
import re
from typing import Any

import httpx
from playwright.async_api import FilePayload, Page, expect

from tests.browser.clicking import BRIT
from tests.browser.outreach import PATIENCE_SECONDS, PHONES, read_outbox
from tests.browser.stage import STEP_MS, Stage

NAMES = ("Harbour Bakery", "Nordic Optics", "Corner Garage")
TRADES = ("Bakery", "Optician", "Garage")


async def test_from_a_list_of_businesses_to_a_click_in_the_report(stage: Stage) -> None:
    page = await stage.open("/businesses/import")
    await import_businesses(page)
    await generate_sites(stage, page)
    links = await links_of(stage)
    await preview_each_text(page, stage, links)
    campaign_id = await send(page)
    [message] = [one for one in read_outbox(stage, campaign_id) if one["to"] == PHONES[0]]
    [url] = re.findall(r"https?://\S+", message["body"])
    assert url == links["Harbour Bakery"]
    assert {re.findall(r"https?://\S+", one["body"])[0] for one in read_outbox(stage, campaign_id)} == set(
        links.values()
    )
    await follow(url)
    await stands_in_the_report(page, stage)
    # One link a site, whatever was previewed and sent.
    made = (await stage.api.get("/v1/links", params={"link_type": "site_preview"})).json()["data"]
    assert sorted(link["short_url"] for link in made) == sorted(links.values())


async def import_businesses(page: Page) -> None:
    """Bring the businesses in from a file."""
    rows = [f"{name},{phone},{trade}" for name, phone, trade in zip(NAMES, PHONES, TRADES, strict=False)]
    text = "\n".join(["name,phone,category", *rows])
    file = FilePayload(name="businesses.csv", mimeType="text/csv", buffer=text.encode())
    await page.get_by_label("CSV file").set_input_files(file)
    await page.get_by_role("button", name="Check 3 rows").click()
    await page.get_by_role("button", name=re.compile("3 businesses")).click()
    await expect(page.get_by_text(re.compile("3 businesses were"))).to_be_visible()


async def generate_sites(stage: Stage, page: Page) -> None:
    """Have a site made for each of them."""
    await page.goto(f"{stage.url}/businesses")
    await page.get_by_label("Choose all 3 businesses shown").check()
    await page.get_by_role("button", name="Generate sites").click()
    await page.get_by_role("dialog").get_by_role("button", name="Generate 3 sites").click()
    await expect(page.get_by_text("3 sites are being made")).to_be_visible()


async def preview_each_text(page: Page, stage: Stage, links: dict[str, str]) -> None:
    """Click through the texts as fast as one can; each shows itself, and the same link."""
    await page.goto(f"{stage.url}/campaigns/new?step=message")
    body, shown = page.get_by_test_id("body"), page.get_by_test_id("link")
    await page.get_by_label("Shown for").select_option(label="Harbour Bakery")
    tabs = {"Friendly": "Hi Harbour Bakery!", "Professional": "Dear Harbour Bakery", "Urgent": "Please look soon"}
    for _ in range(5):
        for name in tabs:
            await page.get_by_role("tab", name=name).click()
            await expect(shown).to_have_text(links["Harbour Bakery"])
    for name, words in tabs.items():
        await page.get_by_role("tab", name=name).click()
        await expect(body).to_contain_text(words)
        await expect(body).to_contain_text(links["Harbour Bakery"])
        await expect(shown).to_have_text(links["Harbour Bakery"])
    await page.get_by_role("tab", name="Friendly").click()
    await expect(body).to_contain_text(tabs["Friendly"])
    await stage.check()
    await stage.shot("outreach-preview")


async def send(page: Page) -> str:
    """Send it to all three; return the campaign's identifier."""
    await page.get_by_role("button", name="Go on to schedule").click()
    await page.get_by_label("Nobody is written to at night").uncheck()
    await page.get_by_role("button", name="Go on to review").click()
    await page.get_by_role("button", name="Send to 3").click()
    await page.get_by_role("dialog").get_by_role("button", name="Send to 3").click()
    await expect(page.get_by_text("3 of 3 messages, 100%")).to_be_visible(timeout=STEP_MS * 2)
    await expect(page.get_by_role("main").get_by_text("Completed", exact=True)).to_be_visible()
    return page.url.partition("id=")[2]


async def follow(url: str) -> None:
    """Follow the link as the phone does that got the message."""
    async with httpx.AsyncClient(timeout=60) as client:
        answer = await client.get(url, headers={"User-Agent": BRIT.user_agent, "X-Forwarded-For": BRIT.address})
    assert answer.status_code == 302, answer.text


async def links_of(stage: Stage) -> dict[str, str]:
    """Wait for the sites, and return their short links by business."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            sites: list[dict[str, Any]] = (await stage.api.get("/v1/sites")).json()["data"]
            if len(sites) == len(NAMES) and all(site["status"] == "completed" for site in sites):
                return {site["business_name"]: site["short_url"] for site in sites}
            await asyncio.sleep(0.2)


async def stands_in_the_report(page: Page, stage: Stage) -> None:
    """Wait until the click is counted; the page asks by itself, and whoever does not wait reloads it."""
    row = page.get_by_role("row", name=re.compile("Harbour Bakery"))
    async with asyncio.timeout(PATIENCE_SECONDS):
        while await row.get_by_role("cell").nth(1).inner_text() != "1":
            await page.reload()
            await expect(row).to_be_visible()
    await expect(row.get_by_role("cell").nth(2)).to_have_text("1")
    await stage.check()
    await stage.shot("outreach-report", is_full=True)
