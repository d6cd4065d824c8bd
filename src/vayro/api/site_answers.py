"""What visitors of sites are answered: the page, or in few words why there is none."""

from collections.abc import Iterable
from typing import NamedTuple

from vayro.errors import Unavailable
from vayro.sites.pages import SAFETY, Headers, Page, accepts_gzip, is_unchanged


class Answer(NamedTuple):
    """An answer that is ready to be sent."""

    status: int
    headers: Headers
    body: bytes


_STYLE = (
    "html{color-scheme:light dark;font:1.125rem/1.6 system-ui,sans-serif}"
    "body{min-height:90vh;margin:0;display:grid;place-content:center;padding:2rem;text-align:center}"
    "h1{font-size:1.6rem;line-height:1.2;margin:0}p{margin:.5rem 0 0}"
)


def _page(title: str, text: str) -> bytes:
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<title>{title}</title><link rel="icon" href="data:,"><style>{_STYLE}</style></head>'
        f"<body><main><h1>{title}</h1><p>{text}</p></main></body></html>"
    ).encode()


def _close(status: int, body: bytes, *more: tuple[bytes, bytes], kind: bytes = b"text/html; charset=utf-8") -> Answer:
    headers = [(b"content-type", kind), (b"content-length", b"%d" % len(body)), (b"cache-control", b"no-store")]
    return Answer(status, [*headers, *SAFETY, *more], body)


_MISSING = _close(404, _page("There is no site here", "The address may be misspelt, or the site is not public."))


def answer_missing() -> Answer:
    """The page of a site that is not there, not finished, or not published: which of these, nobody is told."""
    return _MISSING


_LATER = _page("Back in a moment", "This page cannot be shown right now. Please try again shortly.")
_BROKEN = _close(500, _LATER)


def answer_broken() -> Answer:
    """What nobody thought of; the log says what it was."""
    return _BROKEN


def answer_unavailable(error: Unavailable) -> Answer:
    """Whether there is a site cannot be known at the moment."""
    return _close(503, _LATER, (b"retry-after", b"%d" % error.retry_after_seconds))


def answer_text(status: int, text: bytes, *more: tuple[bytes, bytes]) -> Answer:
    """A line for programs."""
    return _close(status, text, *more, kind=b"text/plain; charset=utf-8")


def answer_page(page: Page, headers: Iterable[tuple[bytes, bytes]]) -> Answer:
    """The page as this browser takes it; 304 when it has it already."""
    is_packed = False
    for name, value in headers:
        if name == b"if-none-match" and is_unchanged(page, value):
            return Answer(304, page.unchanged_headers, b"")
        if name == b"accept-encoding":
            is_packed = accepts_gzip(value)
    if is_packed:
        return Answer(200, page.packed_headers, page.packed)
    return Answer(200, page.plain_headers, page.body)
