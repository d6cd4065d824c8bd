"""What counts as a plain head; and that the expression in Python and its twin in C say the same of any bytes."""

import shutil

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.redirect.engines import get
from tests.redirect.test_fastlane import BAD_FIELDS, FIELDS, TARGETS, requests
from vayro.redirect import plain_head

try:
    from vayro.redirect._fastlane import match_head as match_head_in_c
except ImportError:
    match_head_in_c = None  # type: ignore[assignment]

needs_c = pytest.mark.skipif(match_head_in_c is None, reason="installed without a C compiler")
Facts = tuple[bool, bytes, bytes, bytes, int] | None


def in_python(data: bytes) -> Facts:
    found = plain_head.match_head(data)
    if found is None:
        return None
    is_head, code, user_agent, referer = found.groups(b"")
    return bool(is_head), code, user_agent, referer, found.end()


def test_what_a_click_needs_is_taken() -> None:
    request = get("/abc?x=1", "User-Agent:  a b ", "Referer: https://t.co/", method="HEAD")
    assert in_python(request + b"rest") == (True, b"abc", b"a b ", b"https://t.co/", len(request))


def test_the_last_of_a_repeated_field_counts() -> None:
    facts = in_python(get("/abc", "User-Agent: one", "USER-AGENT: two"))
    assert facts
    assert facts[2] == b"two"


@needs_c
@pytest.mark.parametrize("field", [*FIELDS, *BAD_FIELDS])
def test_twins_agree_on_each_field(field: str) -> None:
    for fields in ([field], ["A: b", field], [field, "A: b"]):
        request = get("/abc", *fields)
        assert match_head_in_c(request) == in_python(request)


@needs_c
@pytest.mark.parametrize("target", TARGETS)
def test_twins_agree_on_each_target(target: str) -> None:
    request = get(target)
    assert match_head_in_c(request) == in_python(request)


@needs_c
def test_twins_agree_on_each_byte_at_each_place() -> None:
    request = get("/a?b=c", "User-Agent: u", "Connection: keep-alive", "X-Moz: a", "Referer: r")
    for position in range(len(request)):
        assert match_head_in_c(request[:position]) == in_python(request[:position])
        for byte in range(256):
            changed = request[:position] + bytes([byte]) + request[position + 1 :]
            assert match_head_in_c(changed) == in_python(changed)


@needs_c
@settings(max_examples=2000, deadline=None)
@given(st.one_of(st.binary(max_size=80), st.builds(lambda start, end: start + end, requests, st.binary(max_size=8))))
@example(b"GET /a HTTP/1.1\r\n\r")
@example(b"GET /a HTTP/1.1\r\nX: " + b"y" * 70_000)
def test_twins_agree_on_any_bytes(data: bytes) -> None:
    assert match_head_in_c(data) == in_python(data)


@pytest.mark.skipif(shutil.which("cc") is None, reason="no C compiler")
def test_an_installation_with_a_compiler_has_the_receiver_in_c() -> None:
    assert match_head_in_c is not None
