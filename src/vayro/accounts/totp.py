"""Time-based one-time passwords (RFC 6238), as every authenticator app shows them: SHA-1, six digits, 30 seconds."""

import base64
import datetime as dt
import hashlib
import hmac
import secrets
from urllib.parse import quote, urlencode

STEP_SECONDS = 30
DIGITS = 6
SECRET_BYTES = 20  # RFC 4226 recommends the length of the hash


def new_secret() -> bytes:
    """Return 160 random bits."""
    return secrets.token_bytes(SECRET_BYTES)


def step_of(at: dt.datetime) -> int:
    """Return the number of the time step that an instant lies in."""
    return int(at.timestamp()) // STEP_SECONDS


def code_of(secret: bytes, step: int) -> str:
    """Return the code of a time step (RFC 4226, 5.3)."""
    digest = hmac.digest(secret, step.to_bytes(8, "big"), hashlib.sha1)
    offset = digest[-1] & 0x0F
    number = int.from_bytes(digest[offset : offset + 4], "big") & 0x7FFFFFFF
    return f"{number % 10**DIGITS:0{DIGITS}d}"


def find_step(secret: bytes, code: str, at: dt.datetime) -> int | None:
    """Return the step whose code this is: that of now, the one before (a slow typist) or after (a fast clock).

    RFC 6238, 5.2 allows for one step of delay. All three are compared, whichever fits.
    """
    if not (code.isascii() and code.isdigit() and len(code) == DIGITS):
        return None
    now = step_of(at)
    fitting = [step for step in (now - 1, now, now + 1) if hmac.compare_digest(code_of(secret, step), code)]
    return fitting[-1] if fitting else None


def show_secret(secret: bytes) -> str:
    """Return the secret as people type it into an app."""
    return base64.b32encode(secret).decode().rstrip("=")


def describe(secret: bytes, email: str, issuer: str = "Vayro") -> str:
    """Return the `otpauth:` address that apps read from a QR code."""
    values = {"secret": show_secret(secret), "issuer": issuer, "digits": DIGITS, "period": STEP_SECONDS}
    return f"otpauth://totp/{quote(f'{issuer}:{email}')}?{urlencode(values)}"
