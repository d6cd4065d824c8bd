"""One active canonical link per workspace, destination and type; one link per Idempotency-Key."""

import asyncio
from collections import Counter

import pytest
from sqlalchemy import func, select

from tests.links.link_services import Person, draft, edit
from vayro.database.engine import Database
from vayro.database.models import idempotency_keys, links
from vayro.errors import CanonicalTaken, CodeTaken, NotFound, ValidationFailed
from vayro.links.service import LinkService

SITE = {"link_type": "site_preview"}


async def count_links(database: Database) -> int:
    async with database.read() as connection:
        return await connection.scalar(select(func.count()).select_from(links)) or 0


async def test_the_second_call_finds_the_link_of_the_first(service: LinkService, ada: Person) -> None:
    made, is_new = await service.put_canonical(ada, draft(**SITE))
    found, is_new_again = await service.put_canonical(ada, draft("https://EXAMPLE.com/a", title="ignored", **SITE))
    assert (is_new, is_new_again) == (True, False)
    assert found == made
    assert made.canonical


async def test_a_canonical_link_is_apart_for_each_type_and_workspace(
    service: LinkService, ada: Person, bob: Person
) -> None:
    found = [
        await service.put_canonical(ada, draft(**SITE)),
        await service.put_canonical(ada, draft()),
        await service.put_canonical(bob, draft(**SITE)),
    ]
    assert len({link.id for link, _ in found}) == 3


async def test_a_link_made_by_create_is_not_the_canonical_one(service: LinkService, ada: Person) -> None:
    plain = await service.create(ada, draft(**SITE))
    canonical, is_new = await service.put_canonical(ada, draft(**SITE))
    assert is_new
    assert canonical.id != plain.id


async def test_concurrent_calls_give_one_link(service: LinkService, database: Database, ada: Person) -> None:
    outcomes = await asyncio.gather(*(service.put_canonical(ada, draft(**SITE)) for _ in range(100)))
    assert Counter(is_new for _, is_new in outcomes) == {True: 1, False: 99}
    assert len({link.id for link, _ in outcomes}) == 1
    assert await count_links(database) == 1


async def test_a_deactivated_canonical_link_makes_room(service: LinkService, ada: Person) -> None:
    first, _ = await service.put_canonical(ada, draft(**SITE))
    await service.edit(ada.workspace_id, first.id, edit(is_active=False))
    second, is_new = await service.put_canonical(ada, draft(**SITE))
    assert is_new
    assert second.id != first.id


async def test_reactivating_a_replaced_canonical_link_is_a_conflict(service: LinkService, ada: Person) -> None:
    first, _ = await service.put_canonical(ada, draft(**SITE))
    await service.edit(ada.workspace_id, first.id, edit(is_active=False))
    await service.put_canonical(ada, draft(**SITE))
    with pytest.raises(CanonicalTaken):
        await service.edit(ada.workspace_id, first.id, edit(is_active=True))


async def test_a_canonical_link_can_have_a_chosen_code(service: LinkService, ada: Person) -> None:
    made, _ = await service.put_canonical(ada, draft(short_code="our-site", **SITE))
    assert made.short_code == "our-site"
    with pytest.raises(CodeTaken):
        await service.put_canonical(ada, draft("https://example.com/b", short_code="our-site", **SITE))
    found, is_new = await service.put_canonical(ada, draft(short_code="other-code", **SITE))
    assert (found.id, is_new) == (made.id, False)


async def test_callers_survive_a_winner_that_is_deactivated_all_the_time(service: LinkService, ada: Person) -> None:
    async def deactivate() -> None:
        for _ in range(20):
            link, _ = await service.put_canonical(ada, draft(**SITE))
            await service.edit(ada.workspace_id, link.id, edit(is_active=False))

    async def ask() -> None:
        for _ in range(20):
            link, _ = await service.put_canonical(ada, draft(**SITE))
            assert link.canonical

    await asyncio.gather(deactivate(), *(ask() for _ in range(4)))


async def test_an_inactive_canonical_link_cannot_be_asked_for(service: LinkService, ada: Person) -> None:
    with pytest.raises(ValidationFailed):
        await service.put_canonical(ada, draft(is_active=False, **SITE))


# ── Idempotency-Key ──


async def test_the_same_request_with_the_same_key_gives_the_same_link(service: LinkService, ada: Person) -> None:
    first = await service.create(ada, draft(), "key-1")
    assert await service.create(ada, draft(), "key-1") == first


async def test_a_key_that_came_with_another_request_is_refused(service: LinkService, ada: Person) -> None:
    await service.create(ada, draft(), "key-1")
    with pytest.raises(ValidationFailed, match="another request"):
        await service.create(ada, draft(title="other"), "key-1")


async def test_a_key_is_known_in_its_workspace_only(service: LinkService, ada: Person, bob: Person) -> None:
    assert (await service.create(ada, draft(), "k")).id != (await service.create(bob, draft(), "k")).id


async def test_concurrent_requests_with_one_key_make_one_link(
    service: LinkService, database: Database, ada: Person
) -> None:
    made = await asyncio.gather(*(service.create(ada, draft(), "key-1") for _ in range(30)))
    assert len({link.id for link in made}) == 1
    assert await count_links(database) == 1


async def test_a_key_whose_code_was_taken_is_free_again(service: LinkService, database: Database, ada: Person) -> None:
    taken = await service.create(ada, draft(short_code="mine"))
    with pytest.raises(CodeTaken):
        await service.create(ada, draft(short_code="mine"), "key-1")
    async with database.read() as connection:
        assert await connection.scalar(select(func.count()).select_from(idempotency_keys)) == 0
    await service.delete(ada.workspace_id, taken.id)
    assert (await service.create(ada, draft(short_code="mine"), "key-1")).version == 3


async def test_a_key_does_not_bring_back_a_deleted_link(service: LinkService, ada: Person) -> None:
    made = await service.create(ada, draft(), "key-1")
    await service.delete(ada.workspace_id, made.id)
    with pytest.raises(NotFound):
        await service.create(ada, draft(), "key-1")


@pytest.mark.parametrize("key", ["", "x" * 256, "tab\t", "ümlaut"])
async def test_an_unprintable_key_is_refused(service: LinkService, ada: Person, key: str) -> None:
    with pytest.raises(ValidationFailed):
        await service.create(ada, draft(), key)
