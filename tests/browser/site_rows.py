"""Businesses and sites put there, as people find them later."""

import asyncio
from typing import Any

from sqlalchemy import update

from tests.browser.stage import Stage
from vayro.database.engine import open_database
from vayro.database.models import sites

SECONDS = 60


async def add_business(stage: Stage, name: str, **over: Any) -> str:
    """Keep a business; return its id."""
    answer = await stage.api.post("/v1/businesses", json={"name": name, **over})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def generate(stage: Stage, business_id: str) -> dict[str, Any]:
    """Have a site made, and return it once it is there."""
    answer = await stage.api.post("/v1/sites", json={"business_id": business_id})
    return await finish(stage, answer.json()["id"])


async def finish(stage: Stage, site_id: str) -> dict[str, Any]:
    """Return a site once its generation is over."""

    async with asyncio.timeout(SECONDS):
        while True:
            site: dict[str, Any] = (await stage.api.get(f"/v1/sites/{site_id}")).json()
            if site["status"] in {"completed", "failed"}:
                return site
            await asyncio.sleep(0.1)


async def fail(stage: Stage, site_id: str, why: str) -> None:
    """Leave a site as a generation leaves it that went wrong at its check."""
    database = open_database(stage.site.settings)
    try:
        async with database.transaction() as connection:
            values = {"status": "failed", "step": "check", "error": why}
            await connection.execute(update(sites).where(sites.c.id == site_id).values(values))
    finally:
        await database.close()
