"""What would become of a link, without making it."""

import pytest
from sqlalchemy import func, select
from uuid_utils.compat import uuid7

from tests.conftest import SettingsFactory
from tests.factories import make_link, make_workspace
from tests.links.link_services import Person, draft, make_person, open_links
from vayro.database.engine import Database
from vayro.database.models import link_changes, links, workspace_usage
from vayro.errors import CodeTaken, QuotaExceeded, ValidationFailed, VayroError
from vayro.links.service import LinkService
from vayro.links.tags import TagCount


async def test_a_destination_is_shown_as_it_would_be_stored(service: LinkService) -> None:
    verdict = await service.rehearsal.judge_target(" HTTPS://Example.com/a b ")
    assert (verdict.error, verdict.canonical, verdict.warnings) == (None, "https://example.com/a%20b", [])


@pytest.mark.parametrize(
    "url", ["", "ftp://example.com", "https://evil.test/", "https://go.test/x", "https://u:p@a.test"]
)
async def test_a_destination_is_refused_in_the_words_of_making_it(service: LinkService, ada: Person, url: str) -> None:
    with pytest.raises(VayroError) as made:
        await service.create(ada, draft(url))
    judged = (await service.rehearsal.judge_target(url)).error
    assert judged is not None
    assert (type(judged), judged.detail, judged.field) == (made.type, made.value.detail, made.value.field)


async def test_a_destination_to_be_careful_with_is_accepted_with_a_warning(service: LinkService) -> None:
    for url, word in (
        ("https://bit.ly/x", "shortens"),
        ("https://10.0.0.1/", "address"),
        ("https://xn--80ak6aa92e.com/", "letters"),
    ):
        verdict = await service.rehearsal.judge_target(url)
        assert verdict.error is None
        assert [word in warning for warning in verdict.warnings] == [True], url


@pytest.mark.parametrize(("code", "domain"), [("a b", None), ("health", None), ("x", None), ("free", "not-ours.test")])
async def test_a_code_is_refused_in_the_words_of_making_it(
    service: LinkService, ada: Person, code: str, domain: str | None
) -> None:
    with pytest.raises(VayroError) as made:
        await service.create(ada, draft(short_code=code, domain=domain))
    judged = (await service.rehearsal.judge_code(ada, code, domain)).error
    assert judged is not None
    assert (type(judged), judged.detail, judged.field) == (made.type, made.value.detail, made.value.field)


async def test_a_code_is_taken_by_whoever_has_it_but_not_by_the_link_that_is_changed(
    service: LinkService, database: Database, ada: Person, bob: Person
) -> None:
    mine = await make_link(database, workspace_id=ada.workspace_id, short_code="mine")
    theirs = await make_link(database, workspace_id=bob.workspace_id, short_code="theirs")

    async def judge(code: str, link_id: object = None) -> type | None:
        error = (await service.rehearsal.judge_code(ada, code, None, link_id)).error  # type: ignore[arg-type]
        return type(error) if error else None

    assert await judge("free") is None
    assert await judge("theirs") is CodeTaken
    assert await judge("mine") is CodeTaken
    assert await judge("mine", mine.id) is None
    assert await judge("theirs", mine.id) is CodeTaken
    assert await judge("theirs", theirs.id) is CodeTaken
    assert await judge("free", uuid7()) is None


async def test_a_changed_link_keeps_its_domain(service: LinkService, database: Database, ada: Person) -> None:
    await make_link(database, workspace_id=ada.workspace_id, domain="old.test", short_code="twice")
    other = await make_link(database, workspace_id=ada.workspace_id, domain="old.test")
    assert isinstance((await service.rehearsal.judge_code(ada, "twice", None, other.id)).error, CodeTaken)
    assert (await service.rehearsal.judge_code(ada, "twice")).error is None


async def test_a_dry_run_says_what_would_become_of_each_and_writes_nothing(
    service: LinkService, database: Database, ada: Person, bob: Person
) -> None:
    await service.create(bob, draft(short_code="theirs"))
    drafts = [
        draft("HTTPS://example.com"), draft("ftp://example.com"), draft(short_code="theirs"), draft(short_code="new"),
        draft(short_code="new"), draft(short_code="NEW"), draft(password="a long password"),
    ]  # fmt: skip
    before = await count(database)
    outcomes = await service.rehearsal.judge_many(ada, drafts)
    assert [one if isinstance(one, str) else one.code for one in outcomes] == [
        "https://example.com/", "invalid_url", "code_taken", "https://example.com/a", "code_taken",
        "https://example.com/a", "https://example.com/a",
    ]  # fmt: skip
    assert await count(database) == before


async def test_a_dry_run_agrees_with_the_run(service: LinkService, ada: Person) -> None:
    drafts = [draft(short_code=code) for code in ("one", "two", "one", "a b")] + [draft("x")]
    judged = await service.rehearsal.judge_many(ada, drafts)
    made = await service.create_many(ada, drafts)
    for would, became in zip(judged, made, strict=True):
        assert isinstance(would, VayroError) == isinstance(became, VayroError)
        if isinstance(would, VayroError):
            assert isinstance(became, VayroError)
            assert (would.code, would.detail) == (became.code, became.detail)


async def test_a_dry_run_knows_what_the_plan_still_allows(
    settings_factory: SettingsFactory, database_url: str, database: Database
) -> None:
    settings = settings_factory(database_url=database_url, plans='{"free": {"links_per_month": 3}}')
    async with open_links(settings, database) as service:
        person = await make_person(database)
        owner = Person((await make_workspace(database, plan="free")).id, person.user_id)
        await service.create(owner, draft())
        drafts = [draft(), draft("x"), draft(), draft()]
        kinds = [type(one) for one in await service.rehearsal.judge_many(owner, drafts)]
    assert [issubclass(kind, str) for kind in kinds] == [True, False, True, False]
    assert kinds[3] is QuotaExceeded
    assert issubclass(kinds[1], ValidationFailed)


async def test_tags_are_counted_the_most_used_first(service: LinkService, ada: Person, bob: Person) -> None:
    for tags in (["b", "a"], ["b", 'q"uote'], []):
        await service.create(ada, draft(tags=tags))
    await service.create(bob, draft(tags=["theirs"]))
    assert await service.list_tags(ada.workspace_id) == [TagCount("b", 2), TagCount("a", 1), TagCount('q"uote', 1)]


async def count(database: Database) -> list[int]:
    async with database.read() as connection:
        return [
            await connection.scalar(select(func.count()).select_from(table)) or 0
            for table in (links, link_changes, workspace_usage)
        ]
