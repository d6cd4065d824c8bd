"""The event's wire form: encoded once by the engine, read unchanged by the worker."""

import datetime as dt
import uuid

from hypothesis import given
from hypothesis import strategies as st

from tests.clicks.decoding import decode_click
from vayro.clicks import event
from vayro.clicks.event import (
    FIELDS,
    MAX_VALUE_BYTES,
    ClickEncoder,
    encode_flags,
    encode_ip,
    encode_link_id,
)

LINK = str(uuid.uuid4())
header_values = st.text(st.characters(exclude_characters="\r\n\0", exclude_categories=["Cs"]), max_size=200)


@given(user_agent=header_values, referer=header_values, flags=st.sampled_from(["", "head", "head,prefetch"]))
def test_what_is_encoded_is_what_is_decoded(user_agent, referer, flags):
    payload = ClickEncoder().encode(
        encode_link_id(LINK), encode_ip("203.0.113.7"), user_agent.encode(), referer.encode(), encode_flags(flags)
    )
    click = decode_click(payload, "engine-1")
    assert (click.link_id, click.ip, click.user_agent, click.referer) == (LINK, "203.0.113.7", user_agent, referer)
    assert (click.flags, click.segment) == (flags, "engine-1")


def test_the_identifier_is_a_version_7_uuid_of_the_events_own_millisecond():
    click = decode_click(ClickEncoder().encode(encode_link_id(LINK), encode_ip("::1"), b"", b""))
    identifier = uuid.UUID(click.event_id)
    assert (identifier.version, identifier.variant) == (7, uuid.RFC_4122)
    instant = dt.datetime.fromisoformat(click.timestamp)
    assert identifier.int >> 80 == round(instant.timestamp() * 1000)


def test_identifiers_stay_unique_when_a_millisecond_holds_more_than_the_counter(monkeypatch):
    monkeypatch.setattr(event, "time_ns", lambda: 1_790_000_000_000_000_000)
    encoder = ClickEncoder()
    link, ip = encode_link_id(LINK), encode_ip("::1")
    identifiers = {decode_click(encoder.encode(link, ip, b"", b"")).event_id for _ in range(10_000)}
    assert len(identifiers) == 10_000
    assert all(uuid.UUID(identifier).version == 7 for identifier in identifiers)


def test_the_wire_form_is_a_list_of_resp_bulk_strings():
    import hiredis

    payload = ClickEncoder().encode(encode_link_id(LINK), encode_ip("192.0.2.1"), b"agent", b"ref")
    reader = hiredis.Reader()
    reader.feed(b"*%d\r\n" % (2 * len(FIELDS)) + payload)
    parts = reader.gets()
    assert [part.decode() for part in parts[::2]] == list(FIELDS)


def test_bytes_that_are_not_utf8_are_replaced_not_refused():
    payload = ClickEncoder().encode(encode_link_id(LINK), encode_ip("192.0.2.1"), b"\xff\xfe", b"")
    assert decode_click(payload).user_agent == "��"


def test_an_absurd_user_agent_is_cut():
    payload = ClickEncoder().encode(encode_link_id(LINK), encode_ip("192.0.2.1"), b"a" * 60_000, b"r" * 60_000)
    click = decode_click(payload)
    assert (len(click.user_agent), len(click.referer)) == (MAX_VALUE_BYTES, MAX_VALUE_BYTES)
