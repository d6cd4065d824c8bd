"""The clicks of committed batches, as Server-Sent Events."""

import datetime as dt
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

import msgspec
from sqlalchemy import and_, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from vayro.clicks.event_list import ClickEventView, EventPosition, view_event
from vayro.database.engine import Database
from vayro.database.models import click_batches, click_events, links

RESUME = dt.timedelta(hours=1)
MAX_RESUMED = 10_000
# A batch holds what was committed at once, a few seconds of clicks. One that spans more has stragglers in it, and most
# of what lies between them was committed long ago.
USUAL_SPAN = dt.timedelta(seconds=60)
_PAGE = 1_000


@dataclass(frozen=True)
class Batch:
    """One committed batch: between `first` and `last` lie its clicks, and maybe those of others."""

    id: int
    first: dt.datetime
    last: dt.datetime
    events: int
    committed_at: dt.datetime

    @property
    def is_usual(self) -> bool:
        """Whether hardly anything but its own clicks lies in its time."""
        return self.last - self.first <= USUAL_SPAN


@dataclass(frozen=True)
class LiveClick:
    """A click to be sent: `frame` is the whole event, made once for all listeners. `tags`: those of its link."""

    id: UUID
    timestamp: dt.datetime
    workspace_id: UUID
    link_id: UUID
    tags: Sequence[str]
    frame: bytes


@dataclass(frozen=True)
class Interest:
    """Which clicks a listener hears of: those of a workspace, of one of its links, of its links with a tag."""

    workspace_id: UUID
    link_id: UUID | None = None
    tag: str | None = None

    def includes(self, click: LiveClick) -> bool:
        """Return whether this click of the workspace is one of them."""
        return self.link_id in (None, click.link_id) and (self.tag is None or self.tag in click.tags)


async def read_clicks(database: Database, batch: Batch, workspace_ids: Sequence[UUID]) -> AsyncIterator[LiveClick]:
    """Yield the clicks of these workspaces in the batch's time, oldest first, a page at a time."""
    first = max(batch.first, batch.last - RESUME)
    after: EventPosition | None = None
    while True:
        async with database.read() as connection:
            clicks = await _read_page(connection, batch, first, workspace_ids, after)
        for click, _ in clicks:
            yield click
        if len(clicks) < _PAGE:
            return
        after = clicks[-1][1]


async def read_resumed(database: Database, interest: Interest, last_event_id: str) -> list[LiveClick]:
    """Return what was committed after the event with this id, if that was within the last hour; at most 10,000.

    At least once: a click between the times of two batches may come again. An id that is not ours, or too old, gives
    nothing: the client then begins with the present.
    """
    number, _, event = last_event_id.partition(".")
    if not (number.isascii() and number.isdigit() and len(number) < 19):
        return []
    missed: dict[UUID, LiveClick] = {}
    for batch in await _batches_since(database, int(number)):
        # Of an unusual one, what is recent: the rest was most likely sent before.
        recent = batch if batch.is_usual else replace(batch, first=batch.last - USUAL_SPAN)
        async for click in read_clicks(database, recent, [interest.workspace_id]):
            if not interest.includes(click):
                continue
            missed.setdefault(click.id, click)
            if batch.id == int(number) and str(click.id) == event:
                missed.clear()  # it and those before it were sent; what also lies in a later batch comes with that
            if len(missed) == MAX_RESUMED:
                return list(missed.values())
    return list(missed.values())


async def _batches_since(database: Database, number: int) -> list[Batch]:
    """Return the batch of this number and all that were committed after it, by their numbers or their times."""
    async with database.read() as connection:
        found = (await connection.execute(select(click_batches).where(click_batches.c.id == number))).first()
        if found is None or found.committed_at < dt.datetime.now(dt.UTC) - RESUME:
            return []
        is_later = or_(click_batches.c.id > number, click_batches.c.committed_at > found.committed_at)
        later = await connection.execute(select(click_batches).where(is_later).order_by(click_batches.c.id))
        return [Batch(*found), *(Batch(*row) for row in later)]


async def _read_page(
    connection: AsyncConnection,
    batch: Batch,
    first: dt.datetime,
    workspace_ids: Sequence[UUID],
    after: EventPosition | None,
) -> list[tuple[LiveClick, EventPosition]]:
    within = and_(click_events.c.timestamp >= first, click_events.c.timestamp <= batch.last)
    if after is not None:
        later = or_(click_events.c.timestamp > after.timestamp, click_events.c.id > after.id)
        within = and_(within, click_events.c.timestamp >= after.timestamp, later)
    rows = await connection.execute(
        select(click_events, links.c.workspace_id, links.c.short_code, links.c.tags)
        .join(links, links.c.id == click_events.c.link_id)
        .where(within, links.c.workspace_id.in_(workspace_ids))
        .order_by(click_events.c.timestamp, click_events.c.id)
        .limit(_PAGE)
    )
    return [
        (
            LiveClick(
                id=row.id,
                timestamp=row.timestamp,
                workspace_id=row.workspace_id,
                link_id=row.link_id,
                tags=row.tags,
                frame=_frame(batch, view_event(row), row.short_code),
            ),
            EventPosition(row.timestamp, row.id),
        )
        for row in rows
    ]


def _frame(batch: Batch, view: ClickEventView, short_code: str) -> bytes:
    """Return one event (https://html.spec.whatwg.org/multipage/server-sent-events.html). JSON has no raw line ends."""
    data = msgspec.json.encode({**msgspec.structs.asdict(view), "short_code": short_code})
    return b"event: click\nid: %d.%b\ndata: %b\n\n" % (batch.id, str(view.id).encode(), data)
