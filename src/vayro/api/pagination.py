"""Cursors: where the next page of a list begins. Opaque to the caller, and refused when altered."""

import base64
import hashlib
from contextlib import suppress
from typing import Annotated, Any, TypeVar

import msgspec
from fastapi import Query

from vayro.errors import ValidationFailed

MAX_PAGE = 200
DEFAULT_PAGE = 50
_DIGEST_BYTES = 8
_PERSON = b"vayro.cursor"

T = TypeVar("T")

PageLimit = Annotated[int, Query(ge=1, le=MAX_PAGE, description="How many entries a page holds at most.")]
PageCursor = Annotated[
    str | None, Query(max_length=500, description="`next_cursor` of the page before; nothing for the first page.")
]


def encode_cursor(position: Any) -> str:
    """Return the cursor of a position: a msgspec structure or tuple that names the last entry of a page."""
    payload = msgspec.msgpack.encode(position)
    return _write(_digest(payload) + payload)


def decode_cursor(cursor: str, kind: type[T]) -> T:
    """Return the position. Raises ValidationFailed when the cursor is not one that `encode_cursor` made of `kind`.

    The digest is no secret: whoever forges a cursor only reaches another page of what they may read anyway.
    """
    raw = _read(cursor)
    digest, payload = raw[:_DIGEST_BYTES], raw[_DIGEST_BYTES:]
    if digest == _digest(payload):
        with suppress(msgspec.MsgspecError):
            return msgspec.msgpack.decode(payload, type=kind)
    raise ValidationFailed("The cursor is not one that this list gave.", field="cursor")


def _read(cursor: str) -> bytes:
    """Return the bytes of a cursor; none when it is not written as `_write` writes."""
    try:
        raw = base64.b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
    except (ValueError, UnicodeError):
        return b""
    # The last letter carries bits that decoding drops: two cursors could mean the same.
    return raw if _write(raw) == cursor else b""


def _write(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _digest(payload: bytes) -> bytes:
    return hashlib.blake2b(payload, digest_size=_DIGEST_BYTES, person=_PERSON).digest()
