"""Clicks older than their plan keeps them: what they add up to stays, they go. One run at a time, by the worker.

A day that expires is settled first: every link with clicks in it gets a unit of the day, however few they are. Then its
rows are deleted, a few thousand at a time, or with their month's partition once no workspace keeps any of it. Both may
be done again after a kill anywhere: units that are there are never made again from what is left of the rows.
"""

import datetime as dt
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from typing import Any, TypeVar
from uuid import UUID

import structlog
from sqlalchemy import CompoundSelect, Row, delete, func, select, tuple_, update

from vayro.clicks.retention_plan import advance
from vayro.clicks.rollup_job import utc_now
from vayro.clicks.rollup_plan import active_links, find_clicks
from vayro.clicks.rollup_units import Period, Subject, make_units
from vayro.clicks.rollups import DAY, EPOCH
from vayro.database.dialect import insert_ignoring
from vayro.database.engine import Database
from vayro.database.models import click_events, click_expiry, click_rollups, workspaces
from vayro.database.partitions import detach_month, drop_detached, list_months, month_start
from vayro.errors import Unavailable

# One transaction: some 50 ms, so that nobody who writes clicks waits for long.
CHUNK_CLICKS = 5_000
_PIECE_CLICKS, _PIECE_LINKS = 200_000, 5_000
_log = structlog.get_logger(__name__)
Counted = TypeVar("Counted", Row[Any], Subject)


@dataclass(frozen=True)
class RetentionReport:
    """What one run did."""

    is_finished: bool
    clicks: int
    partitions: tuple[str, ...] = ()


class Retention:
    """Lets clicks expire by the plan of their workspace."""

    def __init__(
        self, database: Database, days: Mapping[str, int | None], *, clock: Callable[[], dt.datetime] = utc_now
    ) -> None:
        """Args: days, how long each plan keeps clicks; None: for ever. clock, what time it is."""
        self._database = database
        self._days = days
        self._clock = clock

    async def run(self, *, budget_seconds: float = 60) -> RetentionReport:
        """Let expire what is due. Stops after the day in which the budget runs out; one day is done in any case."""
        deadline = time.monotonic() + budget_seconds
        async with self._database.transaction() as connection:
            await advance(connection, self._days, self._clock())
        clicks, is_in_time = 0, True
        while is_in_time and (day := await self._find_day()):
            clicks += await self._expire_day(day)
            is_in_time = time.monotonic() < deadline
        return RetentionReport(is_in_time, clicks, await self._drop_partitions())

    async def _find_day(self) -> dt.datetime | None:
        """Return the first day with clicks that is to be cleared; days without any are cleared with it."""
        column = click_expiry.c
        due = column.cleared_until < column.expired_until
        async with self._database.read() as connection:
            query = select(func.min(column.cleared_until), func.max(column.expired_until)).where(due)
            start, end = (await connection.execute(query)).one()
            if start is None:
                return None
            day = await find_clicks(connection, "day", start, end)
        if day < end:
            return day
        async with self._database.transaction() as connection:
            await connection.execute(update(click_expiry).where(due).values(cleared_until=column.expired_until))
        return None

    async def _expire_day(self, day: dt.datetime) -> int:
        """Settle a day, delete its rows, and say so; return how many rows went."""
        async with self._database.read() as connection:
            rows = (await connection.execute(_expired_links(day))).all()
        await self._settle(Period("day", day), rows)
        clicks = 0 if await self._is_to_be_dropped(day) else await self._delete_rows(day, rows)
        async with self._database.transaction() as connection:
            await connection.execute(update(click_expiry).where(_is_due_on(day)).values(cleared_until=day + DAY))
        return clicks

    async def _settle(self, period: Period, rows: Sequence[Row[Any]]) -> None:
        """Make the units that are missing. One that is there was made from all rows, and these may be the last few."""
        unit = click_rollups.c
        same = (unit.level == period.level) & (unit.start == period.start)
        async with self._database.read() as connection:
            known = set(await connection.scalars(select(unit.subject_id).where(same)))
        for some in _pieces(_subjects(rows, known), _PIECE_CLICKS, _PIECE_LINKS):
            async with self._database.read() as connection:
                units = await make_units(connection, period, some)
            async with self._database.transaction() as connection:
                if units:
                    await connection.execute(insert_ignoring(click_rollups, self._database.dialect_name), units)

    async def _delete_rows(self, day: dt.datetime, rows: Sequence[Row[Any]]) -> int:
        key = tuple_(click_events.c.id, click_events.c.timestamp)
        within = (click_events.c.timestamp >= day) & (click_events.c.timestamp < day + DAY)
        deleted = 0
        for some in _pieces(rows, CHUNK_CLICKS, CHUNK_CLICKS):
            own = click_events.c.link_id.in_([row.id for row in some])
            chunk = select(click_events.c.id, click_events.c.timestamp).where(own, within).limit(CHUNK_CLICKS)
            count = CHUNK_CLICKS
            while count >= CHUNK_CLICKS:
                async with self._database.transaction() as connection:
                    # The range once more, so that PostgreSQL looks into one partition only.
                    count = (await connection.execute(delete(click_events).where(key.in_(chunk), within))).rowcount
                deleted += count
        return deleted

    async def _is_to_be_dropped(self, day: dt.datetime) -> bool:
        """Whether the day's month goes as a whole in this run: it has a partition, and no workspace keeps any of it."""
        if month_start(day.date(), 1) > (await self._kept_from("expired_until")).date():
            return False
        return month_start(day.date()) in await self._list_months()

    async def _kept_from(self, column: str) -> dt.datetime:
        """Return the instant before which no workspace keeps anything; 1970 when one keeps all."""
        until = func.coalesce(click_expiry.c[column], EPOCH)
        query = select(func.min(until)).select_from(workspaces.join(click_expiry, isouter=True))
        async with self._database.read() as connection:
            return await connection.scalar(query) or EPOCH

    async def _list_months(self) -> list[dt.date]:
        if self._database.is_sqlite:
            return []
        async with self._database.read() as connection:
            return await connection.run_sync(list_months)

    async def _drop_partitions(self) -> tuple[str, ...]:
        """Detach the months that nobody keeps, which takes an instant; then delete them, which disturbs nobody."""
        if self._database.is_sqlite:
            return ()
        limit = (await self._kept_from("cleared_until")).date()
        try:
            for month in [month for month in await self._list_months() if month_start(month, 1) <= limit]:
                async with self._database.transaction() as connection:
                    await connection.run_sync(detach_month, month)
        except Unavailable:
            _log.warning("a month that has expired could not be detached: somebody reads for long; trying again later")
        async with self._database.transaction() as connection:
            return tuple(await connection.run_sync(drop_detached))


def _is_due_on(day: dt.datetime) -> Any:
    return (click_expiry.c.cleared_until <= day) & (click_expiry.c.expired_until > day)


def _expired_links(day: dt.datetime) -> CompoundSelect[Any]:
    """Return rows (workspace_id, id, clicks) of the links whose clicks of this day are to go."""
    affected = select(click_expiry.c.workspace_id).where(_is_due_on(day))
    return active_links(Period("day", day), workspaces=affected)


def _subjects(rows: Sequence[Row[Any]], known: Collection[UUID]) -> list[Subject]:
    """Return the links, and the workspaces that they are of, but for those that have a unit."""
    found = [Subject(row.id, [row.id], row.clicks, is_workspace=False) for row in rows if row.id not in known]
    for workspace_id, own in groupby(rows, attrgetter("workspace_id")):
        if workspace_id not in known:
            of_it = list(own)
            clicks = sum(row.clicks for row in of_it)
            found.append(Subject(workspace_id, [row.id for row in of_it], clicks, is_workspace=True))
    return found


def _pieces(counted: Iterable[Counted], most_clicks: int, most: int) -> Iterator[list[Counted]]:
    """Yield what has so many clicks together at most, or one thing that has more."""
    piece: list[Counted] = []
    clicks = 0
    for one in counted:
        if piece and (clicks + one.clicks > most_clicks or len(piece) >= most):
            yield piece
            piece, clicks = [], 0
        piece.append(one)
        clicks += one.clicks
    if piece:
        yield piece
