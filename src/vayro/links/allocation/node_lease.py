"""Leases of Snowflake node numbers, kept in the database."""

import datetime as dt
import random
from dataclasses import dataclass
from uuid import uuid4

from sqlalchemy.ext.asyncio import AsyncConnection

from vayro.database.engine import Database
from vayro.errors import Unavailable
from vayro.links.allocation.repository import lease_new_node, lease_node, list_node_expiries

NODE_BITS = 10
LEASE_MS = 60_000

_EPOCH = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
_MILLISECOND = dt.timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True)
class NodeLease:
    """The right to every millisecond of `node` from `start_ms` up to, without, `until_ms`."""

    node: int
    start_ms: int
    until_ms: int


class NodeLeases:
    """Leases one node at a time. Milliseconds count from 2026-01-01.

    A lease is a range of a node's milliseconds, and a new one starts where the last ended or later: two can never
    overlap, whatever the clocks of two machines say. Clocks decide only which node is worth taking.
    """

    def __init__(self, database: Database, *, nodes: int = 1 << NODE_BITS) -> None:
        """Args: database, where the leases are kept; nodes, how many there are."""
        self._nodes = nodes
        self._database = database
        self._holder = uuid4().hex
        self._lease: NodeLease | None = None

    async def cover(self, start_ms: int, until_ms: int) -> NodeLease:
        """Return a lease that covers this range, from the database unless the one in hand does. Raises Unavailable."""
        held = self._lease
        if held is None or until_ms > held.until_ms or start_ms < held.start_ms:
            # Committed before a number of it is used: a crash now leaves a gap.
            async with self._database.transaction() as connection:
                held = await self._extend(connection, start_ms, until_ms + LEASE_MS)
            self._lease = held
        return held

    async def release(self, used_until_ms: int) -> None:
        """Give the node back, if it is still ours: others may have its milliseconds from `used_until_ms` on."""
        held, self._lease = self._lease, None
        if held:
            async with self._database.transaction() as connection:
                until = min(held.until_ms, max(held.start_ms, used_until_ms))
                await lease_node(connection, held.node, "", _instant(held.until_ms), _instant(until))

    async def _extend(self, connection: AsyncConnection, start_ms: int, until_ms: int) -> NodeLease:
        held = self._lease
        if held and start_ms >= held.start_ms:
            expired_at = _instant(held.until_ms)
            if await lease_node(connection, held.node, self._holder, expired_at, _instant(until_ms)):
                return NodeLease(held.node, held.start_ms, until_ms)
        return await self._take(connection, start_ms, until_ms)

    async def _take(self, connection: AsyncConnection, start_ms: int, until_ms: int) -> NodeLease:
        """Lease any free node. In random order: processes that start together seldom want the same one."""
        expiries = await list_node_expiries(connection)
        nodes = list(range(self._nodes))
        random.shuffle(nodes)
        for node in nodes:
            expired_at = expiries.get(node)
            if expired_at is None:
                taken = await lease_new_node(connection, node, self._holder, _instant(until_ms))
            elif expired_at <= _instant(start_ms):
                taken = await lease_node(connection, node, self._holder, expired_at, _instant(until_ms))
            else:
                continue
            if taken:
                return NodeLease(node, start_ms, until_ms)
        raise Unavailable(f"All {self._nodes} Snowflake nodes are leased.", retry_after_seconds=LEASE_MS // 1000)


def _instant(milliseconds: int) -> dt.datetime:
    return _EPOCH + milliseconds * _MILLISECOND
