"""Raw clicks, newest first: pages of them, and all of them in constant memory."""

import asyncio
import csv
import datetime as dt
import io
from collections.abc import AsyncIterator, Iterable, Sequence
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import Row, Select, and_, or_, select

from vayro.database.engine import Database
from vayro.database.models import click_events

# Read and written in 30 ms; an export holds one such page at a time, whatever its size.
EXPORT_PAGE = 2_000
COLUMNS = (
    "id", "link_id", "timestamp", "country_code", "city", "device_type", "browser", "os", "referer", "ip_address",
    "is_bot", "visitor_id",
)  # fmt: skip
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\0")


class EventPosition(msgspec.Struct, array_like=True, frozen=True):
    """The last click of a page. Clicks are ordered by time and identifier, so new ones never move old ones."""

    timestamp: dt.datetime
    id: UUID


class ClickEventView(msgspec.Struct, frozen=True):
    """A click as the API shows it. `visitor_id` is 16 hexadecimal digits: no JSON number holds 64 bits everywhere."""

    id: UUID
    link_id: UUID
    timestamp: dt.datetime
    country_code: str | None
    city: str | None
    device_type: str
    browser: str | None
    os: str | None
    referer: str | None
    ip_address: str | None
    is_bot: bool
    visitor_id: str | None


class EventList:
    """Reads the clicks of one link."""

    def __init__(self, database: Database) -> None:
        """Args: database; a replica may answer."""
        self._database = database

    async def read_page(
        self, link_id: UUID, limit: int, after: EventPosition | None = None
    ) -> tuple[list[ClickEventView], EventPosition | None]:
        """Return up to `limit` clicks older than `after`, and where the next page begins; None when there is none."""
        rows = await self._read_rows(link_id, limit + 1, after)
        views = [view_event(row) for row in rows[:limit]]
        last = EventPosition(views[-1].timestamp, views[-1].id) if len(rows) > limit else None
        return views, last

    async def export(self, link_id: UUID) -> AsyncIterator[list[ClickEventView]]:
        """Yield all clicks, page by page.

        Each page is a query of its own, found by the index: no transaction stays open while a slow client reads, and
        when the client goes away nothing is left running.
        """
        after: EventPosition | None = None
        while True:
            # A cancelled read would throw its connection away: it ends by itself within milliseconds.
            views, after = await asyncio.shield(self.read_page(link_id, EXPORT_PAGE, after))
            if views:
                yield views
            if after is None:
                return

    async def _read_rows(self, link_id: UUID, limit: int, after: EventPosition | None) -> Sequence[Row[Any]]:
        async with self._database.replica_read("export") as connection:
            rows: Sequence[Row[Any]] = (await connection.execute(_older(link_id, after).limit(limit))).all()
            return rows


def view_event(row: Row[Any]) -> ClickEventView:
    """Return the click of a row."""
    return ClickEventView(
        id=row.id,
        link_id=row.link_id,
        timestamp=row.timestamp,
        country_code=row.country_code,
        city=row.city,
        device_type=row.device_type,
        browser=row.browser,
        os=row.os,
        referer=row.referer,
        ip_address=row.ip_address,
        is_bot=bool(row.is_bot),
        visitor_id=None if row.visitor_id is None else f"{row.visitor_id & 0xFFFF_FFFF_FFFF_FFFF:016x}",
    )


async def write_csv(pages: AsyncIterator[list[ClickEventView]]) -> AsyncIterator[bytes]:
    """Yield a CSV file (RFC 4180: commas, CRLF, a header row), in UTF-8.

    What a spreadsheet would take for a formula is prefixed with an apostrophe: referers are written by strangers.
    """
    yield write_rows([COLUMNS])
    async for views in pages:
        yield write_rows([_csv_row(view) for view in views])


async def write_json(pages: AsyncIterator[list[ClickEventView]]) -> AsyncIterator[bytes]:
    """Yield the JSON of a list that has all entries on one page."""
    separator = b""
    yield b'{"data":['
    async for views in pages:
        yield separator + msgspec.json.encode(views)[1:-1]
        separator = b","
    yield b'],"next_cursor":null}'


def neutralise(value: str) -> str:
    """Return the text so that no spreadsheet takes it for a formula (OWASP, "CSV Injection")."""
    return f"'{value}" if value.startswith(_FORMULA_STARTS) else value


def _older(link_id: UUID, after: EventPosition | None) -> Select[Any]:
    own = click_events.c.link_id == link_id
    if after is not None:
        older = or_(click_events.c.timestamp < after.timestamp, click_events.c.id < after.id)
        own = and_(own, click_events.c.timestamp <= after.timestamp, older)
    return select(click_events).where(own).order_by(click_events.c.timestamp.desc(), click_events.c.id.desc())


def _csv_row(view: ClickEventView) -> list[str]:
    values = (getattr(view, column) for column in COLUMNS)
    return [_csv_text(value) for value in values]


def _csv_text(value: Any) -> str:
    if isinstance(value, str):
        return neutralise(value)
    if isinstance(value, dt.datetime):
        return value.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def write_rows(rows: Iterable[Sequence[str]]) -> bytes:
    """Return rows of a CSV file (RFC 4180), in UTF-8. The values are to be neutralised before."""
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    return text.getvalue().encode()
