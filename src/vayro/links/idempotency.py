"""The SQL of `Idempotency-Key`: which link a key has made."""

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from vayro.database.dialect import insert_ignoring
from vayro.database.models import idempotency_keys


@dataclass(frozen=True, slots=True)
class IdempotentRequest:
    """A request that may come twice: the caller's key, and a digest of what was asked."""

    key: str
    request_hash: bytes


async def claim_key(
    connection: AsyncConnection, workspace_id: UUID, request: IdempotentRequest, link_id: UUID, now: dt.datetime
) -> bool:
    """Bind the key to the link that is about to be made; False when it is bound already.

    Waits for a transaction under way that claims the same key.
    """
    statement = (
        insert_ignoring(idempotency_keys, connection.dialect.name)
        .values(
            workspace_id=workspace_id,
            key=request.key,
            request_hash=request.request_hash,
            link_id=link_id,
            created_at=now,
        )
        .returning(idempotency_keys.c.key)
    )
    return (await connection.execute(statement)).first() is not None


async def find_claim(connection: AsyncConnection, workspace_id: UUID, key: str) -> tuple[bytes, UUID] | None:
    """Return the digest that the key came with first and the link it made, or None."""
    row = (
        await connection.execute(
            select(idempotency_keys.c.request_hash, idempotency_keys.c.link_id).where(
                idempotency_keys.c.workspace_id == workspace_id, idempotency_keys.c.key == key
            )
        )
    ).one_or_none()
    return (bytes(row.request_hash), row.link_id) if row else None


async def delete_claims_before(connection: AsyncConnection, moment: dt.datetime) -> int:
    """Forget keys claimed before `moment`; return how many."""
    statement = delete(idempotency_keys).where(idempotency_keys.c.created_at < moment)
    return (await connection.execute(statement)).rowcount
