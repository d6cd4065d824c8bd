"""Counting of segments, next to a packer that goes about it quite differently: by bits and bytes."""
# ruff: noqa: RUF001 -- characters that look like others are what this is about

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vayro.campaigns.segments import BASIC, EXTENSION, count, find_typographic, plain

# The alphabet again, in the order of its codes (3GPP TS 23.038, table 6.2.1.1); 27 is the escape.
ORDERED = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENDED = {"\f": 10, "^": 20, "{": 40, "}": 41, "\\": 47, "[": 60, "~": 61, "]": 62, "|": 64, "€": 101}
OCTETS, HEADER_BITS = 140, 48

gsm = st.text(st.sampled_from(sorted(BASIC | EXTENSION)), max_size=400)
anything = st.text(st.one_of(st.sampled_from("aé€’漢😀"), st.characters(exclude_categories=["Cs"])), max_size=200)


def pack(text: str) -> tuple[str, list[str]]:
    """The segments of a text, each as long as its bits allow: every beginning is tried, the longest first."""
    codes = [_septets(character) for character in text]
    is_gsm = None not in codes
    sizes = [7 * len(code) if is_gsm else 8 * len(c.encode("utf-16-be")) for code, c in zip(codes, text, strict=True)]
    whole = OCTETS * 8
    if sum(sizes) <= whole:
        return "GSM-7" if is_gsm else "UCS-2", [text] if text else []
    segments, rest = [], list(range(len(text)))
    while rest:
        take = next(n for n in range(len(rest), 0, -1) if sum(sizes[i] for i in rest[:n]) <= whole - HEADER_BITS)
        segments.append("".join(text[i] for i in rest[:take]))
        rest = rest[take:]
    return "GSM-7" if is_gsm else "UCS-2", segments


def _septets(character: str) -> list[int] | None:
    if character in EXTENDED:
        return [27, EXTENDED[character]]
    return [ORDERED.index(character)] if character in ORDERED and character != "\x1b" else None


def test_the_alphabet_is_that_of_the_standard() -> None:
    assert len(ORDERED) == 128
    assert set(ORDERED) - {"\x1b"} == BASIC
    assert set(EXTENDED) == EXTENSION


@settings(max_examples=150, deadline=None)
@given(st.one_of(gsm, anything))
def test_it_counts_as_the_slow_packer_does(text: str) -> None:
    encoding, segments = pack(text)
    counted = count(text)
    assert (counted.encoding, counted.segments) == (encoding, len(segments))
    filler, room = ("a", counted.remaining) if encoding == "GSM-7" else ("漢", counted.remaining)
    assert len(pack(text + filler * room)[1]) == max(len(segments), min(1, room))
    assert len(pack(text + filler * (room + 1))[1]) > len(segments)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ("GSM-7", 0, 0, 160, 160)),
        ("a" * 160, ("GSM-7", 160, 1, 0, 160)),
        ("a" * 161, ("GSM-7", 161, 2, 145, 153)),
        ("a" * 306, ("GSM-7", 306, 2, 0, 153)),
        ("€" * 80, ("GSM-7", 160, 1, 0, 160)),
        ("a" * 159 + "€", ("GSM-7", 161, 2, 145, 153)),
        # The euro does not fit into the last septet of the first segment: that stays empty.
        ("a" * 152 + "€" + "a" * 152, ("GSM-7", 306, 3, 152, 153)),
        ("ç", ("UCS-2", 1, 1, 69, 70)),
        ("漢" * 70, ("UCS-2", 70, 1, 0, 70)),
        ("漢" * 71, ("UCS-2", 71, 2, 63, 67)),
        ("漢" * 66 + "😀" + "漢" * 65, ("UCS-2", 133, 2, 0, 67)),
        ("漢" * 66 + "😀" + "漢" * 66, ("UCS-2", 134, 3, 66, 67)),
    ],
)
def test_known_texts(text: str, expected: tuple[str, int, int, int, int]) -> None:
    found = count(text)
    assert (found.encoding, found.characters, found.segments, found.remaining, found.per_segment) == expected


def test_what_forces_ucs2_is_named_once_and_in_order() -> None:
    assert count("Żółw “żółw” ż").non_gsm == ("Ż", "ó", "ł", "“", "ż", "”")


def test_typographic_characters_have_plain_ones_that_are_all_gsm() -> None:
    text = "“Joe’s” – ‘so\u00a0what’… «ja»"
    assert plain(text) == '"Joe\'s" - \'so what\'... "ja"'
    assert count(plain(text)).encoding == "GSM-7"
    assert find_typographic("“ż’") == ["“", "’"]
