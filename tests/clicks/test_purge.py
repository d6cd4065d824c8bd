"""Clicks of deleted links are purged, in every table, and nobody else's."""

import datetime as dt

from sqlalchemy import func, select, text
from uuid_utils.compat import uuid7

from tests.factories import make_click, make_link, now
from vayro.clicks import purge
from vayro.clicks.purge import purge_deleted_links
from vayro.database.models import (
    click_dead_letters,
    click_events,
    click_rollups,
    link_deletions,
    link_stats,
    rollup_marks,
    rollup_state,
)


async def count(database, table, condition=None) -> int:
    query = select(func.count()).select_from(table)
    async with database.read() as connection:
        return (await connection.execute(query if condition is None else query.where(condition))).scalar_one()


async def make_deleted(database, **over):
    """A link that has clicks and was deleted."""
    link = await make_link(database)
    async with database.transaction() as connection:
        await connection.execute(
            link_deletions.insert().values(
                {"link_id": link.id, "workspace_id": link.workspace_id, "deleted_at": now(), **over}
            )
        )
        await connection.execute(text("DELETE FROM links WHERE short_code = :code"), {"code": link.short_code})
    return link


async def test_clicks_and_counts_of_a_deleted_link_go_and_others_stay(database, monkeypatch):
    monkeypatch.setattr(purge, "CHUNK_CLICKS", 3)
    gone, kept = await make_deleted(database), await make_link(database)
    for link in (gone, kept):
        for _ in range(7):
            await make_click(database, link.id)
        async with database.transaction() as connection:
            stats = {"link_id": link.id, "clicks": 7, "bots": 0, "last_clicked_at": now()}
            await connection.execute(link_stats.insert().values(stats))
    assert await purge_deleted_links(database, now()) == 7
    assert await count(database, click_events, click_events.c.link_id == gone.id) == 0
    assert await count(database, click_events, click_events.c.link_id == kept.id) == 7
    assert await count(database, link_stats) == 1
    assert await count(database, click_rollups) == 0


async def test_what_may_be_taken_back_waits_until_that_is_over(database):
    gone = await make_deleted(database, kept="{}")
    await make_click(database, gone.id)
    assert await purge_deleted_links(database, now() + purge.RESTORABLE / 2) == 0
    assert await count(database, link_deletions, link_deletions.c.kept.is_not(None)) == 1
    assert await purge_deleted_links(database, now() + purge.RESTORABLE * 2) == 1
    assert await count(database, link_deletions, link_deletions.c.kept.is_not(None)) == 0


async def test_a_click_that_comes_late_is_purged_too(database):
    gone = await make_deleted(database)
    await purge_deleted_links(database, now())
    await make_click(database, gone.id)
    assert await purge_deleted_links(database, now()) == 1


async def test_closed_hours_of_the_workspace_are_marked_for_another_rollup(database):
    gone = await make_deleted(database)
    hour = dt.datetime(2026, 11, 1, 10, tzinfo=dt.UTC)
    await make_click(database, gone.id, timestamp=hour + dt.timedelta(minutes=5))
    await make_click(database, gone.id, timestamp=hour + dt.timedelta(hours=8))
    async with database.transaction() as connection:
        state = {"name": "closed", "until": hour + dt.timedelta(hours=1)}
        await connection.execute(rollup_state.insert().values(state))
    await purge_deleted_links(database, now())
    async with database.read() as connection:
        marks = (await connection.execute(select(rollup_marks.c.workspace_id, rollup_marks.c.hour))).all()
    assert [tuple(mark) for mark in marks] == [(gone.workspace_id, hour)]


async def test_dead_letters_about_a_deleted_link_lose_their_content(database):
    gone, kept = await make_deleted(database), await make_link(database)
    for link in (gone, kept):
        letter = {"id": uuid7(), "segment": "s", "payload": b"$36\r\n%b\r\n" % str(link.id).encode(), "reason": "x"}
        async with database.transaction() as connection:
            await connection.execute(
                click_dead_letters.insert().values(letter | {"deliveries": 1, "created_at": now()})
            )
    await purge_deleted_links(database, now())
    async with database.read() as connection:
        letters = (await connection.execute(select(click_dead_letters).order_by(click_dead_letters.c.id))).all()
    assert [bool(letter.payload) for letter in letters] == [False, True]
    assert letters[0].reason == "dropped:deleted"


async def test_a_deletion_is_forgotten_after_a_month(database):
    await make_deleted(database, deleted_at=now() - dt.timedelta(days=31))
    await make_deleted(database)
    await purge_deleted_links(database, now())
    assert await count(database, link_deletions) == 1
