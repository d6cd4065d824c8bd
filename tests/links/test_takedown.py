"""Taking links down, and passwords of links, as the service sees them."""

import pytest
from sqlalchemy import select

from tests.links.link_services import Person, RecordingCache, draft, edit
from vayro.database.engine import Database
from vayro.database.models import audit_log, links
from vayro.errors import Forbidden, NotFound, ValidationFailed
from vayro.links.draft import ArchivedLink
from vayro.links.password import hash_password, is_password
from vayro.links.preparation import MAX_PASSWORDS
from vayro.links.search import LinkFilter
from vayro.links.service import LinkService
from vayro.links.takedown import Takedown
from vayro.links.transfer import export_links, import_links, read_rows


@pytest.fixture
def takedown(database: Database, cache: RecordingCache) -> Takedown:
    return Takedown(database, cache)


async def actions_about(database: Database, subject: object) -> list[tuple[str, dict[str, object]]]:
    async with database.read() as connection:
        query = select(audit_log.c.action, audit_log.c.details).where(audit_log.c.subject == str(subject))
        rows = (await connection.execute(query.order_by(audit_log.c.id))).all()
    return [(row.action, row.details) for row in rows if row.action in {"link.disable", "link.enable"}]


async def test_a_link_taken_down_is_published_and_noted(
    service: LinkService, takedown: Takedown, database: Database, cache: RecordingCache, ada: Person
) -> None:
    made = await service.create(ada, draft())
    cache.announced.clear()
    taken = await takedown.disable(made.id, "phishing")
    assert (taken.is_active, taken.disabled_reason, taken.version) == (False, "phishing", 2)
    [told] = cache.announced
    assert (told.version, told.is_active, told.disabled_reason) == (2, False, "phishing")
    assert await actions_about(database, made.id) == [
        ("link.disable", {"reason": "phishing", "short_code": made.short_code})
    ]


async def test_its_owner_cannot_bring_it_back(service: LinkService, takedown: Takedown, ada: Person) -> None:
    made = await service.create(ada, draft(short_code="gone"))
    await takedown.disable(made.id, "abuse")
    for forbidden in (edit(is_active=True), edit(short_code="other"), edit(is_active=True, title="t")):
        with pytest.raises(Forbidden):
            await service.edit(ada.workspace_id, made.id, forbidden)
    with pytest.raises(Forbidden):
        await service.delete(ada.workspace_id, made.id)
    kept = await service.edit(ada.workspace_id, made.id, edit(title="mended", target_url="https://example.com/good"))
    assert (kept.is_active, kept.disabled_reason) == (False, "abuse")


async def test_an_administrator_can(service: LinkService, takedown: Takedown, database: Database, ada: Person) -> None:
    made = await service.create(ada, draft())
    await takedown.disable(made.id, "abuse")
    back = await takedown.enable(made.id)
    assert (back.is_active, back.disabled_reason, back.version) == (True, None, 3)
    assert [action for action, _ in await actions_about(database, made.id)] == ["link.disable", "link.enable"]
    await takedown.disable(made.id, "legal")
    await service.delete(ada.workspace_id, made.id, even_if_taken_down=True)
    with pytest.raises(NotFound):
        await takedown.enable(made.id)


async def test_a_link_that_its_owner_switched_off_is_not_enabled_by_a_takedown_undone(
    service: LinkService, takedown: Takedown, ada: Person
) -> None:
    made = await service.create(ada, draft(is_active=False))
    assert await takedown.enable(made.id) == made


async def test_a_reason_is_one_of_those_that_exist(service: LinkService, takedown: Takedown, ada: Person) -> None:
    made = await service.create(ada, draft())
    with pytest.raises(ValidationFailed):
        await takedown.disable(made.id, "because")


# ── passwords ──


async def test_of_a_password_only_its_hash_is_kept(service: LinkService, database: Database, ada: Person) -> None:
    made = await service.create(ada, draft(password="open sesame"))
    assert made.password_hash is not None
    assert made.password_hash.startswith("$argon2id$")
    assert is_password("open sesame", made.password_hash)
    assert "argon2" not in repr(made)
    async with database.read() as connection:
        rows = (await connection.execute(select(links))).all()
    assert "open sesame" not in repr(rows)


async def test_a_snapshot_says_only_that_there_is_a_password(
    service: LinkService, cache: RecordingCache, ada: Person
) -> None:
    await service.create(ada, draft(password="open sesame"))
    assert [snapshot.has_password for snapshot in cache.stored] == [True]
    assert "argon2" not in repr(cache.stored)


async def test_a_password_is_changed_kept_and_taken_away(service: LinkService, ada: Person) -> None:
    made = await service.create(ada, draft(password="first"))
    kept = await service.edit(ada.workspace_id, made.id, edit(title="t"))
    assert kept.password_hash == made.password_hash
    changed = await service.edit(ada.workspace_id, made.id, edit(password="second"))
    assert changed.password_hash is not None
    assert is_password("second", changed.password_hash)
    assert not is_password("first", changed.password_hash)
    assert (await service.edit(ada.workspace_id, made.id, edit(password=None))).password_hash is None


async def test_the_digest_of_an_idempotent_request_knows_no_password(service: LinkService, ada: Person) -> None:
    first = await service.create(ada, draft(password="open sesame"), "key")
    assert (await service.create(ada, draft(password="another one"), "key")).id == first.id


async def test_a_bulk_hashes_so_many_passwords_and_no_more(service: LinkService, ada: Person) -> None:
    made = await service.create_many(ada, [draft(password="open sesame") for _ in range(MAX_PASSWORDS + 2)])
    assert [isinstance(one, ValidationFailed) for one in made] == [False] * MAX_PASSWORDS + [True] * 2


@pytest.mark.parametrize("form", ["csv", "jsonl"])
async def test_an_import_does_not_open_what_had_a_password(service: LinkService, ada: Person, form: str) -> None:
    made = await service.create(ada, draft(password="open sesame", short_code="locked"))
    pieces = [piece async for piece in export_links(service, ada.workspace_id, LinkFilter(), form)]  # type: ignore[arg-type]
    text = "".join(pieces)
    assert "argon2" not in text
    await service.delete(ada.workspace_id, made.id)
    [row] = [row async for row in import_links(service, ada, read_rows(text.splitlines(), form))]  # type: ignore[arg-type]
    assert row.link is None
    assert "had a password" in row.error


def test_a_long_password_is_not_hashed_at_all() -> None:
    assert not is_password("x" * 129, hash_password("x" * 129))
    assert ArchivedLink.model_validate({"target_url": "https://a.test/", "password": "abcd"}).password is not None
