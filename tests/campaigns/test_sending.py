"""The queue: who is written to, when, how often, and what is left behind by those who die."""

import asyncio
import datetime as dt
from collections import Counter
from uuid import UUID

import pytest
from sqlalchemy import select, update
from uuid_utils.compat import uuid7

from tests.campaigns.sending_data import (
    SECONDS,
    add_opt_out,
    ago,
    counts_of,
    lines_of,
    make_campaign,
    make_messages,
    make_ready,
    message_of,
    sending,
    status_of,
    until_completed,
)
from tests.factories import make_workspace, now
from vayro.campaigns.claims import Claim, Claimant, claim
from vayro.campaigns.handover import UNKNOWN
from vayro.campaigns.opt_outs import opt_out_for_all
from vayro.campaigns.quiet import next_allowed
from vayro.database.engine import Database
from vayro.database.models import businesses, campaign_messages, campaigns
from vayro.database.models.campaigns import EVERYONE
from vayro.settings import Settings

EVERYBODY = Claimant(UUID(int=7), 1_000, 60, 10_000)


async def take(
    database: Database, campaign_id: UUID, who: Claimant = EVERYBODY, at: dt.datetime | None = None
) -> Claim:
    async with database.transaction() as connection:
        return await claim(connection, campaign_id, who, at or now(), next_allowed)


async def test_each_is_written_to_once_and_the_campaign_ends(settings: Settings, database: Database) -> None:
    campaign_id, found, ids = await make_ready(database, 120)
    async with sending(settings, database):
        await until_completed(database, campaign_id)
    lines = lines_of(settings, campaign_id)
    assert Counter(line["to"] for line in lines) == Counter(one["phone"] for one in found)
    assert {line["id"] for line in lines} == set(map(str, ids))
    assert await counts_of(database, campaign_id) == {"sent": 120}
    row = await message_of(database, ids[0])
    assert (row.cost_micros, row.attempts, row.claimed_by, row.error) == (7_500, 1, None, None)
    assert row.sent_at is not None


async def test_three_senders_at_once_write_to_each_once(settings: Settings, database: Database) -> None:
    campaign_id, found, _ = await make_ready(database, 150)
    async with sending(settings, database), sending(settings, database), sending(settings, database):
        await until_completed(database, campaign_id)
    assert len(lines_of(settings, campaign_id)) == len(found) == 150


async def test_opt_outs_of_the_workspace_and_of_everyone_are_honoured_at_the_last_moment(
    settings: Settings, database: Database
) -> None:
    campaign_id, found, _ = await make_ready(database, 10)
    await add_opt_out(database, found[0]["workspace_id"], found[0]["phone"])
    await add_opt_out(database, EVERYONE, found[1]["phone"], "keyword")
    await add_opt_out(database, (await make_workspace(database)).id, found[2]["phone"])
    async with sending(settings, database):
        await until_completed(database, campaign_id)
    assert await counts_of(database, campaign_id) == {"sent": 8, "opted_out": 2}
    assert {line["to"] for line in lines_of(settings, campaign_id)} == {one["phone"] for one in found[2:]}


async def test_a_stop_ends_what_waits_in_every_campaign(database: Database) -> None:
    _, found, ids = await make_ready(database, 2, status="paused")
    other = await make_campaign(database, found[0]["workspace_id"])
    [elsewhere] = await make_messages(database, other, found[:1])
    assert await opt_out_for_all(database, found[0]["phone"], source="keyword", keyword="STOP") == 2
    states = [(await message_of(database, one)).status for one in (ids[0], elsewhere, ids[1])]
    assert states == ["opted_out", "opted_out", "queued"]
    assert await opt_out_for_all(database, found[0]["phone"], source="keyword", keyword="STOP") == 0


@pytest.mark.parametrize("status", ["paused", "cancelled", "completed", "scheduled", "preparing"])
async def test_nothing_is_taken_of_a_campaign_that_does_not_run(database: Database, status: str) -> None:
    campaign_id, _, _ = await make_ready(database, 3, status=status)
    made = await take(database, campaign_id)
    assert (made.is_over, made.taken) == (True, [])


async def test_a_pause_is_felt_at_once_and_taken_back(settings: Settings, database: Database) -> None:
    campaign_id, _, _ = await make_ready(database, 60, rate_per_second=20)
    async with sending(settings, database):
        await until_sent(database, campaign_id, 5)
        await set_status(database, campaign_id, "paused")
        # What was claimed before the pause is recorded; after that nothing moves, however often one looks.
        async with asyncio.timeout(SECONDS):
            while (await counts_of(database, campaign_id)).get("sending"):
                await asyncio.sleep(0.02)
        before = await counts_of(database, campaign_id)
        for _ in range(10):
            assert (await take(database, campaign_id)).is_over
        assert before == await counts_of(database, campaign_id)
        assert before["queued"] > 0
        await set_status(database, campaign_id, "running")
        await until_completed(database, campaign_id)
    assert len(lines_of(settings, campaign_id)) == 60


async def test_the_rate_of_the_campaign_holds_over_all_who_claim(database: Database) -> None:
    campaign_id, _, _ = await make_ready(database, 100, rate_per_second=10)
    start, taken = now(), []
    for step in range(101):  # ten seconds in steps of 0.1 s, two claimants
        at = start + dt.timedelta(seconds=step / 10)
        for number in (1, 2):
            made = await take(database, campaign_id, Claimant(UUID(int=number), 50, 60, 10_000), at)
            taken += [at] * len(made.taken)
    assert 95 <= len(taken) <= 102
    for first in taken:
        assert sum(first <= each < first + dt.timedelta(seconds=1) for each in taken) <= 12


async def test_the_ceiling_of_the_installation_holds_over_all_campaigns(database: Database) -> None:
    found = [(await make_ready(database, 60, rate_per_second=500))[0] for _ in range(3)]
    start, taken = now(), 0
    for step in range(21):
        for campaign_id in found:
            who = Claimant(uuid7(), 50, 60, 20)
            taken += len((await take(database, campaign_id, who, start + dt.timedelta(seconds=step / 10))).taken)
    assert 36 <= taken <= 46


async def test_what_is_not_due_yet_waits(settings: Settings, database: Database) -> None:
    campaign_id, found, _ = await make_ready(database, 3)
    await make_messages(
        database, await make_campaign(database, found[0]["workspace_id"]), found, due_at=now() + dt.timedelta(hours=1)
    )
    made = await take(database, campaign_id, at=ago(3_600))
    assert (made.taken, made.is_idle) == ([], True)


async def test_in_quiet_hours_a_message_moves_to_the_morning_of_its_reader(database: Database) -> None:
    campaign_id, found, ids = await make_ready(
        database, 3, quiet_from="21:00", quiet_until="08:00", time_zone="Europe/Berlin"
    )
    async with database.transaction() as connection:
        for number, zone in ((1, "Asia/Tokyo"), (2, "Mars/Olympus_Mons")):
            one = businesses.c.id == found[number]["id"]
            await connection.execute(update(businesses).where(one).values(time_zone=zone))
    evening = dt.datetime(2027, 1, 4, 21, 30, tzinfo=dt.UTC)  # 22:30 in Berlin, 6:30 in Tokyo
    async with database.transaction() as connection:
        await connection.execute(update(campaign_messages).values(due_at=evening - dt.timedelta(minutes=10)))
    made = await take(database, campaign_id, at=evening)
    assert (made.taken, made.moved) == ([], 3)
    dues = [(await message_of(database, one)).due_at for one in ids]
    assert dues == [
        dt.datetime(2027, 1, 5, 7, tzinfo=dt.UTC),
        dt.datetime(2027, 1, 4, 23, tzinfo=dt.UTC),
        dt.datetime(2027, 1, 5, 7, tzinfo=dt.UTC),  # nobody knows that zone: the campaign's stands in
    ]
    assert len((await take(database, campaign_id, at=dues[1])).taken) == 1


async def test_what_a_dead_sender_left_is_sent_again_once_under_its_name(
    settings: Settings, database: Database
) -> None:
    campaign_id, _, ids = await make_ready(database, 20)
    await take(database, campaign_id, Claimant(uuid7(), 8, 60, 10_000), ago(120))
    assert (await counts_of(database, campaign_id))["sending"] == 8
    async with sending(settings, database):
        await until_completed(database, campaign_id)
    assert sorted(line["id"] for line in lines_of(settings, campaign_id)) == sorted(map(str, ids))


async def test_what_a_dead_sender_left_of_a_provider_without_idempotency_is_unknown_and_stays_so(
    settings: Settings, database: Database
) -> None:
    campaign_id, _, ids = await make_ready(database, 3, provider="gateway")
    await take(database, campaign_id, at=ago(120))
    over = {"sms_gateway_url": "http://127.0.0.1:9", "sms_gateway_secret": "s" * 16}
    told = Settings(_env_file=None, **{**settings.model_dump(), **over})
    async with sending(told, database):
        await until_completed(database, campaign_id)
    assert await counts_of(database, campaign_id) == {"unknown": 3}
    assert (await message_of(database, ids[0])).error == UNKNOWN


async def test_a_scheduled_campaign_starts_when_it_is_due(settings: Settings, database: Database) -> None:
    campaign_id, _, _ = await make_ready(database, 2, status="scheduled", scheduled_at=ago(1))
    later, _, _ = await make_ready(database, 2, status="preparing", scheduled_at=now() + dt.timedelta(hours=1))
    async with sending(settings, database):
        await until_completed(database, campaign_id)
        async with asyncio.timeout(SECONDS):
            while await status_of(database, later) != "scheduled":
                await asyncio.sleep(0.05)
    assert await counts_of(database, later) == {"queued": 2}


async def test_a_campaign_whose_provider_is_not_set_up_is_put_aside_and_says_why(
    settings: Settings, database: Database
) -> None:
    campaign_id, _, _ = await make_ready(database, 1, provider="twilio")
    async with sending(settings, database), asyncio.timeout(SECONDS):
        while await status_of(database, campaign_id) != "paused":
            await asyncio.sleep(0.05)
    async with database.read() as connection:
        note = await connection.scalar(select(campaigns.c.note).where(campaigns.c.id == campaign_id))
    assert "VAYRO_TWILIO_ACCOUNT_SID" in str(note)


async def until_sent(database: Database, campaign_id: UUID, count: int) -> None:
    async with asyncio.timeout(SECONDS):
        while (await counts_of(database, campaign_id)).get("sent", 0) < count:
            await asyncio.sleep(0.02)


async def set_status(database: Database, campaign_id: UUID, status: str) -> None:
    async with database.transaction() as connection:
        await connection.execute(update(campaigns).where(campaigns.c.id == campaign_id).values(status=status))
