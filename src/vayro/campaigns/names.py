"""Names that somebody else wrote, as a message may carry them: one line of plain text, and nothing that can be tapped.

Phones make a link of anything that looks like an address, so a business that calls itself `evil.example/win` would put
a second link into the messages of others.
"""

import re
import unicodedata

_JOINERS = frozenset("\u200c\u200d")
"""They spell words in Persian and Indic scripts, and hold emoji together; nothing else invisible stays."""

_SCHEME = re.compile(r"(?<=\w):(?=\S)|/{2,}")
_DOT = re.compile(r"(?<=[\w-])[.\u3002\uff0e\uff61](?=\w[\w-])")
_ADDRESS = re.compile(r"\b(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\b")
_SPACES = re.compile(r"\s+")
_MAILBOX = re.compile(r"([^\s@]+)@[^\s@]+")


def clean_name(name: str) -> str:
    """Return the name on one line, without control characters, overrides of direction, and addresses; maybe nothing."""
    text = "".join(map(_keep, unicodedata.normalize("NFC", name)))
    text = _ADDRESS.sub(r"\1 \2 \3 \4", text)
    text = _DOT.sub(" ", _SCHEME.sub(" ", text))
    return _SPACES.sub(" ", text).strip()


def name_sender(name: str) -> str:
    """Return who writes: a workspace that nobody has named is called by an e-mail address; its first part will do."""
    address = _MAILBOX.fullmatch(name.strip())
    return clean_name(address[1] if address else name)


def _keep(character: str) -> str:
    category = unicodedata.category(character)
    if category in {"Cc", "Zl", "Zp"}:
        return " "
    if category[0] == "C" and character not in _JOINERS:
        return ""
    return character
