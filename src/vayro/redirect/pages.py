"""The few pages a visitor may see, and the same facts as problem documents (RFC 9457)."""

import base64
import hashlib
import json
from dataclasses import dataclass
from html import escape
from urllib.parse import urlsplit

import ada_url

from vayro.links.confusable import is_confusable
from vayro.redirect.answer import Headers

STYLE = """
:root{color-scheme:light dark;--ground:#f6f5f2;--card:#fff;--ink:#1c1b19;--soft:#6d6a64;--line:#e4e1da;--mark:#3d5afe}
@media(prefers-color-scheme:dark){:root{--ground:#151517;--card:#1e1e21;--ink:#f1f0ee;--soft:#a09d97;--line:#313135;
--mark:#8c9eff}}
*{box-sizing:border-box}
body{margin:0;min-height:100vh;display:grid;place-items:center;padding:1.5rem;background:var(--ground);color:var(--ink);
font:16px/1.6 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
main{width:100%;max-width:30rem;background:var(--card);border:1px solid var(--line);border-radius:1rem;padding:2.25rem}
p{margin:.75rem 0 0;color:var(--soft)}
h1{margin:0;font-size:1.35rem;line-height:1.3;letter-spacing:-.01em}
b{display:block;margin-bottom:.6rem;color:var(--mark);font-size:.8rem;letter-spacing:.12em;text-transform:uppercase}
a{color:var(--mark);overflow-wrap:anywhere}
a.go{display:inline-block;margin-top:1.5rem;padding:.65rem 1.2rem;border-radius:.6rem;background:var(--mark);
color:var(--card);text-decoration:none;font-weight:600}
a:focus-visible{outline:3px solid var(--mark);outline-offset:3px}
code{display:block;margin-top:1rem;padding:.8rem 1rem;border:1px solid var(--line);border-radius:.6rem;
font:.9rem/1.5 ui-monospace,monospace;overflow-wrap:anywhere}
"""
_STYLE_HASH = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
SAFETY_HEADERS: Headers = [
    (
        b"content-security-policy",
        f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'".encode(),
    ),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cache-control", b"private, no-store"),
]


@dataclass(frozen=True)
class Refusal:
    """Why there is no redirect."""

    status: int
    code: str
    title: str
    text: str
    headers: tuple[tuple[bytes, bytes], ...] = ()


NOT_FOUND = Refusal(
    404, "not_found", "This link does not exist", "Check the address for typing errors: capitals matter."
)
EXPIRED = Refusal(410, "expired", "This link has expired", "Its owner let it end at a set time.")
USED_UP = Refusal(410, "used_up", "This link is used up", "It could be followed a limited number of times.")
UNAVAILABLE = Refusal(
    503,
    "unavailable",
    "We cannot look this link up right now",
    "Nothing is lost. Please try again in a moment.",
    ((b"retry-after", b"2"),),
)
METHOD_NOT_ALLOWED = Refusal(
    405,
    "method_not_allowed",
    "Links can only be followed",
    "Use GET or HEAD.",
    ((b"allow", b"GET, HEAD"),),
)


def refusal_response(refusal: Refusal, *, as_json: bool) -> tuple[Headers, bytes]:
    """Return headers and body for a refusal."""
    if as_json:
        problem = {"type": "about:blank", "title": refusal.title, "status": refusal.status, "code": refusal.code}
        body = json.dumps({**problem, "detail": refusal.text}).encode()
        return _headers(b"application/problem+json", body, refusal.headers), body
    body = _page(str(refusal.status), refusal.title, f"<p>{escape(refusal.text)}</p>")
    return _headers(b"text/html; charset=utf-8", body, refusal.headers), body


def preview_response(short_url: str, target_url: str) -> tuple[Headers, bytes]:
    """Return the page that shows where a link goes."""
    safe = escape(target_url, quote=True)
    content = (
        f"<p>{escape(short_url)} leads to</p><code>{safe}</code>{_warning(target_url)}"
        f'<a class="go" href="{safe}" rel="noopener noreferrer nofollow">Go there</a>'
    )
    body = _page("Preview", "Where this link goes", content)
    return _headers(b"text/html; charset=utf-8", body), body


def _warning(target_url: str) -> str:
    host = urlsplit(target_url).hostname or ""
    if not is_confusable(host):
        return ""
    shown = escape(ada_url.idna_to_unicode(host))
    return f"<p>Careful: browsers may show this host as <q>{shown}</q>, in letters that can be taken for others.</p>"


def front_response() -> tuple[Headers, bytes]:
    """Return the page at `/`."""
    body = _page("Vayro", "Short links live here", "<p>Add a link's code to the address to follow it.</p>")
    return _headers(b"text/html; charset=utf-8", body), body


def _headers(content_type: bytes, body: bytes, extra: tuple[tuple[bytes, bytes], ...] = ()) -> Headers:
    return [
        (b"content-type", content_type),
        *SAFETY_HEADERS,
        *extra,
        (b"vary", b"Accept"),
        (b"content-length", b"%d" % len(body)),
    ]


def _page(mark: str, title: str, content: str) -> bytes:
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1"><meta name="robots" content="noindex">'
        f"<title>{escape(title)}</title><style>{STYLE}</style></head>"
        f"<body><main><b>{escape(mark)}</b><h1>{escape(title)}</h1>{content}</main></body></html>"
    ).encode()
