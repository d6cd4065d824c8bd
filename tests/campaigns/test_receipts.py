"""Receipts: signed, late, twice and in any order; and what people answer."""

import itertools
from typing import Any
from uuid import UUID

import orjson
import pytest
from sqlalchemy import update
from twilio.request_validator import RequestValidator
from uuid_utils.compat import uuid7

from tests.campaigns.sending_data import add_opt_out, make_ready, message_of
from tests.conftest import SettingsFactory
from tests.factories import now
from vayro.campaigns.claims import Outcome, record
from vayro.campaigns.receipts import Receipts
from vayro.campaigns.signing import sign
from vayro.database.engine import Database
from vayro.database.models import campaign_messages
from vayro.errors import Forbidden, NotFound, RequestError
from vayro.observability import get_metrics

TOKEN, SECRET, PUBLIC = "twilio's token", "a secret of the gateway", "https://app.example.com"
PATH = "/v1/campaigns/receipts/twilio"
SID = "SM" + "1" * 32


@pytest.fixture
def receipts(settings_factory: SettingsFactory, database: Database) -> Receipts:
    named = {"twilio_auth_token": TOKEN, "sms_gateway_secret": SECRET, "dashboard_url": PUBLIC}
    return Receipts(settings_factory(**named), database, get_metrics())


async def make_sent(database: Database, status: str = "sent", name: str | None = SID) -> UUID:
    _, _, [message_id] = await make_ready(database, 1)
    values = {"status": status, "provider_message_id": name, "sent_at": now() if status == "sent" else None}
    async with database.transaction() as connection:
        await connection.execute(update(campaign_messages).where(campaign_messages.c.id == message_id).values(**values))
    return message_id


async def tell_twilio(receipts: Receipts, status: str, message_id: UUID | None = None, **over: str) -> None:
    target = f"{PATH}?message={message_id}" if message_id else PATH
    form = {"MessageSid": SID, "MessageStatus": status, "To": "+4930901820", **over}
    signature = RequestValidator(TOKEN).compute_signature(f"{PUBLIC}{target}", form)
    await receipts.take_twilio(target, form, signature, str(message_id or ""))


async def tell(receipts: Receipts, **told: Any) -> None:
    body = orjson.dumps(told)
    await receipts.take_gateway(body, sign(body, SECRET))


@pytest.mark.parametrize("order", list(itertools.permutations(["sent", "delivered", "failed"])), ids="-".join)
async def test_whatever_the_order_what_was_delivered_stays_delivered(
    receipts: Receipts, database: Database, order: tuple[str, ...]
) -> None:
    message_id = await make_sent(database)
    for status in (*order, *order):
        await tell_twilio(receipts, "undelivered" if status == "failed" else status)
    row = await message_of(database, message_id)
    assert (row.status, row.error) == ("delivered", None)
    assert row.delivered_at is not None


async def test_what_failed_stays_failed_and_says_why(receipts: Receipts, database: Database) -> None:
    message_id = await make_sent(database)
    for status in ("failed", "sent", "queued"):
        await tell_twilio(receipts, status, ErrorCode="30003")
    row = await message_of(database, message_id)
    assert (row.status, row.error) == ("failed", "Twilio could not deliver it: error 30003.")


@pytest.mark.parametrize("status", ["sending", "unknown", "queued"])
async def test_a_receipt_tells_what_nobody_could_record(receipts: Receipts, database: Database, status: str) -> None:
    message_id = await make_sent(database, status, None)
    await tell_twilio(receipts, "delivered", message_id)
    row = await message_of(database, message_id)
    assert (row.status, row.provider_message_id) == ("delivered", SID)
    assert row.sent_at is not None


async def test_a_receipt_that_is_faster_than_the_record_stays(receipts: Receipts, database: Database) -> None:
    message_id, claimant = await make_sent(database, "sending", None), uuid7()
    async with database.transaction() as connection:
        own = campaign_messages.c.id == message_id
        await connection.execute(update(campaign_messages).where(own).values(claimed_by=claimant))
    await tell_twilio(receipts, "delivered", message_id)
    async with database.transaction() as connection:
        await record(connection, claimant, [Outcome(message_id, "sent", None, SID, 7_500)], now())
    row = await message_of(database, message_id)
    assert (row.status, row.cost_micros, row.claimed_by) == ("delivered", 7_500, None)


async def test_a_gateway_names_its_price_and_what_it_calls_the_message(receipts: Receipts, database: Database) -> None:
    message_id = await make_sent(database, "sent", None)
    await tell(receipts, id=str(message_id), provider_message_id="g-1", status="sent", cost_micros=55_000)
    await tell(receipts, provider_message_id="g-1", status="failed", error="no \u202esuch\n number")
    row = await message_of(database, message_id)
    assert (row.status, row.cost_micros, row.provider_message_id) == ("failed", 55_000, "g-1")
    assert row.error == "The gateway could not deliver it: no such number"


async def test_receipts_of_messages_that_nobody_knows_change_nothing(receipts: Receipts, database: Database) -> None:
    message_id = await make_sent(database)
    await tell(receipts, id=str(uuid7()), status="delivered")
    await tell(receipts, provider_message_id="nobody's", status="delivered")
    await tell(receipts, status="delivered")
    await tell(receipts, id="no uuid", status="delivered", provider_message_id=7)
    assert (await message_of(database, message_id)).status == "sent"


async def test_what_is_not_signed_is_refused(receipts: Receipts, database: Database) -> None:
    message_id = await make_sent(database)
    form = {"MessageSid": SID, "MessageStatus": "delivered"}
    right = RequestValidator(TOKEN).compute_signature(f"{PUBLIC}{PATH}", form)
    for signature, target, sent in (
        ("", PATH, form),
        (right, PATH, form | {"MessageStatus": "failed"}),
        (right, f"{PATH}?message={message_id}", form),
    ):
        with pytest.raises(Forbidden):
            await receipts.take_twilio(target, sent, signature, str(message_id))
    body = orjson.dumps({"id": str(message_id), "status": "failed"})
    for signature in ("", sign(body, "another secret here"), sign(body + b" ", SECRET), sign(body, SECRET, moment=1)):
        with pytest.raises(Forbidden):
            await receipts.take_gateway(body, signature)
    assert (await message_of(database, message_id)).status == "sent"


async def test_a_signed_body_may_still_be_nonsense(receipts: Receipts) -> None:
    for body in (b"", b"[]", b"\xff", b'{"status": "flown"}', b"{}"):
        with pytest.raises(RequestError):
            await receipts.take_gateway(body, sign(body, SECRET))


async def test_without_a_secret_there_is_nothing(settings_factory: SettingsFactory, database: Database) -> None:
    bare = Receipts(settings_factory(), database, get_metrics())
    with pytest.raises(NotFound):
        await bare.take_gateway(b"{}", sign(b"{}", ""))
    with pytest.raises(NotFound):
        await bare.take_twilio(PATH, {}, RequestValidator("").compute_signature(f"{PUBLIC}{PATH}", {}), "")


async def hear(receipts: Receipts, sender: str, text: str) -> None:
    body = orjson.dumps({"from": sender, "body": text})
    await receipts.hear_gateway(body, sign(body, SECRET))


async def test_stop_ends_it_for_all_who_send_from_here_and_start_takes_it_back(
    receipts: Receipts, database: Database
) -> None:
    _, [one], [message_id] = await make_ready(database, 1)
    _, [other], [elsewhere] = await make_ready(database, 1)
    async with database.transaction() as connection:
        same = campaign_messages.c.id == elsewhere
        await connection.execute(update(campaign_messages).where(same).values(phone=one["phone"]))
    await hear(receipts, one["phone"], "Thanks, but stop calling")
    assert (await message_of(database, message_id)).status == "queued"
    await hear(receipts, one["phone"], "Stopp!")
    await hear(receipts, "no number", "STOP")
    assert [(await message_of(database, each)).status for each in (message_id, elsewhere)] == ["opted_out"] * 2
    await add_opt_out(database, other["workspace_id"], one["phone"])
    await hear(receipts, one["phone"], "start")
    assert (await message_of(database, message_id)).status == "opted_out"


async def test_twilio_hears_the_same(receipts: Receipts, database: Database) -> None:
    _, [one], [message_id] = await make_ready(database, 1)
    form, target = {"From": one["phone"], "Body": "ARRÊT"}, "/v1/campaigns/inbound/twilio"
    await receipts.hear_twilio(target, form, RequestValidator(TOKEN).compute_signature(f"{PUBLIC}{target}", form))
    assert (await message_of(database, message_id)).status == "opted_out"
