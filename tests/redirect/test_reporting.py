"""What the public may report, and what a takedown makes of a link."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from sqlalchemy import select

from tests.redirect.conftest import make_settings
from tests.redirect.engines import EngineThread, get, header_of, running_engine, status_of
from tests.servers import wait_until
from vayro.cache.none import NoLinkCache
from vayro.database.engine import Database, open_database
from vayro.database.models import audit_log, link_reports, links
from vayro.errors import Unavailable
from vayro.links.reports import MAX_OPEN, ReportDesk
from vayro.links.takedown import Takedown
from vayro.settings import Settings

NAUGHTY = "<script>alert(1)</script> '\"><img src=x> \u202e \0 =1+1"


@pytest.fixture
def settings(tmp_path: Path, sqlite_template: Path) -> Settings:
    return make_settings(tmp_path / "data", sqlite_template, limit_report="30/day")


@pytest.fixture
def engine(settings: Settings) -> Iterator[EngineThread]:
    with running_engine(settings) as running:
        yield running


def ask(engine: EngineThread, path: str, *fields: str) -> bytes:
    return engine.exchange(get(path, *fields, "Connection: close"), seconds=30)


def report(engine: EngineThread, *fields: str, **form: str) -> bytes:
    body = urlencode(form).encode()
    kind = "Content-Type: application/x-www-form-urlencoded"
    head = get("/report", kind, f"Content-Length: {len(body)}", "Connection: close", *fields, method="POST")
    return engine.exchange(head + body, seconds=30)


def in_database(settings: Settings, work: Callable[[Database], Awaitable[Any]]) -> Any:
    async def run() -> Any:
        database = open_database(settings)
        try:
            return await work(database)
        finally:
            await database.close()

    return asyncio.run(run())


def rows(settings: Settings, query: Any) -> list[Any]:
    async def read(database: Database) -> list[Any]:
        async with database.read() as connection:
            return list((await connection.execute(query)).all())

    found: list[Any] = in_database(settings, read)
    return found


def test_the_form_is_filled_escaped_and_sends_here_alone(engine: EngineThread) -> None:
    page = ask(engine, "/report?link=%22%3E%3Cscript%3E1%3C/script%3E")
    assert status_of(page) == 200
    assert b"<script" not in page
    assert b"&quot;&gt;&lt;script&gt;" in page
    assert "form-action 'self'" in (header_of(page, "content-security-policy") or "")


@pytest.mark.parametrize("name", ["plain", "/plain", "http://127.0.0.1/plain", "https://127.0.0.1/plain+", " plain "])
def test_a_report_is_kept_and_noted_without_who_sent_it(engine: EngineThread, settings: Settings, name: str) -> None:
    assert status_of(report(engine, link=name, reason="phishing", text=NAUGHTY)) == 200
    [kept] = rows(settings, select(link_reports, links.c.short_code).join(links, links.c.id == link_reports.c.link_id))
    assert (kept.short_code, kept.reason, kept.text) == ("plain", "phishing", NAUGHTY.replace("\0", ""))
    [noted] = rows(settings, select(audit_log).where(audit_log.c.action == "link.report"))
    assert (noted.subject, noted.workspace_id, noted.user_id) == (str(kept.link_id), kept.workspace_id, None)
    assert "127.0.0.1" not in repr((kept.details, noted.details))


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ({"link": "missing", "reason": "spam"}, 404),
        ({"link": "http://[", "reason": "spam"}, 404),
        ({"link": "\u202e\u0000", "reason": "spam"}, 404),
        ({"link": "plain", "reason": "because"}, 422),
        ({"link": "plain"}, 422),
        ({"link": "", "reason": "spam"}, 422),
        ({}, 422),
        ({"link": "plain", "reason": "spam", "text": "x" * 50_000}, 413),
    ],
)
def test_what_is_no_report_is_not_kept(
    engine: EngineThread, settings: Settings, form: dict[str, str], status: int
) -> None:
    assert status_of(report(engine, **form)) == status
    assert rows(settings, select(link_reports)) == []


def test_a_report_from_another_site_is_refused(engine: EngineThread) -> None:
    assert status_of(report(engine, "Sec-Fetch-Site: cross-site", link="plain", reason="spam")) == 403
    assert status_of(report(engine, "Origin: null", link="plain", reason="spam")) == 403


def test_one_link_has_so_many_open_reports_and_no_more(engine: EngineThread, settings: Settings) -> None:
    statuses = {status_of(report(engine, link="plain", reason="spam")) for _ in range(MAX_OPEN + 3)}
    assert statuses == {200}
    assert len(rows(settings, select(link_reports))) == MAX_OPEN
    [link] = rows(settings, select(links.c.id).where(links.c.short_code == "plain", links.c.domain == ""))
    assert in_database(settings, lambda database: ReportDesk(database).close(link.id)) == MAX_OPEN
    assert in_database(settings, lambda database: ReportDesk(database).list_reports()) == []


def test_who_reports_too_often_must_wait(tmp_path: Path, sqlite_template: Path) -> None:
    settings = make_settings(tmp_path / "limited", sqlite_template, limit_report="2/day")
    with running_engine(settings) as engine:
        statuses = [status_of(report(engine, link="plain", reason="spam")) for _ in range(3)]
        assert statuses == [200, 200, 429]
        assert status_of(ask(engine, "/plain")) == 302


def test_reports_can_be_closed_to_the_public(tmp_path: Path, sqlite_template: Path) -> None:
    settings = make_settings(tmp_path / "closed", sqlite_template, report_open=False)
    with running_engine(settings) as engine:
        assert status_of(ask(engine, "/report")) == 404
        assert status_of(report(engine, link="plain", reason="spam")) == 404


def test_while_the_database_is_away_reports_wait_and_links_redirect(engine: EngineThread, settings: Settings) -> None:
    assert status_of(ask(engine, "/plain")) == 302

    async def refuse(*_: object) -> bool:
        raise Unavailable("The database does not answer.")

    engine.engine.reports.take = refuse  # type: ignore[method-assign,assignment]
    answer = report(engine, link="plain", reason="spam")
    assert (status_of(answer), header_of(answer, "retry-after")) == (503, "2")
    assert status_of(ask(engine, "/plain")) == 302


def test_a_takedown_reaches_the_engine_and_answers_a_neutral_page(engine: EngineThread, settings: Settings) -> None:
    assert status_of(ask(engine, "/plain")) == 302
    [link] = rows(settings, select(links.c.id).where(links.c.short_code == "plain", links.c.domain == ""))
    in_database(settings, lambda database: Takedown(database, NoLinkCache()).disable(link.id, "phishing"))
    wait_until(lambda: status_of(ask(engine, "/plain")) == 410, seconds=60)
    page = ask(engine, "/plain", "Accept: text/html")
    assert b"phishing" not in page
    assert b"example.com" not in page
    assert header_of(page, "cache-control") == "private, no-store"
    assert status_of(ask(engine, "/plain+")) == 410
    assert status_of(ask(engine, "/plain/qr")) == 404
    in_database(settings, lambda database: Takedown(database, NoLinkCache()).enable(link.id))
    wait_until(lambda: status_of(ask(engine, "/plain")) == 302, seconds=60)
