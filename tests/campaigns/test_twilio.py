"""Twilio by its own library, against a server with the shapes of its Messages resource."""

import datetime as dt
import email.utils
from typing import Any
from uuid import UUID

import pytest

from tests.campaigns.sms_server import Answer, Asked, sms_server
from tests.campaigns.test_gateway import LOOPBACK
from tests.conftest import SettingsFactory
from vayro.campaigns.providers import open_provider
from vayro.campaigns.providers.port import Accepted, Outgoing, Refused, SendingTrouble, TryLater, Unsure
from vayro.errors import SettingsError
from vayro.settings import Settings

ACCOUNT = "AC" + "0" * 32
MESSAGE = Outgoing(UUID(int=1), UUID(int=2), "+4930901820", "Hello & welcome", 1)
NOW = dt.datetime.now(dt.UTC).replace(microsecond=0)


def make_settings(factory: SettingsFactory, url: str, **over: Any) -> Settings:
    account = {"twilio_account_sid": ACCOUNT, "twilio_auth_token": "token", "twilio_from": "+14155550100"}
    return factory(**{**account, "twilio_url": url, "egress_allow": LOOPBACK, "sms_timeout_seconds": 5, **over})


def message(**over: Any) -> dict[str, Any]:
    """A message as Twilio shows it."""
    return {
        "sid": "SM" + "1" * 32, "account_sid": ACCOUNT, "status": "queued", "to": MESSAGE.phone,
        "from": "+14155550100", "body": MESSAGE.body, "direction": "outbound-api", "price": None,
        "price_unit": "USD", "num_segments": "1", "error_code": None, "error_message": None,
        "date_created": email.utils.format_datetime(NOW), "date_sent": None,
        "date_updated": email.utils.format_datetime(NOW), "uri": "/x", **over,
    }  # fmt: skip


def problem(status: int, code: int) -> Answer:
    return status, {"code": code, "message": f"about {MESSAGE.phone}", "more_info": "https://x", "status": status}


async def ask(factory: SettingsFactory, answer: Answer, **over: Any) -> tuple[Accepted, Asked]:
    async with sms_server(lambda _: answer) as server:
        provider = open_provider(make_settings(factory, server.url, **over), "twilio")
        return await provider.send(MESSAGE), server.asked[0]


async def test_a_message_is_made_with_a_callback_that_names_it(settings_factory: SettingsFactory) -> None:
    accepted, asked = await ask(
        settings_factory, (201, message(price="-0.00750")), dashboard_url="https://app.example.com"
    )
    assert accepted == Accepted("SM" + "1" * 32, 7_500)
    assert (asked.method, asked.target) == ("POST", f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json")
    assert asked.headers["authorization"].startswith("Basic ")
    callback = f"https://app.example.com/v1/campaigns/receipts/twilio?message={MESSAGE.id}"
    assert asked.form == {
        "To": MESSAGE.phone, "Body": MESSAGE.body, "From": "+14155550100", "StatusCallback": callback,
    }  # fmt: skip


async def test_a_messaging_service_takes_the_place_of_a_number(settings_factory: SettingsFactory) -> None:
    over = {"twilio_from": "", "twilio_messaging_service_sid": "MG1"}
    accepted, asked = await ask(settings_factory, (201, message()), **over)
    assert accepted.cost_micros is None
    assert asked.form == {"To": MESSAGE.phone, "Body": MESSAGE.body, "MessagingServiceSid": "MG1"}


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (problem(400, 21610), Refused),
        (problem(400, 21211), Refused),
        (problem(429, 20429), TryLater),
        (problem(400, 20429), TryLater),
        (problem(401, 20003), TryLater),
        (problem(503, 20503), TryLater),
        (problem(500, 20500), Unsure),
        ((502, b"<html>bad gateway</html>"), Unsure),
        ((201, b"no json"), Unsure),
        (None, Unsure),
    ],
    ids=["opted out", "no number", "429", "20429", "401", "503", "500", "502", "no json", "hangs up"],
)
async def test_each_answer_means_one_thing(
    settings_factory: SettingsFactory, answer: Answer, kind: type[SendingTrouble]
) -> None:
    with pytest.raises(SendingTrouble) as raised:
        await ask(settings_factory, answer)
    assert type(raised.value) is kind
    assert MESSAGE.phone not in raised.value.reason


async def test_only_21610_is_an_opt_out(settings_factory: SettingsFactory) -> None:
    for code, is_opted_out in ((21610, True), (21211, False)):
        with pytest.raises(Refused) as raised:
            await ask(settings_factory, problem(400, code))
        assert raised.value.is_opted_out is is_opted_out


async def find(factory: SettingsFactory, *listed: dict[str, Any]) -> Accepted | None:
    page = {"messages": listed, "page": 0, "page_size": 50, "next_page_uri": None, "uri": "/x", "end": 0, "start": 0}
    async with sms_server(lambda _: (200, page)) as server:
        found = await open_provider(make_settings(factory, server.url), "twilio").find(MESSAGE, NOW)
        assert "To=%2B4930901820" in server.asked[0].target
        return found


async def test_what_was_taken_is_found_by_number_text_and_time(settings_factory: SettingsFactory) -> None:
    old = email.utils.format_datetime(NOW - dt.timedelta(days=1))
    others = [message(sid="SM2", body="Other"), message(sid="SM3", date_created=old), message(direction="inbound")]
    assert await find(settings_factory, *others) is None
    assert await find(settings_factory, *others, message(sid="SM4")) == Accepted("SM4")


def test_without_an_account_or_a_sender_there_is_none(settings_factory: SettingsFactory) -> None:
    for missing in ("twilio_account_sid", "twilio_auth_token", "twilio_from"):
        with pytest.raises(SettingsError, match="VAYRO_TWILIO"):
            open_provider(make_settings(settings_factory, "http://127.0.0.1", **{missing: ""}), "twilio")
