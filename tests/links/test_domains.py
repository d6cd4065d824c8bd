"""A workspace's own domains: claimed, proved by DNS, chosen, given up; and looked at again by the worker."""

import datetime as dt
from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import select, update

from tests.conftest import SettingsFactory
from tests.dns_zone import DnsZone, dns_zone
from tests.factories import now
from tests.links.link_services import Person, draft
from vayro.accounts.quotas import Quotas
from vayro.accounts.records import Caller
from vayro.database.engine import Database
from vayro.database.models import audit_log, domains, workspaces
from vayro.errors import BlockedDomain, NotFound, QuotaExceeded, SelfLink, Unavailable, ValidationFailed
from vayro.links.domain_proof import DnsProof, proof_token
from vayro.links.domain_service import DomainService
from vayro.links.domain_watch import PROOF_MAY_BE_GONE, watch_domains
from vayro.links.registration import DomainRegistry
from vayro.links.service import LinkService
from vayro.settings import Settings

DOMAIN = "links.ada.test"
DAY = dt.timedelta(days=1)


@pytest.fixture
async def zone() -> AsyncIterator[DnsZone]:
    async with dns_zone() as opened:
        yield opened


@pytest.fixture
def proof(zone: DnsZone) -> DnsProof:
    return DnsProof(zone.address, answer_seconds=30)


@pytest.fixture
async def own(service: LinkService, database: Database, settings: Settings, proof: DnsProof, ada: Person) -> Any:
    async with database.transaction() as connection:
        await connection.execute(update(workspaces).values(plan="pro"))
    quotas = Quotas(settings.plan_table)
    return DomainService(database, service.domains, proof, quotas, service.check_address)


def caller(person: Person) -> Caller:
    return Caller(person.workspace_id, person.user_id, None, is_admin=False)


async def prove(own: DomainService, zone: DnsZone, person: Person, name: str = DOMAIN) -> None:
    claimed = await own.claim(caller(person), name)
    zone.set_txt(f"_vayro.{name}", "another text", f"vayro-verification={claimed.record.verification_token}")
    await own.prove(caller(person), name)


async def actions(database: Database, person: Person) -> list[str]:
    async with database.read() as connection:
        query = (
            select(audit_log.c.action).where(audit_log.c.workspace_id == person.workspace_id).order_by(audit_log.c.id)
        )
        return list(await connection.scalars(query))


async def test_a_domain_serves_once_its_dns_proves_it(
    own: DomainService, service: LinkService, zone: DnsZone, database: Database, ada: Person
) -> None:
    claimed = await own.claim(caller(ada), "Links.Ada.Test.")
    assert claimed.record.name == DOMAIN
    with pytest.raises(ValidationFailed, match="has no TXT record"):
        await own.prove(caller(ada), DOMAIN)
    with pytest.raises(ValidationFailed, match="not registered"):
        await service.create(ada, draft(domain=DOMAIN))
    assert not await service.domains.serves(DOMAIN)
    zone.set_txt(f"_vayro.{DOMAIN}", f"vayro-verification={claimed.record.verification_token}")
    assert (await own.prove(caller(ada), DOMAIN)).record.verified_at is not None
    assert (await service.create(ada, draft(domain=DOMAIN))).domain == DOMAIN
    assert await service.domains.serves("LINKS.ada.test.")
    assert (await actions(database, ada))[:2] == ["domain.add", "domain.verify"]


async def test_another_text_proves_nothing(own: DomainService, zone: DnsZone, ada: Person, bob: Person) -> None:
    await own.claim(caller(ada), DOMAIN)
    zone.set_txt(f"_vayro.{DOMAIN}", f"vayro-verification={proof_token(bob.workspace_id, DOMAIN)}", "")
    with pytest.raises(ValidationFailed):
        await own.prove(caller(ada), DOMAIN)


@pytest.mark.parametrize("state", ["fails"])
async def test_a_dns_that_does_not_say_is_no_refusal(
    own: DomainService, zone: DnsZone, ada: Person, state: str
) -> None:
    await own.claim(caller(ada), DOMAIN)
    zone.state = state
    with pytest.raises(Unavailable):
        await own.prove(caller(ada), DOMAIN)


async def test_a_dns_that_hangs_is_not_waited_for(zone: DnsZone) -> None:
    zone.state = "hangs"
    with pytest.raises(Unavailable):
        await DnsProof(zone.address, answer_seconds=0.2).is_there(DOMAIN, "token")


async def test_an_unproved_claim_gives_way_and_its_owner_gets_the_same_token_again(
    own: DomainService, zone: DnsZone, ada: Person, bob: Person
) -> None:
    first = await own.claim(caller(ada), DOMAIN)
    taken = await own.claim(caller(bob), DOMAIN)
    assert taken.record.workspace_id == bob.workspace_id
    with pytest.raises(NotFound):
        await own.prove(caller(ada), DOMAIN)
    again = await own.claim(caller(ada), DOMAIN)
    assert again.record.verification_token == first.record.verification_token != taken.record.verification_token
    zone.set_txt(f"_vayro.{DOMAIN}", f"vayro-verification={again.record.verification_token}")
    await own.prove(caller(ada), DOMAIN)
    with pytest.raises(ValidationFailed, match="registered already"):
        await own.claim(caller(bob), DOMAIN)


async def test_claiming_again_changes_nothing(own: DomainService, zone: DnsZone, ada: Person) -> None:
    await prove(own, zone, ada)
    assert (await own.claim(caller(ada), DOMAIN)).record.verified_at is not None


async def test_nobody_elses_domain_is_seen_or_touched(
    own: DomainService, zone: DnsZone, ada: Person, bob: Person
) -> None:
    await prove(own, zone, ada)
    assert await own.list_own(bob.workspace_id) == []
    for attempt in (
        own.get(bob.workspace_id, DOMAIN),
        own.prove(caller(bob), DOMAIN),
        own.edit(caller(bob), DOMAIN, {"is_default": True}),
        own.remove(caller(bob), DOMAIN),
    ):
        with pytest.raises(NotFound):
            await attempt


async def test_a_plan_allows_so_many_domains(
    own: DomainService, database: Database, settings: Settings, ada: Person
) -> None:
    async with database.transaction() as connection:
        await connection.execute(update(workspaces).values(plan="free"))
    allowed = settings.plan_table["free"].custom_domains or 0
    for number in range(allowed):
        await own.claim(caller(ada), f"{number}.ada.test")
    with pytest.raises(QuotaExceeded):
        await own.claim(caller(ada), "more.ada.test")


@pytest.mark.parametrize(
    "name", ["", "go.test", "GO.test.", "a b", "http://x.test", "x.test:80", "localhost", "127.0.0.1", "xn--\0"]
)
async def test_what_is_no_domain_is_refused(own: DomainService, ada: Person, name: str) -> None:
    with pytest.raises(ValidationFailed):
        await own.claim(caller(ada), name)


async def test_links_that_name_no_domain_are_made_in_the_chosen_one(
    own: DomainService, service: LinkService, zone: DnsZone, ada: Person, bob: Person
) -> None:
    claimed = await own.claim(caller(ada), DOMAIN)
    with pytest.raises(ValidationFailed, match="not verified"):
        await own.edit(caller(ada), DOMAIN, {"is_default": True})
    zone.set_txt(f"_vayro.{DOMAIN}", f"vayro-verification={claimed.record.verification_token}")
    await own.prove(caller(ada), DOMAIN)
    await own.edit(caller(ada), DOMAIN, {"is_default": True})
    assert (await service.create(ada, draft())).domain == DOMAIN
    [made] = await service.create_many(ada, [draft()])
    assert made.domain == DOMAIN
    assert (await service.create(ada, draft(domain="go.test"))).domain == ""
    assert (await service.create(bob, draft())).domain == ""
    await own.edit(caller(ada), DOMAIN, {"is_default": False})
    assert (await service.create(ada, draft())).domain == ""


async def test_addresses_of_a_domain_obey_the_rules_of_destinations(
    own: DomainService, zone: DnsZone, ada: Person
) -> None:
    await prove(own, zone, ada)
    edited = await own.edit(caller(ada), DOMAIN, {"root_url": "HTTPS://example.com", "not_found_url": None})
    assert edited.record.root_url == "https://example.com/"
    for url, error in (
        ("javascript:alert(1)", ValidationFailed),
        (f"https://{DOMAIN}/", SelfLink),
        ("https://go.test/", SelfLink),
        ("https://evil.test/", BlockedDomain),
    ):
        with pytest.raises(error) as refused:
            await own.edit(caller(ada), DOMAIN, {"not_found_url": url})
        assert refused.value.field == "not_found_url"


async def test_a_domain_with_links_is_not_given_up(
    own: DomainService, service: LinkService, zone: DnsZone, ada: Person
) -> None:
    await prove(own, zone, ada)
    await own.edit(caller(ada), DOMAIN, {"is_default": True})
    link = await service.create(ada, draft())
    with pytest.raises(ValidationFailed, match="has 1 links"):
        await own.remove(caller(ada), DOMAIN)
    await service.delete(ada.workspace_id, link.id)
    await own.remove(caller(ada), DOMAIN)
    assert (await service.create(ada, draft())).domain == ""


async def test_an_unproved_domain_is_nobodys_loop(
    own: DomainService, service: LinkService, ada: Person, bob: Person
) -> None:
    await own.claim(caller(bob), "example.com")
    await service.create(ada, draft("https://example.com/"))


async def test_the_operators_word_needs_no_proof_and_goes_before_a_claim(
    own: DomainService, service: LinkService, settings: Settings, database: Database, bob: Person
) -> None:
    await own.claim(caller(bob), DOMAIN)
    await DomainRegistry(settings, database).register(DOMAIN)
    assert (await service.create(bob, draft(domain=DOMAIN))).domain == DOMAIN
    [seen] = await own.list_own(bob.workspace_id)
    assert seen.record.workspace_id is None
    with pytest.raises(ValidationFailed, match="everybody's"):
        await own.edit(caller(bob), DOMAIN, {"root_url": "https://bob.test/"})


async def verified(database: Database) -> bool:
    async with database.read() as connection:
        return await connection.scalar(select(domains.c.verified_at)) is not None


async def test_the_worker_finds_a_proof_by_itself(
    own: DomainService, zone: DnsZone, database: Database, proof: DnsProof, ada: Person
) -> None:
    claimed = await own.claim(caller(ada), DOMAIN)
    assert await watch_domains(database, proof, now()) == 0
    zone.set_txt(f"_vayro.{DOMAIN}", f"vayro-verification={claimed.record.verification_token}")
    assert await watch_domains(database, proof, now()) == 0  # looked for a moment ago
    assert await watch_domains(database, proof, now() + dt.timedelta(minutes=11)) == 1
    assert await verified(database)


async def test_a_domain_serves_on_for_two_weeks_without_its_proof(
    own: DomainService, zone: DnsZone, database: Database, proof: DnsProof, ada: Person
) -> None:
    await prove(own, zone, ada)
    zone.records.clear()
    assert await watch_domains(database, proof, now() + 2 * DAY) == 0
    zone.state = "fails"
    assert await watch_domains(database, proof, now() + PROOF_MAY_BE_GONE + DAY) == 0
    assert await verified(database)
    zone.state = "answers"
    assert await watch_domains(database, proof, now() + PROOF_MAY_BE_GONE + DAY) == 1
    assert not await verified(database)
    assert (await actions(database, ada))[-1] == "domain.lapse"


async def test_the_worker_asks_nothing_about_what_the_operator_registered(
    settings_factory: SettingsFactory, settings: Settings, database: Database, proof: DnsProof, zone: DnsZone
) -> None:
    await DomainRegistry(settings, database).register(DOMAIN)
    assert await watch_domains(database, proof, now() + 400 * DAY) == 0
    assert zone.asked == []
