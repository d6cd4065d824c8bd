"""Dead letters tried again: what was wrong is right by now, and each becomes a click once."""

import asyncio
import datetime as dt
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest
from sqlalchemy import select, update
from uuid_utils.compat import uuid7

from tests.clicks.spooled import change, event_id_of, fields_of, make_payload
from tests.worker.conftest import consume, make_preparer, rows, spool, totals
from vayro.clicks import repository as repository_module
from vayro.clicks.letters import DISCARDED, LetterBox, LetterFilter
from vayro.clicks.repository import ClickBatch, ClickRepository, DeadLetter
from vayro.database.engine import Database
from vayro.database.models import click_dead_letters, click_events, rollup_marks, rollup_state
from vayro.errors import NotFound
from vayro.stream.spool_source import SpoolClickSource
from vayro.worker import enrichment
from vayro.worker.replay import EMPTY, KNOWN, REFUSED, WRITTEN, LetterReplay, Replayed


@pytest.fixture
def replay(database: Database) -> LetterReplay:
    return LetterReplay(database, make_preparer(database))


async def bury(
    database: Database, source: SpoolClickSource, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *payloads: bytes
) -> None:
    """Have the worker make dead letters of these, by a bug that is then mended."""

    def fail(_click: object, _tools: object) -> None:
        raise RuntimeError("a bug")

    with monkeypatch.context() as patch:
        patch.setattr(enrichment, "STEPS", (fail,))
        spool(tmp_path, *payloads)
        await consume(database, source, len(payloads))
    assert len(await rows(database, click_dead_letters)) == len(payloads)


async def run(replay: LetterReplay, wanted: LetterFilter | None = None, *, dry_run: bool = False) -> list[Replayed]:
    letters = await LetterBox(replay._repository._database).find(wanted or LetterFilter())
    return [one async for one in replay.replay(letters, dry_run=dry_run)]


async def test_a_letter_becomes_the_click_that_it_should_have_been(
    database: Database,
    source: SpoolClickSource,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    replay: LetterReplay,
) -> None:
    payload = make_payload(referer="https://news.example/ü", ip="198.51.100.9")
    await bury(database, source, tmp_path, monkeypatch, payload)
    assert await run(replay) == [Replayed(UUID(event_id_of(payload)), WRITTEN)]
    [row] = await rows(database, click_events)
    assert (str(row.id), row.referer, row.ip_address) == (
        event_id_of(payload),
        "https://news.example/ü",
        "198.51.100.0",
    )
    assert row.timestamp.isoformat(timespec="milliseconds").replace("+00:00", "Z") == fields_of(payload)["timestamp"]
    # The segment counted it when it was buried: once is enough, or another event could be missing unnoticed.
    assert await totals(database) == {"events": 1, "letters": 0, "stats": 1, "committed": 1}


async def test_many_replays_at_once_and_again_make_each_click_once(
    database: Database,
    source: SpoolClickSource,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    replay: LetterReplay,
) -> None:
    await bury(database, source, tmp_path, monkeypatch, *(make_payload() for _ in range(4)))
    results = await asyncio.gather(*(run(replay) for _ in range(4)))
    assert all(one.is_settled for result in results for one in result)
    assert await run(replay) == []
    assert await totals(database) == {"events": 4, "letters": 0, "stats": 4, "committed": 4}


async def test_a_letter_whose_event_is_delivered_again_after_the_replay_changes_nothing(
    database: Database,
    source: SpoolClickSource,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    replay: LetterReplay,
) -> None:
    payload = make_payload()
    await bury(database, source, tmp_path, monkeypatch, payload)
    await run(replay)
    spool(tmp_path, payload, make_payload())
    await consume(database, source, 2)
    assert await totals(database) == {"events": 2, "letters": 0, "stats": 2, "committed": 2}


async def test_a_dry_run_says_what_would_be_and_changes_nothing(
    database: Database,
    source: SpoolClickSource,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    replay: LetterReplay,
) -> None:
    await bury(database, source, tmp_path, monkeypatch, make_payload())
    assert [one.outcome for one in await run(replay, dry_run=True)] == [WRITTEN]
    assert await totals(database) == {"events": 0, "letters": 1, "stats": 0, "committed": 1}


async def test_a_late_click_marks_its_hour(
    database: Database,
    source: SpoolClickSource,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    replay: LetterReplay,
) -> None:
    from tests.factories import make_link

    link = await make_link(database)
    await bury(database, source, tmp_path, monkeypatch, make_payload(link=str(link.id)))
    async with database.transaction() as connection:
        await connection.execute(
            rollup_state.insert().values(name="closed", until=dt.datetime(2100, 1, 1, tzinfo=dt.UTC))
        )
    await run(replay)
    assert [row.workspace_id for row in await rows(database, rollup_marks)] == [link.workspace_id]


async def test_what_is_still_wrong_stays_a_letter(
    database: Database, source: SpoolClickSource, tmp_path: Path, replay: LetterReplay
) -> None:
    spool(tmp_path, change(make_payload(), timestamp="yesterday"), b"nonsense")
    await consume(database, source, 2)
    assert {(one.outcome, one.reason) for one in await run(replay)} == {
        (REFUSED, "bad_time"),
        (REFUSED, "malformed"),
    }
    assert (await totals(database))["letters"] == 2


async def test_a_row_that_the_database_still_refuses_stays_a_letter(
    database: Database,
    source: SpoolClickSource,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    replay: LetterReplay,
) -> None:
    await bury(database, source, tmp_path, monkeypatch, make_payload())

    async def refuse(*_: Any) -> int:
        raise psycopg.DataError("value out of range")

    monkeypatch.setattr(repository_module, "insert_new", refuse)
    assert [(one.outcome, one.reason) for one in await run(replay)] == [(REFUSED, "refused: DataError")]
    assert (await totals(database))["letters"] == 1


async def write_letter(database: Database, **over: Any) -> UUID:
    values: dict[str, Any] = {"id": uuid7(), "segment": "a-1", "payload": b"x", "reason": "bad_id", "deliveries": 1}
    letter = DeadLetter(**values | over)
    await ClickRepository(database).write(ClickBatch(letters=[letter]))
    return letter.id


async def test_a_letter_whose_click_came_another_way_is_known(
    database: Database,
    source: SpoolClickSource,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    replay: LetterReplay,
) -> None:
    payload = make_payload()
    await bury(database, source, tmp_path, monkeypatch, payload)
    [letter] = await rows(database, click_dead_letters)
    await run(replay)
    async with database.transaction() as connection:
        await connection.execute(click_dead_letters.insert().values(letter._asdict()))
    assert [one.outcome for one in await run(replay)] == [KNOWN]
    assert await totals(database) == {"events": 1, "letters": 0, "stats": 1, "committed": 1}


async def test_filters_pick_letters(database: Database) -> None:
    first = await write_letter(database, reason="bad_id")
    second = await write_letter(database, reason="bad_time", segment="b-1")
    await write_letter(database, reason="dropped:blocked", payload=b"")
    async with database.transaction() as connection:
        early = click_dead_letters.c.id == first
        await connection.execute(
            update(click_dead_letters).where(early).values(created_at=dt.datetime(2020, 1, 1, tzinfo=dt.UTC))
        )

    async def ids(**wanted: Any) -> list[UUID]:
        return [letter.id for letter in await LetterBox(database).find(LetterFilter(**wanted))]

    assert await ids() == [first, second]
    assert await ids(reason="bad_t") == [second]
    assert await ids(reason="%") == []
    assert await ids(segment="b-1") == [second]
    assert await ids(since=dt.datetime(2021, 1, 1, tzinfo=dt.UTC)) == [second]
    assert await ids(until=dt.datetime(2021, 1, 1, tzinfo=dt.UTC)) == [first]
    assert await ids(ids=(second,)) == [second]
    assert len(await ids(with_settled=True)) == 3
    with pytest.raises(NotFound):
        await ids(ids=(uuid7(),))


async def test_a_discarded_letter_keeps_its_event_from_coming_again(
    database: Database,
    source: SpoolClickSource,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    replay: LetterReplay,
) -> None:
    payload = make_payload()
    await bury(database, source, tmp_path, monkeypatch, payload)
    box = LetterBox(database)
    letters = await box.find(LetterFilter())
    assert await box.discard(letters, dry_run=True) == 1
    assert await box.discard(letters) == 1
    assert await box.discard(letters) == 0
    assert [one.outcome for one in await run(replay, LetterFilter(with_settled=True))] == [EMPTY]
    spool(tmp_path, payload, make_payload())
    await consume(database, source, 2)
    assert await totals(database) == {"events": 1, "letters": 1, "stats": 1, "committed": 2}
    async with database.read() as connection:
        reason = await connection.scalar(select(click_dead_letters.c.reason))
    assert reason == f"{DISCARDED}enrichment failed: RuntimeError"
