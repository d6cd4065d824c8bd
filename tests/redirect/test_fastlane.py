"""The fast lane is invisible: over any bytes, an engine with it answers and records what one without it does."""

import dataclasses

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.redirect.conftest import LINKS
from tests.redirect.engines import SENTINEL, EngineThread, get, status_of, without_date
from vayro.redirect.connection import MAX_HEAD_BYTES

Pair = tuple[EngineThread, EngineThread]
CODES = sorted({link["short_code"] for link in LINKS} - {"once", "once-elsewhere"})


def assert_same(pair: Pair, *pieces: bytes, seconds: float = 30, pause: float = 0.0005) -> bytes:
    """Both answer the same bytes and record the same clicks; return the answer.

    Without `seconds`, one of the pieces must end the connection. With them, a busy machine may be silent for longer:
    what differs is asked again, with more patience.
    """
    on, off = (_ask(engine, pieces, seconds, pause) for engine in pair)
    for patience in (1.0, 3.0):
        if on != off and seconds < patience:
            on, off = (_ask(engine, pieces, patience, pause) for engine in pair)
    assert on == off
    return on[0]


def _ask(
    engine: EngineThread, pieces: tuple[bytes, ...], seconds: float, pause: float
) -> tuple[bytes, list[dict[str, object]]]:
    engine.clicks.clear()
    answer = without_date(engine.exchange(*pieces, seconds=seconds, pause=pause))
    return answer, [_facts(click) for click in engine.clicks]


def _facts(click: object) -> dict[str, object]:
    facts = dataclasses.asdict(click)  # type: ignore[call-overload]
    return {name: value for name, value in facts.items() if name not in {"event_id", "timestamp"}}


@pytest.fixture(autouse=True)
def _warm(lane_on_and_off: Pair) -> None:
    """Every link is in both memories, so that the lane may answer at once."""
    for engine in lane_on_and_off:
        if not engine.engine.memory.links:
            for code in CODES:
                engine.exchange(get(f"/{code}", "Connection: close"))
                engine.exchange(get(f"/{code}", "Connection: close", "Host: go.example.com"))


def lane_answers(pair: Pair) -> int:
    counters = pair[0].engine.counters
    waited = sum(
        counters.metrics.redirects.labels("fast", status)._value.get() + counters.waited[status]
        for status in counters.lane
    )
    return int(waited) + sum(counters.lane[status] - counters._lane_published[status] for status in counters.lane)


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("code", CODES)
def test_each_kind_of_link(lane_on_and_off: Pair, code: str, method: str) -> None:
    answer = assert_same(lane_on_and_off, get(f"/{code}", "User-Agent: x", method=method) + SENTINEL)
    assert answer.count(b"HTTP/1.1 ") == 2


@pytest.mark.parametrize("code", ["plain", "a", "moved", "moved-uncached", "temp", "perm", "future", "odd"])
def test_the_lane_answers_what_memory_holds(lane_on_and_off: Pair, code: str) -> None:
    before = lane_answers(lane_on_and_off)
    assert_same(lane_on_and_off, get(f"/{code}") + SENTINEL)
    assert lane_answers(lane_on_and_off) == before + 1


FIELDS = [
    "User-Agent: Mozilla/5.0 (X11; Linux x86_64)", "user-agent:no space", "USER-AGENT:\t tab and end \t ",
    "User-Agent:",
    "User-Agent: one", "User-Agent: two", "Referer: https://t.co/a", "referer:  ", "Referer: \xe9\xff\x80",
    "Host: go.example.com", "host: GO.example.com:8080", "Host:", "Host: go.example.com.", "Accept: application/json",
    "Accept: text/html;q=0.2, application/json", "Connection: keep-alive", "Connection: close",
    "connection: Keep-Alive",
    "Connection: keep-alive, close", "Connection: upgrade", "Connection: foo", "Keep-Alive: timeout=5",
    "Proxy-Connection: close", "Content-Length: 0", "Content-Length: 3", "Content-Length: -1", "Content-Length: 1, 1",
    "Transfer-Encoding: chunked", "Transfer-Encoding: gzip", "Upgrade: websocket", "Upgrade: h2c",
    "Upgrade-Insecure-Requests: 1", "Expect: 100-continue", "Expect: nothing", "Purpose: prefetch",
    "Sec-Purpose: prefetch;prerender", "X-Moz: prefetch", "X-Purpose: preview", "Sec-Fetch-Mode: navigate",
    "X-Forwarded-For: 203.0.113.9", "X-Forwarded-For: 198.51.100.1, 10.0.0.3",
    "X-Forwarded-For: bad, [2001:db8::1]:99",
    "X-Forwarded-For:", "Cookie: a=b; c=d", "TE: trailers", "Trailer: x", "X_Under: score", "A!#$%&'*+-.^_`|~: token",
    "Content-Type: text/plain", "Priority: u=1", "Pragma: no-cache", "Accept-Language: \u00e9", "X: " + "v" * 3000,
]  # fmt: skip
BAD_FIELDS = [
    "No colon", ": no name", "Space : before", " folded: line", "\tfolded", "Nul: a\0b", "Control: a\x01b",
    "Del: a\x7fb",
    "Lf: a\nb: c", "Cr: a\rb", "Na\xefve: x", "User-Agent: a\nReferer: b", "Bell\x07: x", "(paren): x",
    "Esc: \x1b[0m",
    "\r", "Vt: \x0b", "Sep: \x1c",
]  # fmt: skip


@pytest.mark.parametrize("field", [*FIELDS, *BAD_FIELDS])
def test_each_field(lane_on_and_off: Pair, field: str) -> None:
    assert_same(lane_on_and_off, get("/plain", field) + b"0\r\n\r\n" + SENTINEL, seconds=0.15)
    assert_same(lane_on_and_off, get("/plain", "A: b", field, "Z: y") + SENTINEL, seconds=0.15)


TARGETS = [
    "/plain", "/plain?", "/plain?a=b&c=%20", "/plain?q=\xe9", "/plain?a b", "/plain#x", "/plain/", "//plain",
    "/%70lain",
    "/plain%00", "/pl%0d%0aain", "/%2e%2e/plain", "/plain+", "/plain%2B", "/plain/qr", "/plain/qr.png",
    "/missing", "/",
    "plain", "*", "", "http://127.0.0.1/plain", "http://go.example.com/plain", "https://u:p@h:1/plain", "/\xe9",
    "/%ff",
    "/%ed%a0%80", "/health/live", "/robots.txt", "/favicon.ico", "/.well-known/x", "/" + "a" * 50, "/" + "a" * 51,
    "/" + "a" * 9000, "/plain;x", "/plain\\", "/pl\x00ain", "/plain HTTP/1.1", "h:443", "/plain?" + "a" * 5000,
]  # fmt: skip


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_each_target(lane_on_and_off: Pair, target: str, method: str) -> None:
    assert_same(lane_on_and_off, get(target, method=method) + SENTINEL, seconds=0.15)


@pytest.mark.parametrize(
    "method", ["POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "CONNECT", "get", "GETS", "X", ""]
)
def test_each_method(lane_on_and_off: Pair, method: str) -> None:
    assert_same(lane_on_and_off, get("/plain", method=method) + SENTINEL, seconds=0.15)


@pytest.mark.parametrize("version", ["1.0", "1.1", "0.9", "1.2", "2.0", "1", "1.10", "11", ""])
@pytest.mark.parametrize("field", ["A: b", "Connection: keep-alive", "Connection: close"])
def test_each_version(lane_on_and_off: Pair, version: str, field: str) -> None:
    assert_same(lane_on_and_off, get("/plain", field, version=version) + SENTINEL, seconds=0.15)


BODIES = [
    (["Content-Length: 5"], b"hello"), (["Content-Length: 5"], b"hel"), (["Content-Length: 70000"], b"x" * 70_000),
    (["Transfer-Encoding: chunked"], b"3\r\nabc\r\n0\r\n\r\n"), (["Transfer-Encoding: chunked"], b"zz\r\n"),
    (["Transfer-Encoding: chunked", "Content-Length: 3"], b"0\r\n\r\n"), (["Content-Length: 5",
    "Content-Length: 6"], b"hello!"),
    ([], b"hello"), ([], b"\r\n\r\n"), ([], b"\n"), ([], b"\0"), (["Expect: 100-continue",
    "Content-Length: 5"], b"hello"),
]  # fmt: skip


@pytest.mark.parametrize(("fields", "body"), BODIES)
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
def test_bodies(lane_on_and_off: Pair, method: str, fields: list[str], body: bytes) -> None:
    assert_same(lane_on_and_off, get("/plain", *fields, method=method) + body + SENTINEL, seconds=0.2)
    assert_same(lane_on_and_off, get("/plain", *fields, method=method), body + SENTINEL, seconds=0.2, pause=0.005)


def test_a_request_split_at_every_byte(lane_on_and_off: Pair) -> None:
    request = get("/plain", "User-Agent: u", "Referer: r") + get("/moved") + SENTINEL
    for position in range(1, len(request)):
        assert_same(lane_on_and_off, request[:position], request[position:])


def test_a_request_byte_by_byte(lane_on_and_off: Pair) -> None:
    request = get("/plain", "User-Agent: u") + SENTINEL
    assert_same(lane_on_and_off, *(request[position : position + 1] for position in range(len(request))))


@pytest.mark.parametrize("count", [2, 3, 50, 500])
def test_pipelines_are_answered_in_order(lane_on_and_off: Pair, count: int) -> None:
    kinds = ["/plain", "/missing", "/moved", "/plain", "/counted", "/temp"]
    requests = [get(kinds[number % len(kinds)], f"Referer: {number}") for number in range(count)]
    assert_same(lane_on_and_off, b"".join(requests) + SENTINEL)
    assert_same(lane_on_and_off, *requests, SENTINEL)


def test_garbage_behind_a_request_is_refused_after_its_answer(lane_on_and_off: Pair) -> None:
    answer = assert_same(lane_on_and_off, get("/plain") + b"garbage\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 302")
    assert b"HTTP/1.1 400 Bad Request" in answer


@pytest.mark.parametrize("size", [MAX_HEAD_BYTES - 2000, MAX_HEAD_BYTES + 2000, 300_000])
@pytest.mark.parametrize("pieces", [1, 7])
def test_large_heads(lane_on_and_off: Pair, size: int, pieces: int) -> None:
    request = get("/plain", *(f"X-{number}: {'v' * 960}" for number in range(size // 968)))
    step = len(request) // pieces + 1
    parts = [request[start : start + step] for start in range(0, len(request), step)]
    answer = assert_same(lane_on_and_off, *parts, SENTINEL, pause=0.005)
    assert status_of(answer) == (302 if size < MAX_HEAD_BYTES else 431)


def test_one_endless_field_is_refused(lane_on_and_off: Pair) -> None:
    for chunk in (10_000, 70_000):
        pieces = [b"GET /plain HTTP/1.1\r\nX: ", *[b"v" * chunk] * (140_000 // chunk)]
        assert status_of(assert_same(lane_on_and_off, *pieces, pause=0.005)) == 431


requests = st.builds(
    lambda method, target, version, fields, end: (
        "\r\n".join([f"{method} {target} HTTP/{version}", *fields]) + end
    ).encode("latin-1", "replace"),
    st.sampled_from(["GET"] * 6 + ["HEAD", "POST"]),
    st.sampled_from(["/plain"] * 6 + ["/moved", "/off", "/past-elsewhere", *TARGETS]),
    st.sampled_from(["1.1"] * 8 + ["1.0", "1.2"]),
    st.lists(st.sampled_from(FIELDS * 3 + BAD_FIELDS), max_size=8),
    st.sampled_from(["\r\n\r\n"] * 10 + ["\n\n", "\r\n\n", "\r\n", "", "\r\n\r\n\r\n"]),
)


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_generated_streams(lane_on_and_off: Pair, data: st.DataObject) -> None:
    stream = bytearray(b"".join(data.draw(st.lists(requests, min_size=1, max_size=4))))
    for position in data.draw(st.lists(st.integers(0, max(0, len(stream) - 1)), max_size=2)):
        if stream:
            stream[position] = data.draw(st.integers(0, 255))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=3)))
    pieces = [bytes(stream[start:end]) for start, end in zip([0, *cuts], [*cuts, len(stream)], strict=True)]
    assert_same(lane_on_and_off, *filter(None, pieces), SENTINEL, seconds=0.1, pause=0.003)
