"""Analytics: what the clicks of a link, or of all links of a workspace, add up to."""

import asyncio
import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from operator import itemgetter
from uuid import UUID

import numpy as np
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from vayro.clicks.counting import DIMENSIONS, LINK, MAX_LINKS, OTHER
from vayro.clicks.coverage import Scope
from vayro.clicks.event_list import EventList
from vayro.clicks.live import LiveFeed
from vayro.clicks.periods import Interval, Timeline, make_timeline
from vayro.clicks.queries import Question, count_clicks
from vayro.clicks.tally import Bots, Tally
from vayro.database.engine import Database
from vayro.database.models import links
from vayro.errors import NotFound, ValidationFailed

# As many values of a dimension as people look at. The 249 countries are a map, so all of them are shown.
MAX_SHOWN = 100
MAX_COUNTRIES = 300


@dataclass(frozen=True)
class Asked:
    """The parameters of a question, as the caller gave them. A filter of None is none.

    `include_bots`: whether bots are among the clicks; `only`: they alone. `tag`: of links with this tag.
    """

    start: str | None = None
    end: str | None = None
    interval: Interval | None = None
    timezone: str = "UTC"
    include_bots: Bots = False
    filters: Mapping[str, str | None] = field(default_factory=dict)
    tag: str | None = None


@dataclass(frozen=True)
class Point:
    """One bucket of a series."""

    start: dt.datetime
    clicks: int
    visitors: int


@dataclass(frozen=True)
class Count:
    """Clicks of one value of a dimension."""

    value: str
    clicks: int


@dataclass(frozen=True)
class LinkCount:
    """Clicks of one link."""

    link_id: UUID
    short_code: str
    clicks: int


@dataclass(frozen=True)
class Analytics:
    """The answer. `clicks` leaves bots out unless they were asked for; `bots` counts them always.

    `visitors` are different people, each counted once a UTC day; bots are none. `as_of`: what was committed by then is
    counted, what came later perhaps not.
    """

    link_id: UUID | None
    timeline: Timeline
    clicks: int
    visitors: int
    bots: int
    series: list[Point]
    values: dict[str, list[Count]]
    links: list[LinkCount]
    as_of: dt.datetime

    @property
    def stale_seconds(self) -> float:
        """How long ago that was."""
        return max(0.0, round((dt.datetime.now(dt.UTC) - self.as_of).total_seconds(), 3))


class AnalyticsService:
    """Answers questions about clicks. Reads where a replica may answer, which can be a little behind."""

    def __init__(
        self,
        database: Database,
        *,
        draining: asyncio.Event | None = None,
        clock: Callable[[], dt.datetime] | None = None,
    ) -> None:
        """Args: database; draining, set when the process is to stop: live feeds then end; clock, what time it is."""
        self._database = database
        self._clock = clock or (lambda: dt.datetime.now(dt.UTC))
        self.events = EventList(database)
        self.live = LiveFeed(database, draining=draining)

    async def close(self) -> None:
        """End all live feeds."""
        await self.live.close()

    async def read_link(self, workspace_id: UUID, link_id: UUID, asked: Asked) -> Analytics:
        """Return the analytics of one link. Raises NotFound when it is not of the workspace, ValidationFailed."""
        _refuse_tag(asked)
        await self.check_link(workspace_id, link_id)
        return await self._answer(Scope(workspace_id, link_id), asked)

    async def read_workspace(self, workspace_id: UUID, asked: Asked) -> Analytics:
        """Return the analytics of all links of a workspace, and those with most clicks. Raises ValidationFailed."""
        return await self._answer(Scope(workspace_id), asked)

    async def check_link(self, workspace_id: UUID, link_id: UUID) -> None:
        """Raise NotFound when the workspace has no such link."""
        async with self._database.read() as connection:
            await check_own(connection, workspace_id, link_id)

    async def _answer(self, scope: Scope, asked: Asked) -> Analytics:
        timeline = make_timeline(asked.start, asked.end, asked.interval, asked.timezone, self._clock())
        filters = {name: value for name, value in asked.filters.items() if value is not None}
        question = Question(scope, timeline, asked.include_bots, filters, asked.tag)

        async def ask(connection: AsyncConnection) -> tuple[Tally, list[LinkCount]]:
            tally = await count_clicks(connection, question)
            return tally, await _name_links(connection, scope, _ranked(tally.values[LINK], MAX_LINKS))

        (tally, top), as_of = await self._database.answer_late(ask)
        return _make_analytics(question, tally, top, as_of)


async def check_own(connection: AsyncConnection, workspace_id: UUID, link_id: UUID) -> None:
    """Raise NotFound when the workspace has no such link."""
    own = (links.c.id == link_id) & (links.c.workspace_id == workspace_id)
    if await connection.scalar(select(links.c.id).where(own)) is None:
        raise NotFound("There is no such link.")


def _refuse_tag(asked: Asked) -> None:
    """Raise ValidationFailed when a question about one link names a tag."""
    if asked.tag is not None:
        raise ValidationFailed("A tag chooses among all links: ask for it without naming a link.", field="tag")


async def _name_links(connection: AsyncConnection, scope: Scope, counts: list[Count]) -> list[LinkCount]:
    """Return the first of these links that still exist, with their codes."""
    ids = [UUID(count.value) for count in counts]
    own = links.c.id.in_(ids) & (links.c.workspace_id == scope.workspace_id)
    if not ids:
        return []
    found = await connection.execute(select(links.c.id, links.c.short_code).where(own))
    codes = {row.id: row.short_code for row in found}
    named = zip(ids, counts, strict=True)
    return [LinkCount(id_, codes[id_], count.clicks) for id_, count in named if id_ in codes][:MAX_SHOWN]


def _make_analytics(question: Question, tally: Tally, top: list[LinkCount], as_of: dt.datetime) -> Analytics:
    timeline = question.timeline
    clicks, bots = tally.shown, tally.clicks[1]
    visitors, all_visitors = tally.visitors, tally.total_visitors
    if question.include_bots == "only":  # bots are no visitors
        visitors, all_visitors = np.zeros_like(visitors), 0
    shown = {dimension: MAX_COUNTRIES if dimension == "country" else MAX_SHOWN for dimension in DIMENSIONS}
    points = zip(timeline.starts, clicks.tolist(), visitors.tolist(), strict=True)
    return Analytics(
        link_id=question.scope.link_id,
        timeline=timeline,
        clicks=int(clicks.sum()),
        visitors=all_visitors,
        bots=int(bots.sum()),
        series=[Point(timeline.local(start), number, visitors) for start, number, visitors in points],
        values={dimension: _ranked(tally.values[dimension], most) for dimension, most in shown.items()},
        links=top,
        as_of=as_of,
    )


def _ranked(values: Mapping[str, int], most: int) -> list[Count]:
    """Return the values with most clicks, in their order; those without clicks are none."""
    counts = sorted(item for item in values.items() if item[1] and item[0] != OTHER)
    counts.sort(key=itemgetter(1), reverse=True)
    return [Count(value, clicks) for value, clicks in counts[:most]]
