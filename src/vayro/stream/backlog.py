"""How much lies in the streams that no worker has acknowledged: what more workers would be for."""

import asyncio
import contextlib

from redis.exceptions import ResponseError

from vayro.observability import Metrics
from vayro.settings import Settings
from vayro.stream.names import GROUP, STREAM, stream_names
from vayro.stream.redis_client import AWAY, RedisClient, is_without_group, open_redis
from vayro.waiting import pause

LOOK_SECONDS = 2.0


async def watch_backlog(settings: Settings, metrics: Metrics, stopped: asyncio.Event) -> None:
    """Keep `vayro_stream_backlog` and the breaker of the stream up to date until `stopped`. On its own connections."""
    clients = {stream: open_redis(settings, stream) for stream in stream_names(settings.stream_shards)}
    is_away = metrics.breaker_open.labels("stream")
    is_away.set(0)
    try:
        while not stopped.is_set():
            try:
                metrics.stream_backlog.set(
                    sum([await count_backlog(client, stream) for stream, client in clients.items()])
                )
                is_away.set(0)
            except AWAY:
                is_away.set(1)
            await pause(stopped, LOOK_SECONDS)
    finally:
        for client in clients.values():
            with contextlib.suppress(*AWAY):
                await client.aclose()


async def count_backlog(client: RedisClient, stream: str = STREAM) -> int:
    """Return how many events the group has not acknowledged, delivered or not. Raises when Redis does not answer."""
    try:
        groups = await client.xinfo_groups(stream)
        length = await client.xlen(stream)
    except ResponseError as error:
        if is_without_group(error):
            return 0
        raise
    for group in groups:
        if group["name"] == GROUP:
            # Redis does not know the lag after entries were deleted; then all that is there may be unread.
            lag = group.get("lag")
            return int(group["pending"]) + int(length if lag is None else lag)
    return int(length)
