"""The live feed from inside: one reader for all, nothing without bound, a clean end."""

import asyncio
import datetime as dt
import random
import time
from typing import Any

import pytest
from sqlalchemy import insert

from tests.clicks.clicks_data import random_click
from tests.factories import make_link
from vayro import listening as feeds
from vayro.clicks import live
from vayro.clicks.live import LiveFeed
from vayro.clicks.live_events import Interest
from vayro.database.engine import Database
from vayro.database.models import click_batches, click_events
from vayro.errors import Unavailable


async def commit(database: Database, link_id: Any, number: int = 1) -> list[str]:
    now = dt.datetime.now(dt.UTC)
    clicks = [random_click(random.Random(n), link_id, now - dt.timedelta(seconds=1), now) for n in range(number)]
    times = [click["timestamp"] for click in clicks]
    batch = {"first_timestamp": min(times), "last_timestamp": max(times), "events": number, "committed_at": now}
    async with database.transaction() as connection:
        await connection.execute(insert(click_events), clicks)
        await connection.execute(insert(click_batches).values(batch))
    return sorted(str(click["id"]) for click in clicks)


async def begin(feed: LiveFeed, workspace_id: Any) -> Any:
    listening = feed.listen(Interest(workspace_id))
    assert await anext(listening) == b"retry: 2000\n\n"
    return listening


async def take(listening: Any, number: int) -> list[str]:
    async with asyncio.timeout(60):
        frames = [await anext(listening) for _ in range(number)]
    return sorted(frame.decode().split("\n")[1].rpartition(".")[2] for frame in frames)


async def test_a_hundred_listeners_cost_one_query_twice_a_second(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    reads = 0
    original = LiveFeed._find_batches

    async def find_batches(self: LiveFeed) -> Any:
        nonlocal reads
        reads += 1
        return await original(self)

    monkeypatch.setattr(LiveFeed, "_find_batches", find_batches)
    link, feed = await make_link(database), LiveFeed(database)
    started = time.monotonic()
    listeners = [await begin(feed, link.workspace_id) for _ in range(100)]
    ids = await commit(database, link.id, 3)
    assert {tuple(await take(listening, 3)) for listening in listeners} == {tuple(ids)}
    assert reads <= 2 * (time.monotonic() - started) + 2
    await feed.close()


async def test_the_reader_stops_when_the_last_listener_goes(database: Database) -> None:
    link, feed = await make_link(database), LiveFeed(database)
    listening = await begin(feed, link.workspace_id)
    await listening.aclose()
    assert len(feed.listeners) == 0
    assert feed.listeners.reader is not None
    async with asyncio.timeout(60):
        await feed.listeners.reader
    again = await begin(feed, link.workspace_id)
    ids = await commit(database, link.id)
    assert await take(again, 1) == ids
    await feed.close()


async def test_a_listener_that_does_not_take_its_clicks_is_cut(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "MAX_WAITING", 10)
    link, feed = await make_link(database), LiveFeed(database)
    slow, quick = await begin(feed, link.workspace_id), await begin(feed, link.workspace_id)
    for _ in range(3):
        ids = await commit(database, link.id, 8)
        assert await take(quick, 8) == ids
    with pytest.raises(StopAsyncIteration):
        await take(slow, 24)
    assert len(feed.listeners) == 1
    await feed.close()


async def test_heartbeats_keep_a_quiet_connection_open(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feeds, "HEARTBEAT_SECONDS", 0.05)
    link, feed = await make_link(database), LiveFeed(database)
    listening = await begin(feed, link.workspace_id)
    async with asyncio.timeout(60):
        assert await anext(listening) == b": still here\n\n"
    await feed.close()


async def test_all_listeners_end_when_the_process_is_told_to_stop(database: Database) -> None:
    draining = asyncio.Event()
    link, feed = await make_link(database), LiveFeed(database, draining=draining)
    listeners = [await begin(feed, link.workspace_id) for _ in range(3)]
    draining.set()
    for listening in listeners:
        with pytest.raises(StopAsyncIteration):
            await take(listening, 1)
    with pytest.raises(Unavailable):
        feed.listen(Interest(link.workspace_id))


async def test_there_is_a_limit_of_listeners(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "MAX_LISTENERS", 2)
    link, feed = await make_link(database), LiveFeed(database)
    for _ in range(2):
        await begin(feed, link.workspace_id)
    with pytest.raises(Unavailable):
        feed.listen(Interest(link.workspace_id))
    await feed.close()


async def test_a_database_that_is_away_for_a_while_costs_no_click(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    link, feed = await make_link(database), LiveFeed(database)
    listening = await begin(feed, link.workspace_id)
    original = LiveFeed._find_batches

    async def fail(_: LiveFeed) -> Any:
        raise Unavailable

    monkeypatch.setattr(LiveFeed, "_find_batches", fail)
    ids = await commit(database, link.id, 2)
    await asyncio.sleep(0.6)
    monkeypatch.setattr(LiveFeed, "_find_batches", original)
    assert await take(listening, 2) == ids
    await feed.close()


async def test_a_reader_that_breaks_ends_its_listeners_and_the_next_one_starts_anew(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    link, feed = await make_link(database), LiveFeed(database)
    listening = await begin(feed, link.workspace_id)
    original = LiveFeed._find_batches

    async def fail(_: LiveFeed) -> Any:
        raise RuntimeError("a bug")

    monkeypatch.setattr(LiveFeed, "_find_batches", fail)
    with pytest.raises(StopAsyncIteration):
        await take(listening, 1)
    monkeypatch.setattr(LiveFeed, "_find_batches", original)
    again = await begin(feed, link.workspace_id)
    ids = await commit(database, link.id)
    assert await take(again, 1) == ids
    await feed.close()
