"""Clicks by people from somewhere, through the engine, as they are made outside of tests."""

import asyncio
from typing import Any, NamedTuple
from uuid import uuid4

import httpx

from tests.browser.stage import Stage

PATIENCE_SECONDS = 60


class Person(NamedTuple):
    """Where somebody is, with what, and where they come from."""

    address: str
    user_agent: str
    referer: str = ""


_WEBKIT = "AppleWebKit/605.1.15 (KHTML, like Gecko)"
BRIT = Person(
    "81.2.69.160",
    f"Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) {_WEBKIT} Version/17.5 Mobile/15E148 Safari/604.1",
    "https://t.co/abc",
)
AMERICAN = Person("8.8.8.8", "Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0")
JAPANESE = Person("133.1.1.1", "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:127.0) Gecko/20100101 Firefox/127.0")
ROBOT = Person("8.8.4.4", "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)")


async def make_link(stage: Stage, **over: Any) -> dict[str, Any]:
    """Make a link with a generated code."""
    answer = await stage.api.post("/v1/links", json={"target_url": f"https://example.com/{uuid4()}", **over})
    answer.raise_for_status()
    link: dict[str, Any] = answer.json()
    return link


async def click(stage: Stage, link: dict[str, Any], *people: Person) -> None:
    """Let people follow a link."""
    async with httpx.AsyncClient(timeout=60) as client:
        for address, user_agent, referer in people:
            headers = {"X-Forwarded-For": address, "User-Agent": user_agent} | ({"Referer": referer} if referer else {})
            answer = await client.get(f"{stage.engine_url}/{link['short_code']}", headers=headers)
            assert answer.status_code == 302, answer.text


async def counted(stage: Stage, link: dict[str, Any], clicks: int) -> None:
    """Wait until the API counts so many clicks, those of bots included."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            answer = await stage.api.get(f"/v1/analytics/{link['id']}", params={"include_bots": True})
            if answer.json()["totals"]["clicks"] >= clicks:
                return
            await asyncio.sleep(0.1)
