"""Signatures of what we and a gateway post to each other: `t=…,v1=…` over time and body, under a shared secret."""

import hashlib
import hmac
import time

HEADER = "Vayro-Signature"
TOLERANCE_SECONDS = 300
"""A clock may be off by so much; what is older was recorded by somebody and sent again."""


def sign(body: bytes, secret: str, *, moment: int | None = None) -> str:
    """Return the header's value: seconds since 1970, and the HMAC-SHA256 of `{seconds}.{body}` in hexadecimal."""
    seconds = int(time.time()) if moment is None else moment
    return f"t={seconds},v1={_digest(seconds, body, secret)}"


def is_signed(body: bytes, signature: str, secret: str) -> bool:
    """Return whether somebody who knows the secret signed this body within the last five minutes.

    Several `v1` are accepted, so that a secret can be changed without a gap.
    """
    fields = [part.strip().partition("=") for part in signature.split(",")]
    [seconds] = [value for name, _, value in fields if name == "t"][:1] or [""]
    if not (seconds.isascii() and seconds.isdecimal() and len(seconds) <= 12):
        return False
    if abs(time.time() - int(seconds)) > TOLERANCE_SECONDS:
        return False
    wanted = _digest(int(seconds), body, secret).encode()
    given = [value.encode("utf-8", "replace") for name, _, value in fields if name == "v1"]
    return any(hmac.compare_digest(wanted, one) for one in given)


def _digest(seconds: int, body: bytes, secret: str) -> str:
    return hmac.new(secret.encode(), b"%d.%s" % (seconds, body), hashlib.sha256).hexdigest()
