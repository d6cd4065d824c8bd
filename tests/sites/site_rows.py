"""A business and its site, as rows: for tests that care for nothing but what visitors get."""

import datetime as dt
from typing import Any

from sqlalchemy import insert, select
from uuid_utils.compat import uuid7

from tests.factories import make_workspace
from vayro.database.engine import Database
from vayro.database.models.sites import Business, Site

PAGE = "<!doctype html><html><title>Rossi</title><p>Here is Rossi.</p></html>"


async def make_site(database: Database, **over: Any) -> Any:
    """A published site whose page is there already."""
    now = dt.datetime.now(dt.UTC)
    workspace_id = over.pop("workspace_id", None) or (await make_workspace(database)).id
    stamps = {"workspace_id": workspace_id, "created_at": now, "updated_at": now}
    business = {"id": uuid7(), "name": "Rossi", "locale": "en", **stamps}
    site = {
        "id": uuid7(),
        "business_id": business["id"],
        "subdomain": f"site-{uuid7()}",
        "generator": "template",
        "design": "market",
        "status": "completed",
        "step": "done",
        "generations": 1,
        "html": PAGE,
        "is_published": True,
        "cost_micros": 0,
        "generation_id": uuid7(),
        **stamps,
        **over,
    }
    async with database.transaction() as connection:
        await connection.execute(insert(Business.__table__).values(business))
        await connection.execute(insert(Site.__table__).values(site))
        found = await connection.execute(select(Site.__table__).where(Site.__table__.c.id == site["id"]))
        return found.one()
