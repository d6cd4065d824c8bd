"""E-mail addresses: one spelling for one mailbox, so that nobody has two accounts by typing a capital."""

import re
import unicodedata

from vayro.errors import ValidationFailed

MAX_CHARACTERS = 320  # RFC 3696 erratum 1690: 64 before the @, 255 after it

# Looser than a mail server: `admin@localhost` is a fine name for the administrator of a machine of one's own.
_LABEL = r"[^\W_](?:[\w-]{0,61}[^\W_])?"
_ADDRESS = re.compile(rf"[^\s@<>()\[\]\\,;:\"]{{1,64}}@{_LABEL}(?:\.{_LABEL})*")


def normalise_email(address: str) -> str:
    """Return the address as it is stored: trimmed, NFC, in lower case. Raises ValidationFailed."""
    normal = unicodedata.normalize("NFC", address.strip()).lower()
    if len(normal) > MAX_CHARACTERS or not normal.isprintable() or not _ADDRESS.fullmatch(normal):
        raise ValidationFailed(f"{address[:60]!a} is not an e-mail address.", field="email")
    return normal
