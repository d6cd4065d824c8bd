"""Many links at once: changed, deleted, restored."""

import asyncio
import datetime as dt

import pytest
from sqlalchemy import select, update
from uuid_utils.compat import uuid7

from tests.factories import make_click, make_link, now
from tests.links.link_services import Person, RecordingCache, changes_of, draft, edit
from vayro.clicks.purge import RESTORABLE, purge_deleted_links
from vayro.clicks.rollup_job import RollupJob
from vayro.database.engine import Database
from vayro.database.models import (
    audit_log,
    click_rollups,
    link_deletions,
    links,
)
from vayro.errors import BlockedDomain, CanonicalTaken, CodeTaken, Forbidden, NotFound, ValidationFailed
from vayro.links.record import LinkRecord
from vayro.links.service import LinkService
from vayro.links.several import SharedEdit


def kinds(outcomes: list) -> list[type]:
    return [type(outcome) for outcome in outcomes]


async def test_tags_and_activity_change_on_all_and_each_gets_a_version(
    service: LinkService, database: Database, cache: RecordingCache, ada: Person
) -> None:
    first = await service.create(ada, draft(tags=["old", "both"]))
    second = await service.create(ada, draft())
    cache.announced.clear()
    wanted = SharedEdit(add_tags=["new", "both"], remove_tags=["old"], is_active=False)
    outcomes = await service.several.edit(ada.workspace_id, [second.id, first.id], wanted)
    assert [(one.id, one.tags, one.is_active, one.version) for one in outcomes] == [
        (second.id, ["new", "both"], False, 2), (first.id, ["both", "new"], False, 2),
    ]  # fmt: skip
    assert outcomes == [await service.get(ada.workspace_id, one.id) for one in (second, first)]
    assert await changes_of(database, first.short_code) == [(1, False), (2, False)]
    assert {(one.short_code, one.version) for one in cache.announced} == {(first.short_code, 2), (second.short_code, 2)}


async def test_what_is_so_already_gets_no_version(service: LinkService, ada: Person) -> None:
    made = await service.create(ada, draft(tags=["a"]))
    [same] = await service.several.edit(ada.workspace_id, [made.id], SharedEdit(["a"], ["b"], is_active=True))
    assert same == made


async def test_one_that_cannot_be_changed_spoils_no_other(
    service: LinkService, database: Database, ada: Person, bob: Person
) -> None:
    full = await make_link(database, workspace_id=ada.workspace_id, tags=[str(number) for number in range(50)])
    down = await make_link(database, workspace_id=ada.workspace_id, is_active=False, disabled_reason="abuse")
    theirs = await service.create(bob, draft())
    mine = await make_link(database, workspace_id=ada.workspace_id, is_active=False)
    ids = [full.id, down.id, theirs.id, uuid7(), mine.id]
    outcomes = await service.several.edit(ada.workspace_id, ids, SharedEdit(["more"], is_active=True))
    assert kinds(outcomes) == [ValidationFailed, Forbidden, NotFound, NotFound, LinkRecord]
    assert (await service.get(bob.workspace_id, theirs.id)).tags == []


async def test_a_canonical_link_whose_place_was_taken_stays_inactive_and_the_others_change(
    service: LinkService, ada: Person
) -> None:
    body = {"link_type": "site"}
    before, _ = await service.put_canonical(ada, draft(**body))
    await service.edit(ada.workspace_id, before.id, edit(is_active=False))
    await service.put_canonical(ada, draft(**body))
    free, _ = await service.put_canonical(ada, draft("https://example.com/b", **body))
    await service.edit(ada.workspace_id, free.id, edit(is_active=False))
    other = await service.create(ada, draft(is_active=False))
    ids = [before.id, free.id, other.id]
    outcomes = await service.several.edit(ada.workspace_id, ids, SharedEdit(["x"], is_active=True))
    assert kinds(outcomes) == [CanonicalTaken, LinkRecord, LinkRecord]
    states = [await service.get(ada.workspace_id, one) for one in ids]
    assert [(one.is_active, one.tags) for one in states] == [(False, []), (True, ["x"]), (True, ["x"])]


async def test_links_are_deleted_together_but_for_those_that_were_taken_down(
    service: LinkService, database: Database, cache: RecordingCache, ada: Person, bob: Person
) -> None:
    made = [await service.create(ada, draft()) for _ in range(2)]
    down = await make_link(database, workspace_id=ada.workspace_id, is_active=False, disabled_reason="abuse")
    theirs = await service.create(bob, draft())
    ids = [made[0].id, down.id, theirs.id, made[1].id]
    outcomes = await service.several.delete(ada.workspace_id, ids)
    assert kinds(outcomes) == [LinkRecord, Forbidden, NotFound, LinkRecord]
    assert {one.short_code for one in cache.announced if one.is_deleted} == {one.short_code for one in made}
    async with database.read() as connection:
        assert set(await connection.scalars(select(links.c.id))) == {down.id, theirs.id}


async def test_what_is_done_to_many_is_one_entry_of_the_audit_log(
    service: LinkService, database: Database, ada: Person
) -> None:
    ids = [(await service.create(ada, draft())).id for _ in range(3)]
    await service.several.edit(ada.workspace_id, ids, SharedEdit(["x"]))
    await service.several.delete(ada.workspace_id, ids)
    await service.several.restore(ada.workspace_id, ids[:1])
    async with database.read() as connection:
        query = select(audit_log.c.action, audit_log.c.subject).order_by(audit_log.c.id)
        noted = [tuple(row) for row in await connection.execute(query)]
    assert noted[3:] == [
        ("link.update", "3 links"), ("link.delete", "3 links"), ("link.restore", str(ids[0])),
    ]  # fmt: skip


async def test_too_many_are_refused(service: LinkService, ada: Person) -> None:
    for work in (service.several.delete, service.several.restore):
        with pytest.raises(ValidationFailed):
            await work(ada.workspace_id, [uuid7()] * 1_001)


# ── taking a deletion back ──


async def test_a_restored_link_is_what_it_was_at_a_version_above_its_tombstone(
    service: LinkService, database: Database, cache: RecordingCache, ada: Person
) -> None:
    made = await service.create(ada, draft(
        short_code="comes-back", title="T", tags=["a"], metadata={"large": 1e30, "k": [None]}, max_clicks=7,
        expires_at="2031-01-01T00:00:00Z", password="a long password", cache_seconds=5, redirect_status=308,
    ))  # fmt: skip
    before = await service.get(ada.workspace_id, made.id)
    await service.delete(ada.workspace_id, made.id)
    cache.announced.clear()
    restored = await service.restore(ada.workspace_id, made.id)
    changed = {name: getattr(restored, name) for name in ("version", "updated_at")}
    assert {**{name: getattr(before, name) for name in before.__struct_fields__}, **changed} == {
        name: getattr(restored, name) for name in restored.__struct_fields__
    }
    assert restored == await service.get(ada.workspace_id, made.id)
    assert await changes_of(database, "comes-back") == [(1, False), (2, True), (3, False)]
    assert [(one.version, one.is_deleted) for one in cache.announced] == [(3, False)]
    assert [one.version for one in cache.stored] == [1, 2, 3]


async def test_a_link_is_restored_once_and_may_be_deleted_again(service: LinkService, ada: Person) -> None:
    made = await service.create(ada, draft())
    for version in (3, 5):
        await service.delete(ada.workspace_id, made.id)
        assert (await service.restore(ada.workspace_id, made.id)).version == version
        with pytest.raises(NotFound):
            await service.restore(ada.workspace_id, made.id)


async def test_of_many_who_restore_a_link_at_once_one_does(service: LinkService, ada: Person) -> None:
    made = await service.create(ada, draft())
    await service.delete(ada.workspace_id, made.id)
    work = (service.several.restore(ada.workspace_id, [made.id]) for _ in range(8))
    outcomes = [outcome for [outcome] in await asyncio.gather(*work)]
    assert sorted(kind.__name__ for kind in kinds(outcomes)) == ["LinkRecord", *["NotFound"] * 7]
    assert (await service.get(ada.workspace_id, made.id)).version == 3


async def test_nobody_restores_what_another_workspace_deleted(service: LinkService, ada: Person, bob: Person) -> None:
    made = await service.create(ada, draft())
    await service.delete(ada.workspace_id, made.id)
    with pytest.raises(NotFound):
        await service.restore(bob.workspace_id, made.id)
    assert (await service.restore(ada.workspace_id, made.id)).id == made.id


async def test_a_code_that_was_given_out_again_is_not_taken_back(
    service: LinkService, ada: Person, bob: Person
) -> None:
    made = await service.create(ada, draft(short_code="wanted"))
    await service.delete(ada.workspace_id, made.id)
    second = await service.create(bob, draft(short_code="wanted"))
    with pytest.raises(CodeTaken):
        await service.restore(ada.workspace_id, made.id)
    await service.delete(bob.workspace_id, second.id)
    assert (await service.restore(ada.workspace_id, made.id)).version == 5


async def test_a_canonical_link_whose_place_was_taken_is_not_restored(service: LinkService, ada: Person) -> None:
    made, _ = await service.put_canonical(ada, draft(link_type="site"))
    await service.delete(ada.workspace_id, made.id)
    await service.put_canonical(ada, draft(link_type="site"))
    with pytest.raises(CanonicalTaken):
        await service.restore(ada.workspace_id, made.id)


async def test_a_link_that_may_not_be_made_any_more_is_not_restored(
    service: LinkService, database: Database, ada: Person
) -> None:
    evil = await make_link(database, workspace_id=ada.workspace_id, target_url="https://evil.test/")
    lost = await make_link(database, workspace_id=ada.workspace_id, domain="gone.test")
    good = await make_link(database, workspace_id=ada.workspace_id)
    ids = [evil.id, lost.id, good.id]
    await service.several.delete(ada.workspace_id, ids)
    outcomes = await service.several.restore(ada.workspace_id, ids)
    assert kinds(outcomes) == [BlockedDomain, ValidationFailed, LinkRecord]


async def test_two_that_had_one_code_are_not_both_restored(service: LinkService, ada: Person) -> None:
    ids = []
    for _ in range(2):
        ids.append((await service.create(ada, draft(short_code="shared"))).id)
        await service.delete(ada.workspace_id, ids[-1])
    outcomes = await service.several.restore(ada.workspace_id, ids)
    assert sorted(kind.__name__ for kind in kinds(outcomes)) == ["CodeTaken", "LinkRecord"]


async def test_a_link_outlives_the_account_of_who_made_it(
    service: LinkService, database: Database, ada: Person
) -> None:
    made = await make_link(database, workspace_id=ada.workspace_id)
    await service.delete(ada.workspace_id, made.id)
    async with database.transaction() as connection:
        kept = await connection.scalar(select(link_deletions.c.kept))
        changed = kept.replace('"user_id":null', f'"user_id":"{uuid7()}"')
        await connection.execute(update(link_deletions).values(kept=changed))
    assert (await service.restore(ada.workspace_id, made.id)).user_id is None


async def test_clicks_wait_as_long_as_the_deletion_may_be_taken_back(
    service: LinkService, database: Database, ada: Person
) -> None:
    made = await service.create(ada, draft())
    await make_click(database, made.id)
    await service.delete(ada.workspace_id, made.id)
    assert await purge_deleted_links(database, now() + RESTORABLE - dt.timedelta(minutes=1)) == 0
    await service.restore(ada.workspace_id, made.id)
    assert await purge_deleted_links(database, now() + RESTORABLE * 2) == 0
    await service.delete(ada.workspace_id, made.id)
    assert await purge_deleted_links(database, now() + RESTORABLE * 2) == 1
    with pytest.raises(NotFound):
        await service.restore(ada.workspace_id, made.id)


async def test_hours_that_were_rolled_up_meanwhile_have_the_clicks_of_the_link(
    service: LinkService, database: Database, ada: Person
) -> None:
    made = await service.create(ada, draft())
    clicked = now() - dt.timedelta(hours=3)
    await make_click(database, made.id, timestamp=clicked)
    await service.delete(ada.workspace_id, made.id)
    while not (await RollupJob(database).run()).is_finished:
        pass
    await service.restore(ada.workspace_id, made.id)
    async with database.read() as connection:
        query = select(click_rollups.c.clicks).where(click_rollups.c.subject_id == ada.workspace_id)
        assert set(await connection.scalars(query)) == {1}
