"""Dead letters: events that could not be written, and what people decide to do with them."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, and_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from vayro.clicks.event import parse_bulks
from vayro.database.engine import Database
from vayro.database.models import click_dead_letters, click_events
from vayro.errors import NotFound

DISCARDED = "discarded: "


@dataclass(frozen=True, slots=True)
class Letter:
    """A dead letter. `entry`: names and values in turn; empty when only its being settled is remembered."""

    id: UUID
    reason: str
    deliveries: int
    segment: str
    created_at: dt.datetime
    entry: list[str]

    @property
    def fields(self) -> dict[str, str]:
        """The event's values by name, as text."""
        text = [value.encode("latin-1").decode("utf-8", "replace") for value in self.entry]
        return dict(zip(text[::2], text[1::2], strict=False))


@dataclass(frozen=True, slots=True)
class LetterFilter:
    """Which letters are meant: all conditions that are given must hold. `reason` is how the reason begins."""

    ids: Sequence[UUID] = ()
    reason: str | None = None
    segment: str | None = None
    since: dt.datetime | None = None
    until: dt.datetime | None = None
    with_settled: bool = False
    """Those without content, too: dropped by a step, or discarded."""


class LetterBox:
    """Dead letters, for people to look through."""

    def __init__(self, database: Database) -> None:
        """Args: database, the primary."""
        self._database = database

    async def find(self, wanted: LetterFilter, limit: int | None = None) -> list[Letter]:
        """Return the letters that are meant, oldest first. Raises NotFound for an id that is no letter and no click."""
        async with self._database.read() as connection:
            letters = await _find(connection, wanted, limit)
            for missing in set(wanted.ids) - {letter.id for letter in letters}:
                if not await _is_click(connection, missing):
                    raise NotFound(f"There is no dead letter {missing}.")
        return letters

    async def discard(self, letters: Sequence[Letter], *, dry_run: bool = False) -> int:
        """Forget the content of these letters; return how many had any."""
        if dry_run:
            return sum(bool(letter.entry) for letter in letters)
        return sum([await self._discard(letter) for letter in letters])

    async def _discard(self, letter: Letter) -> bool:
        """Forget a letter's content. That it is settled stays known: the event may come again."""
        column = click_dead_letters.c
        reason = DISCARDED + column.reason
        own = (column.id == letter.id) & (column.payload != b"")
        async with self._database.transaction() as connection:
            changed = await connection.execute(update(click_dead_letters).where(own).values(payload=b"", reason=reason))
        return bool(changed.rowcount)


async def _find(connection: AsyncConnection, wanted: LetterFilter, limit: int | None = None) -> list[Letter]:
    query = select(click_dead_letters).where(_condition(wanted))
    ordered = query.order_by(click_dead_letters.c.created_at, click_dead_letters.c.id).limit(limit)
    return [_letter(row) for row in await connection.execute(ordered)]


async def _is_click(connection: AsyncConnection, event_id: UUID) -> bool:
    return (
        await connection.execute(select(click_events.c.id).where(click_events.c.id == event_id))
    ).first() is not None


def _condition(wanted: LetterFilter) -> ColumnElement[bool]:
    letter = click_dead_letters.c
    conditions: list[ColumnElement[bool]] = [letter.reason.is_not(None)]
    if wanted.ids:
        conditions.append(letter.id.in_(wanted.ids))
    if wanted.reason:
        conditions.append(letter.reason.startswith(wanted.reason, autoescape=True))
    if wanted.segment:
        conditions.append(letter.segment == wanted.segment)
    if wanted.since:
        conditions.append(letter.created_at >= wanted.since)
    if wanted.until:
        conditions.append(letter.created_at < wanted.until)
    if not wanted.with_settled:
        conditions.append(letter.payload != b"")
    return and_(*conditions)


def _letter(row: Row[Any]) -> Letter:
    entry = parse_bulks(bytes(row.payload))
    return Letter(row.id, row.reason, row.deliveries, row.segment, row.created_at, entry)
