"""A site's own domain: looked for in the DNS, and followed by the link."""

import datetime as dt
from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import update

from tests.conftest import SettingsFactory
from tests.dns_zone import DnsZone, dns_zone
from tests.factories import make_user, now
from tests.jobs.jobs_processes import make_site, read_links, read_site
from tests.links.link_services import open_links
from vayro.accounts.service import Caller
from vayro.database.engine import Database
from vayro.database.models import sites
from vayro.links.domain_proof import PREFIX
from vayro.sites.backfill import SiteBackfill
from vayro.sites.domain_watch import watch_site_domains
from vayro.sites.progress import SiteFeed
from vayro.sites.service import SiteService

DOMAIN = "joes.example"


@pytest.fixture
async def zone() -> AsyncIterator[DnsZone]:
    async with dns_zone() as opened:
        yield opened


@pytest.fixture
async def service(settings_factory: SettingsFactory, database: Database, zone: DnsZone) -> AsyncIterator[SiteService]:
    settings = settings_factory(domain_resolver=zone.address, sites_domain="sites.example.com")
    async with open_links(settings, database) as links:
        made = SiteService(settings, database, links, SiteFeed(database))
        made.backfill = SiteBackfill(settings, database, links)  # type: ignore[attr-defined]
        yield made


async def make_claim(service: Any, database: Database) -> tuple[Any, Caller]:
    site = await make_site(database, status="completed", step="done")
    user = await make_user(database, workspace_id=site.workspace_id)
    caller = Caller(site.workspace_id, user.id, None, False)
    assert [one.error async for one in service.backfill.fill()] == [None]
    await service.editing.edit(caller, site.id, {"custom_domain": DOMAIN})
    return await read_site(database, site.id), caller


async def target(database: Database, site: Any) -> str:
    [link] = await read_links(database, site.workspace_id)
    return str(link.target_url)


async def test_a_proof_moves_the_site_and_its_link_and_its_loss_moves_them_back(
    service: SiteService, database: Database, zone: DnsZone
) -> None:
    site, _ = await make_claim(service, database)
    home = f"https://{site.subdomain}.sites.example.com/"
    assert (await watch_site_domains(database, service.editing, now()), await target(database, site)) == (0, home)
    zone.set_txt(f"_vayro.{DOMAIN}", PREFIX + site.verification_token)
    later = now() + dt.timedelta(minutes=11)
    assert await watch_site_domains(database, service.editing, later) == 1
    assert await target(database, site) == f"https://{DOMAIN}/"
    zone.records.clear()
    zone.state = "fails"  # a DNS that does not say takes nothing away
    assert await watch_site_domains(database, service.editing, later + dt.timedelta(days=15)) == 0
    zone.state = "answers"
    assert await watch_site_domains(database, service.editing, later + dt.timedelta(days=15)) == 1
    assert await target(database, site) == home


async def test_it_is_verified_at_once_when_somebody_asks(
    service: SiteService, database: Database, zone: DnsZone
) -> None:
    site, caller = await make_claim(service, database)
    zone.set_txt(f"_vayro.{DOMAIN}", PREFIX + site.verification_token)
    shown = await service.editing.verify(caller, site.id)
    assert (shown.url, shown.custom_domain_verified_at is None) == (f"https://{DOMAIN}", False)
    assert await target(database, site) == f"https://{DOMAIN}/"
    back = await service.editing.edit(caller, site.id, {"custom_domain": None})
    assert await target(database, site) == f"{back.url}/"


async def test_a_proved_domain_is_not_taken_away(service: SiteService, database: Database) -> None:
    site, _ = await make_claim(service, database)
    async with database.transaction() as connection:
        await connection.execute(update(sites).where(sites.c.id == site.id).values(verified_at=now()))
    other = await make_site(database)
    user = await make_user(database, workspace_id=other.workspace_id)
    with pytest.raises(Exception, match="Another site has this domain"):
        await service.editing.edit(
            Caller(other.workspace_id, user.id, None, False), other.id, {"custom_domain": DOMAIN}
        )
