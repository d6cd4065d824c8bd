"""Filters, tags and bots alone: what they leave is counted as by hand, from rows and beside rollups."""

import datetime as dt
import random
from collections import Counter
from typing import Any

import pytest
from sqlalchemy import text

from tests.clicks.clicks_data import Click, random_click, store_clicks
from tests.clicks.test_service import NOW, check, check_links, service
from tests.factories import make_link
from vayro.clicks.counting import REFERER, host_sql, referer_condition
from vayro.clicks.rollup_job import RollupJob
from vayro.clicks.row_counting import host_of
from vayro.clicks.service import Asked
from vayro.database.engine import Database
from vayro.errors import ValidationFailed

# A day and some hours: the job rolls up hour by hour, and each costs a test some milliseconds.
START = NOW - dt.timedelta(hours=44)
ODD_REFERERS = [
    "https://example.com/a?b#c",
    "HTTPS://Example.COM",
    "https://",
    "https:///nowhere",
    "http://?query",
    "http://#fragment",
    "http:/one-slash",
    "//double",
    "/path",
    "?",
    "#",
    "plain",
    "a?b://c.example/d",
    "android-app://com.example/x://y",
    "https://ÄÖ.example/ü",
    "ftp://user:secret@host.example:21/x",
    "https://" + "x" * 300 + "/",
    " https://spaces.example",
]


async def make_tagged(database: Database, number: int = 600) -> tuple[Any, list[Any], list[Click]]:
    """A workspace with links that are tagged spring, spring and poster, and not at all; a stranger's spring beside."""
    source = random.Random(3)
    first = await make_link(database, tags=["spring"])
    others = [
        await make_link(database, workspace_id=first.workspace_id, tags=tags) for tags in (["poster", "spring"], [])
    ]
    stranger = await make_link(database, tags=["spring"])
    clicks = [random_click(source, source.choice([first, *others, stranger]).id, START, NOW) for _ in range(number)]
    await store_clicks(database, clicks)
    return first, [first, *others], clicks


@pytest.mark.parametrize(
    ("tag", "has_it", "is_rolled"),
    [("spring", (0, 1), False), ("spring", (0, 1), True), ("poster", (1,), False), ("nobody's", (), False)],
)
async def test_a_tag_counts_the_links_that_have_it(
    database: Database, tag: str, has_it: tuple[int, ...], is_rolled: bool
) -> None:
    link, members, clicks = await make_tagged(database)
    if is_rolled:
        await RollupJob(database, clock=lambda: NOW).run()
    ids = {members[number].id: members[number].short_code for number in has_it}
    own = [click for click in clicks if click["link_id"] in ids]
    for filters in ({}, {"country": "DE"}, {"country": "", "referer": ""}):
        asked = Asked(START.isoformat(), NOW.isoformat(), "day", "Europe/Berlin", filters=filters, tag=tag)
        answer = await service(database).read_workspace(link.workspace_id, asked)
        check(answer, own, asked)
        check_links(answer, own, asked, ids)


async def test_a_tag_is_refused_where_one_link_is_asked_for(database: Database) -> None:
    link = await make_link(database, tags=["spring"])
    with pytest.raises(ValidationFailed, match="without naming a link") as refusal:
        await service(database).read_link(link.workspace_id, link.id, Asked(tag="spring"))
    assert refusal.value.field == "tag"


async def test_a_tag_with_too_many_clicks_is_refused_whatever_others_have(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    link, _, clicks = await make_tagged(database)
    poster = Asked(START.isoformat(), NOW.isoformat(), tag="poster")
    monkeypatch.setattr("vayro.clicks.queries.MAX_FILTERED_CLICKS", 200)
    assert len(clicks) > 400
    assert (await service(database).read_workspace(link.workspace_id, poster)).clicks > 0
    monkeypatch.setattr("vayro.clicks.queries.MAX_FILTERED_CLICKS", 20)
    with pytest.raises(ValidationFailed, match="20 clicks at most"):
        await service(database).read_workspace(link.workspace_id, poster)


@pytest.mark.parametrize("include_bots", [False, True, "only"])
async def test_every_value_that_is_shown_can_be_asked_for(database: Database, include_bots: Any) -> None:
    link = await make_link(database)
    clicks = [random_click(random.Random(n), link.id, START, NOW) for n in range(200)]
    odd = [random_click(random.Random(n), link.id, START, NOW, referer=text_) for n, text_ in enumerate(ODD_REFERERS)]
    await store_clicks(database, clicks + odd)
    whole = Asked(START.isoformat(), NOW.isoformat(), include_bots=include_bots)
    shown = (await service(database).read_link(link.workspace_id, link.id, whole)).values
    assert {"", "de"} <= {count.value.lower() for count in shown["country"]}
    for dimension, counts in shown.items():
        for count in counts:
            asked = Asked(whole.start, whole.end, include_bots=include_bots, filters={dimension: count.value})
            answer = await service(database).read_link(link.workspace_id, link.id, asked)
            assert answer.clicks == count.clicks, (dimension, count)
            assert [found.value for found in answer.values[dimension]] == [count.value]


async def test_bots_alone_are_read_from_rollups(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vayro.clicks.rollup_plan.BUSY_CLICKS", {"hour": 4, "day": 40})
    link = await make_link(database)
    clicks = [random_click(random.Random(n), link.id, START, NOW) for n in range(400)]
    await store_clicks(database, clicks)
    await RollupJob(database, clock=lambda: NOW).run()
    async with database.transaction() as connection:
        await connection.exec_driver_sql("UPDATE click_rollups SET breakdown = replace(breakdown, 'DE', 'XX')")
    asked = Asked(START.isoformat(), NOW.isoformat(), "day", include_bots="only")
    answer = await service(database).read_link(link.workspace_id, link.id, asked)
    bots = [click for click in clicks if click["is_bot"]]
    assert (answer.clicks, answer.bots, answer.visitors) == (len(bots), len(bots), 0)
    assert {point.visitors for point in answer.series} == {0}
    assert sum(count.clicks for count in answer.values["country"]) == len(bots)
    assert "XX" in {count.value for count in answer.values["country"]}


async def test_hosts_are_cut_out_alike_everywhere(database: Database) -> None:
    async with database.read() as connection:
        for referer in ODD_REFERERS:
            given = {"given": referer}
            host = await connection.scalar(text(f"SELECT {host_sql(connection, 'CAST(:given AS TEXT)')}"), given)
            assert host == host_of(referer)
            condition = referer_condition(connection, is_known=host != "")
            row = "(SELECT CAST(:given AS TEXT) AS referer) e"
            found = await connection.scalar(text(f"SELECT {condition} FROM {row}"), {**given, REFERER: host})
            assert found, referer


async def test_of_too_many_values_those_with_most_clicks_are_shown(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vayro.clicks.counting.MAX_VALUES", 3)
    monkeypatch.setattr("vayro.clicks.row_counting.MAX_VALUES", 3)
    link = await make_link(database)
    cities = [f"City {n}" for n in range(6) for _ in range(n + 1)] + ["City 9", "City 8"] * 4
    clicks = [random_click(random.Random(1), link.id, START, NOW, city=city, is_bot=False) for city in cities]
    for click in clicks:
        click["id"] = random_click(random.Random(), link.id, START, NOW)["id"]
    await store_clicks(database, clicks)
    asked = Asked(START.isoformat(), NOW.isoformat())
    answer = await service(database).read_link(link.workspace_id, link.id, asked)
    most = sorted(Counter(cities).items(), key=lambda item: (-item[1], item[0]))[:3]
    assert [(count.value, count.clicks) for count in answer.values["city"]] == most
    assert answer.clicks == len(cities)
