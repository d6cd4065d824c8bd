"""What the head of a strange page says of itself: title, description, picture.

Not a parser of HTML, which has a long way to go wrong in: tags are looked for one by one, each from `<` to the next `<`
at most, so that the time grows with the text however it is written. Python's own parser does not promise that.
"""

import html
import re
from dataclasses import dataclass

MAX_TITLE = 300
MAX_DESCRIPTION = 600
MAX_SITE_NAME = 100
_LONGEST_VALUE = 8_192

_TAG = re.compile(r"<(meta|title|body)\b((?:[^<>\"']|\"[^\"<]*\"|'[^'<]*')*+)>", re.IGNORECASE)
# A name begins where no name goes on: else each letter of a long word would be tried as its beginning.
_ATTRIBUTE = re.compile(r"(?<![^\s\"'/])([^\s\"'<>/=]++)\s*+=\s*+(?:\"([^\"]*+)\"|'([^']*+)'|([^\s\"'=<>`]++))")
_HIDDEN = (("<!--", "-->"), ("<script", "</script"), ("<style", "</style"), ("<noscript", "</noscript"))
_OPENING = re.compile("|".join(re.escape(start) for start, _ in _HIDDEN), re.IGNORECASE)
_CLOSING = {start: re.compile(re.escape(end), re.IGNORECASE) for start, end in _HIDDEN}
_TITLE_END = re.compile("</title", re.IGNORECASE)
# Controls, and what turns the direction of the text around it.
_UNWANTED = re.compile("[\\x00-\\x1f\\x7f-\\x9f\\u200e\\u200f\\u202a-\\u202e\\u2066-\\u2069\\ufeff\\ud800-\\udfff]")


@dataclass(frozen=True, slots=True)
class PageHead:
    """What was found; None where there is nothing. The texts are cleaned and cut, `image` is as it was written."""

    title: str | None = None
    description: str | None = None
    site_name: str | None = None
    image: str | None = None


def read_head(page: str) -> PageHead:
    """Return what the page says of itself, for other sites (Open Graph, Twitter) before what it says for browsers."""
    text = _without_hidden(page)
    named: dict[str, str] = {}
    for tag in _TAG.finditer(text):
        kind = tag[1].lower()
        if kind == "body":
            break
        if kind == "meta":
            _read_meta(tag[2][:_LONGEST_VALUE], named)
        elif "" not in named:
            end = _TITLE_END.search(text, tag.end())
            named[""] = text[tag.end() : end.start() if end else tag.end()][:_LONGEST_VALUE]
    return PageHead(
        title=_first(named, MAX_TITLE, "og:title", "twitter:title", ""),
        description=_first(named, MAX_DESCRIPTION, "og:description", "twitter:description", "description"),
        site_name=_first(named, MAX_SITE_NAME, "og:site_name", "application-name"),
        image=_first(named, _LONGEST_VALUE, "og:image:secure_url", "og:image", "og:image:url", "twitter:image"),
    )


def clean(text: str, most: int) -> str:
    """Return text of a stranger as one line of at most so many characters, with nothing in it that does not show."""
    plain = " ".join(_UNWANTED.sub(" ", html.unescape(text)).split())
    return plain if len(plain) <= most else plain[: most - 1].rstrip() + "…"


def _read_meta(attributes: str, named: dict[str, str]) -> None:
    found = {match[1].lower(): match[2] or match[3] or match[4] or "" for match in _ATTRIBUTE.finditer(attributes)}
    name = (found.get("property") or found.get("name") or "").strip().lower()
    if name and found.get("content"):
        named.setdefault(name, found["content"])


def _first(named: dict[str, str], most: int, *names: str) -> str | None:
    return next((value for name in names if (value := clean(named.get(name, ""), most))), None)


def _without_hidden(page: str) -> str:
    """Return the page without comments, scripts and styles, in which tags are no tags."""
    pieces, place = [], 0
    while found := _OPENING.search(page, place):
        pieces.append(page[place : found.start()])
        end = _CLOSING[found[0].lower()].search(page, found.end())
        if end is None:
            return " ".join(pieces)
        place = end.end()
    return " ".join([*pieces, page[place:]])
