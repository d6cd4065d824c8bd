"""Many links at once, and the upkeep of all: duplicates, the cache's warmth, old keys."""

import asyncio
import datetime as dt
from typing import Any

import pytest
from sqlalchemy import select, update

from tests.factories import make_link, now
from tests.links.link_services import Person, RecordingCache, changes_of, draft
from vayro.database.engine import Database
from vayro.database.models import audit_log, idempotency_keys, link_stats
from vayro.errors import CanonicalTaken, CodeTaken, InvalidUrl, Unavailable, ValidationFailed, VayroError
from vayro.links.draft import ArchivedLink
from vayro.links.idempotency import delete_claims_before
from vayro.links.record import LinkRecord
from vayro.links.service import LinkService
from vayro.links.upkeep import LinkUpkeep

SITE = "site_preview"


def made(outcome: LinkRecord | VayroError) -> LinkRecord:
    assert isinstance(outcome, LinkRecord), outcome
    return outcome


@pytest.fixture
def upkeep(database: Database, cache: RecordingCache) -> LinkUpkeep:
    return LinkUpkeep(database, cache)


async def test_a_thousand_links_come_back_in_order(service: LinkService, database: Database, ada: Person) -> None:
    outcomes = await service.create_many(ada, [draft(f"https://example.com/{n}") for n in range(1000)])
    assert [made(outcome).target_url for outcome in outcomes] == [f"https://example.com/{n}" for n in range(1000)]
    last = made(outcomes[-1])
    assert await service.get(ada.workspace_id, last.id) == last
    assert await changes_of(database, last.short_code) == [(1, False)]


async def test_one_bad_link_spoils_no_other(service: LinkService, ada: Person) -> None:
    await service.create(ada, draft(short_code="taken"))
    outcomes = await service.create_many(
        ada,
        [
            draft(),
            draft("ftp://example.com"),
            draft(short_code="taken"),
            draft(short_code="twice"),
            draft(short_code="twice"),
            draft(domain="nobodys.test"),
            draft(),
        ],
    )
    kinds = [type(outcome) for outcome in outcomes]
    assert kinds == [LinkRecord, InvalidUrl, CodeTaken, LinkRecord, CodeTaken, ValidationFailed, LinkRecord]


async def test_more_than_a_thousand_are_refused(service: LinkService, ada: Person) -> None:
    with pytest.raises(ValidationFailed):
        await service.create_many(ada, [draft()] * 1001)


async def test_generated_codes_that_are_taken_are_replaced_in_a_bulk(
    service: LinkService, ada: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    await service.create(ada, draft(short_code="taken77"))
    allocator = service._writer._allocator
    real = allocator.allocate
    calls: list[int] = []

    async def allocate(count: int = 1) -> list[str]:
        calls.append(count)
        return ["taken77", *await real(count - 1)] if len(calls) == 1 else await real(count)

    monkeypatch.setattr(allocator, "allocate", allocate)
    outcomes = await service.create_many(ada, [draft() for _ in range(5)])
    assert all(isinstance(outcome, LinkRecord) for outcome in outcomes)
    assert calls == [5, 1]


async def test_a_link_that_the_database_refuses_does_not_spoil_its_group(service: LinkService, ada: Person) -> None:
    class Ghost:
        workspace_id = ada.user_id  # no such workspace
        user_id = ada.user_id

    outcomes = await asyncio.gather(
        *(service.create(owner, draft()) for owner in (ada, Ghost(), ada)), return_exceptions=True
    )
    assert [isinstance(outcome, LinkRecord) for outcome in outcomes] == [True, False, True]


async def test_an_archived_canonical_link_meets_the_one_that_is_there(service: LinkService, ada: Person) -> None:
    row: dict[str, Any] = {"target_url": "https://example.com/a", "link_type": SITE, "canonical": True}
    archived = ArchivedLink.model_validate(row)
    outcomes = await service.create_many(ada, [archived, archived])
    assert made(outcomes[0]).canonical
    assert isinstance(outcomes[1], CanonicalTaken)


# ── upkeep ──


@pytest.fixture
async def duplicates(database: Database, ada: Person, bob: Person) -> list[str]:
    """Three links of one group, of which the second is canonical; others that are no duplicates of them."""
    start = now() - dt.timedelta(days=1)
    same = {"target_url": "https://example.com/a", "link_type": SITE, "workspace_id": ada.workspace_id}
    for number, code in enumerate(("oldest", "middle", "newest")):
        await make_link(
            database,
            **same,
            short_code=code,
            canonical=code == "middle",
            created_at=start + number * dt.timedelta(hours=1),
        )
    await make_link(database, **same, short_code="inactive", is_active=False, created_at=start)
    await make_link(database, **{**same, "workspace_id": bob.workspace_id}, short_code="bobs")
    await make_link(database, **{**same, "link_type": "other"}, short_code="other")
    for code in ("standard1", "standard2"):
        await make_link(database, **{**same, "link_type": "standard"}, short_code=code)
    return ["oldest", "middle", "newest"]


async def test_duplicates_are_listed_and_counted(upkeep: LinkUpkeep, duplicates: list[str]) -> None:
    groups = await upkeep.list_duplicates()
    assert [[link.short_code for link in group.links] for group in groups] == [duplicates]
    assert await upkeep.list_duplicates("other") == []
    assert await upkeep.count_duplicates() == 2


async def test_dedupe_keeps_the_oldest_and_deactivates_the_rest(
    upkeep: LinkUpkeep,
    service: LinkService,
    database: Database,
    cache: RecordingCache,
    duplicates: list[str],
) -> None:
    outcome = await upkeep.dedupe(SITE)
    assert sorted(link.short_code for link in outcome.deactivated) == ["middle", "newest"]
    assert sorted(link.short_code for link in outcome.made_canonical) == ["bobs", "oldest"]
    assert await upkeep.count_duplicates() == 0
    oldest = await service.get_by_code("oldest")
    assert (oldest.canonical, oldest.is_active, oldest.version) == (True, True, 2)
    assert await changes_of(database, "middle") == [(1, False), (2, False)]
    assert {snapshot.short_code for snapshot in cache.announced} == {"bobs", "oldest", "middle", "newest"}
    assert (await service.get_by_code("standard1")).version == 1


async def test_a_canonical_request_finds_what_dedupe_kept(
    upkeep: LinkUpkeep, service: LinkService, ada: Person, duplicates: list[str]
) -> None:
    await upkeep.dedupe(SITE)
    found, is_new = await service.put_canonical(ada, draft(link_type=SITE))
    assert (found.short_code, is_new) == ("oldest", False)


async def test_a_dry_run_says_the_same_and_changes_nothing(
    upkeep: LinkUpkeep, cache: RecordingCache, duplicates: list[str]
) -> None:
    planned = await upkeep.dedupe(SITE, dry_run=True)
    assert await upkeep.count_duplicates() == 2
    assert cache.announced == []
    done = await upkeep.dedupe(SITE)
    assert {link.id for link in planned.deactivated} == {link.id for link in done.deactivated}
    assert {link.id for link in planned.made_canonical} == {link.id for link in done.made_canonical}


async def test_each_workspace_reads_in_its_log_what_dedupe_did(
    upkeep: LinkUpkeep, database: Database, ada: Person, duplicates: list[str]
) -> None:
    await upkeep.dedupe(SITE, dry_run=True)
    await upkeep.dedupe(SITE)
    async with database.read() as connection:
        noted = list(await connection.execute(select(audit_log).where(audit_log.c.workspace_id == ada.workspace_id)))
    assert [(entry.action, entry.subject) for entry in noted] == [("link.dedupe", SITE)]
    assert noted[0].details == {"made_canonical": 1, "deactivated": 2}


async def test_dedupe_twice_changes_nothing_more(upkeep: LinkUpkeep, duplicates: list[str]) -> None:
    await upkeep.dedupe(SITE)
    again = await upkeep.dedupe(SITE)
    assert (again.deactivated, again.made_canonical) == ([], [])


async def test_standard_links_are_never_deduped(upkeep: LinkUpkeep) -> None:
    with pytest.raises(ValidationFailed):
        await upkeep.dedupe("standard")


async def test_warming_takes_the_links_with_the_most_clicks(
    upkeep: LinkUpkeep, service: LinkService, database: Database, cache: RecordingCache, ada: Person
) -> None:
    for clicks in range(1, 6):
        link = await service.create(ada, draft(short_code=f"clicked-{clicks}", is_active=clicks != 4))
        async with database.transaction() as connection:
            counted = {"link_id": link.id, "clicks": clicks, "bots": 0, "last_clicked_at": now()}
            await connection.execute(link_stats.insert().values(counted))
    cache.stored.clear()
    told: list[tuple[int, int]] = []
    assert await upkeep.warm(2, lambda done, total: told.append((done, total))) == 2
    assert [snapshot.short_code for snapshot in cache.stored] == ["clicked-5", "clicked-3"]
    assert told == [(2, 2)]


async def test_warming_says_when_the_cache_is_away(
    service: LinkService, database: Database, ada: Person, upkeep: LinkUpkeep, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = await service.create(ada, draft())
    async with database.transaction() as connection:
        counted = {"link_id": link.id, "clicks": 1, "bots": 0, "last_clicked_at": now()}
        await connection.execute(link_stats.insert().values(counted))

    async def away(_snapshots: object) -> bool:
        return False

    monkeypatch.setattr(upkeep._cache, "store_many", away)
    with pytest.raises(Unavailable):
        await upkeep.warm(10)


async def test_old_idempotency_keys_are_forgotten(service: LinkService, database: Database, ada: Person) -> None:
    first = await service.create(ada, draft(), "old")
    await service.create(ada, draft(), "new")
    async with database.transaction() as connection:
        aged = update(idempotency_keys).where(idempotency_keys.c.key == "old")
        await connection.execute(aged.values(created_at=now() - dt.timedelta(days=3)))
        assert await delete_claims_before(connection, now() - dt.timedelta(days=2)) == 1
    assert (await service.create(ada, draft(), "old")).id != first.id
