"""Block lists: what their lines mean, where they come from, what they do to links that are there already."""

import time
from collections.abc import AsyncIterator
from ipaddress import ip_network
from pathlib import Path

import pytest
from sqlalchemy import select

from tests.conftest import SettingsFactory
from tests.egress.listeners import Host, hosts
from tests.factories import make_link
from tests.links.link_services import Person, draft, edit, open_links
from vayro.cache.none import NoLinkCache
from vayro.database.engine import Database
from vayro.database.models import audit_log, links
from vayro.egress.client import EgressClient, EgressLimits
from vayro.egress.special_addresses import AddressRule
from vayro.errors import BlockedDomain, Unavailable
from vayro.links import comparison, lists
from vayro.links.block_list import FILE_NAME, BlockList
from vayro.links.comparison import compare_links
from vayro.links.list_refresh import refresh_lists
from vayro.links.lists import BlockLists, find_lists
from vayro.links.takedown import Takedown

LIST = BlockList(
    [
        "# a comment", "! another", "", "evil.test", "*.wild.test", "||adblock.test^", "Caps.Test  # why",
        "=one.test", "0.0.0.0 hosts.test", "127.0.0.1 localhost", ":: six.test", "xn--80ak6aa92e.test",
        r"/login\.php\?id=\d+/", "/(unclosed/", r"/(a+)+$x/", r"/(?<=look)behind/",
    ]
)  # fmt: skip


@pytest.mark.parametrize(
    ("host", "entry"),
    [
        ("evil.test", "evil.test"),
        ("a.b.evil.test", "evil.test"),
        ("notevil.test", None),
        ("evil.test.example", None),
        ("x.wild.test", "wild.test"),
        ("x.adblock.test", "adblock.test"),
        ("caps.test", "caps.test"),
        ("one.test", "one.test"),
        ("a.one.test", None),
        ("hosts.test", "hosts.test"),
        ("a.hosts.test", None),
        ("six.test", "six.test"),
        ("localhost", None),
        ("a.xn--80ak6aa92e.test", "xn--80ak6aa92e.test"),
    ],
)
def test_each_form_of_entry_blocks_what_it_names(host: str, entry: str | None) -> None:
    assert LIST.find(host, f"https://{host}/") == entry


def test_an_expression_is_looked_for_in_the_whole_destination() -> None:
    assert LIST.find("a.test", "https://a.test/LOGIN.php?id=12") == r"/login\.php\?id=\d+/"
    assert LIST.find("a.test", "https://a.test/login.php?id=x") is None


def test_an_expression_that_would_take_for_ever_elsewhere_takes_no_time() -> None:
    started = time.process_time()
    assert LIST.find("a.test", "https://a.test/" + "a" * 2000 + "!") is None
    assert time.process_time() - started < 30  # a backtracking matcher would still be at it tomorrow


def test_an_expression_that_is_none_is_left_out() -> None:
    assert len(LIST) == 8 + 2


# ── where lists come from ──


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lists, "LOOK_SECONDS", -1.0)


async def test_a_changed_file_is_obeyed_without_a_restart(
    impatient: None, settings_factory: SettingsFactory, database_url: str, database: Database, ada: Person
) -> None:
    settings = settings_factory(database_url=database_url)
    async with open_links(settings, database) as service:
        made = await service.create(ada, draft("https://new.test/"))
        (settings.data_dir / FILE_NAME).write_text("new.test\n")
        with pytest.raises(BlockedDomain):
            await service.create(ada, draft("https://www.new.test/"))
        with pytest.raises(BlockedDomain):
            await service.edit(ada.workspace_id, made.id, edit(target_url="https://new.test/b"))
        [refused] = await service.create_many(ada, [draft("https://new.test/")])
        assert isinstance(refused, BlockedDomain)


class Fetching:
    """A list at an address of this machine."""

    def __init__(self, host: Host) -> None:
        self.host = host
        self.url = f"http://{host.address}:{host.port}/list.txt"
        self.egress = EgressClient(
            AddressRule(allowed=[ip_network("127.0.0.2/32")]), limits=EgressLimits(seconds=30, ports=(host.port,))
        )

    def offer(self, text: str, etag: str = '"1"', status: str = "200 OK") -> None:
        body = text.encode()
        head = f"HTTP/1.1 {status}\r\nETag: {etag}\r\nContent-Length: {len(body)}\r\n\r\n"
        self.host.otherwise = head.encode() + body


@pytest.fixture
async def fetching() -> AsyncIterator[Fetching]:
    async with hosts("127.0.0.2") as [host]:
        yield Fetching(host)


async def test_a_list_is_fetched_once_and_then_only_when_it_changed(database: Database, fetching: Fetching) -> None:
    fetching.offer("a.test\0\n")
    refresh = (database, fetching.egress, [fetching.url], 1000)
    assert await refresh_lists(*refresh) == 1
    fetching.host.otherwise = b"HTTP/1.1 304 Not Modified\r\n\r\n"
    assert await refresh_lists(*refresh) == 0
    assert 'If-None-Match: "1"' in fetching.host.heads[1]
    fetching.offer("b.test\n", etag='"2"')
    assert await refresh_lists(*refresh) == 1
    async with database.read() as connection:
        assert [one.content for one in await find_lists(connection, [fetching.url])] == ["b.test\n"]


@pytest.mark.parametrize(("text", "status"), [("x" * 2000, "200 OK"), ("gone", "404 Not Found"), ("", "500 Oops")])
async def test_a_list_that_is_too_large_or_away_stays_as_it_was(
    database: Database, fetching: Fetching, text: str, status: str
) -> None:
    refresh = (database, fetching.egress, [fetching.url], 1000)
    fetching.offer("a.test\n")
    await refresh_lists(*refresh)
    fetching.offer(text, status=status)
    with pytest.raises(Unavailable):
        await refresh_lists(*refresh)
    async with database.read() as connection:
        assert [one.content for one in await find_lists(connection, [fetching.url])] == ["a.test\n"]


async def test_a_list_nobody_asks_for_any_more_is_forgotten(database: Database, fetching: Fetching) -> None:
    fetching.offer("a.test\n")
    await refresh_lists(database, fetching.egress, [fetching.url], 1000)
    await refresh_lists(database, fetching.egress, [], 1000)
    async with database.read() as connection:
        assert await find_lists(connection, [fetching.url]) == []


@pytest.mark.usefixtures("impatient")
async def test_a_fetched_list_is_obeyed(
    settings_factory: SettingsFactory, database_url: str, database: Database, ada: Person,
    fetching: Fetching,
) -> None:  # fmt: skip
    settings = settings_factory(database_url=database_url, block_list_urls=(fetching.url,))
    async with open_links(settings, database) as service:
        await service.create(ada, draft("https://a.test/"))
        fetching.offer("a.test\n")
        await refresh_lists(database, fetching.egress, settings.block_list_urls, 1000)
        with pytest.raises(BlockedDomain):
            await service.create(ada, draft("https://a.test/"))


# ── links that are there already ──


async def disabled_codes(database: Database) -> set[str]:
    async with database.read() as connection:
        query = select(links.c.short_code).where(links.c.disabled_reason == "abuse", ~links.c.is_active)
        return set((await connection.execute(query)).scalars())


async def test_links_made_before_the_list_forbade_them_are_taken_down(
    impatient: None, monkeypatch: pytest.MonkeyPatch, settings_factory: SettingsFactory, database_url: str,
    database: Database,
) -> None:  # fmt: skip
    monkeypatch.setattr(comparison, "PAGE", 2)
    for number in range(5):
        await make_link(database, short_code=f"bad{number}", target_url=f"https://x{number}.evil.test/")
        await make_link(database, short_code=f"good{number}", target_url="https://example.com/")
    settings = settings_factory(database_url=database_url, blocked_domains=("evil.test",))
    takedown = Takedown(database, NoLinkCache())
    assert await compare_links(database, BlockLists(settings, database), takedown) == 5
    assert await disabled_codes(database) == {f"bad{number}" for number in range(5)}
    async with database.read() as connection:
        details = (await connection.execute(select(audit_log.c.details))).scalars().all()
    assert {(found["found"], found["entry"]) for found in details} == {("blocked", "evil.test")}
    assert await compare_links(database, BlockLists(settings, database), takedown) == 0


async def test_a_list_that_forbids_nearly_everything_takes_nothing_down(
    monkeypatch: pytest.MonkeyPatch, settings_factory: SettingsFactory, database_url: str, database: Database
) -> None:
    monkeypatch.setattr(comparison, "MANY", 3)
    for number in range(5):
        await make_link(database, short_code=f"bad{number}", target_url="https://evil.test/")
    settings = settings_factory(database_url=database_url, blocked_domains=("test",))
    takedown = Takedown(database, NoLinkCache())
    assert await compare_links(database, BlockLists(settings, database), takedown) == 5
    assert await disabled_codes(database) == set()


async def test_nothing_is_taken_down_when_the_operator_does_not_want_it(
    settings_factory: SettingsFactory, database_url: str, database: Database
) -> None:
    await make_link(database, target_url="https://evil.test/")
    settings = settings_factory(database_url=database_url, blocked_domains=("evil.test",))
    assert await compare_links(database, BlockLists(settings, database), None) == 1
    assert await disabled_codes(database) == set()


def test_a_file_that_is_missing_is_an_empty_list(settings_factory: SettingsFactory, tmp_path: Path) -> None:
    assert len(lists.make_block_list(settings_factory())) == 0
