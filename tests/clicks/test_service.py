"""Analytics against a count by hand: any zone, any range, rolled up or not, on both databases."""

import datetime as dt
import random
from bisect import bisect_right
from collections import Counter, defaultdict
from typing import Any
from uuid import UUID

import pytest
from uuid_utils.compat import uuid7

from tests.clicks.clicks_data import Click, host_of, random_click, store_clicks
from tests.factories import make_link
from vayro.clicks.periods import Timeline
from vayro.clicks.rollup_job import RollupJob
from vayro.clicks.rollups import floor_day
from vayro.clicks.service import Analytics, AnalyticsService, Asked
from vayro.database.engine import Database
from vayro.errors import NotFound, ValidationFailed

NOW = dt.datetime(2026, 4, 9, 17, 44, 31, tzinfo=dt.UTC)
# Both changes of the clocks of Lord Howe, Chatham, Berlin, Cairo and Santiago's autumn lie in these days.
FIRST = dt.datetime(2026, 3, 26, tzinfo=dt.UTC)
ZONES = [
    "UTC",
    "Europe/Berlin",
    "America/St_Johns",
    "Asia/Kolkata",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "Pacific/Chatham",
    "America/Santiago",
    "Pacific/Kiritimati",
    "Pacific/Niue",
    "Africa/Cairo",
]
SEEN = {
    "country": ["", "DE"],
    "city": ["", "Berlin", "N'Djamena"],
    "device": ["mobile", "bot"],
    "browser": ["", "Firefox"],
    "os": ["", "Linux"],
    "referer": ["", "t.co", "example.com:8080", "nowhere.example"],
}
COLUMNS = {"country": "country_code", "city": "city", "device": "device_type", "browser": "browser", "os": "os"}


@pytest.fixture(autouse=True)
def _some_links_are_busy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vayro.clicks.rollup_plan.BUSY_CLICKS", {"hour": 4, "day": 40})


def service(database: Database) -> AnalyticsService:
    return AnalyticsService(database, clock=lambda: NOW)


def value_of(click: Click, dimension: str) -> str:
    return host_of(click["referer"]) if dimension == "referer" else click[COLUMNS[dimension]] or ""


def random_questions(seed: int, number: int) -> list[Asked]:
    """Random questions, and the hours of the days on which clocks are changed, in every zone."""
    source = random.Random(seed)
    changes = [Asked("2026-04-03", "2026-04-06", "hour", zone) for zone in ZONES] if number > 10 else []
    return [random_question(source) for _ in range(number)] + changes


def random_question(source: random.Random) -> Asked:
    interval: Any = source.choice(["minute", "hour", "day", "week", "month"])
    length = (NOW - FIRST).total_seconds()
    start = source.uniform(-86_400, length)
    end = start + (source.uniform(60, 150_000) if interval == "minute" else source.uniform(60, length + 86_400 - start))
    step = source.choice([1e-6, 1, 900, 3600, *([] if interval == "minute" else [86_400])])
    instants = [FIRST + dt.timedelta(seconds=round(edge / step) * step) for edge in (start, end + 2 * step)]
    names = source.sample(list(SEEN), source.choice([0, 0, 0, 1, 2]))
    filters = {name: source.choice(SEEN[name]) for name in names}
    since, until = (instant.isoformat() for instant in instants)
    return Asked(since, until, interval, source.choice(ZONES), source.choice([False, False, True, "only"]), filters)


def check(answer: Analytics, clicks: list[Click], asked: Asked, *, tolerance: float = 0) -> None:
    """Compare the answer with a count of the clicks, one by one."""
    timeline = answer.timeline
    inside = [click for click in clicks if timeline.start <= click["timestamp"] < timeline.end]
    inside = [c for c in inside if all(value_of(c, name) == value for name, value in asked.filters.items())]
    shown = [click for click in inside if is_shown(click, asked)]
    assert (answer.clicks, answer.bots) == (len(shown), sum(click["is_bot"] for click in inside))
    if asked.include_bots == "only":
        inside = shown
    assert answer.visitors == pytest.approx(count_visitors(inside), rel=tolerance, abs=0)
    buckets = Counter(bucket_of(click, timeline) for click in shown)
    assert [point.clicks for point in answer.series] == [buckets[number] for number in range(len(timeline.starts))]
    people = defaultdict(list)
    for click in inside:
        people[bucket_of(click, timeline)].append(click)
    for number, point in enumerate(answer.series):
        assert point.visitors == pytest.approx(count_visitors(people[number]), rel=tolerance, abs=0), (number, point)
    for dimension, counts in answer.values.items():
        expected = Counter(value_of(click, dimension) for click in shown)
        assert {count.value: count.clicks for count in counts} == expected


def is_shown(click: Click, asked: Asked) -> bool:
    return click["is_bot"] if asked.include_bots == "only" else asked.include_bots or not click["is_bot"]


def bucket_of(click: Click, timeline: Timeline) -> int:
    """The bucket whose label the series gives it; `test_periods` holds the labels to the clocks."""
    return bisect_right(timeline.starts, click["timestamp"].timestamp()) - 1


def count_visitors(clicks: list[Click]) -> int:
    people = [click for click in clicks if not click["is_bot"] and click["visitor_id"] is not None]
    return len({(floor_day(click["timestamp"]), click["visitor_id"]) for click in people})


async def make_clicks(database: Database, number: int = 1_500) -> tuple[Any, list[Any], list[Click]]:
    """Three links of one workspace, one of them busy, and clicks up to a second ago; another workspace beside it."""
    source = random.Random(11)
    link = await make_link(database)
    siblings = [await make_link(database, workspace_id=link.workspace_id) for _ in range(2)]
    stranger = await make_link(database)
    everyone = [link] * 8 + siblings + [stranger]
    clicks = [random_click(source, source.choice(everyone).id, FIRST, NOW) for _ in range(number)]
    # A day so busy that its hours are, too.
    day = dt.datetime(2026, 4, 5, tzinfo=dt.UTC)
    clicks += [random_click(source, link.id, day, day + dt.timedelta(days=1)) for _ in range(number // 3)]
    clicks += [random_click(source, link.id, NOW.replace(hour=0), NOW) for _ in range(number // 3)]
    await store_clicks(database, clicks)
    return link, [link, *siblings], clicks


@pytest.mark.parametrize("is_rolled", [False, True], ids=["rows", "rollups"])
async def test_a_link_is_counted_as_by_hand(database: Database, is_rolled: bool) -> None:
    link, _, clicks = await make_clicks(database)
    if is_rolled:
        assert (await RollupJob(database, clock=lambda: NOW).run()).units > 300
    own = [click for click in clicks if click["link_id"] == link.id]
    for asked in random_questions(5, 40):
        check(await service(database).read_link(link.workspace_id, link.id, asked), own, asked)


@pytest.mark.parametrize("is_rolled", [False, True], ids=["rows", "rollups"])
async def test_a_workspace_is_counted_as_by_hand(database: Database, is_rolled: bool) -> None:
    link, members, clicks = await make_clicks(database)
    if is_rolled:
        await RollupJob(database, clock=lambda: NOW).run()
    ids = {member.id: member.short_code for member in members}
    own = [click for click in clicks if click["link_id"] in ids]
    for asked in random_questions(6, 25):
        answer = await service(database).read_workspace(link.workspace_id, asked)
        check(answer, own, asked)
        check_links(answer, own, asked, ids)


def check_links(answer: Analytics, clicks: list[Click], asked: Asked, codes: dict[UUID, str]) -> None:
    inside = [click for click in clicks if answer.timeline.start <= click["timestamp"] < answer.timeline.end]
    inside = [c for c in inside if all(value_of(c, name) == value for name, value in asked.filters.items())]
    expected = Counter(click["link_id"] for click in inside if is_shown(click, asked))
    assert {link.link_id: link.clicks for link in answer.links} == expected
    assert {link.link_id: link.short_code for link in answer.links} == {id_: codes[id_] for id_ in expected}


async def test_rollups_are_really_read(database: Database) -> None:
    """Without this, the tests above would hold even if every question went to the rows."""
    link, _, _ = await make_clicks(database, 300)
    await RollupJob(database, clock=lambda: NOW).run()
    async with database.transaction() as connection:
        await connection.exec_driver_sql("UPDATE click_rollups SET breakdown = replace(breakdown, 'DE', 'XX')")
    answer = await service(database).read_workspace(link.workspace_id, Asked(FIRST.isoformat()))
    assert "XX" in {count.value for count in answer.values["country"]}


async def test_late_clicks_are_counted_at_once_and_after_the_job(database: Database) -> None:
    from vayro.clicks.rollups import invalidate_rollups, read_closed_until
    from vayro.database.models import click_events

    link, _, clicks = await make_clicks(database)
    await RollupJob(database, clock=lambda: NOW).run()
    late = [random_click(random.Random(n), link.id, FIRST, NOW - dt.timedelta(hours=3)) for n in range(30)]
    async with database.transaction() as connection:
        assert await read_closed_until(connection) > max(click["timestamp"] for click in late)
        await connection.execute(click_events.insert(), late)
        await invalidate_rollups(connection, {link.id: [click["timestamp"] for click in late]})
    own = [click for click in [*clicks, *late] if click["link_id"] == link.id]
    for _ in range(2):
        for asked in random_questions(8, 8):
            check(await service(database).read_link(link.workspace_id, link.id, asked), own, asked)
        await RollupJob(database, clock=lambda: NOW).run()


async def test_many_visitors_of_an_unfinished_day_are_within_five_percent(database: Database) -> None:
    link = await make_link(database)
    midnight = NOW.replace(hour=0, minute=0, second=0)
    clicks = [random_click(random.Random(n), link.id, midnight, NOW, visitor_id=n % 6_000) for n in range(8_000)]
    await store_clicks(database, clicks)
    await RollupJob(database, clock=lambda: NOW).run()
    asked = Asked(midnight.isoformat(), interval="day")
    check(await service(database).read_link(link.workspace_id, link.id, asked), clicks, asked, tolerance=0.05)


async def test_a_link_without_clicks_has_a_series_of_zeros(database: Database) -> None:
    link = await make_link(database)
    answer = await service(database).read_link(link.workspace_id, link.id, Asked())
    assert (answer.clicks, answer.visitors, answer.bots, len(answer.series)) == (0, 0, 0, 30)
    assert {point.clicks + point.visitors for point in answer.series} == {0}


async def test_a_link_of_another_workspace_is_not_found(database: Database) -> None:
    link, other = await make_link(database), await make_link(database)
    for workspace_id, link_id in ((other.workspace_id, link.id), (link.workspace_id, uuid7())):
        with pytest.raises(NotFound):
            await service(database).read_link(workspace_id, link_id, Asked())


async def test_a_deleted_link_is_not_among_the_links(database: Database) -> None:
    link, members, _ = await make_clicks(database, 100)
    await RollupJob(database, clock=lambda: NOW).run()
    async with database.transaction() as connection:
        await connection.exec_driver_sql(f"DELETE FROM links WHERE id = '{link.id}'")
    answer = await service(database).read_workspace(link.workspace_id, Asked(FIRST.isoformat()))
    assert {found.link_id for found in answer.links} == {member.id for member in members[1:]}


async def test_a_filter_over_too_many_clicks_is_refused_with_the_limit(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    link, _, _ = await make_clicks(database, 300)
    monkeypatch.setattr("vayro.clicks.queries.MAX_FILTERED_CLICKS", 100)
    with pytest.raises(ValidationFailed, match="100 clicks at most"):
        await service(database).read_link(
            link.workspace_id, link.id, Asked(FIRST.isoformat(), filters={"country": "DE"})
        )
