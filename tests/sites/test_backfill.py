"""Links for completed sites that have none, however often and by however many it is done."""

import asyncio
from uuid import UUID

import pytest

from tests.conftest import SettingsFactory
from tests.factories import make_link, make_workspace
from tests.jobs.jobs_processes import make_site, read_links, read_site
from tests.links.link_services import open_links
from vayro.database.engine import Database
from vayro.settings import Settings
from vayro.sites.address import SiteAddresses
from vayro.sites.backfill import SiteBackfill, Totals


@pytest.fixture
def settings(settings_factory: SettingsFactory) -> Settings:
    return settings_factory()


async def make_old(database: Database, count: int) -> UUID:
    workspace: UUID = (await make_workspace(database, plan="enterprise")).id
    for _ in range(count):
        await make_site(database, workspace_id=workspace, status="completed", step="done")
    return workspace


async def test_what_is_missing_is_made_once_by_many_at_once(settings: Settings, database: Database) -> None:
    workspace = await make_old(database, 5)
    async with open_links(settings, database) as links:
        filling = SiteBackfill(settings, database, links)
        assert await filling.count() == Totals(5, 0)

        async def fill() -> list[str | None]:
            return [one.short_url async for one in SiteBackfill(settings, database, links).fill()]

        shown = await asyncio.gather(*(fill() for _ in range(4)))
        assert await filling.count() == Totals(5, 5)
        assert [one async for one in filling.fill()] == []
    found = await read_links(database, workspace)
    assert len(found) == 5
    assert {one for urls in shown for one in urls} == {f"{settings.short_url_base}/{link.short_code}" for link in found}


async def test_one_that_is_stopped_half_way_goes_on(settings: Settings, database: Database) -> None:
    workspace = await make_old(database, 4)
    async with open_links(settings, database) as links:
        filling = SiteBackfill(settings, database, links)
        half = filling.fill()
        await anext(half)
        await anext(half)
        await half.aclose()
        assert await filling.count() == Totals(4, 2)
        assert len([one async for one in filling.fill()]) == 2
    assert len(await read_links(database, workspace)) == 4


async def test_an_active_canonical_link_to_the_site_is_taken_up(settings: Settings, database: Database) -> None:
    site = await make_site(database, status="completed", step="done")
    url = SiteAddresses(settings).url_of(site.subdomain)
    common = {"workspace_id": site.workspace_id, "target_url": url, "link_type": "site_preview"}
    link = await make_link(database, canonical=True, **common)
    async with open_links(settings, database) as links:
        [one] = [one async for one in SiteBackfill(settings, database, links).fill()]
    assert (one.error, one.short_url) == (None, f"{settings.short_url_base}/{link.short_code}")
    assert (await read_site(database, site.id)).link_id == link.id


async def test_one_that_cannot_have_a_link_spoils_no_other(
    settings_factory: SettingsFactory, database: Database
) -> None:
    settings = settings_factory(blocked_domains="evil.example")
    workspace = await make_old(database, 1)
    bad = {"custom_domain": "evil.example", "verified_at": (await make_workspace(database)).created_at}
    site = await make_site(database, workspace_id=workspace, status="completed", step="done", **bad)
    async with open_links(settings, database) as links:
        filled = {one.site_id: one.error async for one in SiteBackfill(settings, database, links).fill()}
    assert "evil.example" in str(filled.pop(site.id))
    assert list(filled.values()) == [None]
