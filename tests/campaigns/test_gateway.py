"""The gateway: what is posted, and what each answer means."""

from ipaddress import ip_network
from typing import Any
from uuid import UUID

import pytest

from tests.campaigns.sms_server import Answer, Asked, sms_server
from tests.conftest import SettingsFactory
from tests.servers import free_port
from vayro.campaigns.providers import open_provider
from vayro.campaigns.providers.port import Accepted, Outgoing, Refused, SendingTrouble, TryLater, Unsure
from vayro.campaigns.signing import is_signed, sign
from vayro.errors import SettingsError
from vayro.settings import Settings

SECRET = "a secret of the gateway"
MESSAGE = Outgoing(UUID(int=1), UUID(int=2), "+4930901820", "Hello \U0001f44b", 2)
LOOPBACK = (ip_network("127.0.0.0/8"),)


def make_settings(factory: SettingsFactory, url: str, **over: Any) -> Settings:
    named = {"sms_gateway_url": url, "sms_gateway_secret": SECRET, "egress_allow": LOOPBACK}
    return factory(**named, sms_timeout_seconds=5, **over)


async def ask(factory: SettingsFactory, answer: Answer) -> tuple[Accepted, Asked]:
    async with sms_server(lambda _: answer) as server:
        provider = open_provider(make_settings(factory, f"{server.url}/sms"), "gateway")
        return await provider.send(MESSAGE), server.asked[0]


async def test_a_message_is_posted_signed_under_its_identifier(settings_factory: SettingsFactory) -> None:
    accepted, asked = await ask(settings_factory, (200, {"id": "abc", "cost_micros": 61_000}))
    assert accepted == Accepted("abc", 61_000)
    assert (asked.method, asked.target) == ("POST", "/sms")
    assert asked.json == {"id": str(MESSAGE.id), "to": MESSAGE.phone, "body": MESSAGE.body, "segments": 2}
    assert asked.headers["idempotency-key"] == str(MESSAGE.id)
    assert is_signed(asked.body, asked.headers["vayro-signature"], SECRET)


@pytest.mark.parametrize(
    ("told", "expected"),
    [({}, Accepted("")), (b"", Accepted("")), ([1], Accepted("")), ({"id": 7, "cost_micros": -1}, Accepted(""))],
    ids=["nothing", "no body", "no object", "nonsense"],
)
async def test_whoever_takes_it_need_not_say_more(settings_factory: SettingsFactory, told: Any, expected: Any) -> None:
    assert (await ask(settings_factory, (202, told)))[0] == expected


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        ((400, {"detail": "no such number"}), Refused),
        ((422, b"<html>"), Refused),
        ((302, {}, {"Location": "http://127.0.0.1/"}), Refused),
        ((429, {}), TryLater),
        ((503, {}), TryLater),
        ((401, {}), TryLater),
        ((500, {}), Unsure),
        ((504, {}), Unsure),
        (None, Unsure),
    ],
    ids=["400", "422", "302", "429", "503", "401", "500", "504", "hangs up"],
)
async def test_each_answer_means_one_thing(
    settings_factory: SettingsFactory, answer: Answer, kind: type[SendingTrouble]
) -> None:
    with pytest.raises(SendingTrouble) as raised:
        await ask(settings_factory, answer)
    assert type(raised.value) is kind


async def test_it_says_why_it_refuses_and_when_to_come_back(settings_factory: SettingsFactory) -> None:
    with pytest.raises(Refused, match="answered 400: no such number") as refused:
        await ask(settings_factory, (400, {"detail": "no such number", "code": "opted_out"}))
    assert refused.value.is_opted_out
    with pytest.raises(TryLater) as later:
        await ask(settings_factory, (429, {}, {"Retry-After": "17"}))
    assert (later.value.seconds, later.value.is_for_all) == (17, True)


async def test_where_nobody_listens_nothing_was_sent(settings_factory: SettingsFactory) -> None:
    provider = open_provider(make_settings(settings_factory, f"http://127.0.0.1:{free_port()}/"), "gateway")
    with pytest.raises(TryLater, match="cannot be reached"):
        await provider.send(MESSAGE)


async def test_it_is_reached_by_the_one_way_out(settings_factory: SettingsFactory) -> None:
    named = {"sms_gateway_url": f"http://127.0.0.1:{free_port()}/", "sms_gateway_secret": SECRET}
    with pytest.raises(TryLater, match="not the Internet's"):
        await open_provider(settings_factory(**named), "gateway").send(MESSAGE)


def test_without_an_address_there_is_none(settings_factory: SettingsFactory) -> None:
    with pytest.raises(SettingsError, match="VAYRO_SMS_GATEWAY_URL"):
        open_provider(settings_factory(), "gateway")


def test_a_signature_is_of_this_body_this_secret_and_this_moment() -> None:
    signed = sign(b"{}", SECRET)
    assert is_signed(b"{}", signed, SECRET)
    assert is_signed(b"{}", f"{signed},v1=of-another-secret", SECRET)
    stale = sign(b"{}", SECRET, moment=1_000_000_000)
    forged = [stale, "", "t=1", "v1=x", signed.replace("v1=", "v0="), "t=\u0661,v1=x", f"t=9{signed[2:]}"]
    assert not any(is_signed(b"{}", one, SECRET) for one in forged)
    assert not is_signed(b"{ }", signed, SECRET)
    assert not is_signed(b"{}", signed, SECRET + "x")
