"""Campaigns as rows, ready to be sent; and a sender that sends them."""

import asyncio
import contextlib
import datetime as dt
import itertools
from collections.abc import AsyncIterator, Sequence
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import func, insert, select
from uuid_utils.compat import uuid7

from tests.factories import make_link, make_workspace, now
from vayro.campaigns.sending import CampaignSender
from vayro.database.engine import Database
from vayro.database.models import businesses, campaign_messages, campaigns, opt_outs, sites
from vayro.observability import get_metrics
from vayro.settings import Settings

SECONDS = 60
_numbers = itertools.count(1)


def phone_of(number: int) -> str:
    """A number of its own, E.164."""
    return f"+49151{10_000_000 + number}"


async def make_businesses(database: Database, workspace_id: UUID, count: int, **over: Any) -> list[dict[str, Any]]:
    """Businesses with a number each, without sites."""
    rows = [
        {
            "id": uuid7(),
            "workspace_id": workspace_id,
            "name": f"Business {(number := next(_numbers))}",
            "category": None,
            "phone": phone_of(number),
            "email": None,
            "address": None,
            "country": "DE",
            "locale": "en",
            "time_zone": None,
            "notes": None,
            "deal_value_micros": None,
            "created_at": now(),
            "updated_at": now(),
            **over,
        }
        for _ in range(count)
    ]
    async with database.transaction() as connection:
        await connection.execute(insert(businesses), rows)
    return rows


async def make_site(database: Database, business: dict[str, Any], link_id: UUID | None = None) -> dict[str, Any]:
    """The completed site of a business, with a link."""
    link = link_id or (await make_link(database, workspace_id=business["workspace_id"])).id
    row = site_row(business, link)
    async with database.transaction() as connection:
        await connection.execute(insert(sites).values(row))
    return row


def site_row(business: dict[str, Any], link_id: UUID) -> dict[str, Any]:
    return {
        "id": uuid7(),
        "workspace_id": business["workspace_id"],
        "business_id": business["id"],
        "subdomain": f"site-{business['id']}",
        "generator": "template",
        "design": "classic",
        "status": "completed",
        "step": "done",
        "generation_id": uuid7(),
        "generations": 1,
        "is_published": True,
        "cost_micros": 0,
        "created_at": now(),
        "updated_at": now(),
        "link_id": link_id,
        "short_url": f"https://go.test/{link_id}",
    }


async def make_campaign(database: Database, workspace_id: UUID, **over: Any) -> UUID:
    """A running campaign whose messages are all there."""
    row = {
        "id": uuid7(),
        "workspace_id": workspace_id,
        "user_id": None,
        "name": "Spring",
        "status": "running",
        "variant": "friendly",
        "texts": {},
        "audience": {},
        "provider": "outbox",
        "rate_per_second": 1_000,
        "time_zone": "UTC",
        "is_prepared": True,
        "skipped": {},
        "currency": "USD",
        "created_at": now(),
        "updated_at": now(),
        **over,
    }
    async with database.transaction() as connection:
        await connection.execute(insert(campaigns).values(row))
    return UUID(str(row["id"]))


async def make_messages(
    database: Database, campaign_id: UUID, wanted: Sequence[dict[str, Any]], **over: Any
) -> list[UUID]:
    """A queued message to each business, due since ten minutes, with its `link_id` if it has one."""
    rows = [
        {
            "id": uuid7(),
            "campaign_id": campaign_id,
            "workspace_id": one["workspace_id"],
            "business_id": one["id"],
            "site_id": one["id"],
            "link_id": one.get("link_id"),
            "phone": one["phone"],
            "locale": "en",
            "body": f"Hello {one['name']}",
            "encoding": "GSM-7",
            "segments": 1,
            "status": "queued",
            "due_at": ago(600),
            "attempts": 0,
            "cost_micros": 0,
            "created_at": now(),
            "updated_at": now(),
            **over,
        }
        for one in wanted
    ]
    async with database.transaction() as connection:
        for start in range(0, len(rows), 1_000):
            await connection.execute(insert(campaign_messages), rows[start : start + 1_000])
    return [row["id"] for row in rows]


async def make_ready(database: Database, count: int, **over: Any) -> tuple[UUID, list[dict[str, Any]], list[UUID]]:
    """A running campaign of a new workspace: its identifier, the businesses, and their messages."""
    workspace = await make_workspace(database)
    found = await make_businesses(database, workspace.id, count)
    campaign_id = await make_campaign(database, workspace.id, **over)
    return campaign_id, found, await make_messages(database, campaign_id, found)


async def add_opt_out(database: Database, workspace_id: UUID, phone: str, source: str = "manual") -> None:
    row = {"workspace_id": workspace_id, "phone": phone, "source": source, "keyword": None, "created_at": now()}
    async with database.transaction() as connection:
        await connection.execute(insert(opt_outs).values(row))


async def counts_of(database: Database, campaign_id: UUID) -> dict[str, int]:
    """How many messages are in each state."""
    own = campaign_messages.c.campaign_id == campaign_id
    query = select(campaign_messages.c.status, func.count()).where(own).group_by(campaign_messages.c.status)
    async with database.read() as connection:
        return {row[0]: row[1] for row in await connection.execute(query)}


async def message_of(database: Database, message_id: UUID) -> Any:
    async with database.read() as connection:
        query = select(campaign_messages).where(campaign_messages.c.id == message_id)
        return (await connection.execute(query)).one()


async def status_of(database: Database, campaign_id: UUID) -> str:
    async with database.read() as connection:
        return str(await connection.scalar(select(campaigns.c.status).where(campaigns.c.id == campaign_id)))


@contextlib.asynccontextmanager
async def sending(settings: Settings, database: Database) -> AsyncIterator[CampaignSender]:
    """A sender that runs while the block does."""
    stopped, sender = asyncio.Event(), CampaignSender(settings, database, get_metrics())
    task = asyncio.create_task(sender.run(stopped))
    try:
        yield sender
    finally:
        stopped.set()
        await task


async def until_completed(database: Database, campaign_id: UUID, seconds: float = SECONDS) -> None:
    async with asyncio.timeout(seconds):
        while await status_of(database, campaign_id) != "completed":
            await asyncio.sleep(0.05)


def lines_of(settings: Settings, campaign_id: UUID) -> list[dict[str, Any]]:
    """What the outbox holds of a campaign."""
    path = settings.data_dir / "outbox" / f"{campaign_id}.jsonl"
    return [orjson.loads(line) for line in path.read_bytes().splitlines()] if path.exists() else []


def ago(seconds: float) -> dt.datetime:
    return now() - dt.timedelta(seconds=seconds)
