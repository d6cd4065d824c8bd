"""Businesses and sites for tests of campaigns, as rows. Each returns the stored row."""

import itertools
from typing import Any
from uuid import UUID

from sqlalchemy import Row, insert
from uuid_utils.compat import uuid7

from tests.factories import now
from vayro.database.engine import Database
from vayro.database.models import businesses, campaigns, opt_outs, sites

_numbers = itertools.count(1)
SHORT = "https://go.test/"


async def make_business(database: Database, workspace_id: UUID, **over: Any) -> Row[Any]:
    """A business with a telephone, in the English-speaking part of nowhere."""
    number = next(_numbers)
    values: dict[str, Any] = dict.fromkeys(("category", "email", "address", "country", "time_zone", "notes"))
    values |= {"id": uuid7(), "workspace_id": workspace_id, "name": f"Bakery {number}", "locale": "en"}
    values |= {"phone": f"+1415{5_550_000 + number}", "deal_value_micros": None}
    values |= {"created_at": now(), "updated_at": now(), **over}
    return await _store(database, businesses, values)


async def make_site(database: Database, business: Row[Any], **over: Any) -> Row[Any]:
    """A published site with its short link (the address alone: no row in `links`)."""
    number = next(_numbers)
    empty = ("user_id", "custom_domain", "verification_token", "verified_at", "checked_at", "brief", "error", "note")
    values: dict[str, Any] = dict.fromkeys((*empty, "content", "html", "etag", "completed_at"))
    values |= {"id": uuid7(), "workspace_id": business.workspace_id, "business_id": business.id}
    values |= {"subdomain": f"site-{number}", "generator": "template", "design": "plain", "status": "completed"}
    values |= {"step": "done", "generation_id": uuid7(), "generations": 1, "is_published": True, "cost_micros": 0}
    values |= {"created_at": now(), "updated_at": now(), "link_id": uuid7(), "short_url": f"{SHORT}s{number:05}"}
    return await _store(database, sites, values | over)


async def make_campaign(database: Database, workspace_id: UUID, **over: Any) -> Row[Any]:
    """A campaign to everybody, about to be prepared, without quiet hours."""
    values: dict[str, Any] = dict.fromkeys(("user_id", "quiet_from", "quiet_until", "scheduled_at", "prepared_until"))
    values |= dict.fromkeys(("note", "started_at", "finished_at"))
    values |= {"id": uuid7(), "workspace_id": workspace_id, "name": "Spring", "status": "preparing"}
    values |= {"variant": "friendly", "texts": {}, "audience": {"filter": {}}, "provider": "outbox"}
    values |= {"rate_per_second": 10, "time_zone": "UTC", "is_prepared": False, "skipped": {}, "currency": "USD"}
    return await _store(database, campaigns, values | {"created_at": now(), "updated_at": now()} | over)


async def opt_out(database: Database, workspace_id: UUID, phone: str) -> Row[Any]:
    values = {"workspace_id": workspace_id, "phone": phone, "source": "manual", "keyword": None, "created_at": now()}
    return await _store(database, opt_outs, values)


async def _store(database: Database, table: Any, values: dict[str, Any]) -> Row[Any]:
    async with database.transaction() as connection:
        row: Row[Any] = (await connection.execute(insert(table).values(values).returning(table))).one()
        return row
