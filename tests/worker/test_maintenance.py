"""The chores."""

import datetime as dt
from uuid import uuid4

import pytest
from sqlalchemy import insert

from tests.conftest import SettingsFactory
from tests.factories import make_click, make_link
from tests.worker.conftest import count, rows
from vayro.database.engine import Database
from vayro.database.models import (
    audit_log,
    billing_events,
    chore_runs,
    click_batches,
    click_dead_letters,
    click_segments,
    link_changes,
)
from vayro.observability import get_metrics
from vayro.worker.chore_list import list_chores
from vayro.worker.chores import Chore
from vayro.worker.maintenance import Maintenance


@pytest.fixture
def maintenance(database: Database, settings_factory: SettingsFactory) -> Maintenance:
    metrics = get_metrics()
    return Maintenance(database, metrics, list_chores(settings_factory(), database, metrics))


def chore(maintenance: Maintenance, name: str) -> Chore:
    return next(chore for chore in maintenance.chores if chore.name == name)


def ago(**period: float) -> dt.datetime:
    return dt.datetime.now(dt.UTC) - dt.timedelta(**period)


async def test_old_batches_go_and_young_ones_stay(database: Database, maintenance: Maintenance) -> None:
    async with database.transaction() as connection:
        for moment in (ago(minutes=61), ago(minutes=59)):
            values = {"first_timestamp": moment, "last_timestamp": moment, "events": 1, "committed_at": moment}
            await connection.execute(insert(click_batches).values(values))
    await maintenance.do(chore(maintenance, "old_batches"))
    assert await count(database, click_batches) == 1


async def test_old_changes_go_but_deletions_stay(database: Database, maintenance: Maintenance) -> None:
    async with database.transaction() as connection:
        for code, moment, is_deleted in (
            ("old", ago(days=8), False),
            ("gone", ago(days=8), True),
            ("new", ago(days=6), False),
        ):
            values = {
                "domain": "",
                "short_code": code,
                "link_id": uuid4(),
                "version": 1,
                "is_deleted": is_deleted,
                "changed_at": moment,
            }
            await connection.execute(insert(link_changes).values(values))
    await maintenance.do(chore(maintenance, "old_changes"))
    assert {row.short_code for row in await rows(database, link_changes)} == {"gone", "new"}


async def test_segments_are_kept_for_a_month(database: Database, maintenance: Maintenance) -> None:
    async with database.transaction() as connection:
        for name, moment in (("a-1", ago(days=31)), ("a-2", ago(days=29))):
            values = {"segment": name, "committed": 1, "read_offset": 0, "updated_at": moment}
            await connection.execute(insert(click_segments).values(values))
    await maintenance.do(chore(maintenance, "old_segments"))
    assert [row.segment for row in await rows(database, click_segments)] == ["a-2"]


async def test_letters_without_content_are_kept_for_a_month_and_others_for_ever(
    database: Database, maintenance: Maintenance
) -> None:
    async with database.transaction() as connection:
        for reason, payload, moment in (
            ("dropped:old", b"", ago(days=31)),
            ("dropped:new", b"", ago(days=29)),
            ("bad_id", b"payload", ago(days=31)),
        ):
            values = {"id": uuid4(), "segment": "", "payload": payload, "reason": reason, "deliveries": 1}
            await connection.execute(insert(click_dead_letters).values(values | {"created_at": moment}))
    await maintenance.do(chore(maintenance, "old_dead_letters"))
    assert {row.reason for row in await rows(database, click_dead_letters)} == {"dropped:new", "bad_id"}


async def test_more_rows_than_one_transaction_takes_go_all_the_same(
    database: Database, maintenance: Maintenance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vayro.worker.chore_list.ROWS_AT_ONCE", 2)
    async with database.transaction() as connection:
        for number in range(5):
            values = {"segment": f"a-{number}", "committed": 1, "read_offset": 0, "updated_at": ago(days=31)}
            await connection.execute(insert(click_segments).values(values))
    await maintenance.do(chore(maintenance, "old_segments"))
    assert await count(database, click_segments) == 0


async def test_old_audit_entries_and_billing_events_go_and_young_ones_stay(
    database: Database, maintenance: Maintenance
) -> None:
    async with database.transaction() as connection:
        for days in (729, 731):
            entry = {"id": uuid4(), "action": "key.create", "subject": "", "details": {}, "created_at": ago(days=days)}
            await connection.execute(insert(audit_log).values(entry))
        for days in (29, 31):
            event = {"id": f"evt_{days}", "kind": "customer.subscription.created", "received_at": ago(days=days)}
            await connection.execute(insert(billing_events).values(event))
    await maintenance.do(chore(maintenance, "old_audit_entries"))
    await maintenance.do(chore(maintenance, "old_billing_events"))
    assert await count(database, audit_log) == 1
    assert [row.id for row in await rows(database, billing_events)] == ["evt_29"]


async def test_every_chore_runs_on_this_database_and_is_written_down(
    database: Database, maintenance: Maintenance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vayro.clicks.rollup_check.CHECKED", dt.timedelta(days=2))
    link = await make_link(database)
    await make_click(database, link.id)
    for each in maintenance.chores:
        await maintenance.do(each)
    done = {row.name for row in await rows(database, chore_runs) if row.succeeded_at}
    assert done == {each.name for each in maintenance.chores}
