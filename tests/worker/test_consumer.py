"""From the spool to the tables: each click once, whatever it holds."""

import asyncio
import datetime as dt
from pathlib import Path
from uuid import UUID

import psycopg
import pytest

from tests.clicks.spooled import LINK, event_id_of, make_payload
from tests.worker.conftest import consume, count, eventually, make_consumer, now, rows, running, spool, totals
from vayro.clicks.repository import ClickBatch, ClickRepository
from vayro.database.engine import Database
from vayro.database.models import click_batches, click_dead_letters, click_events, click_segments, link_stats
from vayro.errors import Unavailable
from vayro.stream.spool_source import SpoolClickSource, split_payload
from vayro.worker.enrichment import Drop


async def test_a_click_becomes_a_row(database: Database, source: SpoolClickSource, tmp_path: Path) -> None:
    payload = make_payload(referer="https://news.example/story")
    spool(tmp_path, payload)
    await consume(database, source, 1)
    [row] = await rows(database, click_events)
    assert (str(row.id), str(row.link_id)) == (event_id_of(payload), LINK)
    assert abs(row.timestamp - now()) < dt.timedelta(seconds=30)
    assert (row.browser, row.os, row.device_type) == ("Firefox", "Linux", "desktop")
    assert (row.referer, row.ip_address, row.is_bot) == ("https://news.example/story", "192.0.2.0", False)
    assert isinstance(row.visitor_id, int)


async def test_rows_stats_segments_and_batches_agree(
    database: Database, source: SpoolClickSource, tmp_path: Path
) -> None:
    links = [str(UUID(int=number + 1)) for number in range(7)]
    spool(tmp_path, *(make_payload(link=links[number % 7], flags=("head",) * (number % 2)) for number in range(700)))
    await consume(database, source, 700)
    assert await totals(database) == {"events": 700, "letters": 0, "stats": 700, "committed": 700}
    assert {(row.clicks, row.bots) for row in await rows(database, link_stats)} == {(100, 50)}
    assert sum(row.events for row in await rows(database, click_batches)) == 700


async def test_replaying_everything_twice_changes_nothing(
    database: Database, source: SpoolClickSource, tmp_path: Path
) -> None:
    payloads = [make_payload() for _ in range(300)]
    spool(tmp_path, *payloads)
    await consume(database, source, 300)
    before = [await rows(database, table) for table in (click_events, link_stats, click_segments, click_batches)]
    segment = before[2][0].segment
    preparer = make_consumer(database, source)._preparer
    from vayro.stream.port import Delivery

    for _ in range(2):
        entries = [split_payload(payload, segment) for payload in payloads]
        outcomes = await preparer.prepare(Delivery(entries, [None] * 300, [1] * 300))
        await ClickRepository(database).write(ClickBatch(clicks=outcomes))  # type: ignore[arg-type]
    after = [await rows(database, table) for table in (click_events, link_stats, click_segments, click_batches)]
    assert after == before


async def test_two_workers_with_the_same_clicks_count_each_once(database: Database, source: SpoolClickSource) -> None:
    from vayro.stream.port import Delivery

    preparer = make_consumer(database, source)._preparer
    entries = [split_payload(make_payload(link=str(UUID(int=number % 50))), "engine-1") for number in range(2_000)]

    async def work(start: int) -> None:
        mine = entries[start:] + entries[:start]
        for first in range(0, len(mine), 250):
            part = mine[first : first + 250]
            outcomes = await preparer.prepare(Delivery(part, [None] * 250, [1] * 250))
            await ClickRepository(database).write(ClickBatch(clicks=outcomes))  # type: ignore[arg-type]

    await asyncio.gather(work(0), work(1_000), work(333))
    assert await totals(database) == {"events": 2_000, "letters": 0, "stats": 2_000, "committed": 2_000}


async def test_a_database_that_is_away_loses_nothing(
    database: Database, source: SpoolClickSource, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = ClickRepository.write
    failures = iter([Unavailable(), psycopg.OperationalError("gone"), psycopg.errors.DeadlockDetected("deadlock")])

    async def fail_first(self: ClickRepository, batch: ClickBatch) -> object:
        for failure in failures:
            raise failure
        return await real(self, batch)

    monkeypatch.setattr(ClickRepository, "write", fail_first)
    spool(tmp_path, *(make_payload() for _ in range(10)))
    await consume(database, source, 10)
    assert await totals(database) == {"events": 10, "letters": 0, "stats": 10, "committed": 10}


async def test_a_commit_whose_answer_was_lost_counts_once(
    database: Database, source: SpoolClickSource, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = ClickRepository.write
    losses = iter(range(2))

    async def lose_answer(self: ClickRepository, batch: ClickBatch) -> object:
        written = await real(self, batch)
        for _ in losses:
            raise Unavailable("the connection was lost")
        return written

    monkeypatch.setattr(ClickRepository, "write", lose_answer)
    spool(tmp_path, *(make_payload() for _ in range(10)))
    await consume(database, source, 10)
    assert await totals(database) == {"events": 10, "letters": 0, "stats": 10, "committed": 10}


async def test_a_dropped_click_leaves_a_reason_and_no_content(
    database: Database, source: SpoolClickSource, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from vayro.worker import enrichment

    def drop_all(click: object, tools: object) -> None:
        raise Drop("blocked")

    monkeypatch.setattr(enrichment, "STEPS", (drop_all,))
    spool(tmp_path, make_payload(), make_payload())
    await consume(database, source, 2)
    letters = await rows(database, click_dead_letters)
    assert [(letter.reason, bytes(letter.payload)) for letter in letters] == [("dropped:blocked", b"")] * 2


async def test_a_step_that_fails_once_is_tried_again(
    database: Database, source: SpoolClickSource, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from vayro.worker import enrichment

    failures = iter(range(1))

    def fail_once(click: object, tools: object) -> None:
        for _ in failures:
            raise RuntimeError("a bug")

    monkeypatch.setattr(enrichment, "STEPS", (fail_once, *enrichment.STEPS))
    spool(tmp_path, make_payload(), make_payload())
    await consume(database, source, 2)
    assert await count(database, click_events) == 2


async def test_segments_that_are_committed_are_deleted(
    database: Database, source: SpoolClickSource, tmp_path: Path
) -> None:
    spool(tmp_path, *(make_payload() for _ in range(400)))
    async with running(make_consumer(database, source)):

        async def is_empty() -> bool:
            return not list((tmp_path / "spool").rglob("*.seg"))

        await eventually(is_empty)
    assert await count(database, click_events) == 400
