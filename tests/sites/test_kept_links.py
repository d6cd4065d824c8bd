"""What an older system left: several active links of one site. One is kept, and the site has that one."""

import datetime as dt
from functools import partial

from sqlalchemy import Row, select

from tests.factories import make_link, now
from tests.links.link_services import draft, open_links
from tests.sites.conftest import make_caller
from tests.sites.test_businesses import draft as business_draft
from tests.sites.test_businesses import make_site
from vayro.accounts.service import Caller
from vayro.cache.none import NoLinkCache
from vayro.database.engine import Database
from vayro.database.models import links, sites
from vayro.links.domains import DomainDirectory
from vayro.links.upkeep import LinkUpkeep
from vayro.settings import Settings
from vayro.sites.businesses import BusinessService
from vayro.sites.kept_links import follow_kept_links

TYPE = "site_preview"
TARGET = "https://rohr.sites.example/"


async def make_duplicates(database: Database, caller: Caller, target: str = TARGET) -> list[Row]:
    """Three active links of one site, oldest first, none of them canonical."""
    return [
        await make_link(
            database, workspace_id=caller.workspace_id, target_url=target, link_type=TYPE,
            created_at=now() - dt.timedelta(days=age),
        )
        for age in (3, 2, 1)
    ]  # fmt: skip


def open_upkeep(settings: Settings, database: Database) -> LinkUpkeep:
    short_url = DomainDirectory(settings, database).short_url
    return LinkUpkeep(database, NoLinkCache(), partial(follow_kept_links, short_url=short_url))


async def read_site(database: Database) -> tuple[object, object]:
    async with database.read() as connection:
        row = (await connection.execute(select(sites.c.link_id, sites.c.short_url))).one()
    return row.link_id, row.short_url


async def test_a_site_follows_to_the_link_that_is_kept_and_canonical_finds_it(
    settings: Settings, database: Database, businesses: BusinessService, ada: Caller
) -> None:
    oldest, _, newest = await make_duplicates(database, ada)
    await make_duplicates(database, await make_caller(database))
    business = await businesses.create(ada, business_draft())
    await make_site(database, ada, business.id, link_id=newest.id, short_url=f"https://go.test/{newest.short_code}")
    upkeep = open_upkeep(settings, database)
    assert await upkeep.count_duplicates() == 4

    await upkeep.dedupe(TYPE, dry_run=True)
    assert await read_site(database) == (newest.id, f"https://go.test/{newest.short_code}")

    outcome = await upkeep.dedupe(TYPE)
    assert (len(outcome.made_canonical), len(outcome.deactivated)) == (2, 4)
    assert await upkeep.count_duplicates() == 0
    assert await read_site(database) == (oldest.id, f"https://go.test/{oldest.short_code}")
    async with open_links(settings, database) as service:
        found, is_new = await service.put_canonical(ada, draft(TARGET, link_type=TYPE))
    assert (found.id, is_new) == (oldest.id, False)
    async with database.read() as connection:
        active = select(links.c.id).where(links.c.target_url == TARGET, links.c.workspace_id == ada.workspace_id)
        assert [row.id for row in await connection.execute(active.where(links.c.is_active))] == [oldest.id]


async def test_a_site_with_the_link_that_is_kept_stays_as_it_is(
    settings: Settings, database: Database, businesses: BusinessService, ada: Caller
) -> None:
    oldest, *_ = await make_duplicates(database, ada)
    business = await businesses.create(ada, business_draft())
    await make_site(database, ada, business.id, link_id=oldest.id, short_url="https://go.test/as-it-was")
    await open_upkeep(settings, database).dedupe(TYPE)
    assert await read_site(database) == (oldest.id, "https://go.test/as-it-was")
