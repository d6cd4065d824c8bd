"""Keeping the stream short: only what every group has acknowledged goes, never by length.

`XADD … MAXLEN` would drop unread entries while the group's lag still reads 0.
"""

from redis.exceptions import ResponseError

from vayro.stream.names import GROUP, STREAM
from vayro.stream.redis_client import RedisClient, is_without_group

_IDLE_CONSUMER_MS = 3_600_000


async def trim_acknowledged(client: RedisClient, stream: str = STREAM) -> int:
    """Remove the entries below what every group has acknowledged; return how many went.

    Exactly, not approximately: they hold addresses that should not rest here. Raises when Redis does not answer.
    """
    try:
        groups = await client.xinfo_groups(stream)
    except ResponseError as error:
        if is_without_group(error):
            return 0
        raise
    thresholds = [await _first_needed(client, stream, group) for group in groups]
    if not thresholds:
        return 0
    milliseconds, sequence = min(thresholds)
    removed = await client.execute_command("XTRIM", stream, "MINID", "=", f"{milliseconds}-{sequence}")
    return int(removed)


async def remove_idle_consumers(client: RedisClient, own: str, stream: str = STREAM) -> None:
    """Forget consumers that hold nothing and have not asked for an hour: workers that ended long ago."""
    try:
        consumers = await client.xinfo_consumers(stream, GROUP)
    except ResponseError as error:
        if is_without_group(error):
            return
        raise
    for consumer in consumers:
        if consumer["name"] != own and not consumer["pending"] and consumer["idle"] > _IDLE_CONSUMER_MS:
            await client.xgroup_delconsumer(stream, GROUP, consumer["name"])


async def _first_needed(client: RedisClient, stream: str, group: dict[str, str]) -> tuple[int, int]:
    """Return the least identifier that this group still needs.

    The group's position was read before its pending entries: what is delivered in between lies behind it.
    """
    summary = await client.xpending(stream, group["name"])
    if summary["pending"]:
        return _parse(summary["min"])
    milliseconds, sequence = _parse(group["last-delivered-id"])
    return milliseconds, sequence + 1


def _parse(identifier: str) -> tuple[int, int]:
    milliseconds, _, sequence = identifier.partition("-")
    return int(milliseconds), int(sequence)
