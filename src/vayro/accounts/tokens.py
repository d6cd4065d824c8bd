"""Random tokens: of sessions, of links in mails, of steps of a sign-in. Only their SHA-256 is ever stored."""

import datetime as dt
import hashlib
import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from vayro.accounts import access_repository as repository

TOKEN_BYTES = 32
_FORM = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)

Purpose = Literal["verify_email", "reset_password", "second_factor", "oidc"]
LIFETIMES: Mapping[Purpose, dt.timedelta] = {
    "verify_email": dt.timedelta(hours=24),
    "reset_password": dt.timedelta(hours=1),
    "second_factor": dt.timedelta(minutes=10),
    "oidc": dt.timedelta(minutes=10),
}

Clock = Callable[[], dt.datetime]


def now() -> dt.datetime:
    """Return this moment, in UTC. The clock of everything here, unless a test brings its own."""
    return dt.datetime.now(dt.UTC)


@dataclass(frozen=True, slots=True)
class UsedToken:
    """What a token stood for."""

    user_id: UUID | None
    payload: dict[str, Any]


def new_token() -> str:
    """Return 256 random bits, as 43 characters that are safe in URLs."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def is_plausible_token(token: str) -> bool:
    """Return whether it is worth a query: the form of `new_token`."""
    return _FORM.fullmatch(token) is not None


def hash_token(token: str) -> bytes:
    """Return the SHA-256. Enough for 256 random bits; a slow hash is for what people choose."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


async def issue(
    connection: AsyncConnection,
    purpose: Purpose,
    at: dt.datetime,
    *,
    user_id: UUID | None = None,
    payload: Mapping[str, Any] | None = None,
) -> str:
    """Store a token that works once, and return it: the only time that it can be seen. See `LIFETIMES`."""
    token = new_token()
    values = {
        "token_hash": hash_token(token),
        "user_id": user_id,
        "purpose": purpose,
        "payload": dict(payload or {}),
        "created_at": at,
        "expires_at": at + LIFETIMES[purpose],
    }
    await repository.insert_token(connection, values)
    return token


async def use(connection: AsyncConnection, purpose: Purpose, token: str, at: dt.datetime) -> UsedToken | None:
    """Use up a token; None when it is unknown, of another purpose, expired or used. Of two at once, one gets it."""
    if not is_plausible_token(token):
        return None
    row = await repository.use_token(connection, hash_token(token), purpose, at)
    return UsedToken(row.user_id, row.payload) if row else None


async def look_at(connection: AsyncConnection, purpose: Purpose, token: str, at: dt.datetime) -> UsedToken | None:
    """Return what a token stands for, without using it up; None as in `use`."""
    if not is_plausible_token(token):
        return None
    row = await repository.find_token(connection, hash_token(token), purpose, at)
    return UsedToken(row.user_id, row.payload) if row else None
