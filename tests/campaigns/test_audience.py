"""From an audience to messages: each number once, with the link of its site, whoever dies on the way."""

import asyncio
import datetime as dt
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Row, select

from tests.campaigns.rows import make_business, make_campaign, make_site, opt_out
from tests.conftest import SettingsFactory
from tests.factories import make_workspace
from vayro.campaigns import audience, repository
from vayro.campaigns.audience import expand_some
from vayro.database.engine import Database, open_database
from vayro.database.models import campaign_messages, campaigns
from vayro.settings import Settings


@pytest.fixture
def settings(settings_factory: SettingsFactory, database_url: str) -> Settings:
    return settings_factory(database_url=database_url)


@pytest.fixture
async def workspace_id(database: Database) -> UUID:
    return (await make_workspace(database, name="Brightline")).id


async def expand(database: Database, settings: Settings, campaign_id: UUID) -> int:
    """All of it; returns in how many steps."""
    for step in range(1, 100):
        if await expand_some(database, settings, campaign_id):
            return step
    raise AssertionError("it does not end")


async def messages_of(database: Database, campaign_id: UUID) -> list[Row[Any]]:
    query = select(campaign_messages).where(campaign_messages.c.campaign_id == campaign_id)
    async with database.read() as connection:
        return list(await connection.execute(query.order_by(campaign_messages.c.phone)))


async def read(database: Database, campaign_id: UUID) -> Row[Any]:
    async with database.read() as connection:
        return (await connection.execute(select(campaigns).where(campaigns.c.id == campaign_id))).one()


async def test_everybody_gets_the_link_of_their_own_site(
    database: Database, settings: Settings, workspace_id: UUID
) -> None:
    sites = {}
    for locale in ("en", "de-CH", "ja"):
        business = await make_business(database, workspace_id, locale=locale)
        sites[business.id] = await make_site(database, business)
    campaign = await make_campaign(database, workspace_id)
    await expand(database, settings, campaign.id)
    found = await messages_of(database, campaign.id)
    assert [message.locale for message in found] == ["en", "de", "en"]
    for message in found:
        site = sites[message.business_id]
        assert (message.site_id, message.link_id, message.status) == (site.id, site.link_id, "queued")
        assert f" {site.short_url} " in message.body
        assert (message.encoding, message.segments) == ("GSM-7", 1)
        assert "Brightline" in message.body


async def test_who_gets_none_is_counted_by_reason(database: Database, settings: Settings, workspace_id: UUID) -> None:
    first = await make_business(database, workspace_id)
    await make_site(database, first)
    await make_site(database, await make_business(database, workspace_id, phone=first.phone))
    await make_site(database, await make_business(database, workspace_id, phone=None))
    await make_business(database, workspace_id)
    await make_site(database, await make_business(database, workspace_id), status="generating")
    await make_site(database, await make_business(database, workspace_id), is_published=False)
    leaver = await make_business(database, workspace_id)
    await make_site(database, leaver)
    await opt_out(database, workspace_id, leaver.phone)
    await make_site(database, await make_business(database, (await make_workspace(database)).id))
    campaign = await make_campaign(database, workspace_id)
    await expand(database, settings, campaign.id)
    found = await messages_of(database, campaign.id)
    assert {message.phone: message.status for message in found} == {first.phone: "queued", leaver.phone: "opted_out"}
    expected = {"no_phone": 1, "no_site": 2, "not_published": 1, "opted_out": 1, "duplicate": 1}
    assert (await read(database, campaign.id)).skipped == expected


async def test_a_site_that_is_made_anew_is_still_written_about(
    database: Database, settings: Settings, workspace_id: UUID
) -> None:
    business = await make_business(database, workspace_id)
    await make_site(database, business, status="generating", completed_at=business.created_at)
    campaign = await make_campaign(database, workspace_id)
    await expand(database, settings, campaign.id)
    assert len(await messages_of(database, campaign.id)) == 1


async def test_a_site_without_a_short_link_is_written_about_with_its_address(
    database: Database, settings: Settings, workspace_id: UUID
) -> None:
    site = await make_site(database, await make_business(database, workspace_id), short_url=None, link_id=None)
    campaign = await make_campaign(database, workspace_id)
    await expand(database, settings, campaign.id)
    [message] = await messages_of(database, campaign.id)
    assert f" {settings.resolved_dashboard_url}/s/{site.subdomain} " in message.body
    assert message.link_id is None


async def test_texts_of_its_own_are_used_in_their_languages(
    database: Database, settings: Settings, workspace_id: UUID
) -> None:
    for locale in ("fr-CA", "de"):
        await make_site(database, await make_business(database, workspace_id, name=f"Chez {locale}", locale=locale))
    campaign = await make_campaign(database, workspace_id, texts={"fr": "Voici {link}, {business}"})
    await expand(database, settings, campaign.id)
    bodies = [message.body for message in await messages_of(database, campaign.id)]
    assert sorted(body.split(" ")[0] for body in bodies) == ["Hallo", "Voici"]


async def test_only_those_of_the_audience_are_written_to(
    database: Database, settings: Settings, workspace_id: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audience, "BATCH", 2)
    made = [await make_business(database, workspace_id, category="cafe" if n % 2 else "bar") for n in range(6)]
    for business in made:
        await make_site(database, business)
    ids = [*(str(business.id) for business in made[:5]), str(uuid4())]
    picked = await make_campaign(database, workspace_id, audience={"business_ids": sorted(ids)})
    filtered = await make_campaign(database, workspace_id, audience={"filter": {"category": "cafe"}})
    assert await expand(database, settings, picked.id) == 3
    assert await expand(database, settings, filtered.id) == 2
    assert {one.business_id for one in await messages_of(database, picked.id)} == {one.id for one in made[:5]}
    assert {one.business_id for one in await messages_of(database, filtered.id)} == {one.id for one in made[1::2]}


async def test_whoever_comes_later_is_not_written_to(
    database: Database, settings: Settings, workspace_id: UUID
) -> None:
    campaign = await make_campaign(database, workspace_id)
    await make_site(database, await make_business(database, workspace_id))
    await expand(database, settings, campaign.id)
    assert await messages_of(database, campaign.id) == []


async def test_two_processes_at_once_make_each_message_once(
    database: Database, settings: Settings, workspace_id: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audience, "BATCH", 3)
    made = [await make_business(database, workspace_id) for _ in range(20)]
    for business in made:
        await make_site(database, business)
    campaign = await make_campaign(database, workspace_id)
    other = open_database(settings)
    await asyncio.gather(*(expand(one, settings, campaign.id) for one in (database, other, database, other)))
    await other.close()
    assert [one.business_id for one in await messages_of(database, campaign.id)] == [one.id for one in made]
    assert (await read(database, campaign.id)).skipped["duplicate"] == 0


async def test_a_step_that_breaks_off_leaves_nothing_and_is_done_again(
    database: Database, settings: Settings, workspace_id: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    await make_site(database, await make_business(database, workspace_id))
    campaign = await make_campaign(database, workspace_id)

    async def die(*_: Any) -> None:
        raise RuntimeError("killed")

    with monkeypatch.context() as patch, pytest.raises(RuntimeError):
        patch.setattr(repository, "update_campaign", die)
        await expand_some(database, settings, campaign.id)
    assert await messages_of(database, campaign.id) == []
    await expand(database, settings, campaign.id)
    assert len(await messages_of(database, campaign.id)) == 1
    assert await expand_some(database, settings, campaign.id)
    assert len(await messages_of(database, campaign.id)) == 1


async def test_a_cancelled_campaign_gets_no_more_messages(
    database: Database, settings: Settings, workspace_id: UUID
) -> None:
    await make_site(database, await make_business(database, workspace_id))
    campaign = await make_campaign(database, workspace_id, status="cancelled")
    assert await expand_some(database, settings, campaign.id)
    assert await messages_of(database, campaign.id) == []


async def test_messages_wait_for_the_end_of_the_quiet_where_they_go(
    database: Database, settings: Settings, workspace_id: UUID
) -> None:
    # The last one is known nowhere: it must not hold up the others, and the zone of the campaign stands in.
    for zone in ("Europe/Berlin", "America/New_York", None, "Mars/Olympus_Mons"):
        await make_site(database, await make_business(database, workspace_id, time_zone=zone))
    start = dt.datetime(2030, 6, 1, 21, tzinfo=dt.UTC)
    quiet = {"quiet_from": "21:00", "quiet_until": "08:00", "time_zone": "Asia/Tokyo"}
    campaign = await make_campaign(database, workspace_id, scheduled_at=start, **quiet)
    await expand(database, settings, campaign.id)
    due = [message.due_at.isoformat(" ", "minutes") for message in await messages_of(database, campaign.id)]
    assert due == ["2030-06-02 06:00+00:00", "2030-06-01 21:00+00:00", *["2030-06-01 23:00+00:00"] * 2]


async def test_a_message_that_cannot_be_made_fails_alone(
    database: Database, settings: Settings, workspace_id: UUID
) -> None:
    await make_site(database, await make_business(database, workspace_id), short_url="https://go.test/" + "x" * 2_000)
    await make_site(database, await make_business(database, workspace_id))
    campaign = await make_campaign(database, workspace_id)
    await expand(database, settings, campaign.id)
    failed, queued = await messages_of(database, campaign.id)
    assert (failed.status, queued.status) == ("failed", "queued")
    assert "at most 10" in failed.error
