"""Texts with placeholders: what may stand in them, and where the link goes."""

import re
import unicodedata
from collections.abc import Mapping

from vayro.errors import ValidationFailed
from vayro.links.excerpt import excerpt

PLACEHOLDERS = ("business", "link", "sender", "category")
MAX_TEXT = 2_000
LINK = "{link}"

_FIELD = re.compile(r"\{([^{}\n]*)\}")
# A phone takes whatever follows without a space for a part of the link, but for the marks that end a sentence.
_STUCK_BEFORE = re.compile(r"(?<=[^\s(\"'])\{link\}")
_STUCK_AFTER = re.compile(r"\{link\}(?![.,;:!?)\"']*(?:\s|$))")
_OVERRIDES = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def parse_text(text: str, field: str = "text") -> str:
    """Return a custom text as it is used: with the link in it, and room around that.

    Raises ValidationFailed for an empty text, an unknown placeholder, and characters that nobody sees.
    """
    normal = unicodedata.normalize("NFC", text).replace("\r\n", "\n").strip()
    if not normal:
        raise ValidationFailed("The text is empty.", field=field)
    if len(normal) > MAX_TEXT:
        raise ValidationFailed(f"The text has more than {MAX_TEXT} characters.", field=field)
    _check_characters(normal, field)
    for name in _FIELD.findall(normal):
        if name not in PLACEHOLDERS:
            known = ", ".join(f"{{{one}}}" for one in PLACEHOLDERS)
            raise ValidationFailed(f"There is no placeholder {excerpt(name)}; there are {known}.", field=field)
    return place_link(normal)


def place_link(text: str) -> str:
    """Return the text with the link in it, at its end if it was missing, and touching no other word."""
    if LINK not in text:
        return f"{text} {LINK}"
    return _STUCK_AFTER.sub(f"{LINK} ", _STUCK_BEFORE.sub(f" {LINK}", text))


def fill_in(text: str, values: Mapping[str, str]) -> str:
    """Return the text with the values in it. A value is never read for placeholders: it is not ours."""
    return _FIELD.sub(lambda match: values.get(match[1], match[0]), text)


def _check_characters(text: str, field: str) -> None:
    for character in text:
        is_control = unicodedata.category(character) == "Cc" and character != "\n"
        if is_control or character in _OVERRIDES or "\ud800" <= character <= "\udfff":
            raise ValidationFailed(f"The text holds {excerpt(character)}, which nobody would see.", field=field)
