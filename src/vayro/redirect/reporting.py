"""`/report`: where the public says that a link does harm.

The report is written to the database at once; while that is away, people are asked to come back, and links redirect.
"""

from html import escape
from urllib.parse import urlsplit
from uuid import UUID

from fastapi import APIRouter, Request, Response

from vayro.cache.snapshot import LinkSnapshot
from vayro.errors import RateLimited
from vayro.limits.limiter import address_key
from vayro.links.reports import REPORT_REASONS, TEXT_MAX
from vayro.redirect.answer import Headers
from vayro.redirect.forms import FormRefused, read_form
from vayro.redirect.origin import Fields, read_address
from vayro.redirect.pages import (
    FORM_HEADERS,
    NOT_FOUND,
    REPORT_PATH,
    Refusal,
    page_response,
    too_many_tries,
)
from vayro.redirect.routes import READING, engine_of, find_link, refuse, respond

LINK_MAX = 500
# A text of 2,000 characters, each of four bytes, each byte written as %XX; and the other fields.
MAX_FORM_BYTES = TEXT_MAX * 12 + 8_192
REASON_NAMES = {
    "phishing": "It pretends to be somebody else, or asks for passwords",
    "malware": "It spreads malware",
    "spam": "It is advertised by spam",
    "illegal": "What it leads to is against the law",
    "other": "Something else",
}
NO_SUCH_LINK = Refusal(404, "not_found", "There is no such link here", "Check its address: capitals matter.")
INCOMPLETE = Refusal(
    422, "validation_failed", "Something is missing", "Name the link, and choose what is wrong with it."
)

router = APIRouter(include_in_schema=False)


@router.api_route(REPORT_PATH, methods=READING)
async def answer_report_form(request: Request, link: str = "") -> Response:
    """The form. `link` fills its first field."""
    if not engine_of(request).settings.report_open:
        return refuse(request, NOT_FOUND)
    return respond(200, *_form_response(link[:LINK_MAX]))


@router.post(REPORT_PATH)
async def take_report(request: Request) -> Response:
    """Take a report in. The answer is the same whether it is the first or one of many."""
    engine = engine_of(request)
    if not engine.settings.report_open:
        return refuse(request, NOT_FOUND)
    fields: Fields = dict(request.scope["headers"])
    try:
        form = await read_form(request.receive, fields, MAX_FORM_BYTES)
        await engine.limiter.spend("report", address_key(read_address(engine.addresses, request.scope)))
    except FormRefused as error:
        return refuse(request, error.refusal)
    except RateLimited as error:
        return refuse(request, too_many_tries(error.retry_after_seconds))
    if form.get("reason") not in REPORT_REASONS or not form.get("link", "").strip():
        return refuse(request, INCOMPLETE)
    snapshot = await _find_reported(request, form["link"])
    if snapshot is None:
        return refuse(request, NO_SUCH_LINK)
    await engine.reports.take(UUID(snapshot.link_id), form["reason"], form.get("text", "").replace("\0", ""))
    return respond(200, *page_response("Report", "Thank you", "<p>We look at the link.</p>"))


async def _find_reported(request: Request, text: str) -> LinkSnapshot | None:
    """Return the link that a code or a whole address names; of an address the host names the domain."""
    text = text.strip()[:LINK_MAX]
    try:
        address = urlsplit(text if "//" in text else f"//{request.headers.get('host', '')}/{text.lstrip('/')}")
    except ValueError:
        return None
    return await find_link(request, address.path.strip("/").removesuffix("+"), host=address.netloc)


def _form_response(link: str) -> tuple[Headers, bytes]:
    choices = "".join(f'<option value="{value}">{escape(name)}</option>' for value, name in REASON_NAMES.items())
    content = (
        "<p>Tell us of a short link that does harm. Nothing about you is kept.</p>"
        f'<form method="post" action="{REPORT_PATH}"><label for="link">The link</label>'
        f'<input id="link" name="link" required maxlength="{LINK_MAX}" value="{escape(link, quote=True)}">'
        '<label for="reason">What is wrong with it</label><select id="reason" name="reason" required>'
        f'<option value="">Please choose</option>{choices}</select>'
        f'<label for="text">More about it, if you like</label><textarea id="text" name="text" rows="5" '
        f'maxlength="{TEXT_MAX}"></textarea><button>Report the link</button></form>'
    )
    return page_response("Report", "Report a link", content, safety=FORM_HEADERS)
