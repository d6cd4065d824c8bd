"""Editing, deleting and finding links."""

import asyncio

import pytest
from sqlalchemy import select
from uuid_utils.compat import uuid7

from tests.factories import make_link
from tests.links.link_services import Person, RecordingCache, changes_of, draft, edit
from vayro.database.engine import Database
from vayro.database.models import link_deletions, link_stats
from vayro.errors import CodeTaken, InvalidCode, NotFound, ValidationFailed
from vayro.links.search import LinkFilter, Position, Sort
from vayro.links.service import LinkService


async def test_an_edit_changes_what_is_sent_and_nothing_else(service: LinkService, ada: Person) -> None:
    made = await service.create(ada, draft(title="old", tags=["t"], max_clicks=3))
    edited = await service.edit(ada.workspace_id, made.id, edit(title="new"))
    assert (edited.title, edited.tags, edited.max_clicks, edited.version) == ("new", ["t"], 3, 2)
    assert edited == await service.get(ada.workspace_id, made.id)


async def test_null_clears_what_may_be_empty(service: LinkService, ada: Person) -> None:
    made = await service.create(
        ada,
        draft(title="t", max_clicks=3, expires_at="2031-01-01T00:00:00Z", expired_url="https://example.com/x"),
    )
    cleared = await service.edit(
        ada.workspace_id, made.id, edit(title=None, max_clicks=None, expires_at=None, expired_url=None)
    )
    assert (cleared.title, cleared.max_clicks, cleared.expires_at, cleared.expired_url) == (None, None, None, None)


async def test_an_empty_edit_makes_no_version(service: LinkService, database: Database, ada: Person) -> None:
    made = await service.create(ada, draft())
    assert await service.edit(ada.workspace_id, made.id, edit()) == made
    assert await changes_of(database, made.short_code) == [(1, False)]


async def test_concurrent_edits_each_get_a_version_of_their_own(
    service: LinkService, database: Database, ada: Person
) -> None:
    made = await service.create(ada, draft())
    edited = await asyncio.gather(
        *(service.edit(ada.workspace_id, made.id, edit(title=str(number))) for number in range(10))
    )
    assert sorted(link.version for link in edited) == list(range(2, 12))
    assert [version for version, _ in await changes_of(database, made.short_code)] == list(range(1, 12))


async def test_a_new_code_leaves_a_tombstone_under_the_old_one(
    service: LinkService, database: Database, cache: RecordingCache, ada: Person
) -> None:
    made = await service.create(ada, draft(short_code="before"))
    cache.stored.clear()
    moved = await service.edit(ada.workspace_id, made.id, edit(short_code="after"))
    assert await changes_of(database, "before") == [(1, False), (2, True)]
    assert await changes_of(database, "after") == [(2, False)]
    assert {(s.short_code, s.version, s.is_deleted) for s in cache.stored} == {("before", 2, True), ("after", 2, False)}
    assert moved.short_code == "after"


async def test_a_new_code_that_lived_before_continues_its_versions(
    service: LinkService, database: Database, ada: Person
) -> None:
    old = await service.create(ada, draft(short_code="lived"))
    for title in "abc":
        await service.edit(ada.workspace_id, old.id, edit(title=title))
    await service.delete(ada.workspace_id, old.id)
    made = await service.create(ada, draft())
    assert (await service.edit(ada.workspace_id, made.id, edit(short_code="lived"))).version == 6
    assert (await service.get(ada.workspace_id, made.id)).version == 6


async def test_a_code_of_another_link_cannot_be_taken_over(service: LinkService, ada: Person) -> None:
    await service.create(ada, draft(short_code="theirs"))
    made = await service.create(ada, draft())
    with pytest.raises(CodeTaken):
        await service.edit(ada.workspace_id, made.id, edit(short_code="theirs"))
    with pytest.raises(InvalidCode):
        await service.edit(ada.workspace_id, made.id, edit(short_code="a b"))


async def test_a_deleted_link_is_gone_and_announced(
    service: LinkService, database: Database, cache: RecordingCache, ada: Person
) -> None:
    made = await service.create(ada, draft())
    await service.delete(ada.workspace_id, made.id)
    with pytest.raises(NotFound):
        await service.get(ada.workspace_id, made.id)
    assert await changes_of(database, made.short_code) == [(1, False), (2, True)]
    assert (cache.announced[-1].version, cache.announced[-1].is_deleted) == (2, True)
    async with database.read() as connection:
        deletions = (await connection.execute(select(link_deletions))).all()
    assert [(row.link_id, row.workspace_id) for row in deletions] == [(made.id, ada.workspace_id)]


async def test_nobody_reaches_a_link_of_another_workspace(service: LinkService, ada: Person, bob: Person) -> None:
    made = await service.create(ada, draft())
    with pytest.raises(NotFound):
        await service.get(bob.workspace_id, made.id)
    with pytest.raises(NotFound):
        await service.edit(bob.workspace_id, made.id, edit(title="mine"))
    with pytest.raises(NotFound):
        await service.delete(bob.workspace_id, made.id)
    with pytest.raises(NotFound):
        await service.get_by_code(made.short_code, workspace_id=bob.workspace_id)
    assert await service.get_by_code(made.short_code) == made
    assert (await service.list_page(bob.workspace_id, LinkFilter())).links == []


# ── lists ──


@pytest.mark.parametrize("sort", ["-created_at", "created_at", "-clicks"])
async def test_pages_hold_every_link_once_and_in_order(
    service: LinkService, database: Database, ada: Person, sort: Sort
) -> None:
    for clicks in (3, 1, 3, 0, 7):
        link = await service.create(ada, draft())
        if clicks:
            async with database.transaction() as connection:
                counted = {"link_id": link.id, "clicks": clicks, "bots": 0, "last_clicked_at": link.created_at}
                await connection.execute(link_stats.insert().values(counted))
    seen, after = [], None
    while True:
        page = await service.list_page(ada.workspace_id, LinkFilter(), sort=sort, limit=2, after=after)
        seen += page.links
        if (after := page.next) is None:
            break
    assert len({link.id for link in seen}) == 5
    keys = [(link.clicks if sort == "-clicks" else link.created_at, link.id) for link in seen]
    assert keys == sorted(keys, reverse=sort.startswith("-"))


async def test_a_cursor_of_another_order_is_refused(service: LinkService, ada: Person) -> None:
    with pytest.raises(ValidationFailed):
        await service.list_page(
            ada.workspace_id, LinkFilter(), sort="created_at", after=Position("-clicks", 3, uuid7())
        )


async def test_each_filter_narrows_the_list(service: LinkService, database: Database, ada: Person) -> None:
    await make_link(
        database, workspace_id=ada.workspace_id, short_code="abc", title="100% Wool", tags=["red", 'q"uote'],
        link_type="site", domain="x.test", is_active=False, target_url="https://example.com/Path_1",
    )  # fmt: skip
    await make_link(database, workspace_id=ada.workspace_id, short_code="other", tags=["redder"])

    async def codes(**wanted: object) -> list[str]:
        page = await service.list_page(ada.workspace_id, LinkFilter(**wanted))  # type: ignore[arg-type]
        return [link.short_code for link in page.links]

    for wanted in (
        {"q": "WOOL"}, {"q": "0%"}, {"q": "path_"}, {"q": "aBc"}, {"tag": "red"}, {"tag": 'q"uote'},
        {"link_type": "site"}, {"domain": "x.test"}, {"short_code": "abc"}, {"is_active": False},
    ):  # fmt: skip
        assert await codes(**wanted) == ["abc"], wanted
    for wanted in ({"q": "w%l"}, {"q": "pathx1"}, {"tag": "re"}, {"short_code": "ab"}, {"domain": "y.test"}):
        assert await codes(**wanted) == [], wanted
