"""The dashboard in a real browser: 100,000 links, and a link with a million clicks, on SQLite and on PostgreSQL.

The ratios are the slowest change of pages to the 100 ms that it may take, and the longest usual frame while the list
scrolls (95 of 100 are shorter) to the 16.7 ms of 60 frames a second.
"""

import asyncio
import datetime as dt
import os
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
from playwright.async_api import Page, async_playwright, expect

from bench.analytics_rows import fill
from tests.browser.conftest import BROWSER_FLAGS, make_settings
from tests.browser.stage import Look, Site, Stage, open_stage
from tests.processes import vayro
from tests.servers import PostgresServer, running
from vayro.accounts.service import AccountService
from vayro.clicks.rollup_job import RollupJob
from vayro.database.engine import open_database
from vayro.settings import Settings

LINKS = int(os.environ.get("DASHBOARD_LINKS", "100000"))
CLICKS = int(os.environ.get("DASHBOARD_CLICKS", "1000000"))
DAYS = 90
ROUTE_MS, FRAME_MS = 100, 1000 / 60
SCROLL_FRAMES = 600
PLACES = ("/settings", "/settings/keys", "/settings/domains", "/settings/plan", "/analytics", "/")

# Clicks the link, and waits for the frame after the one that shows another heading.
_GO = """href => new Promise(resolve => {
  const link = [...document.querySelectorAll(`a[href="${href}"]`)].find(one => one.offsetParent);
  const heading = () => document.querySelector("h1")?.textContent;
  const before = [location.pathname, heading()].join();
  const start = performance.now();
  const look = () => {
    const now = [location.pathname, heading()].join();
    const isThere = location.pathname === href && heading() && now !== before;
    requestAnimationFrame(isThere ? () => resolve(performance.now() - start) : look);
  };
  link.click();
  look();
})"""
_SCROLL = """frames => new Promise(resolve => {
  const took = [];
  let last = performance.now();
  const step = now => {
    took.push(now - last);
    last = now;
    scrollBy(0, 240);
    if (took.length < frames) requestAnimationFrame(step);
    else resolve(took.slice(1));
  };
  requestAnimationFrame(step);
})"""


def main() -> None:
    """Measure on both databases."""
    with tempfile.TemporaryDirectory() as folder:
        print("SQLite", flush=True)
        _measure_site(make_settings(Path(folder)))
    with running(PostgresServer()) as server, tempfile.TemporaryDirectory() as folder:
        print("\nPostgreSQL", flush=True)
        _measure_site(make_settings(Path(folder), database_url=server.create_database()))


def _measure_site(settings: Settings) -> None:
    with vayro("up", settings) as process:
        asyncio.run(_measure(Site(settings, process)))


async def _measure(site: Site) -> None:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path="/usr/bin/chromium", args=BROWSER_FLAGS)
        async with open_stage(site, Look("", 1440, "light"), browser, "bench@example.com") as stage:
            busy = await _make_data(stage)
            page = await stage.open("/settings")
            await _measure_list(stage)
            slowest = await _measure_routes(page)
            await _measure_analytics(stage, busy)
            print(f"  ratio of the slowest change of pages to {ROUTE_MS} ms: {slowest / ROUTE_MS:.2f}", flush=True)
        await browser.close()


async def _make_data(stage: Stage) -> str:
    database = open_database(stage.site.settings)
    await AccountService(database).set_plan(stage.email, "enterprise")  # the free one ends at fewer links a month
    started = time.perf_counter()
    last: dict[str, Any] = {}
    for start in range(0, LINKS, 1000):
        links = [
            {"target_url": f"https://example.com/{number}", "title": f"Link {number}", "tags": [f"tag {number % 40}"]}
            for number in range(start, min(start + 1000, LINKS))
        ]
        last = await _post(stage.api, links)
    print(f"  {LINKS:,} links made in {time.perf_counter() - started:.0f} s", flush=True)
    now = dt.datetime.now(dt.UTC)
    await fill(database, UUID(last["id"]), CLICKS, now - dt.timedelta(days=DAYS), now)
    job = RollupJob(database)
    while not (await job.run(budget_seconds=60)).is_finished:
        pass
    await database.close()
    return str(last["id"])


async def _post(api: httpx.AsyncClient, links: list[dict[str, Any]]) -> dict[str, Any]:
    answer = (await api.post("/v1/links/bulk", json={"links": links})).raise_for_status()
    link: dict[str, Any] = answer.json()["results"][-1]["link"]
    return link


async def _measure_list(stage: Stage) -> None:
    started = time.perf_counter()
    page = await stage.open("/")
    rows = page.get_by_role("list", name="Links").get_by_role("listitem")
    await expect(rows.first).to_be_visible()
    print(f"  list of {LINKS:,}: first rows after {(time.perf_counter() - started) * 1e3:.0f} ms", flush=True)
    frames = sorted(await page.evaluate(_SCROLL, SCROLL_FRAMES))
    reached = await rows.last.get_attribute("data-index")
    usual = frames[int(len(frames) * 0.95)]
    print(
        f"  scrolling to row {reached}: frame p50 {statistics.median(frames):.1f} ms, p95 {usual:.1f} ms, "
        f"longest {frames[-1]:.0f} ms, {await rows.count()} rows in the document\n"
        f"  ratio of a usual frame to {FRAME_MS:.1f} ms: {usual / FRAME_MS:.2f}",
        flush=True,
    )
    await page.evaluate("scrollTo(0, 0)")
    started = time.perf_counter()
    await page.get_by_role("searchbox").fill(f"Link {LINKS // 3}")
    await expect(rows.first).to_contain_text(f"Link {LINKS // 3}")
    print(f"  found by typing after {(time.perf_counter() - started) * 1e3:.0f} ms", flush=True)


async def _measure_routes(page: Page) -> float:
    took: dict[str, list[float]] = {place: [] for place in PLACES}
    for _ in range(6):
        for place in PLACES:
            took[place].append(await page.evaluate(_GO, place))
    for place, times in took.items():
        print(f"  to {place:18} first {times[0]:5.0f} ms, then p50 {statistics.median(times[1:]):5.0f} ms", flush=True)
    return max(max(times) for times in took.values())


async def _measure_analytics(stage: Stage, link_id: str) -> None:
    page = stage.pages[0]
    started = time.perf_counter()
    await page.goto(f"{stage.url}/analytics?link={link_id}&range=90d")
    row = page.get_by_role("button", name="Germany").first
    await expect(row).to_be_visible()
    await expect(page.locator("main [aria-busy=true]")).to_have_count(0)
    took = (time.perf_counter() - started) * 1e3
    print(f"  analytics of {CLICKS:,} clicks: drawn, for the first time, after {took:.0f} ms", flush=True)
    started = time.perf_counter()
    async with page.expect_response(lambda answer: "/v1/analytics" in answer.url and "country=DE" in answer.url):
        await row.click()
    await expect(page.locator("main [aria-busy=true]")).to_have_count(0)
    print(f"  filtered by a country, all views after {(time.perf_counter() - started) * 1e3:.0f} ms", flush=True)


if __name__ == "__main__":
    main()
