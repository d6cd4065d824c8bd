"""redis-py, set up for streams: short time-outs, no retries, and answers as they come off the wire."""

from typing import Any

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from vayro.settings import Settings
from vayro.stream.names import GROUP, STREAM
from vayro.stream.roaming import RoamingRedis

__all__ = ["AWAY", "GROUP", "STREAM", "RedisClient", "is_without_group", "open_redis"]

BLOCK_MS = 500
# Above BLOCK_MS, or every quiet half-second would look like a server that does not answer.
SOCKET_SECONDS = 3.0
CONNECT_SECONDS = 1.0
RedisClient = Any
"""`Redis`, whose methods redis-py types loosely."""

AWAY = (RedisError, OSError, TimeoutError)


def open_redis(settings: Settings, stream: str = STREAM) -> RedisClient:
    """Return a client for this stream whose strings have one character a byte (Latin-1). Nothing is connected yet.

    redis-py's own defaults held one command for 59.6 s before a black hole, and repeat commands whose answer was lost.
    """
    options: dict[str, Any] = {
        "encoding": "latin-1",
        "decode_responses": True,
        "socket_timeout": SOCKET_SECONDS,
        "socket_connect_timeout": CONNECT_SECONDS,
        "protocol": 2,
        "retry": Retry(NoBackoff(), 0),
    }
    if settings.redis_cluster:
        return RoamingRedis.open(settings.redis_url, stream, CONNECT_SECONDS, **options)
    return Redis.from_url(settings.redis_url, **options)


def is_without_group(error: BaseException) -> bool:
    """Whether this says that the stream or its group is gone: Redis was flushed or lost its data."""
    return str(error).startswith(("NOGROUP", "UNBLOCKED", "ERR no such key")) or "no such key" in str(error)
