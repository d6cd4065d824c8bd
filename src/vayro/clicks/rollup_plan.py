"""What there is to roll up in a period: which subjects have clicks, in pieces that fit into memory."""

import datetime as dt
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import CompoundSelect, Row, Select, and_, exists, func, select, union_all
from sqlalchemy.ext.asyncio import AsyncConnection

from vayro.clicks.ownership import kept_links, links_of, owned_links
from vayro.clicks.rollup_units import LEVELS, Level, Period, Subject
from vayro.database.models import click_events, link_deletions

# Below this a link's clicks are counted from the rows whenever somebody asks. At most 24 hours at each end of a range
# are answered by the hour, all others by the day: 48 * 250 + 90 * 100 rows are 21,000 at worst, read in some 40 ms;
# and a unit never takes more room than the rows that it stands for.
BUSY_CLICKS: dict[Level, int] = {"hour": 250, "day": 100}
_PIECE_CLICKS = 200_000
_PIECE_LINKS = 20_000


@dataclass
class _Piece:
    """Subjects that are rolled up by one pair of statements and stored in one transaction."""

    subjects: list[Subject] = field(default_factory=list)

    def is_full(self) -> bool:
        clicks = sum(subject.clicks for subject in self.subjects)
        return clicks >= _PIECE_CLICKS or sum(len(subject.link_ids) for subject in self.subjects) >= _PIECE_LINKS


async def plan(
    connection: AsyncConnection, period: Period, workspace_id: UUID | None = None
) -> AsyncIterator[list[Subject]]:
    """Yield the subjects of a period, of one workspace or of all: every workspace with clicks, every busy link."""
    piece = _Piece()
    workspace: list[Row[Any]] = []
    async with connection.stream(active_links(period, workspace_id)) as rows:
        async for row in rows:
            if workspace and workspace[0].workspace_id != row.workspace_id:
                piece.subjects += _subjects(period.level, workspace)
                workspace = []
                if piece.is_full():
                    yield piece.subjects
                    piece = _Piece()
            workspace.append(row)
    if workspace:
        yield piece.subjects + _subjects(period.level, workspace)


async def find_clicks(connection: AsyncConnection, level: Level, start: dt.datetime, end: dt.datetime) -> dt.datetime:
    """Return the start of the first hour or day from `start` on that has clicks; `end` when there is none before it.

    Looks at ever longer stretches while they are empty, so a year without clicks costs some 25 questions.
    """
    step = LEVELS[level]
    span = 1
    while start < end:
        until = min(start + span * step, end)
        if not await connection.scalar(select(exists().where(_within(start, until)))):
            start, span = until, span * 2
        elif span == 1:
            return start
        else:
            span //= 2
    return end


def active_links(
    period: Period, workspace_id: UUID | None = None, *, workspaces: Select[Any] | None = None
) -> CompoundSelect[Any]:
    """Return rows (workspace_id, id, clicks) of the links with clicks in the period, workspace by workspace.

    Args: workspace_id or workspaces, whose links alone are wanted.
    """
    counted = (
        select(click_events.c.link_id, func.count().label("clicks"))
        .where(_within(period.start, period.end))
        .group_by(click_events.c.link_id)
    )
    if workspace_id is not None:
        counted = counted.where(click_events.c.link_id.in_(links_of(workspace_id)))
    there, kept = owned_links()
    of_kept = counted.where(click_events.c.link_id.in_(kept_links().with_only_columns(link_deletions.c.link_id)))
    found = union_all(_join(there, counted, workspaces), _join(kept, of_kept, workspaces))
    return found.order_by(found.selected_columns.workspace_id)


def _join(owned: Select[Any], counted: Select[Any], workspaces: Select[Any] | None) -> Select[Any]:
    active, owner = counted.subquery(), owned.subquery()
    query = select(owner.c.workspace_id, owner.c.id, active.c.clicks).join(active, active.c.link_id == owner.c.id)
    return query if workspaces is None else query.where(owner.c.workspace_id.in_(workspaces))


def _within(start: dt.datetime, end: dt.datetime) -> Any:
    return and_(click_events.c.timestamp >= start, click_events.c.timestamp < end)


def _subjects(level: Level, rows: list[Row[Any]]) -> list[Subject]:
    """Return the workspace that these rows are the links of, and those of them that are busy."""
    workspace = Subject(rows[0].workspace_id, [row.id for row in rows], sum(row.clicks for row in rows), True)  # noqa: FBT003
    busy = [row for row in rows if row.clicks >= BUSY_CLICKS[level]]
    return [workspace, *(Subject(row.id, [row.id], row.clicks, False) for row in busy)]  # noqa: FBT003
