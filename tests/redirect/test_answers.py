"""What each address of the engine answers, over a socket."""

import json
import re
import time

import pytest

from tests.conftest import SettingsFactory
from tests.redirect.engines import SENTINEL, EngineThread, get, header_of, running_engine, status_of
from vayro.clicks.event import MAX_VALUE_BYTES

CLOSE = "Connection: close"


def ask(engine: EngineThread, path: str, *fields: str, method: str = "GET") -> bytes:
    return engine.exchange(get(path, *fields, CLOSE, method=method), seconds=30)


def test_a_link_redirects_with_exactly_the_headers_of_the_contract(engine: EngineThread) -> None:
    answer = re.sub(rb"date: [^\r]+", b"date: D", ask(engine, "/plain"))
    assert answer == (
        b"HTTP/1.1 302 Found\r\ndate: D\r\nlocation: https://example.com/0\r\ncache-control: private, no-store\r\n"
        b"content-length: 0\r\nconnection: close\r\n\r\n"
    )


@pytest.mark.parametrize(
    ("code", "status", "policy"),
    [
        ("moved", 301, "public, max-age=60"),
        ("moved-uncached", 301, "private, no-store"),
        ("temp", 307, "private, no-store"),
        ("perm", 308, "public, max-age=0"),
        ("future", 302, "private, no-store"),
    ],
)
def test_only_a_permanent_redirect_may_be_cached(engine: EngineThread, code: str, status: int, policy: str) -> None:
    answer = ask(engine, f"/{code}")
    assert (status_of(answer), header_of(answer, "cache-control")) == (status, policy)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/missing", 404),
        ("/off", 404),
        ("/past", 410),
        ("/a/b", 404),
        ("/.well-known/change-password", 404),
        ("/plain%00", 404),
        ("/" + "x" * 51, 404),
        ("/%F0%9F%98%80", 404),
        ("/missing+", 404),
        ("/missing/qr", 404),
        ("/plain/qr.gif", 404),
        ("/off+", 404),
    ],
)
def test_what_is_no_link_is_refused_with_a_page_or_a_problem(engine: EngineThread, path: str, status: int) -> None:
    page = ask(engine, path, "Accept: text/html,application/xhtml+xml,*/*;q=0.8")
    problem = ask(engine, path, "Accept: application/json")
    assert (status_of(page), status_of(problem)) == (status, status)
    assert header_of(page, "content-type") == "text/html; charset=utf-8"
    assert header_of(problem, "content-type") == "application/problem+json"
    assert json.loads(problem.partition(b"\r\n\r\n")[2])["status"] == status


def test_a_page_runs_no_script_loads_nothing_and_is_not_sniffed(engine: EngineThread) -> None:
    page = ask(engine, "/missing")
    policy = header_of(page, "content-security-policy") or ""
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "frame-ancestors 'none'" in policy
    assert header_of(page, "x-content-type-options") == "nosniff"
    assert not re.search(rb"<script|src=|url\(|@import", page)


def test_an_expired_link_may_lead_elsewhere_and_that_is_no_click(engine: EngineThread) -> None:
    engine.clicks.clear()
    answer = ask(engine, "/past-elsewhere")
    assert (status_of(answer), header_of(answer, "location")) == (302, "https://example.com/over")
    assert not engine.clicks


def test_a_link_with_one_use_redirects_once_head_included(engine: EngineThread) -> None:
    assert status_of(ask(engine, "/once", method="HEAD")) == 302
    assert status_of(ask(engine, "/once")) == 410
    assert status_of(ask(engine, "/once-elsewhere")) == 302
    assert header_of(ask(engine, "/once-elsewhere"), "location") == "https://example.com/over"


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
@pytest.mark.parametrize("path", ["/plain", "/missing", "/", "/health/live", "/plain+"])
def test_other_methods_are_refused_by_name(engine: EngineThread, method: str, path: str) -> None:
    answer = ask(engine, path, method=method)
    assert (status_of(answer), header_of(answer, "allow")) == (405, "GET, HEAD")


def test_a_destination_cannot_add_a_header(engine: EngineThread) -> None:
    answer = ask(engine, "/odd")
    assert header_of(answer, "location") == 'https://example.com/"%0D%0ASet-Cookie:%20a=b%E2%82%AC%20<b>'
    assert header_of(answer, "set-cookie") is None


def test_the_preview_shows_the_destination_escaped_and_does_not_count(engine: EngineThread) -> None:
    engine.clicks.clear()
    answer = ask(engine, "/odd+")
    assert status_of(answer) == 200
    assert b"&lt;b&gt;" in answer
    assert b"<b>\xe2" not in answer
    assert not engine.clicks


@pytest.mark.parametrize(
    ("path", "kind", "start"),
    [
        ("/plain/qr", "image/svg+xml", b"<?xml"),
        ("/plain/qr.svg", "image/svg+xml", b"<?xml"),
        ("/plain/qr.png", "image/png", b"\x89PNG"),
    ],
)
def test_a_link_has_a_qr_code(engine: EngineThread, path: str, kind: str, start: bytes) -> None:
    answer = ask(engine, path)
    assert header_of(answer, "content-type") == kind
    assert answer.partition(b"\r\n\r\n")[2].startswith(start)


@pytest.mark.parametrize("path", ["/health/live", "/health/ready", "/robots.txt", "/favicon.ico", "/"])
def test_these_are_never_codes(engine: EngineThread, path: str) -> None:
    assert status_of(ask(engine, path)) == 200
    assert status_of(ask(engine, path, method="HEAD")) == 200


def test_there_are_no_pages_about_the_api(engine: EngineThread) -> None:
    assert {status_of(ask(engine, path)) for path in ("/docs", "/redoc", "/openapi.json")} == {404}


def test_a_click_holds_what_the_visitor_sent(engine: EngineThread) -> None:
    ask(engine, "/plain")
    engine.clicks.clear()
    for _ in range(2):  # the first may come through the application
        ask(engine, "/plain", "User-Agent: Mozilla/5.0", "Referer: https://t.co/a")
        kept = get("/plain", "User-Agent: Mozilla/5.0", "Referer: https://t.co/a")
        engine.exchange(kept + SENTINEL, seconds=30)
    for click in engine.clicks:
        assert (click.ip, click.user_agent, click.referer, click.flags) == (
            "127.0.0.1",
            "Mozilla/5.0",
            "https://t.co/a",
            "",
        )


@pytest.mark.parametrize(
    ("method", "field", "flags"),
    [
        ("HEAD", "A: b", "head"),
        ("GET", "Purpose: prefetch", "prefetch"),
        ("GET", "Sec-Purpose: prefetch;prerender", "prefetch"),
        ("HEAD", "X-Moz: prefetch", "head,prefetch"),
        ("GET", "X-Forwarded-For: 203.0.113.7", ""),
    ],
)
def test_a_click_says_what_kind_of_request_it_was(engine: EngineThread, method: str, field: str, flags: str) -> None:
    engine.clicks.clear()
    ask(engine, "/plain", field, method=method)
    assert [(click.flags, click.ip) for click in engine.clicks] == [(flags, "127.0.0.1")]


ABSURD = [
    "User-Agent: " + "\xff" * 60_000,
    "User-Agent: \xed\xa0\x80",
    "Referer: " + "https://" * 5000,
    "Cookie: " + "a" * 60_000,
    "Accept: " + "text/html;q=9e999," * 3000,
    "Accept: application/json;q=nan, */*;q=x",
    "Host: " + "h" * 60_000,
    "Host: \xff:99999999999999999999",
    "X-Forwarded-For: " + "1," * 20_000,
]


@pytest.mark.parametrize("path", ["/plain", "/missing", "/plain+", "/plain/qr"])
@pytest.mark.parametrize("field", ABSURD)
def test_absurd_headers_get_a_proper_answer(engine: EngineThread, path: str, field: str) -> None:
    engine.clicks.clear()
    assert status_of(ask(engine, path, field)) in {200, 302, 404}
    assert all(len(click.user_agent.encode()) <= 3 * MAX_VALUE_BYTES for click in engine.clicks)


def test_a_full_spool_stops_no_redirect(engine: EngineThread) -> None:
    counters, writer = engine.engine.counters, engine.engine.recorder.writer
    lane = engine.server.lane
    assert lane
    patch = pytest.MonkeyPatch()
    patch.setattr(type(writer), "append", lambda *_: False)
    try:
        before = counters.metrics.clicks_dropped.labels("spool_full")._value.get() + counters.dropped["spool_full"]
        assert status_of(ask(engine, "/plain", "Purpose: prefetch")) == 302
        after = counters.metrics.clicks_dropped.labels("spool_full")._value.get() + counters.dropped["spool_full"]
        assert after == before + 1
    finally:
        patch.undo()


def test_with_sync_always_the_answer_waits_for_the_disk(settings_factory: SettingsFactory, sqlite_url: str) -> None:
    from tests.factories import make_link
    from vayro.database.engine import open_database

    with running_engine(settings_factory(database_url=sqlite_url, spool_sync="always")) as engine:

        async def add() -> None:
            database = open_database(engine.settings)
            await make_link(database, short_code="plain")
            await database.close()

        engine.call(add)
        synced: list[bool] = []
        writer = engine.engine.recorder.writer

        async def sync() -> bool:
            synced.append(await real())
            return synced[-1]

        real = writer.synced
        writer.synced = sync  # type: ignore[method-assign,assignment]
        assert status_of(ask(engine, "/plain")) == 302
        assert synced == [True]
        assert len(engine.clicks) == 1


def test_draining_fails_readiness_first_and_ends_when_told_again(
    settings_factory: SettingsFactory, sqlite_url: str
) -> None:
    with running_engine(settings_factory(database_url=sqlite_url, drain_seconds=60)) as engine:
        assert status_of(ask(engine, "/health/ready")) == 200
        started = time.monotonic()
        engine.loop.call_soon_threadsafe(engine.server.drain)
        while status_of(ask(engine, "/health/ready")) == 200:
            assert time.monotonic() - started < 30
        draining = engine.exchange(get("/health/ready"), seconds=30)
        assert (status_of(draining), header_of(draining, "connection")) == (503, "close")
        engine.loop.call_soon_threadsafe(engine.server.drain)
        engine._thread.join(30)
        assert not engine._thread.is_alive()
