"""What is found out about destinations, and what follows."""

import datetime as dt
import json
from collections.abc import AsyncIterator
from ipaddress import ip_network
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import select, update

from tests.conftest import SettingsFactory
from tests.egress.listeners import Host, hosts
from tests.factories import make_link, make_user, now
from tests.links.link_services import Person, draft, edit, open_links
from vayro.accounts.mail import Mail
from vayro.cache.none import NoLinkCache
from vayro.database.engine import Database
from vayro.database.models import audit_log, link_checks, links, workspace_members
from vayro.egress.client import EgressClient, EgressLimits
from vayro.egress.refusals import NotFetched
from vayro.egress.resolution import Address, DnsResolver
from vayro.egress.special_addresses import AddressRule
from vayro.links.check_round import CheckRounds
from vayro.links.checks import DestinationChecker, Verdict
from vayro.links.lists import BlockLists
from vayro.links.report_mail import tell_owners
from vayro.links.reports import ReportDesk
from vayro.links.reputation import WebRisk
from vayro.links.takedown import Takedown

WEEK = dt.timedelta(days=7)
KEY = "the-key-of-web-risk"


class Net:
    """Hosts of this machine, reached by the client as if they were the Internet."""

    def __init__(self, risk: Host, site: Host) -> None:
        self.risk, self.site = risk, site
        self.egress = EgressClient(
            AddressRule(allowed=[ip_network("127.0.0.0/29")]),
            self.resolve,
            EgressLimits(seconds=30, ports=(site.port,)),
        )
        self.web_risk = WebRisk(self.egress, f"http://{risk.address}:{risk.port}", KEY)
        self.names: dict[str, str] = {}

    async def resolve(self, host: str) -> list[Address]:
        return await DnsResolver([])(self.names.get(host, host))

    def says(self, *threats: str) -> None:
        body = json.dumps({"threat": {"threatTypes": threats}} if threats else {}).encode()
        self.risk.otherwise = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body


@pytest.fixture
async def net() -> AsyncIterator[Net]:
    async with hosts("127.0.0.2", "127.0.0.3") as [risk, site]:
        made = Net(risk, site)
        made.says()
        yield made


@pytest.fixture
def block_lists(settings_factory: SettingsFactory, database_url: str, database: Database) -> BlockLists:
    return BlockLists(settings_factory(database_url=database_url, blocked_domains=("evil.test",)), database)


# ── reputation ──


async def test_web_risk_is_asked_by_its_protocol_with_the_key_in_a_header(net: Net) -> None:
    net.says("MALWARE", "SOCIAL_ENGINEERING")
    url = "https://example.com/a?b=c&d=ü#f"
    assert await net.web_risk.find_threats(url) == ["MALWARE", "SOCIAL_ENGINEERING"]
    [asked] = net.risk.requests
    query = parse_qs(urlsplit(asked).query)
    assert urlsplit(asked).path == "/v1/uris:search"
    assert query == {"uri": [url], "threatTypes": ["MALWARE", "SOCIAL_ENGINEERING", "UNWANTED_SOFTWARE"]}
    assert f"X-Goog-Api-Key: {KEY}" in net.risk.heads[0]
    assert KEY not in asked


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n[",
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]",
        b'HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\n{"threat":1}',
        b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.3/\r\nContent-Length: 0\r\n\r\n",
    ],
)
async def test_what_web_risk_does_not_say_is_not_known(net: Net, answer: bytes) -> None:
    net.risk.otherwise = answer
    with pytest.raises(NotFetched):
        await net.web_risk.find_threats("https://example.com/")


# ── verdicts ──


@pytest.mark.parametrize(
    ("url", "verdict", "kinds"),
    [
        ("https://example.com/", "fine", []),
        ("https://a.evil.test/", "dangerous", ["blocked"]),
        ("https://bit.ly/x", "suspect", ["nested_shortener"]),
        ("https://xn--pypal-4ve.com/", "suspect", ["confusable_host"]),
        ("https://192.0.2.1/", "suspect", ["address_host"]),
        ("not a url", "suspect", ["invalid_url"]),
    ],
)
async def test_a_destination_speaks_for_itself(
    net: Net, block_lists: BlockLists, url: str, verdict: Verdict, kinds: list[str]
) -> None:
    outcome = await DestinationChecker(block_lists, net.egress).check(url)
    assert (outcome.verdict, [finding.kind for finding in outcome.findings]) == (verdict, kinds)
    assert net.site.connections == net.risk.connections == 0


async def test_what_web_risk_knows_is_dangerous(net: Net, block_lists: BlockLists) -> None:
    net.says("MALWARE")
    outcome = await DestinationChecker(block_lists, net.egress, net.web_risk).check("https://example.com/")
    assert (outcome.verdict, outcome.findings[0].kind) == ("dangerous", "reputation")


async def test_dns_tells_private_hosts_and_hosts_that_are_not_there(net: Net, block_lists: BlockLists) -> None:
    net.names = {"inside.test": "10.0.0.1", "site.test": net.site.address}
    checker = DestinationChecker(block_lists, net.egress, asks_dns=True)
    assert (await checker.check("https://inside.test/")).findings[0].kind == "forbidden_address"
    assert (await checker.check("https://site.test/")).verdict == "fine"
    assert (await checker.check("https://nowhere.test/")).verdict == "unreachable"
    assert net.site.connections == 0


@pytest.mark.parametrize(
    ("answer", "verdict"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", "fine"),
        (b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 100_000, "fine"),
        (b"HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n", "fine"),
        (b"HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n", "unreachable"),
        (b"HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n", "unreachable"),
        (b"", "unreachable"),
        (b"HTTP/1.1 302 Found\r\nLocation: /loop\r\nContent-Length: 0\r\n\r\n", "suspect"),
        (b"HTTP/1.1 302 Found\r\nLocation: http://10.0.0.1/\r\nContent-Length: 0\r\n\r\n", "suspect"),
    ],
)
async def test_a_destination_is_asked_for_an_answer(
    net: Net, block_lists: BlockLists, answer: bytes, verdict: Verdict
) -> None:
    net.names = {"site.test": net.site.address}
    net.site.otherwise = answer
    checker = DestinationChecker(block_lists, net.egress, asks_host=True)
    assert (await checker.check(f"http://site.test:{net.site.port}/")).verdict == verdict


async def test_a_redirect_to_a_blocked_host_is_dangerous(net: Net, block_lists: BlockLists) -> None:
    net.names = {"site.test": net.site.address, "www.evil.test": net.site.address}
    away = f"HTTP/1.1 302 Found\r\nLocation: http://www.evil.test:{net.site.port}/end\r\nContent-Length: 0\r\n\r\n"
    net.site.answers["/"] = away.encode()
    checker = DestinationChecker(block_lists, net.egress, asks_host=True)
    outcome = await checker.check(f"http://site.test:{net.site.port}/")
    assert (outcome.verdict, outcome.findings[-1].kind) == ("dangerous", "redirects_to_blocked")


# ── rounds ──


def rounds_of(database: Database, block_lists: BlockLists, net: Net, *, takes_down: bool = True) -> CheckRounds:
    checker = DestinationChecker(block_lists, net.egress, net.web_risk)
    return CheckRounds(database, checker, Takedown(database, NoLinkCache()) if takes_down else None, WEEK)


async def checked(database: Database) -> dict[Any, Any]:
    async with database.read() as connection:
        return {row.link_id: row for row in await connection.execute(select(link_checks))}


async def test_new_links_are_checked_once_and_again_when_they_change(
    database: Database, block_lists: BlockLists, net: Net, settings_factory: SettingsFactory, ada: Person
) -> None:
    rounds = rounds_of(database, block_lists, net)
    async with open_links(settings_factory(), database) as service:
        made = await service.create(ada, draft("https://bit.ly/x"))
        assert (await service.checks.read(ada.workspace_id, made.id)).checked_at is None
        assert await rounds.run()
        known = await service.checks.read(ada.workspace_id, made.id)
        assert (known.verdict, [finding.kind for finding in known.findings]) == ("suspect", ["nested_shortener"])
        assert known.checked_at is not None
        assert await rounds.run()
        assert net.risk.connections == 1
        await service.edit(ada.workspace_id, made.id, edit(target_url="https://example.com/"))
        assert (await service.checks.read(ada.workspace_id, made.id)).verdict == "unchecked"
        assert await rounds.run()
        assert net.risk.connections == 2
        assert (await service.checks.read(ada.workspace_id, made.id)).verdict == "fine"


async def test_a_dangerous_link_is_taken_down_and_noted(database: Database, block_lists: BlockLists, net: Net) -> None:
    link = await make_link(database)
    net.says("SOCIAL_ENGINEERING")
    assert await rounds_of(database, block_lists, net).run()
    async with database.read() as connection:
        row = (await connection.execute(select(links).where(links.c.id == link.id))).one()
        [noted] = (await connection.execute(select(audit_log))).all()
    assert (row.is_active, row.disabled_reason) == (False, "abuse")
    assert (noted.action, noted.details["found"], noted.user_id) == ("link.disable", ["reputation"], None)


async def test_a_dangerous_link_stays_where_the_operator_wants_it(
    database: Database, block_lists: BlockLists, net: Net
) -> None:
    link = await make_link(database)
    net.says("MALWARE")
    assert await rounds_of(database, block_lists, net, takes_down=False).run()
    assert (await checked(database))[link.id].verdict == "dangerous"
    async with database.read() as connection:
        assert (await connection.execute(select(links.c.is_active))).scalar_one()


async def test_while_web_risk_is_away_nothing_is_concluded(
    database: Database, block_lists: BlockLists, net: Net
) -> None:
    link = await make_link(database)
    net.risk.otherwise = b"HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n"
    assert await rounds_of(database, block_lists, net).run()
    row = (await checked(database))[link.id]
    assert (row.verdict, row.checked_at) == ("unchecked", None)
    assert row.due_at > now()


async def test_old_links_are_found_and_what_is_gone_is_forgotten(
    database: Database, block_lists: BlockLists, net: Net, ada: Person
) -> None:
    link = await make_link(database)
    rounds = rounds_of(database, block_lists, net)
    await rounds.find_all()
    assert set(await checked(database)) == {link.id}
    async with database.transaction() as connection:
        await connection.execute(links.delete().where(links.c.id == link.id))
    await rounds.find_all()
    assert await checked(database) == {}


async def test_a_link_is_checked_again_when_its_time_has_come(
    database: Database, block_lists: BlockLists, net: Net
) -> None:
    link = await make_link(database)
    rounds = rounds_of(database, block_lists, net)
    await rounds.run()
    async with database.transaction() as connection:
        await connection.execute(update(link_checks).values(due_at=now() - dt.timedelta(seconds=1)))
    await rounds.run()
    assert net.risk.connections == 2
    assert (await checked(database))[link.id].due_at > now() + dt.timedelta(days=6)


# ── owners hear of reports ──


class Post:
    def __init__(self) -> None:
        self.sent: list[Mail] = []

    async def send(self, mail: Mail) -> None:
        self.sent.append(mail)


async def test_owners_are_told_once_and_nothing_of_what_the_stranger_wrote(
    database: Database, settings_factory: SettingsFactory
) -> None:
    owner = await make_user(database)
    async with database.read() as connection:
        workspace_id = await connection.scalar(
            select(workspace_members.c.workspace_id).where(workspace_members.c.user_id == owner.id)
        )
    link = await make_link(database, workspace_id=workspace_id, short_code="spring")
    await ReportDesk(database).take(link.id, "phishing", "click https://evil.test/ now")
    post = Post()
    settings = settings_factory(short_url_base="https://go.test")
    assert await tell_owners(database, post, settings) == 1
    assert await tell_owners(database, post, settings) == 0
    [mail] = post.sent
    assert mail.to == owner.email
    assert "https://go.test/spring" in mail.text
    assert "evil.test" not in mail.text
