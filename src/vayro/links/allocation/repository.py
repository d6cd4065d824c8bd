"""The SQL of the allocators: counters with their keys, and leases of Snowflake nodes."""

import datetime as dt
import secrets
from dataclasses import dataclass

from sqlalchemy import bindparam, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from vayro.database.dialect import insert_ignoring
from vayro.database.models import code_blocks, snowflake_nodes

KEY_BYTES = 32

# Built once: SQLAlchemy takes longer to put it together than the database to carry it out.
_CLAIM = (
    update(code_blocks)
    .where(code_blocks.c.name == bindparam("counter"), code_blocks.c.next < bindparam("limit"))
    .values(next=code_blocks.c.next + bindparam("count"))
    .returning(code_blocks.c.next, code_blocks.c.key)
)


@dataclass(frozen=True, slots=True)
class NumberBlock:
    """Numbers from `start` up to, without, `stop`, and the key of the code space that they belong to."""

    start: int
    stop: int
    key: bytes


async def claim_numbers(connection: AsyncConnection, name: str, count: int, limit: int) -> NumberBlock | None:
    """Advance a counter; None when it has reached `limit`. The numbers are the caller's once this is committed."""
    wanted = {"counter": name, "count": count, "limit": limit}
    row = (await connection.execute(_CLAIM, wanted)).one_or_none()
    if row is None:
        await _insert_counter(connection, name)
        row = (await connection.execute(_CLAIM, wanted)).one_or_none()
    return None if row is None else NumberBlock(row.next - count, min(row.next, limit), bytes(row.key))


async def list_counters(connection: AsyncConnection, prefix: str) -> list[tuple[str, int]]:
    """Return name and next number of the counters whose names begin with `prefix`, locked where others may claim."""
    query = select(code_blocks.c.name, code_blocks.c.next).where(code_blocks.c.name.startswith(prefix))
    return [(row.name, row.next) for row in await connection.execute(query.order_by("name").with_for_update())]


async def skip_numbers(connection: AsyncConnection, name: str, until: int) -> None:
    """Have a counter go on at `until`; never back."""
    later = code_blocks.c.name == name, code_blocks.c.next < until
    await connection.execute(update(code_blocks).where(*later).values(next=until))


async def get_or_make_key(connection: AsyncConnection, name: str) -> bytes:
    """Return the key of a code space, the same for every process: the first one's stays."""
    await _insert_counter(connection, name)
    found = await connection.execute(select(code_blocks.c.key).where(code_blocks.c.name == name))
    return bytes(found.scalar_one())


async def list_node_expiries(connection: AsyncConnection) -> dict[int, dt.datetime]:
    """Return until when each Snowflake node that was ever used is leased."""
    rows = await connection.execute(select(snowflake_nodes.c.node, snowflake_nodes.c.expires_at))
    return {row.node: row.expires_at for row in rows}


async def lease_new_node(connection: AsyncConnection, node: int, holder: str, until: dt.datetime) -> bool:
    """Lease a node that nobody has used; False when somebody was faster."""
    statement = (
        insert_ignoring(snowflake_nodes, connection.dialect.name)
        .values(node=node, holder=holder, expires_at=until)
        .returning(snowflake_nodes.c.node)
    )
    return (await connection.execute(statement)).first() is not None


async def lease_node(
    connection: AsyncConnection, node: int, holder: str, expired_at: dt.datetime, until: dt.datetime
) -> bool:
    """Lease a node, or lease it for longer; False when its lease no longer ends at `expired_at`."""
    statement = (
        update(snowflake_nodes)
        .where(snowflake_nodes.c.node == node, snowflake_nodes.c.expires_at == expired_at)
        .values(holder=holder, expires_at=until)
        .returning(snowflake_nodes.c.node)
    )
    return (await connection.execute(statement)).first() is not None


async def _insert_counter(connection: AsyncConnection, name: str) -> None:
    statement = insert_ignoring(code_blocks, connection.dialect.name)
    await connection.execute(statement.values(name=name, next=0, key=secrets.token_bytes(KEY_BYTES)))
