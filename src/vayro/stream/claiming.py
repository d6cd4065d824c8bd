"""Taking over entries of the stream that another worker, or we before a lost answer, left unsettled."""

from collections.abc import Collection, Sequence
from typing import Any, NamedTuple

from vayro.stream.names import GROUP
from vayro.stream.redis_client import RedisClient
from vayro.stream.suspicion import piece_size


class Overdue(NamedTuple):
    """An entry that nobody has settled for too long. `deliveries`: how often it was delivered."""

    mark: str
    deliveries: int


class Piece(NamedTuple):
    """Entries to be claimed together: `attempt` is the number of this delivery for each of them."""

    marks: list[str]
    attempt: int


async def find_overdue(
    client: RedisClient, stream: str, idle_ms: int, limit: int, in_hand: Collection[str]
) -> list[Overdue]:
    """Return entries that were delivered so long ago, oldest first, but for those that we are still at."""
    pending = await client.xpending_range(stream, GROUP, "-", "+", limit + len(in_hand), idle=idle_ms)
    found = [Overdue(entry["message_id"], entry["times_delivered"]) for entry in pending]
    return [entry for entry in found if entry.mark not in in_hand]


def choose_piece(overdue: Sequence[Overdue], limit: int) -> Piece:
    """Return those that were delivered least often: as many as may come together."""
    least = min(entry.deliveries for entry in overdue)
    alike = [entry.mark for entry in overdue if entry.deliveries == least]
    return Piece(alike[: piece_size(least + 1, limit)], least + 1)


async def claim(client: RedisClient, stream: str, consumer: str, idle_ms: int, piece: Piece) -> list[Any]:
    """Return the entries that are ours now: each unless another worker was faster, or the stream has lost it.

    What the stream has lost leaves the group (Redis 7). The shipper still has it, and sends it again.
    """
    reply = await client.execute_command("XCLAIM", stream, GROUP, consumer, idle_ms, *piece.marks)
    return [entry for entry in reply if entry and entry[1]]
