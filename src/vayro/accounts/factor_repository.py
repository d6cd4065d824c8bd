"""Every SQL statement about second factors and recovery codes."""

import datetime as dt
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from vayro.database.models import recovery_codes, second_factors

AnyRow = Row[*tuple[Any, ...]]


async def find_second_factor(connection: AsyncConnection, user_id: UUID, *, lock: bool = False) -> AnyRow | None:
    """Return the second factor of a user, confirmed or not; locked until the end of the transaction if asked for."""
    factor = second_factors.c
    statement = select(factor.secret, factor.confirmed_at, factor.last_step).where(factor.user_id == user_id)
    return (await connection.execute(statement.with_for_update() if lock else statement)).first()


async def replace_second_factor(connection: AsyncConnection, user_id: UUID, secret: bytes, at: dt.datetime) -> None:
    """Store a second factor that is still to be confirmed."""
    await delete_second_factor(connection, user_id)
    values = {"user_id": user_id, "secret": secret, "last_step": 0, "created_at": at}
    await connection.execute(insert(second_factors).values(values))


async def confirm_second_factor(connection: AsyncConnection, user_id: UUID, at: dt.datetime) -> None:
    """Switch a second factor on."""
    factor = second_factors.c
    await connection.execute(update(second_factors).where(factor.user_id == user_id).values(confirmed_at=at))


async def take_step(connection: AsyncConnection, user_id: UUID, step: int) -> bool:
    """Use up a time step; False when it, or a later one, was used before."""
    factor = second_factors.c
    statement = update(second_factors).where(factor.user_id == user_id, factor.last_step < step)
    return await connection.scalar(statement.values(last_step=step).returning(factor.user_id)) is not None


async def delete_second_factor(connection: AsyncConnection, user_id: UUID) -> None:
    """Forget a user's second factor and its recovery codes."""
    await connection.execute(delete(second_factors).where(second_factors.c.user_id == user_id))
    await connection.execute(delete(recovery_codes).where(recovery_codes.c.user_id == user_id))


async def insert_recovery_codes(
    connection: AsyncConnection, user_id: UUID, hashes: Sequence[bytes], at: dt.datetime
) -> None:
    """Store recovery codes in place of those that the user had."""
    await connection.execute(delete(recovery_codes).where(recovery_codes.c.user_id == user_id))
    rows = [{"code_hash": code, "user_id": user_id, "created_at": at} for code in hashes]
    await connection.execute(insert(recovery_codes), rows)


async def use_recovery_code(connection: AsyncConnection, user_id: UUID, code_hash: bytes, at: dt.datetime) -> bool:
    """Use up a recovery code; False when it is not the user's or was used."""
    code = recovery_codes.c
    mine = (code.code_hash == code_hash) & (code.user_id == user_id) & code.used_at.is_(None)
    statement = update(recovery_codes).where(mine).values(used_at=at).returning(code.user_id)
    return await connection.scalar(statement) is not None


async def count_recovery_codes(connection: AsyncConnection, user_id: UUID) -> int:
    """Return how many recovery codes a user has left."""
    code = recovery_codes.c
    statement = select(func.count()).where(code.user_id == user_id, code.used_at.is_(None))
    return int(await connection.scalar(statement) or 0)
