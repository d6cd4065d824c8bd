"""How a destination presents itself: its title, a description, a picture; fetched once, for whoever makes a link to it.

Only the egress client fetches, so no address within this network is ever asked. What it says of why not is not passed
on word by word: it knows more of this network than the person who asks may learn.
"""

import asyncio
import base64
import re
from dataclasses import dataclass

import ada_url

from vayro.egress.client import EgressClient
from vayro.egress.exchange import Response
from vayro.egress.refusals import NoAddress, NoAnswer, NotFetched, TooFar, TooMuch
from vayro.links.page_head import read_head

MAX_BYTES = 512 << 10
PAGE_SECONDS = 5.0
PICTURE_SECONDS = 3.0
MAX_AT_ONCE = 8
"""Fetches of one process; whoever comes beyond that waits, within their seconds."""

_PICTURES = ((b"\x89PNG\r\n\x1a\n", "png"), (b"\xff\xd8\xff", "jpeg"), (b"GIF87a", "gif"), (b"GIF89a", "gif"))
# Those of the web. Others would decode, too, some of them in a time that grows with the square of the page.
_CHARSETS = re.compile(
    r"utf-?8|us-ascii|iso-8859-(?:[1-9]|1[013-6])|latin-?1|windows-(?:874|125[0-8])|koi8-[ru]|macintosh|gbk|gb2312|gb18030|big5"
    r"|euc-jp|euc-kr|shift[_-]jis|iso-2022-jp|utf-16(?:le|be)?",
    re.IGNORECASE,
)
_META_CHARSET = re.compile(rb"charset\s{0,4}=\s{0,4}[\"']?([A-Za-z0-9_-]{1,20})")
_HEADERS = {"Accept": "text/html,application/xhtml+xml;q=0.9,*/*;q=0.1"}
_SENTENCES: tuple[tuple[type[NotFetched], str], ...] = (
    (NoAnswer, "The destination did not answer."),
    (TooFar, "The destination redirects too often."),
    (TooMuch, "The destination answers with too much."),
    (NoAddress, "The destination's host has no public address."),
)
_OTHERWISE = "The destination is not on the public web."


@dataclass(frozen=True, slots=True)
class Preview:
    """How a page presents itself. `url`: where redirects ended; `image`: a data URI."""

    url: str
    title: str | None = None
    description: str | None = None
    site_name: str | None = None
    image: str | None = None
    problem: str | None = None


class Unfurler:
    """Reads pages that people want to link to."""

    def __init__(self, egress: EgressClient, *, is_on: bool = True) -> None:
        """Args: egress, by which all is fetched; is_on, whether anything is fetched at all."""
        self._egress = egress
        self._is_on = is_on
        self._places = asyncio.Semaphore(MAX_AT_ONCE)

    async def read(self, url: str) -> Preview:
        """Return how the page presents itself, within some eight seconds. Raises nothing of what may go wrong there."""
        if not self._is_on:
            return Preview(url, problem="Previews are switched off on this server.")
        try:
            async with asyncio.timeout(PAGE_SECONDS), self._places:
                response = await self._egress.fetch(url, headers=_HEADERS, max_bytes=MAX_BYTES, cut=True)
        except TimeoutError:
            return Preview(url, problem=f"The destination did not answer within {PAGE_SECONDS:g} seconds.")
        except NotFetched as error:
            return Preview(url, problem=_sentence(error))
        if problem := _refuse(response):
            return Preview(response.url, problem=problem)
        head = read_head(decode_page(response))
        picture = await self._read_picture(response.url, head.image) if head.image else None
        return Preview(response.url, head.title, head.description, head.site_name, picture)

    async def _read_picture(self, page: str, address: str) -> str | None:
        """Return the picture as a data URI; None when it cannot be had, or is none."""
        try:
            url = str(ada_url.URL(address, base=page).href)
            async with asyncio.timeout(PICTURE_SECONDS), self._places:
                response = await self._egress.fetch(url, max_bytes=MAX_BYTES)
        except (TimeoutError, NotFetched, ValueError):
            return None
        kind = picture_kind(response.body)
        if response.status != 200 or kind is None:
            return None
        return f"data:image/{kind};base64,{base64.b64encode(response.body).decode()}"


def picture_kind(content: bytes) -> str | None:
    """Return png, jpeg, gif or webp, by the first bytes and whatever the server calls it; None for all else."""
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "webp"
    return next((kind for start, kind in _PICTURES if content.startswith(start)), None)


def decode_page(response: Response) -> str:
    """Return the text of a page, by the encoding that it names; what does not fit is replaced."""
    named = _META_CHARSET.search(response.headers.get("content-type", "").encode("ascii", "replace"))
    named = named or _META_CHARSET.search(response.body[:2_048])
    charset = named[1].decode() if named else "utf-8"
    return response.body.decode(charset if _CHARSETS.fullmatch(charset) else "utf-8", "replace")


def _refuse(response: Response) -> str | None:
    """Return why the answer is not read, or None."""
    if not 200 <= response.status < 300:
        return f"The destination answers with the status {response.status}."
    kind = response.headers.get("content-type", "text/html").partition(";")[0].strip().lower()
    if kind not in {"text/html", "application/xhtml+xml"}:
        return "The destination is not a web page."
    if response.headers.get("content-encoding", "identity").strip().lower() not in {"", "identity"}:
        return "The destination answers in a compressed form only."
    return None


def _sentence(error: NotFetched) -> str:
    return next((sentence for kind, sentence in _SENTENCES if isinstance(error, kind)), _OTHERWISE)
