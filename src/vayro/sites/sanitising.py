"""What came from outside, made plain text: people's input and a model's answer are treated alike.

Whatever is shown passes here, is escaped by the templates, and the finished page is looked at again (page_check.py).
"""

import html
import re
import unicodedata
from typing import Any

import nh3

from vayro.sites.content import Facts, SiteContent

# Text that changes the direction of what stands around it, tags that nobody sees, and characters without width that
# hide words from readers. The joiners U+200C and U+200D stay: Persian and Hindi are written with them, and emoji.
_UNSEEN = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0"
    "\ufff0-\uffff\ud800-\udfff\U000e0000-\U000e0fff]"
)
_BREAKS = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f]")
_SPACES = re.compile(r"[^\S\n]+")
_EMPTY_LINES = re.compile(r"\n{3,}")
_MARKUP = re.compile(r"[<&]")
_PASSES = 4
_MAX_MARKS = 4
_MAX_INPUT = 20_000

LIMITS = {"name": 120, "category": 100, "phone": 40, "email": 254, "address": 300, "brief": 2_000}


def plain(text: str, limit: int, *, is_long: bool = False) -> str:
    """Return text without markup, control characters and tricks with direction, of at most `limit` characters.

    Args: is_long, whether line breaks may stay.
    """
    text = unicodedata.normalize("NFC", text[:_MAX_INPUT])
    text = _CONTROL.sub("", _BREAKS.sub("\n", _UNSEEN.sub("", text)))
    text = _calm_marks(_UNSEEN.sub("", _CONTROL.sub("", _strip_markup(text))))
    if not is_long:
        text = text.replace("\n", " ")
    lines = (_SPACES.sub(" ", line).strip() for line in text.split("\n"))
    return _cut(_EMPTY_LINES.sub("\n\n", "\n".join(lines)).strip(), limit)


def clean_facts(facts: Facts) -> Facts:
    """Return the facts as plain text; what is empty is None, and a nameless business is called by a dash."""

    def field(name: str, *, is_long: bool = False) -> str | None:
        value = getattr(facts, name)
        return (plain(value, LIMITS[name], is_long=is_long) or None) if value else None

    return Facts(
        name=field("name") or "-",
        category=field("category"),
        phone=field("phone"),
        email=field("email"),
        address=field("address", is_long=True),
        country=facts.country if facts.country and re.fullmatch("[A-Z]{2}", facts.country) else None,
        locale=clean_locale(facts.locale),
        brief=field("brief", is_long=True),
    )


def clean_content(raw: dict[str, Any] | SiteContent, *, blank: str = "") -> SiteContent:
    """Return content whose every text is plain and short enough; unknown fields and superfluous items are left out.

    Raises pydantic.ValidationError when something is missing. Args: blank, what stands for a text that held nothing
    but markup; with one, content that was valid stays valid.
    """
    data = raw.model_dump() if isinstance(raw, SiteContent) else raw

    def text(value: object, limit: int, *, is_long: bool = False) -> object:
        return plain(value, limit, is_long=is_long) or blank if isinstance(value, str) else value

    def pair(item: object, name: str, said: str) -> object:
        return {name: text(item.get(name), 120), said: text(item.get(said), 300)} if isinstance(item, dict) else item

    return SiteContent.model_validate(
        {
            "headline": text(data.get("headline"), 120),
            "tagline": text(data.get("tagline"), 300),
            "about": text(data.get("about"), 2_000, is_long=True),
            "offers": [pair(item, "name", "text") for item in _some(data.get("offers"), 8)],
            "highlights": [kept for item in _some(data.get("highlights"), 6) if (kept := text(item, 120))],
            "questions": [pair(item, "question", "answer") for item in _some(data.get("questions"), 8)],
            "call_to_action": text(data.get("call_to_action"), 40),
            "description": text(data.get("description"), 300),
        }
    )


def clean_locale(locale: str) -> str:
    """Return a language tag that may stand in `lang`; `en` for what is none."""
    return locale if re.fullmatch(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}", locale) else "en"


def _some(value: object, most: int) -> list[Any]:
    """Return the first of a list; what is no list is wrapped, and refused by the schema."""
    if value is None:
        return []
    return value[:most] if isinstance(value, list) else [value]


def _strip_markup(text: str) -> str:
    """Take tags away, and those that appear when what was escaped is read."""
    for _ in range(_PASSES):
        if not _MARKUP.search(text):
            return text
        stripped = html.unescape(nh3.clean(text, tags=set()))
        if stripped == text:
            return text
        text = stripped
    return text.replace("<", "").replace(">", "")


def _calm_marks(text: str) -> str:
    """Leave at most four marks on a letter: hundreds of them run over the lines around."""
    if text.isascii():
        return text
    kept, marks = [], 0
    for character in text:
        marks = marks + 1 if unicodedata.category(character) in {"Mn", "Me"} else 0
        if marks <= _MAX_MARKS:
            kept.append(character)
    return "".join(kept)


def _cut(text: str, limit: int) -> str:
    """Cut at a word's end, where there is one near, and say so."""
    if len(text) <= limit:
        return text
    head = text[: limit - 1]
    before, _, rest = head.rpartition(" ")
    return (before if before and len(rest) < limit // 4 else head).rstrip(" ,;:-") + "…"
