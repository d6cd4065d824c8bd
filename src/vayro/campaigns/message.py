"""One message: the text with its values in it, what it takes to send it, and what its sender should know."""

from collections.abc import Iterator
from typing import Literal

import msgspec

from vayro.campaigns import segments
from vayro.campaigns.names import clean_name, name_sender
from vayro.campaigns.placeholders import fill_in
from vayro.campaigns.segments import Count
from vayro.campaigns.texts import name_business
from vayro.errors import ValidationFailed
from vayro.links.excerpt import excerpt

MANY_SEGMENTS = 4
MAX_SEGMENTS = 10
SHORT_NAME = 12
"""A name keeps words of so many characters together; where they are fewer but longer, `LONG_WORD` characters."""

LONG_WORD = 20

WarningCode = Literal[
    "no_short_url", "many_segments", "shortened", "ucs2", "no_phone", "opted_out", "not_published"
]  # fmt: skip


class MessageWarning(msgspec.Struct, frozen=True):
    """Something that the sender should know, in one sentence."""

    code: WarningCode
    detail: str


class Values(msgspec.Struct, frozen=True):
    """What goes into a text, as it was typed by whomever. `link` is ours."""

    business: str
    link: str
    sender: str
    category: str | None = None


class Message(msgspec.Struct, frozen=True):
    """A message as it would be sent."""

    body: str
    count: Count
    warnings: tuple[MessageWarning, ...]


def compose(text: str, values: Values, locale: str, *, is_custom: bool) -> Message:
    """Return the message that a text makes with these values. The link is in it as a whole.

    A long name loses its last words: in our own texts where it alone would cost one more segment, in a custom one where
    the message could not be sent otherwise. Typographic characters of names become plain ones in our own texts alone.
    Raises ValidationFailed beyond ten segments.
    """
    filled = _prepare(values, locale, is_custom=is_custom)
    name = filled["business"]
    body = fill_in(text, filled)
    counted = segments.count(body)
    kept = name
    if counted.segments > (MAX_SEGMENTS if is_custom else 1):
        kept, body, counted = _fit(text, filled, limit=MAX_SEGMENTS if is_custom else None)
    if counted.segments > MAX_SEGMENTS:
        raise ValidationFailed(
            f"The message takes {counted.segments} SMS; at most {MAX_SEGMENTS} are sent as one.", field="text"
        )
    return Message(body, counted, tuple(_warn(counted, name, kept)))


def _prepare(values: Values, locale: str, *, is_custom: bool) -> dict[str, str]:
    cleaned = {
        "business": clean_name(values.business),
        "sender": name_sender(values.sender),
        "category": clean_name(values.category or ""),
    }
    known = {key: value or name_business(locale) for key, value in cleaned.items()}
    if not is_custom:
        known = {key: segments.plain(value) for key, value in known.items()}
    return known | {"link": values.link}


def _fit(text: str, filled: dict[str, str], limit: int | None) -> tuple[str, str, Count]:
    """Return the longest beginning of the name with which the message keeps to the limit, with its body and count.

    Without a limit: with which it takes no more than with the shortest one. Beginnings that would change the encoding
    are none: a name loses words to its length, not to its letters.
    """
    tried: list[tuple[str, str, Count]] = []
    for name in _beginnings(filled["business"]):
        body = fill_in(text, filled | {"business": name})
        counted = segments.count(body)
        if tried and counted.encoding != tried[0][2].encoding:
            break
        tried.append((name, body, counted))
    wanted = limit or tried[-1][2].segments
    return next((found for found in tried if found[2].segments <= wanted), tried[-1])


def _beginnings(name: str) -> Iterator[str]:
    """Return the name, and what is left of it as its last words go, one after the other."""
    yield name
    shortest = name
    while (end := shortest.rfind(" ")) > 0:
        left = shortest[:end].rstrip(" &+,;:-/|(")
        if len(left) < SHORT_NAME:
            break
        shortest = left
        yield shortest
    if len(shortest) > LONG_WORD:
        yield shortest[:LONG_WORD].rstrip()


def _warn(counted: Count, name: str, kept: str) -> Iterator[MessageWarning]:
    if kept != name:
        yield MessageWarning("shortened", f"The name was shortened to {excerpt(kept)}, which keeps the message short.")
    if counted.non_gsm:
        yield MessageWarning("ucs2", _explain_ucs2(counted))
    if counted.segments >= MANY_SEGMENTS:
        yield MessageWarning("many_segments", f"The message takes {counted.segments} SMS, and costs as many.")


def _explain_ucs2(counted: Count) -> str:
    shown = " ".join(counted.non_gsm[:10]) + (" …" if len(counted.non_gsm) > 10 else "")
    sentence = f"Not in the plain SMS alphabet, so that an SMS holds 70 characters instead of 160: {shown}"
    if typographic := segments.find_typographic(counted.non_gsm):
        plain = " ".join(f"{one} → {segments.plain(one) or 'nothing'}" for one in typographic[:10])
        sentence += f" (plain: {plain})"
    return sentence
