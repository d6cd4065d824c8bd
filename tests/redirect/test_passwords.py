"""Links with a password: a page asks for it, a POST of our own form opens them."""

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from tests.factories import make_link
from tests.redirect.conftest import make_settings
from tests.redirect.engines import EngineThread, get, header_of, running_engine, status_of
from vayro.database.engine import open_database
from vayro.links.password import hash_password
from vayro.settings import Settings

PASSWORD = "open sésame & more"
FORM = "Content-Type: application/x-www-form-urlencoded"
HTML = "Accept: text/html,application/xhtml+xml,*/*;q=0.8"
LINKS: list[dict[str, Any]] = [
    {"short_code": "locked"},
    {"short_code": "locked-moved", "redirect_status": 308, "cache_seconds": 60},
    {"short_code": "locked-once", "max_clicks": 1},
    {"short_code": "locked-off", "is_active": False},
    {"short_code": "locked-down", "is_active": False, "disabled_reason": "abuse"},
    {"short_code": "guessed"},
    {"short_code": "crowded"},
]


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Settings:
    made = make_settings(
        tmp_path_factory.mktemp("passwords") / "data",
        sqlite_template,
        limit_link_password_address="6/day",
        trusted_proxies="127.0.0.0/8",
    )
    asyncio.run(_fill(made))
    return made


async def _fill(settings: Settings) -> None:
    database = open_database(settings)
    password_hash = hash_password(PASSWORD)
    for values in LINKS:
        target = f"https://example.com/secret/{values['short_code']}"
        await make_link(database, password_hash=password_hash, target_url=target, **values)
    await database.close()


@pytest.fixture(scope="module")
def engine(settings: Settings) -> Iterator[EngineThread]:
    with running_engine(settings) as running:
        yield running


def ask(engine: EngineThread, path: str, *fields: str, method: str = "GET") -> bytes:
    return engine.exchange(get(path, *fields, "Connection: close", method=method), seconds=30)


def post(engine: EngineThread, code: str, password: str, *fields: str, visitor: str = "192.0.2.1") -> bytes:
    body = f"password={quote(password)}".encode()
    head = get(
        f"/{code}", FORM, f"Content-Length: {len(body)}", f"X-Forwarded-For: {visitor}", "Connection: close", *fields,
        method="POST",
    )  # fmt: skip
    return engine.exchange(head + body, seconds=30)


def test_a_page_asks_for_the_password_and_nothing_is_counted(engine: EngineThread) -> None:
    engine.clicks.clear()
    for _ in range(2):  # the second time the link is in memory
        page = ask(engine, "/locked", HTML)
        assert status_of(page) == 401
        assert b'<form method="post" action="/locked">' in page
        assert b'type="password"' in page
        assert b"secret/locked" not in page
    assert header_of(page, "cache-control") == "private, no-store"
    assert engine.clicks == []


def test_the_page_may_send_its_form_here_and_nowhere_else(engine: EngineThread) -> None:
    policy = header_of(ask(engine, "/locked", HTML), "content-security-policy") or ""
    assert "form-action 'self';" in policy
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy


def test_a_program_is_told_in_a_problem_document(engine: EngineThread) -> None:
    answer = ask(engine, "/locked", "Accept: application/json")
    assert status_of(answer) == 401
    assert json.loads(answer.partition(b"\r\n\r\n")[2])["code"] == "password_required"


def test_the_right_password_leads_on_and_is_one_click(engine: EngineThread) -> None:
    engine.clicks.clear()
    answer = post(engine, "locked", PASSWORD, "User-Agent: Tester", "Referer: http://127.0.0.1/locked")
    assert (status_of(answer), header_of(answer, "location")) == (303, "https://example.com/secret/locked")
    assert [(click.ip, click.user_agent, click.referer) for click in engine.clicks] == [("192.0.2.1", "Tester", "")]


def test_a_browser_is_led_on_by_a_page_because_a_redirect_would_be_held_to_the_forms_policy(
    engine: EngineThread,
) -> None:
    answer = post(engine, "locked", PASSWORD, HTML)
    assert status_of(answer) == 200
    assert b'<meta http-equiv="refresh" content="0;url=https://example.com/secret/locked">' in answer


def test_a_password_is_never_sent_on_nor_cached_whatever_the_links_status(engine: EngineThread) -> None:
    answer = post(engine, "locked-moved", PASSWORD)
    assert (status_of(answer), header_of(answer, "cache-control")) == (303, "private, no-store")


@pytest.mark.parametrize("password", ["", "open sesame & more", PASSWORD.upper(), PASSWORD + " ", "x" * 5000, "\0"])
def test_a_wrong_password_opens_nothing(engine: EngineThread, password: str) -> None:
    engine.clicks.clear()
    answer = post(engine, "locked", password, HTML, visitor=f"198.51.100.{len(password) % 250}")
    assert status_of(answer) in {401, 413}
    assert b"secret/locked" not in answer
    assert engine.clicks == []


def test_the_same_letters_in_another_form_are_the_same_password(engine: EngineThread) -> None:
    assert status_of(post(engine, "locked", PASSWORD.replace("é", "e\u0301"))) == 303


def test_a_password_in_the_address_is_not_looked_at(engine: EngineThread) -> None:
    path = f"/locked?password={quote(PASSWORD)}"
    assert status_of(ask(engine, path)) == 401
    body = b"password=wrong"
    head = get(path, FORM, f"Content-Length: {len(body)}", "Connection: close", method="POST")
    assert status_of(engine.exchange(head + body, seconds=30)) == 401


def test_the_limit_of_clicks_holds_behind_a_password_too(engine: EngineThread) -> None:
    assert status_of(ask(engine, "/locked-once")) == 401
    assert status_of(post(engine, "locked-once", PASSWORD)) == 303
    assert status_of(post(engine, "locked-once", PASSWORD)) == 410


@pytest.mark.parametrize(("code", "status"), [("locked-off", 404), ("locked-down", 410)])
def test_no_password_opens_a_link_that_is_off(engine: EngineThread, code: str, status: int) -> None:
    assert status_of(ask(engine, f"/{code}")) == status
    assert status_of(post(engine, code, PASSWORD)) == 405


@pytest.mark.parametrize("code", ["plain", "missing", "off"])
def test_a_link_without_a_password_takes_no_post(engine: EngineThread, code: str) -> None:
    answer = post(engine, code, PASSWORD)
    assert (status_of(answer), header_of(answer, "allow")) == (405, "GET, HEAD")


@pytest.mark.parametrize(
    ("fields", "is_accepted"),
    [
        (["Sec-Fetch-Site: same-origin", "Origin: http://127.0.0.1"], True),
        (["Sec-Fetch-Site: none"], True),
        (["Sec-Fetch-Site: cross-site"], False),
        (["Sec-Fetch-Site: same-site"], False),
        (["Sec-Fetch-Site: cross-site", "Origin: http://127.0.0.1"], False),
        (["Sec-Fetch-Site: nonsense"], False),
        (["Origin: http://127.0.0.1"], True),
        (["Origin: https://127.0.0.1"], True),
        (["Origin: http://evil.test"], False),
        (["Origin: http://127.0.0.1.evil.test"], False),
        (["Origin: http://127.0.0.1:81"], False),
        (["Origin: null"], False),
        (["Origin: http://[evil"], False),
        ([], True),
    ],
)
def test_only_a_form_of_our_own_is_read(engine: EngineThread, fields: list[str], is_accepted: bool) -> None:
    assert status_of(post(engine, "locked", PASSWORD, *fields)) == (303 if is_accepted else 403)


def test_what_is_no_form_is_not_read(engine: EngineThread) -> None:
    body = json.dumps({"password": PASSWORD}).encode()
    head = get(
        "/locked", "Content-Type: application/json", f"Content-Length: {len(body)}", "Connection: close", method="POST"
    )
    assert status_of(engine.exchange(head + body, seconds=30)) == 415


def test_who_guesses_must_wait_and_others_need_not(engine: EngineThread) -> None:
    statuses = [status_of(post(engine, "guessed", f"wrong{n}", visitor="203.0.113.9")) for n in range(8)]
    assert statuses == [401] * 6 + [429] * 2
    refused = post(engine, "guessed", PASSWORD, visitor="203.0.113.9")
    assert status_of(refused) == 429
    assert int(header_of(refused, "retry-after") or 0) > 0
    assert status_of(post(engine, "guessed", PASSWORD, visitor="203.0.113.10")) == 303


def test_neighbours_in_one_ipv6_network_guess_together(engine: EngineThread) -> None:
    statuses = [status_of(post(engine, "guessed", f"wrong{n}", visitor=f"2001:db8::{n + 1}")) for n in range(8)]
    assert statuses.count(429) == 2


def test_right_passwords_cost_no_budget(engine: EngineThread) -> None:
    statuses = {status_of(post(engine, "crowded", PASSWORD, visitor="203.0.113.77")) for _ in range(10)}
    assert statuses == {303}


def test_the_preview_hides_where_a_protected_link_goes(engine: EngineThread) -> None:
    page = ask(engine, "/locked+")
    assert status_of(page) == 200
    assert b"secret/locked" not in page
    assert status_of(ask(engine, "/locked-down+")) == 410


def test_nothing_of_a_password_rests_in_redis_or_memory_snapshots(engine: EngineThread) -> None:
    entry = engine.engine.memory.links[b"locked"]
    assert entry.snapshot is not None
    assert entry.snapshot.has_password
    assert entry.lane_until == 0.0
    assert "argon2" not in repr(entry.snapshot)
