"""How many SMS a text takes: GSM-7 with its extension table, or UCS-2, and the headers of what is sent in parts.

3GPP TS 23.038, section 6.2.1, has the alphabet; TS 23.040, section 9.2.3.24.1, the header of six octets that each
part of a longer message carries. It leaves 153 septets of 160, or 67 UTF-16 units of 70.
"""

from collections.abc import Iterable
from typing import Literal

import msgspec

Encoding = Literal["GSM-7", "UCS-2"]

BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENSION = frozenset("\f^{}\\[~]|€")
"""Each is an escape and a second septet, which no segment separates."""

_GSM = BASIC | EXTENSION
_SINGLE: dict[Encoding, int] = {"GSM-7": 160, "UCS-2": 70}
_PART: dict[Encoding, int] = {"GSM-7": 153, "UCS-2": 67}

# What typing programs make of plain characters. Each has a plain one that means the same.
_PLAIN = str.maketrans(
    dict.fromkeys("\u2018\u2019\u201a\u201b\u2032\u02bc\u00b4\u0060", "'")
    | dict.fromkeys("\u201c\u201d\u201e\u201f\u2033\u00ab\u00bb", '"')
    | dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-")
    | dict.fromkeys("\u00a0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000", " ")
    | {"\u2026": "...", "\u2022": "-", "\u00b7": "-", "\u2044": "/", "\u00ad": "", "\u200b": "", "\ufeff": ""}
)


class Count(msgspec.Struct, frozen=True):
    """What a text takes. `characters` are the encoding's own: septets, or UTF-16 units.

    `remaining`: how many more fit before another segment begins. `per_segment`: 160 or 70 in one, 153 or 67 in each of
    several. `non_gsm`: what keeps the text from being GSM-7, in the order of its first appearance.
    """

    encoding: Encoding
    characters: int
    segments: int
    remaining: int
    per_segment: int
    non_gsm: tuple[str, ...]


def count(text: str) -> Count:
    """Return what a text takes. An empty one takes no segment."""
    non_gsm = find_non_gsm(text)
    encoding: Encoding = "UCS-2" if non_gsm else "GSM-7"
    widths = [_wide(character) for character in text] if non_gsm else [1 + (c in EXTENSION) for c in text]
    characters = sum(widths)
    if characters <= _SINGLE[encoding]:
        room = _SINGLE[encoding]
        return Count(encoding, characters, min(characters, 1), room - characters, room, non_gsm)
    segments, used = _pack(widths, _PART[encoding])
    return Count(encoding, characters, segments, _PART[encoding] - used, _PART[encoding], non_gsm)


def find_non_gsm(text: str) -> tuple[str, ...]:
    """Return the characters of a text that GSM-7 does not have, each once."""
    return tuple(dict.fromkeys(character for character in text if character not in _GSM))


def plain(text: str) -> str:
    """Return the text with plain quotation marks, dashes, dots and spaces for typographic ones, which GSM-7 lacks."""
    return text.translate(_PLAIN)


def find_typographic(characters: Iterable[str]) -> list[str]:
    """Return those of the characters that `plain` would replace."""
    return [character for character in characters if ord(character) in _PLAIN]


def _pack(widths: Iterable[int], room: int) -> tuple[int, int]:
    """Return how many segments the characters fill, none of them split, and how much of the last one."""
    segments, used = 1, 0
    for width in widths:
        if used + width > room:
            segments, used = segments + 1, 0
        used += width
    return segments, used


def _wide(character: str) -> int:
    return 2 if ord(character) > 0xFFFF else 1
