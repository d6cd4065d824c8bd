"""An installation in use, for the tests of backups: makes links and clicks, and says what is there."""

import asyncio
from collections import Counter
from typing import Any

import httpx
from sqlalchemy import func, select

from tests.flows.shapes import API_KEY
from tests.servers import wait_until
from vayro.database.engine import open_database
from vayro.database.models import click_events, link_stats, links
from vayro.settings import Settings

HEADERS = {"Authorization": f"Bearer {API_KEY}"}
ARRIVAL_SECONDS = 60


def make_links(api: str, count: int, topic: str) -> list[str]:
    """Create links through the API; return their generated codes."""
    drafts = [{"target_url": f"https://example.com/{topic}/{number}"} for number in range(count)]
    codes: list[str] = []
    for start in range(0, count, 1000):
        chunk = {"links": drafts[start : start + 1000]}
        answer = httpx.post(f"{api}/v1/links/bulk", json=chunk, headers=HEADERS, timeout=60).raise_for_status()
        codes += [result["link"]["short_code"] for result in answer.json()["results"]]
    return codes


def await_api(settings: Settings) -> str:
    """Return the API's address once it is ready: `vayro up` is, for the tests, as soon as its engine is."""
    api = f"http://127.0.0.1:{settings.api_port}"
    wait_until(lambda: _is_ready(api), seconds=ARRIVAL_SECONDS, what="the API is ready")
    return api


def _is_ready(api: str) -> bool:
    try:
        return httpx.get(f"{api}/health/ready", timeout=5).status_code == 200
    except httpx.HTTPError:
        return False


async def contents(settings: Settings) -> dict[str, Any]:
    """What an owner would miss: links with their destinations, clicks, and what is counted of them."""
    database = open_database(settings, pool_size=1)
    try:
        async with database.read() as connection:
            targets = await connection.execute(select(links.c.short_code, links.c.target_url, links.c.version))
            clicks = await connection.execute(select(click_events.c.referer))
            counted = await connection.scalar(select(func.coalesce(func.sum(link_stats.c.clicks), 0)))
            return {
                "links": {tuple(row) for row in targets},
                "clicks": Counter(clicks.scalars()),
                "counted": int(counted or 0),
            }
    finally:
        await database.close()


async def await_clicks(settings: Settings, wanted: set[str]) -> dict[str, Any]:
    """Return the contents once all these clicks (by Referer) are committed; TimeoutError after a minute."""
    async with asyncio.timeout(ARRIVAL_SECONDS):
        while wanted - set((found := await contents(settings))["clicks"]):
            await asyncio.sleep(0.1)
    return found
