"""Writing clicks, each once: rows, counts, segments and dead letters in one transaction."""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from uuid import UUID

from sqlalchemy import case, column, delete, func, select, table, text
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql import TableClause

from vayro.clicks.click import Click
from vayro.clicks.rollups import invalidate_rollups, read_closed_until
from vayro.clicks.staging import insert_new, staging_table
from vayro.database.dialect import UtcDateTime, UuidText, insert
from vayro.database.engine import Database
from vayro.database.models import click_batches, click_dead_letters, click_events, click_segments

# SQLite takes 32,766 parameters in a statement.
_IDS_AT_ONCE = 10_000


class _DryRun(Exception):
    """Rolls the transaction back."""


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """An event that will not become a row. `id` is the event's own, or made from its bytes."""

    id: UUID
    segment: str
    payload: bytes
    reason: str
    deliveries: int


@dataclass(slots=True)
class ClickBatch:
    """What one transaction writes. `positions` are read offsets of segments (embedded shape)."""

    clicks: Sequence[Click] = ()
    letters: Sequence[DeadLetter] = ()
    positions: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Written:
    """What was new: repetitions count nowhere. `newest` is the youngest new click's time."""

    clicks: int = 0
    letters: Sequence[DeadLetter] = ()
    newest: dt.datetime | None = None


class ClickRepository:
    """Writes batches of clicks."""

    def __init__(self, database: Database) -> None:
        """Args: database, the primary."""
        self._database = database

    async def write(self, batch: ClickBatch) -> Written:
        """Commit the batch, once, however often it is given.

        Raises Unavailable (or the driver's OperationalError) when the database is away: nothing was written, or the
        answer was lost; either way the same batch may be written again. Raises other database errors when a row is
        not acceptable: nothing was written.
        """
        async with self._database.transaction() as connection:
            counts = Counter[str]()
            letters = await _insert_letters(connection, batch.letters)
            counts.update(letter.segment for letter in letters)
            written = Written(letters=letters)
            if batch.clicks:
                written = await self._write_clicks(connection, batch.clicks, counts, letters)
            await _advance_segments(connection, counts, batch.positions)
        return written

    async def replace_letter(self, letter_id: UUID, click: Click, *, dry_run: bool = False) -> int | None:
        """Write the click that a dead letter should have been, in the letter's place, in one transaction.

        Returns how many clicks that made: none when the click was there already. None: the letter is not there any
        more. The segment is not counted up, because the letter was counted. Raises as `write`; then nothing is changed.
        """
        counted = replace(click, segment="")
        own = click_dead_letters.c.id == letter_id
        with suppress(_DryRun):
            async with self._database.transaction() as connection:
                if not (await connection.execute(delete(click_dead_letters).where(own))).rowcount:
                    return None
                written = await self._write_clicks(connection, [counted], Counter(), ())
                if dry_run:
                    raise _DryRun
        return written.clicks

    async def find_buried(self, ids: Sequence[UUID]) -> set[UUID]:
        """Return those of these events that are dead letters. Raises Unavailable."""
        found: set[UUID] = set()
        for first in range(0, len(ids), _IDS_AT_ONCE):
            some = click_dead_letters.c.id.in_(ids[first : first + _IDS_AT_ONCE])
            async with self._database.read() as connection:
                found.update(await connection.scalars(select(click_dead_letters.c.id).where(some)))
        return found

    async def _write_clicks(
        self, connection: AsyncConnection, clicks: Sequence[Click], counts: Counter[str], letters: Sequence[DeadLetter]
    ) -> Written:
        unique = list({click.event_id: click for click in sorted(clicks, key=_event_id)}.values())
        inserted = await insert_new(self._database, connection, unique)
        if not inserted:
            return Written(letters=letters)
        staged = _staged(self._database)
        await connection.execute(text(_COUNT_LINKS.format(table=staged.name)))
        oldest, newest = await _add_batch(connection, staged, inserted)
        await _tell_rollups(connection, staged, oldest)
        per_segment = text(f"SELECT segment, count(*) FROM {staged.name} GROUP BY segment")  # noqa: S608 -- our name
        for segment, count in await connection.execute(per_segment):
            counts[segment] += count
        return Written(inserted, letters, newest)


# Rows in one order, so that concurrent workers wait for each other and never in a circle.
_COUNT_LINKS = """
INSERT INTO link_stats (link_id, clicks, bots, last_clicked_at)
SELECT link_id, count(*), count(*) FILTER (WHERE is_bot), max(timestamp) FROM {table} WHERE true
GROUP BY link_id ORDER BY link_id
ON CONFLICT (link_id) DO UPDATE SET
    clicks = link_stats.clicks + excluded.clicks,
    bots = link_stats.bots + excluded.bots,
    last_clicked_at = CASE WHEN excluded.last_clicked_at > link_stats.last_clicked_at
        THEN excluded.last_clicked_at ELSE link_stats.last_clicked_at END
"""


def _event_id(click: Click) -> str:
    return click.event_id


def _staged(database: Database) -> TableClause:
    return table(staging_table(database), column("link_id", UuidText), column("timestamp", UtcDateTime))


async def _add_batch(connection: AsyncConnection, staged: TableClause, events: int) -> tuple[dt.datetime, dt.datetime]:
    """Tell live readers where to look; return the times of the oldest and the newest click."""
    instants = staged.c.timestamp
    first, last = (await connection.execute(select(func.min(instants), func.max(instants)))).one()
    await connection.execute(
        click_batches.insert().values(
            first_timestamp=first, last_timestamp=last, events=events, committed_at=dt.datetime.now(dt.UTC)
        )
    )
    return first, last


async def _tell_rollups(connection: AsyncConnection, staged: TableClause, oldest: dt.datetime) -> None:
    """Mark the hours that late clicks fall into."""
    closed_until = await read_closed_until(connection)
    if oldest >= closed_until:
        return
    touched: dict[UUID, set[dt.datetime]] = {}
    late = select(staged.c.link_id, staged.c.timestamp).where(staged.c.timestamp < closed_until)
    for link_id, instant in await connection.execute(late):
        touched.setdefault(link_id, set()).add(instant.replace(minute=0, second=0, microsecond=0))
    await invalidate_rollups(connection, touched)


async def _insert_letters(connection: AsyncConnection, letters: Iterable[DeadLetter]) -> list[DeadLetter]:
    """Keep what cannot be written; return those that were not known, neither as letter nor as click."""
    new = []
    for letter in letters:
        if (await connection.execute(select(click_events.c.id).where(click_events.c.id == letter.id))).first():
            continue
        values = {
            "id": letter.id,
            "segment": letter.segment,
            "payload": letter.payload,
            "reason": letter.reason,
            "deliveries": min(letter.deliveries, 32_767),
            "created_at": dt.datetime.now(dt.UTC),
        }
        statement = insert(click_dead_letters, connection.dialect.name).values(values).on_conflict_do_nothing()
        if (await connection.execute(statement)).rowcount:
            new.append(letter)
    return new


async def _advance_segments(
    connection: AsyncConnection, counts: Mapping[str, int], positions: Mapping[str, int]
) -> None:
    """Add to the committed events of each segment, and move its read offset on, never back."""
    now = dt.datetime.now(dt.UTC)
    rows = [
        {"segment": name, "committed": counts.get(name, 0), "read_offset": positions.get(name, 0), "updated_at": now}
        for name in sorted({*counts, *positions})
        if name
    ]
    if not rows:
        return
    statement = insert(click_segments, connection.dialect.name).values(rows)
    new, old = statement.excluded, click_segments.c
    changes = {
        "committed": old.committed + new.committed,
        "read_offset": case((new.read_offset > old.read_offset, new.read_offset), else_=old.read_offset),
        "updated_at": new.updated_at,
    }
    await connection.execute(statement.on_conflict_do_update(index_elements=["segment"], set_=changes))
