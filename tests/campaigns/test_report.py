"""Reports count what was sent, and what was clicked since."""

import csv
import datetime as dt
import io
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import event, insert, update
from uuid_utils.compat import uuid7

from tests.campaigns.sending_data import ago, make_businesses, make_campaign, make_messages, make_site
from tests.factories import make_click, make_workspace, now
from vayro.campaigns.report import Report, Reports, write_report
from vayro.campaigns.report_repository import Scope, count_clicks_of_campaigns
from vayro.database.engine import Database
from vayro.database.models import businesses, click_events
from vayro.errors import NotFound

SENT = {"status": "sent", "cost_micros": 7_500}


async def make_written(database: Database, count: int = 3) -> tuple[UUID, list[dict[str, Any]]]:
    """A workspace, and businesses with sites and links."""
    workspace = await make_workspace(database)
    found = await make_businesses(database, workspace.id, count)
    for one in found:
        one["link_id"] = (await make_site(database, one))["link_id"]
    return workspace.id, found


async def read(database: Database, scope: Scope, **over: Any) -> Report:
    return (await Reports(database, "USD").read(scope, **over))[0]


async def test_clicks_count_since_the_first_message_of_the_campaign_to_that_business(database: Database) -> None:
    workspace_id, [one, two, three] = await make_written(database)
    first, second = [await make_campaign(database, workspace_id) for _ in range(2)]
    await make_messages(database, first, [one, two], **SENT, sent_at=ago(500))
    await make_messages(database, second, [one], **SENT, sent_at=ago(100))
    for seconds, link in ((600, one), (400, one), (300, one), (50, one), (450, two), (10, three)):
        await make_click(database, link["link_id"], timestamp=ago(seconds))
    await make_click(database, one["link_id"], timestamp=ago(40), is_bot=True)
    by_campaign = [await read(database, Scope(workspace_id, campaign_id=each)) for each in (first, second)]
    assert [(each.clicks, each.sent, each.cost_micros) for each in by_campaign] == [(4, 2, 15_000), (1, 1, 7_500)]
    async with database.read() as connection:
        listed = await count_clicks_of_campaigns(connection, [first, second, uuid7()], ago(700))
    assert listed == {first: 4, second: 1}
    assert [(each.business_id, each.clicks) for each in by_campaign[0].businesses] == [(one["id"], 3), (two["id"], 1)]
    overall = await read(database, Scope(workspace_id))
    assert (overall.sent, overall.clicks, overall.cost_micros) == (3, 4, 22_500)
    assert overall.cost_per_click_micros == 5_625
    alone = await read(database, Scope(workspace_id, business_id=one["id"]))
    assert (alone.sent, alone.clicks, len(alone.businesses)) == (2, 3, 1)
    never = await read(database, Scope(workspace_id, business_id=three["id"]))
    assert (never.sent, never.clicks, never.businesses) == (0, 0, [])


async def test_people_count_once_and_bots_never(database: Database) -> None:
    workspace_id, [one, two, _] = await make_written(database)
    campaign_id = await make_campaign(database, workspace_id)
    await make_messages(database, campaign_id, [one, two], **SENT, sent_at=ago(100))
    for visitor, link in ((1, one), (1, one), (2, one), (1, two)):
        await make_click(database, link["link_id"], visitor_id=visitor)
    await make_click(database, one["link_id"], visitor_id=9, is_bot=True)
    told = await read(database, Scope(workspace_id, campaign_id=campaign_id))
    assert (told.clicks, told.visitors) == (4, 2)
    assert [(each.clicks, each.visitors) for each in told.businesses] == [(3, 2), (1, 1)]


async def test_each_state_is_counted_and_only_what_went_is_sent(database: Database) -> None:
    workspace_id, found = await make_written(database, 7)
    campaign_id = await make_campaign(database, workspace_id)
    states = ("sent", "delivered", "failed", "failed", "unknown", "opted_out", "queued")
    for number, (one, status) in enumerate(zip(found, states, strict=True)):
        await make_messages(database, campaign_id, [one], status=status, sent_at=ago(9) if number < 3 else None)
    told = await read(database, Scope(workspace_id, campaign_id=campaign_id))
    counts = (told.sent, told.delivered, told.failed, told.unknown, told.opted_out)
    assert counts == (3, 1, 2, 1, 1)


async def test_a_deal_pays_for_the_campaign(database: Database) -> None:
    workspace_id, [one, two, three] = await make_written(database)
    campaign_id = await make_campaign(database, workspace_id)
    await make_messages(database, campaign_id, [one, two], status="sent", cost_micros=50_000, sent_at=ago(9))
    before = await read(database, Scope(workspace_id, campaign_id=campaign_id))
    assert (before.deal_value_micros, before.return_on_investment, before.cost_per_click_micros) == (None, None, None)
    async with database.transaction() as connection:
        for each in (one, three):  # nobody wrote to the third
            won = update(businesses).where(businesses.c.id == each["id"]).values(deal_value_micros=1_100_000)
            await connection.execute(won)
    told = await read(database, Scope(workspace_id, campaign_id=campaign_id))
    assert (told.deal_value_micros, told.return_on_investment) == (1_100_000, 10.0)
    assert {each.business_id: each.is_won for each in told.businesses} == {one["id"]: True, two["id"]: False}


async def test_a_time_bounds_messages_and_clicks(database: Database) -> None:
    workspace_id, [one, _, _] = await make_written(database)
    for seconds in (900, 500, 100):
        await make_messages(database, await make_campaign(database, workspace_id), [one], **SENT, sent_at=ago(seconds))
    for seconds in (950, 800, 450, 50):
        await make_click(database, one["link_id"], timestamp=ago(seconds))
    told = await read(database, Scope(workspace_id, start=ago(600), end=ago(200)))
    assert (told.sent, told.clicks) == (1, 1)


async def test_pages_hold_each_business_once(database: Database) -> None:
    workspace_id, found = await make_written(database, 7)
    campaign_id = await make_campaign(database, workspace_id)
    await make_messages(database, campaign_id, found, **SENT, sent_at=ago(50))
    for one in found[:3]:
        await make_click(database, one["link_id"])
    reports, seen, after = Reports(database, "USD"), [], None
    while True:
        told, after = await reports.read(Scope(workspace_id, campaign_id=campaign_id), 2, after)
        seen += [(each.clicks, each.business_id) for each in told.businesses]
        if after is None:
            break
    assert seen == sorted(seen, key=lambda each: (-each[0], each[1]))
    assert {each for _, each in seen} == {one["id"] for one in found}
    assert len(seen) == 7


async def test_what_is_another_workspaces_is_not_found(database: Database) -> None:
    workspace_id, [one, _, _] = await make_written(database)
    campaign_id = await make_campaign(database, workspace_id)
    stranger = (await make_workspace(database)).id
    for scope in (Scope(stranger, campaign_id=campaign_id), Scope(stranger, business_id=one["id"])):
        with pytest.raises(NotFound):
            await read(database, scope)
    assert (await read(database, Scope(stranger))).businesses == []


async def test_a_file_holds_no_formula(database: Database) -> None:
    workspace = await make_workspace(database)
    hostile = '=HYPERLINK("http://x"),"\n<script>'
    [one] = await make_businesses(database, workspace.id, 1, name=hostile, deal_value_micros=1_234_500_000)
    campaign_id = await make_campaign(database, workspace.id)
    await make_messages(database, campaign_id, [one], **SENT, sent_at=ago(9))
    told = await read(database, Scope(workspace.id, campaign_id=campaign_id))
    [row] = csv.DictReader(io.StringIO(write_report(told).decode(), newline=""))
    assert row["name"] == f"'{hostile}"
    assert (row["cost"], row["deal_value"], row["currency"]) == ("0.007500", "1234.500000", "USD")


async def test_ten_thousand_businesses_take_as_many_statements_as_one(database: Database) -> None:
    workspace_id, [one, _, _] = await make_written(database)
    small = await make_campaign(database, workspace_id)
    await make_messages(database, small, [one], **SENT, sent_at=ago(90))
    many = await make_businesses(database, workspace_id, 10_000)
    for each in many:
        each["link_id"] = uuid7()
    large = await make_campaign(database, workspace_id)
    await make_messages(database, large, many, **SENT, sent_at=ago(90))
    clicked = [
        {
            "id": uuid7(), "timestamp": now() - dt.timedelta(seconds=number % 60), "link_id": each["link_id"],
            "device_type": "mobile", "is_bot": False, "visitor_id": number,
        }
        for number, each in enumerate(many[:2_000])
    ]  # fmt: skip
    async with database.transaction() as connection:
        await connection.execute(insert(click_events), clicked)
    asked: list[str] = []
    event.listen(database.engine.sync_engine, "before_cursor_execute", lambda *told: asked.append(told[2]))
    await read(database, Scope(workspace_id, campaign_id=small))
    few, _ = len(asked), asked.clear()
    told = await read(database, Scope(workspace_id, campaign_id=large))
    assert len(asked) == few
    assert (told.sent, told.clicks, told.visitors, len(told.businesses)) == (10_000, 2_000, 2_000, 200)
