"""The few pages a visitor may see, and the same facts as problem documents (RFC 9457)."""

import base64
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from vayro.links.inspection import inspect_destination
from vayro.redirect.answer import Headers

STYLE = """
:root{color-scheme:light dark;--ground:#f7f6f2;--card:#fffefb;--ink:#17202f;--soft:#566072;--line:#e2dfd6;
--mark:#c5401a}
@media(prefers-color-scheme:dark){:root{--ground:#10141b;--card:#171c25;--ink:#eceae3;--soft:#a3abba;--line:#2a313d;
--mark:#ff8158}}
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
label{display:block;margin-top:1.25rem;font-weight:600}
input,select,textarea,button{width:100%;margin-top:.5rem;padding:.65rem .8rem;border:1px solid var(--line);
border-radius:.6rem;background:var(--ground);color:var(--ink);font:inherit}
button{margin-top:1.25rem;border:0;background:var(--mark);color:var(--card);font-weight:600;cursor:pointer}
small{display:block;margin-top:1.5rem}
a:focus-visible,input:focus-visible,select:focus-visible,textarea:focus-visible,button:focus-visible{
outline:3px solid var(--mark);outline-offset:3px}
code{display:block;margin-top:1rem;padding:.8rem 1rem;border:1px solid var(--line);border-radius:.6rem;
font:.9rem/1.5 ui-monospace,monospace;overflow-wrap:anywhere}
"""
_STYLE_HASH = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
REPORT_PATH = "/report"


def _safety_headers(form_action: str = "'none'", referrer: bytes = b"no-referrer") -> Headers:
    policy = (
        f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; base-uri 'none'; form-action {form_action}; "
        "frame-ancestors 'none'"
    )
    return [
        (b"content-security-policy", policy.encode()),
        (b"x-content-type-options", b"nosniff"),
        (b"x-frame-options", b"DENY"),
        (b"cross-origin-opener-policy", b"same-origin"),
        (b"referrer-policy", referrer),
        (b"cache-control", b"private, no-store"),
    ]


SAFETY_HEADERS = _safety_headers()
# Without a referrer policy that lets our own host see one, browsers send `Origin: null` with the form.
FORM_HEADERS = _safety_headers("'self'", b"same-origin")


@dataclass(frozen=True)
class Refusal:
    """Why there is no redirect."""

    status: int
    code: str
    title: str
    text: str
    headers: tuple[tuple[bytes, bytes], ...] = ()


_CHALLENGE = ((b"www-authenticate", b'Form realm="link"'),)
NOT_FOUND = Refusal(
    404, "not_found", "This link does not exist", "Check the address for typing errors: capitals matter."
)
EXPIRED = Refusal(410, "expired", "This link has expired", "Its owner let it end at a set time.")
USED_UP = Refusal(410, "used_up", "This link is used up", "It could be followed a limited number of times.")
TAKEN_DOWN = Refusal(410, "taken_down", "This link is not available any more", "It was taken down by this service.")
PASSWORD_REQUIRED = Refusal(
    401, "password_required", "This link asks for a password", "Who gave you the link can tell you.", _CHALLENGE
)
WRONG_PASSWORD = Refusal(
    401, "wrong_password", "That is not the password", "Please try again: capitals matter.", _CHALLENGE
)
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


def too_many_tries(seconds: int) -> Refusal:
    """Return the refusal of who tried too often. Args: seconds, when to come back."""
    text = "Please wait a few minutes, and try again."
    return Refusal(429, "rate_limited", "Too many tries", text, ((b"retry-after", b"%d" % seconds),))


def refusal_response(refusal: Refusal, *, as_json: bool) -> tuple[Headers, bytes]:
    """Return headers and body for a refusal."""
    if as_json:
        problem = {"type": "about:blank", "title": refusal.title, "status": refusal.status, "code": refusal.code}
        body = json.dumps({**problem, "detail": refusal.text}).encode()
        return _headers(b"application/problem+json", body, refusal.headers), body
    return page_response(str(refusal.status), refusal.title, f"<p>{escape(refusal.text)}</p>", refusal.headers)


def password_response(refusal: Refusal, code: str) -> tuple[Headers, bytes]:
    """Return the page that asks for a link's password. Args: refusal, PASSWORD_REQUIRED or WRONG_PASSWORD."""
    content = (
        f'<p role="status">{escape(refusal.text)}</p><form method="post" action="/{escape(code)}">'
        '<label for="password">Password</label><input id="password" name="password" type="password" required '
        'maxlength="128" autocomplete="off" autofocus><button>Open the link</button></form>' + report_line(code)
    )
    return page_response("Protected", refusal.title, content, refusal.headers, FORM_HEADERS)


def opened_response(location: str) -> tuple[Headers, bytes]:
    """Return the page that leads on after the right password.

    A page and not a redirect, because Chromium and WebKit hold a redirect that follows a form to the form's
    `form-action` as well, and that allows our own host alone.
    """
    safe = escape(location, quote=True)
    content = f'<p>You are being led on.</p><a class="go" href="{safe}" rel="noopener noreferrer">Go on</a>'
    refresh = f'<meta http-equiv="refresh" content="0;url={safe}">'
    return page_response("Protected", "That is the password", content, head=refresh)


def preview_response(short_url: str, target_url: str, code: str) -> tuple[Headers, bytes]:
    """Return the page that shows where a link goes, and what to be careful about."""
    safe = escape(target_url, quote=True)
    warnings = "".join(f"<p>Careful: {escape(found.text)}</p>" for found in inspect_destination(target_url))
    content = (
        f"<p>{escape(short_url)} leads to</p><code>{safe}</code>{warnings}"
        f'<a class="go" href="{safe}" rel="noopener noreferrer nofollow">Go there</a>{report_line(code)}'
    )
    return page_response("Preview", "Where this link goes", content)


def protected_preview_response(short_url: str, code: str) -> tuple[Headers, bytes]:
    """Return the preview of a link with a password: where it goes is for those who know it."""
    content = f"<p>{escape(short_url)} asks for a password before it shows where it goes.</p>{report_line(code)}"
    return page_response("Preview", "This link is protected", content)


def report_line(code: str) -> str:
    """Return the line that leads to the form for reports."""
    return f'<small><a href="{REPORT_PATH}?link={escape(code, quote=True)}" rel="nofollow">Report this link</a></small>'


def front_response() -> tuple[Headers, bytes]:
    """Return the page at `/`."""
    return page_response("Vayro", "Short links live here", "<p>Add a link's code to the address to follow it.</p>")


def page_response(
    mark: str,
    title: str,
    content: str,
    extra: Sequence[tuple[bytes, bytes]] = (),
    safety: Headers = SAFETY_HEADERS,
    *,
    head: str = "",
) -> tuple[Headers, bytes]:
    """Return headers and body of a page. Args: content and head, HTML whose values are escaped; safety, what it may."""
    body = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1"><meta name="robots" content="noindex">'
        f"{head}<title>{escape(title)}</title><style>{STYLE}</style></head>"
        f"<body><main><b>{escape(mark)}</b><h1>{escape(title)}</h1>{content}</main></body></html>"
    ).encode()
    return _headers(b"text/html; charset=utf-8", body, extra, safety), body


def _headers(
    content_type: bytes, body: bytes, extra: Sequence[tuple[bytes, bytes]] = (), safety: Headers = SAFETY_HEADERS
) -> Headers:
    return [
        (b"content-type", content_type),
        *safety,
        *extra,
        (b"vary", b"Accept"),
        (b"content-length", b"%d" % len(body)),
    ]
