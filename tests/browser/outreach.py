"""Businesses with sites, made by the API: whom campaigns write to."""

import asyncio
import json
from collections.abc import Iterable
from typing import Any

from tests.browser.stage import Stage

PATIENCE_SECONDS = 120
# Numbers that exist for nobody: the United Kingdom keeps them for fiction.
PHONES = tuple(f"+4420794600{number:02d}" for number in range(100))


async def make_businesses(stage: Stage, names: Iterable[str], *, first: int = 0, **over: Any) -> list[dict[str, Any]]:
    """Make businesses with a number each, from the given one on, and return them."""
    rows = [{"name": name, "phone": phone, **over} for name, phone in zip(names, PHONES[first:], strict=False)]
    answer = await stage.api.post("/v1/businesses/bulk", json={"businesses": rows})
    answer.raise_for_status()
    return [result["business"] for result in answer.json()["results"]]


async def make_sites(stage: Stage, businesses: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Generate the site of each business, and return them when all are completed."""
    ids = [business["id"] for business in businesses]
    answer = await stage.api.post("/v1/sites/bulk", json={"business_ids": ids})
    answer.raise_for_status()
    made = [result["site"]["id"] for result in answer.json()["results"]]
    async with asyncio.timeout(PATIENCE_SECONDS):
        return [await _completed(stage, site_id) for site_id in made]


async def _completed(stage: Stage, site_id: str) -> dict[str, Any]:
    while True:
        site: dict[str, Any] = (await stage.api.get(f"/v1/sites/{site_id}")).json()
        assert site["status"] != "failed", site["error"]
        if site["status"] == "completed":
            return site
        await asyncio.sleep(0.1)


async def make_audience(stage: Stage, *names: str, **over: Any) -> list[dict[str, Any]]:
    """Make businesses with sites, and return the sites."""
    return await make_sites(stage, await make_businesses(stage, names, **over))


async def wait_for_campaign(stage: Stage, campaign_id: str, status: str = "completed") -> None:
    """Wait until a campaign is that far."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while (await stage.api.get(f"/v1/campaigns/{campaign_id}")).json()["status"] != status:
            await asyncio.sleep(0.2)


def read_outbox(stage: Stage, campaign_id: str) -> list[dict[str, Any]]:
    """Return the messages that the outbox holds of a campaign."""
    path = stage.site.settings.data_dir / "outbox" / f"{campaign_id}.jsonl"
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
