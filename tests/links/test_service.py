"""Links: made, found, changed and deleted, on both databases."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import func, select

from tests.factories import now
from tests.links.link_services import Person, RecordingCache, changes_of, draft, edit
from vayro.database.engine import Database
from vayro.database.models import domains, link_changes
from vayro.errors import (
    BlockedDomain,
    CodeTaken,
    InvalidUrl,
    ReservedCode,
    SelfLink,
    ValidationFailed,
)
from vayro.links.service import LinkService


async def test_a_link_comes_back_as_it_was_made(service: LinkService, ada: Person) -> None:
    wanted = draft(
        title="Ünïcode ✓",
        tags=["a", "b", "a"],
        metadata={"n": [1, 2.5, None, {"deep": True}]},
        expires_at="2031-01-31T12:00:00.123456+02:00",
        expired_url="https://example.com/over",
        max_clicks=5,
        redirect_status=308,
        cache_seconds=60,
        is_active=False,
    )
    made = await service.create(ada, wanted)
    read = await service.get(ada.workspace_id, made.id)
    assert read == made
    assert (read.tags, read.version, read.user_id) == (["a", "b"], 1, ada.user_id)
    assert read.expires_at is not None
    assert read.expires_at.isoformat() == "2031-01-31T10:00:00.123456+00:00"


async def test_a_destination_is_kept_in_canonical_form(service: LinkService, ada: Person) -> None:
    made = await service.create(ada, draft("HTTPS://EXAMPLE.com:443/a/../b"))
    assert made.target_url == "https://example.com/b"


async def test_two_links_may_share_a_destination(service: LinkService, ada: Person) -> None:
    first, second = await service.create(ada, draft()), await service.create(ada, draft())
    assert first.short_code != second.short_code


@pytest.mark.parametrize(
    ("over", "error"),
    [
        ({"target_url": "javascript:alert(1)"}, InvalidUrl),
        ({"target_url": "https://sub.evil.test/"}, BlockedDomain),
        ({"target_url": "https://go.test/x"}, SelfLink),
        ({"expired_url": "nonsense"}, InvalidUrl),
        ({"expired_url": ""}, InvalidUrl),
        ({"short_code": "health"}, ReservedCode),
        ({"domain": "nobodys.test"}, ValidationFailed),
    ],
)
async def test_what_breaks_a_rule_is_refused(
    service: LinkService, ada: Person, over: dict[str, Any], error: type[Exception]
) -> None:
    with pytest.raises(error):
        await service.create(ada, draft(**over))


async def test_a_custom_code_is_given_once(service: LinkService, ada: Person, bob: Person) -> None:
    await service.create(ada, draft(short_code="Sale"))
    with pytest.raises(CodeTaken):
        await service.create(bob, draft(short_code="Sale"))
    assert (await service.create(bob, draft(short_code="sale"))).short_code == "sale"


async def test_a_generated_code_that_is_taken_is_replaced(
    service: LinkService, ada: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken = await service.create(ada, draft(short_code="taken77"))
    allocator = service._writer._allocator
    real, given = allocator.allocate, iter([["taken77"], ["taken77"]])

    async def allocate(count: int = 1) -> list[str]:
        return next(given, None) or await real(count)

    monkeypatch.setattr(allocator, "allocate", allocate)
    made = await service.create(ada, draft())
    assert made.short_code != taken.short_code


async def test_concurrent_creates_are_all_made(service: LinkService, database: Database, ada: Person) -> None:
    made = await asyncio.gather(*(service.create(ada, draft()) for _ in range(200)))
    assert len({link.short_code for link in made}) == 200
    async with database.read() as connection:
        assert await connection.scalar(select(func.count()).select_from(link_changes)) == 200


async def test_a_link_is_published_once_it_is_committed(
    service: LinkService, cache: RecordingCache, ada: Person
) -> None:
    made = await service.create(ada, draft())
    assert cache.stored == cache.announced == [made.snapshot()]


async def test_a_code_that_lived_before_continues_its_versions(
    service: LinkService, database: Database, ada: Person
) -> None:
    first = await service.create(ada, draft(short_code="again"))
    await service.edit(ada.workspace_id, first.id, edit(title="x"))
    await service.delete(ada.workspace_id, first.id)
    second = await service.create(ada, draft(short_code="again"))
    assert second.version == 4
    assert await changes_of(database, "again") == [(1, False), (2, False), (3, True), (4, False)]


async def test_a_domain_may_be_used_by_its_workspace_alone(
    service: LinkService, database: Database, ada: Person, bob: Person
) -> None:
    async with database.transaction() as connection:
        for name, owner in (("ada.test", ada.workspace_id), ("all.test", None)):
            row = {"name": name, "workspace_id": owner, "verified_at": now(), "created_at": now()}
            await connection.execute(domains.insert().values(row))
    assert (await service.create(ada, draft(domain="ADA.test", short_code="one"))).domain == "ada.test"
    assert (await service.create(bob, draft(domain="all.test", short_code="one"))).domain == "all.test"
    assert (await service.create(bob, draft(domain="go.test", short_code="one"))).domain == ""
    with pytest.raises(ValidationFailed, match="not registered"):
        await service.create(bob, draft(domain="ada.test"))
    with pytest.raises(SelfLink):
        await service.create(bob, draft("https://ada.test/one"))
