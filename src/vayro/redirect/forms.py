"""Reading what a page of ours sends back."""

import asyncio
from urllib.parse import parse_qsl

from starlette.types import Receive

from vayro.redirect.origin import Fields, is_own_form
from vayro.redirect.pages import Refusal

READ_SECONDS = 10.0
MAX_FIELDS = 16
_FORM = b"application/x-www-form-urlencoded"

FOREIGN = Refusal(403, "cross_site", "This form belongs to another site", "Open the short link itself, and try there.")
NO_FORM = Refusal(415, "unsupported_media_type", "This is not a form", "Send application/x-www-form-urlencoded.")
TOO_LARGE = Refusal(413, "too_large", "That is too much", "Shorten the text, please.")
BROKEN = Refusal(400, "bad_request", "The form cannot be read", "Open the page again, and try there.")


class FormRefused(Exception):
    """The form is not read, because of `refusal`."""

    def __init__(self, refusal: Refusal) -> None:
        """Args: refusal, what is answered."""
        super().__init__(refusal.code)
        self.refusal = refusal


async def read_form(receive: Receive, fields: Fields, max_bytes: int) -> dict[str, str]:
    """Return the fields of a form that our own page sent. Raises FormRefused."""
    if not is_own_form(fields):
        raise FormRefused(FOREIGN)
    if fields.get(b"content-type", b"").partition(b";")[0].strip().lower() != _FORM:
        raise FormRefused(NO_FORM)
    try:
        async with asyncio.timeout(READ_SECONDS):
            body = await _read_body(receive, max_bytes)
        return dict(parse_qsl(body.decode("ascii"), keep_blank_values=True, max_num_fields=MAX_FIELDS))
    except (TimeoutError, ValueError):
        raise FormRefused(BROKEN) from None


async def _read_body(receive: Receive, max_bytes: int) -> bytes:
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] != "http.request":
            raise FormRefused(BROKEN)  # the visitor went away
        body += message.get("body", b"")
        if len(body) > max_bytes:
            raise FormRefused(TOO_LARGE)
        if not message.get("more_body"):
            return bytes(body)
