"""Pages of sites in memory."""

import asyncio
import datetime as dt

import pytest
from sqlalchemy import event, update

from tests.sites.site_rows import PAGE, make_site
from vayro.database.models.sites import Site
from vayro.errors import Unavailable
from vayro.sites import pages
from vayro.sites.address import PageKey
from vayro.sites.pages import SitePages, accepts_gzip, is_unchanged, prepare_page

sites = Site.__table__


def by_subdomain(name):
    return PageKey(is_custom=False, name=name)


def by_domain(name):
    return PageKey(is_custom=True, name=name)


class Clock:
    def __init__(self):
        self.now = 1_000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
async def site_pages(database, clock):
    opened = SitePages(database, clock)
    yield opened
    await opened.close()


async def test_a_published_site_is_found_by_its_subdomain(database, site_pages):
    await make_site(database, subdomain="rossi")
    assert (await site_pages.find(by_subdomain("rossi"))).body == PAGE.encode()


async def test_a_custom_domain_counts_once_it_is_verified(database, site_pages):
    now = dt.datetime.now(dt.UTC)
    await make_site(database, custom_domain="rossi.example", verified_at=now)
    await make_site(database, custom_domain="stolen.example")
    assert (await site_pages.find(by_domain("rossi.example"))).body == PAGE.encode()
    assert await site_pages.find(by_domain("stolen.example")) is None


@pytest.mark.parametrize("over", [{"is_published": False}, {"html": None, "status": "generating"}])
async def test_what_is_not_public_is_not_there(database, site_pages, over):
    await make_site(database, subdomain="rossi", **over)
    assert await site_pages.find(by_subdomain("rossi")) is None
    assert await site_pages.find(by_subdomain("unknown")) is None


async def test_an_edit_is_seen_after_two_seconds_and_so_is_what_was_missing(database, site_pages, clock):
    site = await make_site(database, subdomain="rossi", is_published=False)
    assert await site_pages.find(by_subdomain("rossi")) is None
    async with database.transaction() as connection:
        await connection.execute(update(sites).where(sites.c.id == site.id).values(is_published=True))
    assert await site_pages.find(by_subdomain("rossi")) is None
    clock.now += pages.FRESH_SECONDS
    before = await site_pages.find(by_subdomain("rossi"))
    async with database.transaction() as connection:
        await connection.execute(update(sites).where(sites.c.id == site.id).values(html=PAGE + "<p>more"))
    assert await site_pages.find(by_subdomain("rossi")) is before
    clock.now += pages.FRESH_SECONDS
    after = await site_pages.find(by_subdomain("rossi"))
    assert after.etag != before.etag
    assert after.body.endswith(b"<p>more")


async def test_a_thousand_who_ask_at_once_ask_the_database_once(database, site_pages):
    await make_site(database, subdomain="rossi")
    asked = []
    event.listen(database.engine.sync_engine, "before_cursor_execute", lambda *call: asked.append(call[2]))
    found = await asyncio.gather(*(site_pages.find(by_subdomain("rossi")) for _ in range(1_000)))
    assert len({id(page) for page in found}) == 1
    assert len([statement for statement in asked if "FROM sites" in statement]) == 1


async def test_a_page_is_served_as_it_was_while_the_database_is_away(database, site_pages, clock, monkeypatch):
    await make_site(database, subdomain="rossi")
    page = await site_pages.find(by_subdomain("rossi"))

    async def fail(*_):
        raise Unavailable

    with monkeypatch.context() as patch:
        patch.setattr(pages, "find_html", fail)
        clock.now += 3_600
        assert await site_pages.find(by_subdomain("rossi")) is page
        with pytest.raises(Unavailable):
            await site_pages.find(by_subdomain("never-seen"))
    clock.now += pages.RETRY_SECONDS
    assert await site_pages.find(by_subdomain("rossi")) is not page


async def test_memory_is_bounded_in_bytes(database, site_pages, monkeypatch):
    monkeypatch.setattr(pages, "MAX_BYTES", 8_000)
    for number in range(5):
        await make_site(database, subdomain=f"site{number}")
        await site_pages.find(by_subdomain(f"site{number}"))
    assert site_pages.find_fresh(by_subdomain("site0")) is None
    assert site_pages.find_fresh(by_subdomain("site4")) is not None
    assert site_pages._bytes <= 8_000


def test_what_a_browser_has_is_compared_weakly():
    page = prepare_page(PAGE, is_custom=False)
    strong = page.etag.removeprefix(b"W/")
    assert all(is_unchanged(page, tag) for tag in (page.etag, strong, b'"other", ' + strong, b"*"))
    assert not is_unchanged(page, b'"other"')


@pytest.mark.parametrize(
    ("header", "wanted"),
    [
        (b"gzip, br", True),
        (b"br;q=1.0, GZIP;q=0.5", True),
        (b"*", True),
        (b"gzip;q=0", False),
        (b"gzip; q=0.000", False),
        (b"", False),
        (b"br", False),
        (b"gzipped", False),
    ],
)
def test_gzip_is_for_who_takes_it(header, wanted):
    assert accepts_gzip(header) is wanted
