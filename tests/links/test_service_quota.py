"""Links a month: no plan is exceeded, however many make links at once, and the count equals the links."""

import asyncio
import datetime as dt
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import replace
from uuid import UUID

import pytest
from sqlalchemy import func, select, update

from tests.conftest import SettingsFactory
from tests.factories import make_user, make_workspace
from tests.links.link_services import Person, draft, open_links
from vayro.accounts.quotas import month_of, next_month
from vayro.database import pools
from vayro.database.engine import Database, open_database
from vayro.database.models import links, workspace_usage, workspaces
from vayro.errors import CodeTaken, QuotaExceeded
from vayro.links.record import LinkRecord
from vayro.links.service import LinkService
from vayro.settings import Settings

LIMIT = 20


@pytest.fixture
def settings(settings_factory: SettingsFactory, database_url: str) -> Settings:
    return settings_factory(database_url=database_url, plans=f'{{"free": {{"links_per_month": {LIMIT}}}}}')


@pytest.fixture
async def service(settings: Settings, database: Database) -> AsyncIterator[LinkService]:
    async with open_links(settings, database) as opened:
        yield opened


@pytest.fixture
async def ada(database: Database) -> Person:
    return await make_free_person(database)


async def make_free_person(database: Database) -> Person:
    workspace = await make_workspace(database, plan="free")
    return Person(workspace.id, (await make_user(database, workspace_id=workspace.id)).id)


async def counted(database: Database, workspace_id: UUID) -> tuple[int, int]:
    """The links that there are, and what is counted of this month."""
    mine = select(func.count()).where(links.c.workspace_id == workspace_id)
    usage = select(func.sum(workspace_usage.c.links)).where(workspace_usage.c.workspace_id == workspace_id)
    async with database.read() as connection:
        return await connection.scalar(mine) or 0, await connection.scalar(usage) or 0


@pytest.mark.parametrize("plan", ["", "free", "enterprise"])  # what the caller believes it to be
async def test_every_way_of_making_links_counts_them(
    service: LinkService, database: Database, ada: Person, plan: str
) -> None:
    ada = replace(ada, plan=plan)
    await service.create(ada, draft())
    await service.create(ada, draft(short_code="chosen"))
    await service.create(ada, draft(), "idempotent")
    await service.put_canonical(ada, draft(link_type="site"))
    await service.put_canonical(ada, draft(link_type="site"))
    await service.create_many(ada, [draft() for _ in range(3)])
    await service.create_many(ada, [draft(short_code="chosen-2"), draft()])
    assert await counted(database, ada.workspace_id) == (9, 9)


async def test_what_was_not_made_is_not_counted(service: LinkService, database: Database, ada: Person) -> None:
    await service.create(ada, draft(short_code="taken"))
    with pytest.raises(CodeTaken):
        await service.create(ada, draft(short_code="taken"))
    with pytest.raises(CodeTaken):
        await service.create(ada, draft(short_code="taken"), "idempotent")
    await service.create_many(ada, [draft(short_code="taken"), draft()])
    assert await counted(database, ada.workspace_id) == (2, 2)


async def test_the_error_names_the_plan_its_limit_and_when_it_begins_anew(service: LinkService, ada: Person) -> None:
    await service.create_many(ada, [draft() for _ in range(LIMIT)])
    for attempt in (
        service.create(ada, draft()),
        service.create(ada, draft(short_code="chosen")),
        service.create(ada, draft(), "idempotent"),
        service.put_canonical(ada, draft(link_type="site")),
    ):
        with pytest.raises(QuotaExceeded) as refused:
            await attempt
        begins = next_month(dt.datetime.now(dt.UTC))
        assert f"The plan free allows {LIMIT} links a month" in refused.value.detail
        assert f"{begins:%Y-%m-%d}" in refused.value.detail


@pytest.mark.parametrize("code", [None, "chosen"])
async def test_of_a_bulk_as_many_are_made_as_the_plan_allows(
    service: LinkService, database: Database, ada: Person, code: str | None
) -> None:
    drafts = [draft(short_code=f"{code}-{n}") if code else draft() for n in range(LIMIT + 5)]
    outcomes = await service.create_many(ada, drafts)
    assert sum(isinstance(outcome, LinkRecord) for outcome in outcomes) == LIMIT
    assert sum(isinstance(outcome, QuotaExceeded) for outcome in outcomes) == 5
    assert await counted(database, ada.workspace_id) == (LIMIT, LIMIT)


@pytest.mark.parametrize("is_first_of_the_month", [True, False])
async def test_nothing_is_exceeded_by_many_at_once(
    settings: Settings,
    database: Database,
    ada: Person,
    is_first_of_the_month: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # A hundred wait for two rows: on a busy machine longer than a caller is left waiting.
    monkeypatch.setattr(pools, "POOL_WAIT_SECONDS", 60)
    settings = settings.model_copy(update={"database_timeout_seconds": 60})
    bob = await make_free_person(database)
    async with AsyncExitStack() as stack:
        services = []
        for _ in range(3):  # as three processes
            own = open_database(settings)
            stack.push_async_callback(own.close)
            services.append(await stack.enter_async_context(open_links(settings, own)))
        if not is_first_of_the_month:
            await services[0].create(ada, draft())
        attempts = [
            service.create(person, draft(short_code=f"c{number}-{n}" if n % 3 == 0 else None))
            for n in range(LIMIT)
            for number, service in enumerate(services)
            for person in ((ada, bob) if n % 3 else (ada,))
        ]
        bulks = [service.create_many(ada, [draft() for _ in range(7)]) for service in services]
        outcomes = await asyncio.gather(*attempts, *bulks, return_exceptions=True)
    flat = [one for outcome in outcomes for one in (outcome if isinstance(outcome, list) else [outcome])]
    assert {type(outcome) for outcome in flat} == {LinkRecord, QuotaExceeded}
    assert await counted(database, ada.workspace_id) == (LIMIT, LIMIT)
    assert await counted(database, bob.workspace_id) == (LIMIT, LIMIT)


async def test_another_plan_counts_at_once(service: LinkService, database: Database, ada: Person) -> None:
    await service.create_many(ada, [draft() for _ in range(LIMIT)])
    async with database.transaction() as connection:
        await connection.execute(update(workspaces).values(plan="enterprise"))
    await service.create_many(ada, [draft() for _ in range(LIMIT)])
    assert await counted(database, ada.workspace_id) == (2 * LIMIT, 2 * LIMIT)


async def test_a_plan_that_is_not_known_allows_what_free_does(
    service: LinkService, database: Database, ada: Person
) -> None:
    async with database.transaction() as connection:
        await connection.execute(update(workspaces).values(plan="gold"))
    await service.create_many(ada, [draft() for _ in range(LIMIT)])
    with pytest.raises(QuotaExceeded):
        await service.create(ada, draft())


async def test_the_month_before_does_not_count(service: LinkService, database: Database, ada: Person) -> None:
    await service.create_many(ada, [draft() for _ in range(LIMIT)])
    async with database.transaction() as connection:
        await connection.execute(update(workspace_usage).values(month="2020-01"))
    made = await service.create(ada, draft())
    assert isinstance(made, LinkRecord)
    query = select(workspace_usage.c.links).where(workspace_usage.c.month == month_of(dt.datetime.now(dt.UTC)))
    async with database.read() as connection:
        assert await connection.scalar(query) == 1
