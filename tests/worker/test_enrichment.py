"""The steps, one by one and together; salts; addresses."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

import pytest
from sqlalchemy import text, update

from tests.clicks.spooled import event_id_of, make_payload, open_writer
from tests.worker.conftest import count, eventually, make_consumer, rows, running, totals
from vayro.clicks.click import Click
from vayro.database.engine import Database
from vayro.database.models import click_events, metadata, visitor_salts
from vayro.stream.spool_source import SpoolClickSource
from vayro.visitor.geoip import GeoDatabase, Place
from vayro.visitor.user_agent import UserAgentReader
from vayro.worker.enrichment import LONGEST_REFERER, STEPS, Tools, enrich
from vayro.worker.salts import SaltRing, delete_old_salts

MORNING = dt.datetime(2026, 11, 22, 8, tzinfo=dt.UTC)
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:131.0) Gecko/20100101 Firefox/131.0"
_reader = UserAgentReader()


@pytest.fixture
def tools() -> Iterator[Tools]:
    places = GeoDatabase(Path("absent.mmdb"))
    salts = {MORNING.date(): b"a" * 32, (MORNING + dt.timedelta(days=1)).date(): b"b" * 32}
    yield Tools(places, _reader, "truncated", salts)
    places.close()


def make(**over: Any) -> Click:
    values: dict[str, Any] = {
        "event_id": "e", "timestamp": MORNING, "link_id": "l", "segment": "s", "ip": "203.0.113.77",
        "user_agent": FIREFOX, "referer": None, "flags": "",
    }  # fmt: skip
    return Click(**values | over)


def enriched(tools: Tools, **over: Any) -> Click:
    click = make(**over)
    enrich(click, tools)
    return click


def test_the_address_is_limited_last() -> None:
    assert [step.__name__ for step in STEPS[-2:]] == ["limit_address", "forget_untracked"]


def test_an_untracked_visitor_is_a_person_of_whom_nothing_is_kept_to_tell_them_by(tools: Tools) -> None:
    click = enriched(tools, flags="untracked")
    assert (click.is_bot, click.device_type) == (False, "desktop")
    assert (click.ip_address, click.city, click.visitor_id) == (None, None, None)


def test_an_untracked_prefetch_is_a_bot(tools: Tools) -> None:
    assert enriched(tools, flags="prefetch,untracked").is_bot


@pytest.mark.parametrize("flags", ["head", "prefetch", "head,prefetch"])
def test_head_and_prefetch_are_bots_but_their_device_is_a_persons(tools: Tools, flags: str) -> None:
    click = enriched(tools, flags=flags)
    assert (click.is_bot, click.device_type) == (True, "desktop")


def test_a_crawler_is_flagged_and_not_dropped(tools: Tools) -> None:
    click = enriched(tools, user_agent="Googlebot/2.1 (+http://www.google.com/bot.html)")
    assert (click.is_bot, click.device_type) == (True, "bot")


def test_a_place_is_found_by_the_whole_address(tools: Tools, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr(GeoDatabase, "find_place", lambda _, address: asked.append(address) or Place("DE", "Berlin"))
    click = enriched(tools)
    assert (click.country_code, click.city, asked) == ("DE", "Berlin", ["203.0.113.77"])


def test_a_long_referrer_is_cut(tools: Tools) -> None:
    assert len(enriched(tools, referer="r" * 9_000).referer or "") == LONGEST_REFERER


def test_the_same_visitor_has_one_hash_a_day_on_every_link(tools: Tools) -> None:
    one = enriched(tools).visitor_id
    assert one == enriched(tools, link_id="another", timestamp=MORNING + dt.timedelta(hours=9)).visitor_id
    others = [
        enriched(tools, ip="203.0.113.78"),
        enriched(tools, user_agent="Other/1"),
        enriched(tools, timestamp=MORNING + dt.timedelta(days=1)),
    ]
    assert len({one, *(click.visitor_id for click in others)}) == 4


def test_the_hash_fits_a_signed_64_bit_column(tools: Tools) -> None:
    found = [enriched(tools, ip=f"203.0.113.{last}").visitor_id or 0 for last in range(200)]
    assert min(found) < 0 < max(found)
    assert all(-(2**63) <= value < 2**63 for value in found)


async def test_all_workers_share_the_salt_of_a_day(database: Database) -> None:
    day = MORNING.date()
    first, second = SaltRing(database), SaltRing(database)
    await first.provide([day])
    await second.provide([day])
    assert first.salts == second.salts
    assert await count(database, visitor_salts) == 1


async def test_a_salt_is_deleted_after_48_hours_and_forgotten_by_workers(database: Database) -> None:
    now = dt.datetime.now(dt.UTC)
    yesterday, long_ago = now.date() - dt.timedelta(days=1), now.date() - dt.timedelta(days=2)
    ring = SaltRing(database)
    await ring.provide([yesterday, long_ago])
    before = dict(ring.salts)
    async with database.transaction() as connection:
        old = visitor_salts.c.day == long_ago.isoformat()
        await connection.execute(
            update(visitor_salts).where(old).values(created_at=now - dt.timedelta(hours=48, seconds=1))
        )
    ring._made[long_ago] -= dt.timedelta(hours=49)
    assert await delete_old_salts(database) == 1
    assert [row.day for row in await rows(database, visitor_salts)] == [yesterday.isoformat()]
    await ring.provide([yesterday])
    assert set(ring.salts) == {yesterday}
    await ring.provide([long_ago])
    assert ring.salts[long_ago] != before[long_ago]


@pytest.mark.parametrize(
    ("store_ip", "expected"), [("none", None), ("truncated", "198.51.100.0"), ("full", "198.51.100.213")]
)
async def test_a_planted_address_is_in_no_table_unless_asked_for(
    database: Database,
    source: SpoolClickSource,
    tmp_path: Path,
    store_ip: Literal["none", "truncated", "full"],
    expected: str | None,
) -> None:
    writer = open_writer(tmp_path / "spool")
    good = make_payload(ip="198.51.100.213")
    writer.append(good)
    writer.append(make_payload(ip="198.51.100.213", link="not a link"))
    writer.close()
    async with running(make_consumer(database, source, store_ip)):

        async def is_done() -> bool:
            return (await totals(database))["committed"] == 2

        await eventually(is_done)
    found = [row for row in await rows(database, click_events) if str(row.id) == event_id_of(good)]
    assert [row.ip_address for row in found] == [expected]
    stored = ""
    async with database.read() as connection:
        for table in metadata.sorted_tables:
            for row in await connection.execute(text(f"SELECT * FROM {table.name}")):
                stored += "".join(bytes(v).decode("latin-1") if isinstance(v, bytes) else str(v) for v in row)
    assert ("198.51.100.213" in stored) == (store_ip == "full")


def test_click_has_room_for_nothing_else() -> None:
    click = replace(make())
    with pytest.raises(AttributeError):
        click.surprise = 1  # type: ignore[attr-defined]
