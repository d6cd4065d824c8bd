"""What a link answers, as HTTP. The fast lane and the FastAPI app send the same bytes because both take them here."""

import datetime as dt
from enum import Enum
from http import HTTPStatus
from urllib.parse import quote

from vayro.cache.snapshot import LinkSnapshot

REDIRECT_STATUSES = (301, 302, 307, 308)
# A browser keeps these; only they may be cached by others.
PERMANENT = frozenset({301, 308})
_VISIBLE_ASCII = "".join(map(chr, range(0x21, 0x7F)))

Headers = list[tuple[bytes, bytes]]


class Verdict(Enum):
    """What a snapshot says about a request that comes now."""

    REDIRECT = "redirect"
    COUNTED_REDIRECT = "counted redirect"
    """A redirect, provided that `link_usage` still has room."""
    PROTECTED = "protected"
    """A redirect for who knows it; `max_clicks` still to be looked at."""
    EXPIRED = "expired"
    TAKEN_DOWN = "taken down"
    NOT_FOUND = "not found"


def judge(snapshot: LinkSnapshot | None, now: dt.datetime) -> Verdict:
    """Return what to do for a request at `now` (aware)."""
    if snapshot is None or snapshot.is_deleted:
        return Verdict.NOT_FOUND
    if snapshot.disabled_reason is not None:
        return Verdict.TAKEN_DOWN
    if not snapshot.is_active:
        return Verdict.NOT_FOUND
    if snapshot.expires_at is not None and snapshot.expires_at <= now:
        return Verdict.EXPIRED
    if snapshot.has_password:
        return Verdict.PROTECTED
    return Verdict.REDIRECT if snapshot.max_clicks is None else Verdict.COUNTED_REDIRECT


def redirect_status(snapshot: LinkSnapshot) -> int:
    """Return the link's status; 302 for one that is no redirect."""
    return snapshot.redirect_status if snapshot.redirect_status in REDIRECT_STATUSES else 302


def redirect_headers(snapshot: LinkSnapshot) -> Headers:
    """Return the headers of the link's redirect, `Date` apart."""
    may_cache = snapshot.cache_seconds is not None and redirect_status(snapshot) in PERMANENT
    policy = b"public, max-age=%d" % max(0, snapshot.cache_seconds or 0) if may_cache else b"private, no-store"
    return location_headers(snapshot.target_url, policy)


def location_headers(url: str, cache_policy: bytes = b"private, no-store") -> Headers:
    """Return the headers that lead to `url`.

    Stored destinations are canonical ASCII. Should an import have brought anything else, it is percent-encoded: no
    byte of a destination can end a header.
    """
    is_canonical = url.isascii() and url.isprintable() and " " not in url
    return [
        (b"location", (url if is_canonical else quote(url, safe=_VISIBLE_ASCII)).encode("ascii")),
        (b"cache-control", cache_policy),
        (b"content-length", b"0"),
    ]


def status_line(status: int) -> bytes:
    """Return the first line of a response."""
    return b"HTTP/1.1 %d %b\r\n" % (status, HTTPStatus(status).phrase.encode())


def header_lines(headers: Headers) -> bytes:
    """Return the headers and the empty line that ends them."""
    return b"".join(b"%b: %b\r\n" % header for header in headers) + b"\r\n"
