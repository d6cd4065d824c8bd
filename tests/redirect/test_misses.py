"""Whoever tries codes is slowed down, and no link with them; what domains say of `/` and of unknown codes."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.redirect.conftest import make_settings
from tests.redirect.engines import EngineThread, get, header_of, running_engine, status_of
from vayro.redirect.miss_budget import MAX_ADDRESSES, MissBudget, counted_by

SCANNER = "93.184.215.14"
OTHER = "151.101.1.69"


@pytest.fixture(scope="module")
def behind_proxy(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[EngineThread]:
    settings = make_settings(
        tmp_path_factory.mktemp("misses") / "data",
        sqlite_template,
        trusted_proxies="127.0.0.0/8",
        miss_budget_per_minute=5,
    )
    with running_engine(settings) as running:
        yield running


@pytest.fixture(autouse=True)
def _fresh_budget(behind_proxy: EngineThread) -> None:
    behind_proxy.engine.misses = MissBudget(5, clock=lambda: 1_000_000_000.0)


def ask(engine: EngineThread, path: str, address: str, *fields: str) -> bytes:
    return engine.exchange(get(path, f"X-Forwarded-For: {address}", "Connection: close", *fields), seconds=30)


def test_an_address_over_its_budget_is_told_when_to_come_back(behind_proxy: EngineThread) -> None:
    answers = [ask(behind_proxy, f"/nothing{number}", SCANNER) for number in range(7)]
    assert [status_of(answer) for answer in answers] == [404] * 5 + [429] * 2
    assert int(header_of(answers[-1], "Retry-After") or 0) >= 1
    assert b"Too many unknown links" in answers[-1]


def test_links_redirect_whoever_asks(behind_proxy: EngineThread) -> None:
    for number in range(8):
        ask(behind_proxy, f"/nothing{number}", SCANNER)
    assert [status_of(ask(behind_proxy, path, SCANNER)) for path in ("/plain", "/moved", "/plain+", "/counted")] == [
        302, 301, 200, 302,
    ]  # fmt: skip
    assert status_of(ask(behind_proxy, "/nothing9", SCANNER)) == 429


def test_previews_and_qr_codes_tell_no_more_than_redirects(behind_proxy: EngineThread) -> None:
    paths = ["/one+", "/two/qr", "/three", "/four+", "/five/qr.png"]
    assert {status_of(ask(behind_proxy, path, SCANNER)) for path in paths} == {404}
    assert [status_of(ask(behind_proxy, path, SCANNER)) for path in ("/six+", "/seven/qr", "/eight")] == [429] * 3


def test_others_have_budgets_of_their_own(behind_proxy: EngineThread) -> None:
    for number in range(8):
        ask(behind_proxy, f"/nothing{number}", SCANNER)
    assert status_of(ask(behind_proxy, "/nothing", OTHER)) == 404


def test_a_program_gets_a_problem_document(behind_proxy: EngineThread) -> None:
    answers = [ask(behind_proxy, "/nothing", SCANNER, "Accept: application/json") for _ in range(6)]
    assert b'"code": "rate_limited"' in answers[-1]


@pytest.mark.parametrize(
    "hops",
    [
        "1.1.1.1, 93.184.215.14",  # whatever stands left of the hop that no proxy added may be invented
        "93.184.215.14, 127.0.0.1",
        "8.8.8.8,9.9.9.9, 93.184.215.14:4711",
        "rubbish, 93.184.215.14",
        "::ffff:93.184.215.14",
    ],
)
def test_what_a_client_writes_into_its_address_changes_nothing(behind_proxy: EngineThread, hops: str) -> None:
    for number in range(5):
        ask(behind_proxy, f"/nothing{number}", SCANNER)
    assert status_of(ask(behind_proxy, "/nothing9", hops)) == 429


def test_without_a_trusted_proxy_the_header_says_nothing(engine: EngineThread) -> None:
    engine.engine.misses = MissBudget(2)
    statuses = [status_of(ask(engine, f"/no{number}", SCANNER)) for number in range(6)]
    assert statuses == [404] * 6  # the peer is this machine: not counted


@pytest.mark.parametrize("address", ["127.0.0.1", "10.1.2.3", "192.168.0.9", "::1", "fd00::1", "", "rubbish"])
def test_only_addresses_of_the_internet_are_counted(address: str) -> None:
    budget = MissBudget(1)
    assert [budget.spend(address) for _ in range(5)] == [0] * 5


def test_the_budget_can_be_turned_off() -> None:
    budget = MissBudget(0)
    assert [budget.spend(SCANNER) for _ in range(1_000)] == [0] * 1_000


def test_ipv6_is_counted_by_its_64() -> None:
    assert counted_by("2600::1:2:3:4") == counted_by("2600::") != counted_by("2600:0:0:1::")


def test_more_addresses_than_memory_may_hold_take_no_more_of_it() -> None:
    budget = MissBudget(1)
    for number in range(MAX_ADDRESSES + 5_000):
        budget.spend(f"2a00:{number >> 16:x}:{number & 0xFFFF:x}::1")
    assert len(budget._windows) == MAX_ADDRESSES


def test_a_domain_leads_elsewhere_from_its_root_and_from_unknown_codes(tmp_path: Path, sqlite_template: Path) -> None:
    settings = make_settings(tmp_path / "data", sqlite_template, with_domain=True)
    with closing(sqlite3.connect(settings.data_dir / "vayro.db")) as connection:
        connection.execute(
            "UPDATE domains SET root_url = 'https://example.com/', not_found_url = 'https://example.com/404'"
        )
        connection.execute(
            "INSERT INTO domains (name, verification_token, root_url, not_found_url, created_at) "
            "VALUES ('claimed.test', 'x', 'https://x.test/', 'https://x.test/404', '2026')"
        )
        connection.commit()
    request = "GET {} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n"
    with running_engine(settings) as engine:
        for path, location in (("/", "https://example.com/"), ("/nothing", "https://example.com/404")):
            answer = engine.exchange(request.format(path, "go.example.com").encode(), seconds=30)
            assert (status_of(answer), header_of(answer, "location")) == (302, location)
            assert header_of(answer, "cache-control") == "private, no-store"
        for host in ("127.0.0.1", "claimed.test"):
            assert status_of(engine.exchange(request.format("/", host).encode(), seconds=30)) == 200
            assert status_of(engine.exchange(request.format("/nothing", host).encode(), seconds=30)) == 404
