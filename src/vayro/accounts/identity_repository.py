"""Every SQL statement about who users are at other providers."""

from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from vayro.database.dialect import insert_ignoring
from vayro.database.models import user_identities


async def find_identity(connection: AsyncConnection, issuer: str, subject: str) -> UUID | None:
    """Return the user whom a provider knows under this subject."""
    identity = user_identities.c
    statement = select(identity.user_id).where(identity.issuer == issuer, identity.subject == subject)
    found: UUID | None = await connection.scalar(statement)
    return found


async def insert_identity(connection: AsyncConnection, values: dict[str, Any]) -> bool:
    """Note who a user is at a provider; False when that subject is somebody's already."""
    statement = insert_ignoring(user_identities, connection.dialect.name).values(values)
    return await connection.scalar(statement.returning(user_identities.c.user_id)) is not None


async def delete_identities(connection: AsyncConnection, user_id: UUID) -> int:
    """Forget who a user is elsewhere; return how many identities there were."""
    return (await connection.execute(delete(user_identities).where(user_identities.c.user_id == user_id))).rowcount


async def count_identities(connection: AsyncConnection, user_id: UUID) -> int:
    """Return how many identities elsewhere are a user's."""
    statement = select(func.count()).where(user_identities.c.user_id == user_id)
    return int(await connection.scalar(statement) or 0)
