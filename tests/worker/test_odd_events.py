"""Events that are odd, damaged or refused: none spoils its neighbours, none is lost."""

from pathlib import Path

import psycopg
import pytest

from tests.clicks.spooled import change, event_id_of, make_payload
from tests.worker.conftest import consume, rows, spool, totals
from vayro.clicks import repository as repository_module
from vayro.database.engine import Database
from vayro.database.models import click_dead_letters, click_events
from vayro.stream.spool_source import SpoolClickSource

NASTY = [
    "nul\0byte",
    "\ud7ff lone \\ud800",
    "tab\tand\\N and \\. and 'quote'",
    "\u202e right to left",
    "x" * 2_000,
    "🦊" * 300,
]


@pytest.mark.parametrize("text", NASTY)
async def test_odd_text_is_kept_and_spoils_nothing(
    database: Database, source: SpoolClickSource, tmp_path: Path, text: str
) -> None:
    spool(tmp_path, make_payload(), make_payload(user_agent=text, referer=text), make_payload())
    await consume(database, source, 3)
    assert await totals(database) == {"events": 3, "letters": 0, "stats": 3, "committed": 3}
    kept = text.encode()[:2_048].decode("utf-8", "replace").replace("\0", "\ufffd")
    assert kept in {row.referer for row in await rows(database, click_events)}


async def test_bytes_that_are_no_text_are_kept_as_replacement_characters(
    database: Database, source: SpoolClickSource, tmp_path: Path
) -> None:
    payload = make_payload(referer="https://x.example/????")
    spool(tmp_path, payload.replace(b"????", b"\xff\xed\xa0\x80"))
    await consume(database, source, 1)
    [row] = await rows(database, click_events)
    assert row.referer.startswith("https://x.example/\ufffd")


@pytest.mark.parametrize(
    ("over", "reason"),
    [
        ({"timestamp": "2001-01-01T00:00:00.000Z"}, "absurd_time"),
        ({"timestamp": "2999-01-01T00:00:00.000Z"}, "absurd_time"),
        ({"timestamp": "yesterday"}, "bad_time"),
        ({"link_id": "not-a-uuid"}, "bad_id"),
        ({"event_id": "nope"}, "bad_id"),
    ],
)
async def test_an_event_that_can_be_no_row_is_a_dead_letter(
    database: Database, source: SpoolClickSource, tmp_path: Path, over: dict[str, str], reason: str
) -> None:
    spool(tmp_path, make_payload(), change(make_payload(ip="198.51.100.9"), **over), make_payload())
    await consume(database, source, 3)
    assert await totals(database) == {"events": 2, "letters": 1, "stats": 2, "committed": 3}
    [letter] = await rows(database, click_dead_letters)
    assert (letter.reason, letter.deliveries) == (reason, 1)
    assert next(iter(over.values())).encode() in letter.payload
    assert b"198.51.100.9" not in letter.payload


async def test_what_is_no_event_at_all_is_a_dead_letter(
    database: Database, source: SpoolClickSource, tmp_path: Path
) -> None:
    spool(tmp_path, b"nonsense", make_payload(), b"\x00\xff\r\n\r\n")
    await consume(database, source, 3)
    assert await totals(database) == {"events": 1, "letters": 2, "stats": 1, "committed": 3}


async def test_a_row_that_the_database_refuses_is_a_dead_letter_after_five_deliveries(
    database: Database, source: SpoolClickSource, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    poison = make_payload()
    attempts: list[int] = []
    real = repository_module.insert_new

    async def refuse(database: Database, connection: object, clicks: list[object]) -> int:
        if any(click.event_id == event_id_of(poison) for click in clicks):  # type: ignore[attr-defined]
            attempts.append(len(clicks))
            raise psycopg.DataError("value out of range")
        return await real(database, connection, clicks)  # type: ignore[arg-type]

    monkeypatch.setattr(repository_module, "insert_new", refuse)
    spool(tmp_path, *(make_payload() for _ in range(20)), poison, *(make_payload() for _ in range(20)))
    await consume(database, source, 41)
    assert await totals(database) == {"events": 40, "letters": 1, "stats": 40, "committed": 41}
    [letter] = await rows(database, click_dead_letters)
    assert (str(letter.id), letter.deliveries) == (event_id_of(poison), 5)
    assert attempts.count(1) == 5
