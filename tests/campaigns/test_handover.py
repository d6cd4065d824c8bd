"""Senders with providers on the network: an answer that is lost, a number that refuses, a message that is found."""

import email.utils
from collections.abc import Callable
from typing import Any

import pytest

from tests.campaigns.sending_data import (
    ago,
    counts_of,
    make_campaign,
    make_messages,
    make_ready,
    message_of,
    sending,
    until_completed,
)
from tests.campaigns.sms_server import Answer, Asked, sms_server
from tests.campaigns.test_gateway import LOOPBACK
from tests.campaigns.test_sending import take
from tests.campaigns.test_twilio import ACCOUNT, message
from tests.conftest import SettingsFactory
from tests.factories import now
from vayro.campaigns.handover import UNKNOWN
from vayro.campaigns.opt_outs import OptOuts
from vayro.database.engine import Database
from vayro.settings import Settings

MakeSettings = Callable[..., Settings]


@pytest.fixture
def make_settings(settings_factory: SettingsFactory, database_url: str) -> MakeSettings:
    def make(url: str, **over: Any) -> Settings:
        gateway = {"sms_gateway_url": url, "sms_gateway_secret": "a secret of the gateway"}
        twilio = {"twilio_url": url, "twilio_account_sid": ACCOUNT, "twilio_auth_token": "t", "twilio_from": "+1"}
        quick = {"sms_claim_seconds": 2, "sms_timeout_seconds": 3, "egress_allow": LOOPBACK}
        return settings_factory(database_url=database_url, **gateway, **twilio, **quick, **over)

    return make


async def test_an_answer_that_is_lost_is_asked_for_again_under_the_same_key_where_that_is_safe(
    make_settings: MakeSettings, database: Database
) -> None:
    campaign_id, _, [message_id] = await make_ready(database, 1, provider="gateway")
    asked: list[Asked] = []

    def answer(one: Asked) -> Answer:
        asked.append(one)
        return (200, {"id": "g-1", "cost_micros": 9_000}) if len(asked) > 1 else None

    async with sms_server(answer) as server:
        async with sending(make_settings(server.url, sms_gateway_idempotent=True), database):
            await until_completed(database, campaign_id)
        assert [one.headers["idempotency-key"] for one in server.asked] == [str(message_id)] * 2
    row = await message_of(database, message_id)
    assert (row.status, row.provider_message_id, row.cost_micros, row.attempts) == ("sent", "g-1", 9_000, 2)


async def test_an_answer_that_is_lost_is_unknown_where_asking_again_would_send_it_twice(
    make_settings: MakeSettings, database: Database
) -> None:
    campaign_id, _, [message_id] = await make_ready(database, 1, provider="gateway")
    async with sms_server(lambda _: None) as server:
        async with sending(make_settings(server.url), database):
            await until_completed(database, campaign_id)
        assert len(server.asked) == 1
    row = await message_of(database, message_id)
    assert (row.status, row.error) == ("unknown", UNKNOWN)


async def test_what_is_refused_fails_and_says_why_and_the_others_are_sent(
    make_settings: MakeSettings, database: Database
) -> None:
    campaign_id, found, ids = await make_ready(database, 5, provider="gateway")

    def answer(one: Asked) -> Answer:
        return (400, {"detail": "no mobile number"}) if one.json["to"] == found[2]["phone"] else (200, {})

    async with sms_server(answer) as server, sending(make_settings(server.url), database):
        await until_completed(database, campaign_id)
    assert await counts_of(database, campaign_id) == {"sent": 4, "failed": 1}
    assert (await message_of(database, ids[2])).error == "The gateway answered 400: no mobile number"


async def test_twilios_21610_is_an_opt_out_for_all_who_send_from_here(
    make_settings: MakeSettings, database: Database
) -> None:
    campaign_id, [one], [message_id] = await make_ready(database, 1, provider="twilio")
    later = await make_campaign(database, one["workspace_id"], status="paused")
    [waiting] = await make_messages(database, later, [one])
    refused = (400, {"code": 21610, "message": "unsubscribed", "status": 400})
    async with sms_server(lambda _: refused) as server, sending(make_settings(server.url), database):
        await until_completed(database, campaign_id)
    assert [(await message_of(database, each)).status for each in (message_id, waiting)] == ["opted_out"] * 2
    [seen], _ = await OptOuts(database).list_some(one["workspace_id"], 10)
    assert (seen.phone, seen.source) == (one["phone"], "provider")


@pytest.mark.parametrize("is_listed", [True, False], ids=["found", "not found"])
async def test_what_a_dead_sender_left_is_looked_for_at_twilio_and_not_sent_again(
    make_settings: MakeSettings, database: Database, *, is_listed: bool
) -> None:
    campaign_id, [one], [message_id] = await make_ready(database, 1, provider="twilio")
    await take(database, campaign_id, at=ago(120))
    body = (await message_of(database, message_id)).body
    at = email.utils.format_datetime(now().replace(microsecond=0))
    listed = [message(to=one["phone"], body=body, date_created=at, price="-0.0100")] if is_listed else []
    page = {"messages": listed, "page": 0, "page_size": 50, "next_page_uri": None, "uri": "/x", "end": 0, "start": 0}
    async with sms_server(lambda _: (200, page)) as server:
        async with sending(make_settings(server.url), database):
            await until_completed(database, campaign_id)
        assert {asked.method for asked in server.asked} == {"GET"}
    row = await message_of(database, message_id)
    if is_listed:
        assert (row.status, row.provider_message_id, row.cost_micros) == ("sent", "SM" + "1" * 32, 10_000)
    else:
        assert (row.status, row.error) == ("unknown", UNKNOWN)
