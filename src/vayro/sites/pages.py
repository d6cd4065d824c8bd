"""Finished pages of sites in memory, prepared for sending: memory → database, one question for a thousand requests."""

import asyncio
import gzip
import hashlib
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import NamedTuple

from sqlalchemy.exc import SQLAlchemyError

from vayro.database.engine import Database
from vayro.errors import Unavailable
from vayro.sites.address import PageKey
from vayro.sites.page_repository import find_html

FRESH_SECONDS = 2.0
"""An edit is seen after so long by whoever asks us; caches between may keep a page for a minute."""
STALE_SECONDS = 86_400.0
"""For so long a page is served as it was while the database is away."""
RETRY_SECONDS = 1.0
DATABASE_SECONDS = 2.0
MAX_BYTES = 64 << 20
MAX_MISSING = 20_000
_AWAY = "The database does not answer."

POLICY = (
    "sandbox allow-popups allow-popups-to-escape-sandbox allow-top-navigation-by-user-activation; "
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)
CACHE_CONTROL = "public, max-age=60, stale-while-revalidate=600"
Headers = list[tuple[bytes, bytes]]
SAFETY: Headers = [
    (b"content-security-policy", POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"strict-origin-when-cross-origin"),
]


class Page(NamedTuple):
    """A page as it is sent: both bodies with their headers, and what a browser that has it already is told."""

    etag: bytes
    body: bytes
    packed: bytes
    plain_headers: Headers
    packed_headers: Headers
    unchanged_headers: Headers


class _Entry(NamedTuple):
    page: Page | None
    loaded_at: float


class SitePages:
    """Pages by key. What was read is believed for two seconds; what is not there, too."""

    def __init__(self, database: Database, clock: Callable[[], float] = time.monotonic) -> None:
        """Args: clock, seconds that only grow."""
        self._database = database
        self._clock = clock
        self._pages: OrderedDict[PageKey, _Entry] = OrderedDict()
        self._missing: OrderedDict[PageKey, float] = OrderedDict()
        self._bytes = 0
        self._loading: dict[PageKey, asyncio.Task[Page | None]] = {}
        self._away_until = 0.0

    def find_fresh(self, key: PageKey) -> Page | None:
        """Return the page if memory has it, read within the last two seconds."""
        entry = self._pages.get(key)
        return entry.page if entry and self._clock() - entry.loaded_at < FRESH_SECONDS else None

    async def find(self, key: PageKey) -> Page | None:
        """Return the page; None when there is none. Raises Unavailable when it cannot be known."""
        now = self._clock()
        if page := self.find_fresh(key):
            return page
        if (missed_at := self._missing.get(key)) is not None and now - missed_at < FRESH_SECONDS:
            return None
        stale = self._pages.get(key)
        try:
            return await self._load_once(key)
        except Unavailable:
            if stale and now - stale.loaded_at < STALE_SECONDS:
                return stale.page
            raise

    async def close(self) -> None:
        """End what is being read."""
        tasks = list(self._loading.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _load_once(self, key: PageKey) -> Page | None:
        """Load, or await who is loading already; whoever goes away leaves the others their page."""
        task = self._loading.get(key)
        if task is None:
            task = asyncio.create_task(self._load(key))
            self._loading[key] = task
            task.add_done_callback(lambda done: self._forget(key, done))
        return await asyncio.shield(task)

    def _forget(self, key: PageKey, done: asyncio.Task[Page | None]) -> None:
        del self._loading[key]
        if not done.cancelled():
            done.exception()  # read here: all who asked may have gone

    async def _load(self, key: PageKey) -> Page | None:
        asked_at = self._clock()
        if asked_at < self._away_until:
            raise Unavailable(_AWAY, retry_after_seconds=2)
        try:
            async with asyncio.timeout(DATABASE_SECONDS), self._database.read() as connection:
                html = await find_html(connection, key)
        except (TimeoutError, Unavailable, SQLAlchemyError):
            self._away_until = self._clock() + RETRY_SECONDS
            raise Unavailable(_AWAY, retry_after_seconds=2) from None
        self._drop(key)
        if html is None:
            self._missing[key] = asked_at
            if len(self._missing) > MAX_MISSING:
                self._missing.popitem(last=False)
            return None
        return self._keep(key, html, asked_at)

    def _keep(self, key: PageKey, html: str, asked_at: float) -> Page:
        page = prepare_page(html, is_custom=key.is_custom)
        self._pages[key] = _Entry(page, asked_at)
        self._bytes += _size(page)
        while self._bytes > MAX_BYTES and len(self._pages) > 1:
            _, oldest = self._pages.popitem(last=False)
            self._bytes -= _size(oldest.page)
        return page

    def _drop(self, key: PageKey) -> None:
        self._missing.pop(key, None)
        if entry := self._pages.pop(key, None):
            self._bytes -= _size(entry.page)


def prepare_page(html: str, *, is_custom: bool) -> Page:
    """Return a page with its headers. Below our own domain search engines are asked to leave it alone."""
    body = html.encode("utf-8", "replace")
    packed = gzip.compress(body, 6, mtime=0)
    etag = b'W/"' + hashlib.sha256(body).hexdigest()[:32].encode() + b'"'
    lasting = [
        (b"etag", etag),
        (b"cache-control", CACHE_CONTROL.encode()),
        (b"vary", b"accept-encoding"),
        *SAFETY,
        *([] if is_custom else [(b"x-robots-tag", b"noindex")]),
    ]
    kind = (b"content-type", b"text/html; charset=utf-8")
    plain = [kind, (b"content-length", b"%d" % len(body)), *lasting]
    small = [kind, (b"content-length", b"%d" % len(packed)), (b"content-encoding", b"gzip"), *lasting]
    return Page(etag, body, packed, plain, small, lasting)


def is_unchanged(page: Page, if_none_match: bytes) -> bool:
    """Whether a browser's `If-None-Match` names this page (RFC 9110, 13.1.2: compared weakly)."""
    wanted = page.etag.removeprefix(b"W/")
    candidates = (tag.strip().removeprefix(b"W/") for tag in if_none_match.split(b","))
    return any(tag in (wanted, b"*") for tag in candidates)


def accepts_gzip(accept_encoding: bytes) -> bool:
    """Whether an `Accept-Encoding` allows gzip: named, and not with a weight of nothing."""
    for part in accept_encoding.lower().split(b","):
        name, _, weight = part.partition(b";")
        if name.strip() in (b"gzip", b"*"):
            return weight.strip().rstrip(b"0.") != b"q="
    return False


def _size(page: Page | None) -> int:
    return len(page.body) + len(page.packed) + 2_048 if page else 0
