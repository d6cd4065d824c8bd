"""`Idempotency-Key`: what a key has made, which is a link or a campaign, and the SQL of it."""

import datetime as dt
import hashlib
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from vayro.database.dialect import insert_ignoring
from vayro.database.models import idempotency_keys
from vayro.errors import ValidationFailed

HEADER = "Idempotency-Key"
MAX_KEY_CHARACTERS = 255


@dataclass(frozen=True, slots=True)
class IdempotentRequest:
    """A request that may come twice: the caller's key, and a digest of what was asked."""

    key: str
    request_hash: bytes


def identify_request(key: str, asked: bytes) -> IdempotentRequest:
    """Return the key and a digest of what is asked: two spellings of the same JSON are the same request.

    Raises ValidationFailed for a key that cannot be stored.
    """
    if not 1 <= len(key) <= MAX_KEY_CHARACTERS or not (key.isascii() and key.isprintable()):
        raise ValidationFailed(f"{HEADER} is 1 to {MAX_KEY_CHARACTERS} printable characters of ASCII.", field=HEADER)
    return IdempotentRequest(key, hashlib.sha256(asked).digest())


async def claim_key(
    connection: AsyncConnection, workspace_id: UUID, request: IdempotentRequest, made_id: UUID, now: dt.datetime
) -> bool:
    """Bind the key to what is about to be made; False when it is bound already.

    Waits for a transaction under way that claims the same key.
    """
    statement = (
        insert_ignoring(idempotency_keys, connection.dialect.name)
        .values(
            workspace_id=workspace_id,
            key=request.key,
            request_hash=request.request_hash,
            link_id=made_id,
            created_at=now,
        )
        .returning(idempotency_keys.c.key)
    )
    return (await connection.execute(statement)).first() is not None


async def find_made(connection: AsyncConnection, workspace_id: UUID, request: IdempotentRequest) -> UUID | None:
    """Return what this request made before, or None. Raises ValidationFailed when the key came with another request."""
    row = (
        await connection.execute(
            select(idempotency_keys.c.request_hash, idempotency_keys.c.link_id).where(
                idempotency_keys.c.workspace_id == workspace_id, idempotency_keys.c.key == request.key
            )
        )
    ).one_or_none()
    if row is None:
        return None
    if bytes(row.request_hash) != request.request_hash:
        raise ValidationFailed(f"This {HEADER} came with another request before.", field=HEADER)
    made_id: UUID = row.link_id
    return made_id


async def delete_claims_before(connection: AsyncConnection, moment: dt.datetime) -> int:
    """Forget keys claimed before `moment`; return how many."""
    statement = delete(idempotency_keys).where(idempotency_keys.c.created_at < moment)
    return (await connection.execute(statement)).rowcount
