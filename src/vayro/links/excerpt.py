"""Quoting a caller's input in a message, so that the message cannot be abused."""

EXCERPT_CHARACTERS = 60


def excerpt(text: str, limit: int = EXCERPT_CHARACTERS) -> str:
    """Return `text` in double quotes: at most `limit` characters, and what does not print as its hexadecimal number.

    Control characters, bidirectional overrides, invisible spaces and lone surrogates count as not printing, so the
    result is safe in a log line, a terminal and a JSON document.
    """
    shown = text if len(text) <= limit else text[: limit - 1] + "…"
    return '"' + "".join(map(_printable, shown)) + '"'


def _printable(character: str) -> str:
    return character if character.isprintable() else f"\\u{ord(character):04x}"
