"""Commands to a Redis Cluster."""

import asyncio
from typing import TYPE_CHECKING, Any, cast

from redis.asyncio.cluster import RedisCluster
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import NoScriptError, RedisError, ResponseError

from vayro.cache.breaker import CircuitBreaker
from vayro.cache.commands import Argument, CommandRefused, RedisAway

if TYPE_CHECKING:
    from collections.abc import Awaitable, Sequence

CONNECTIONS_PER_NODE = 32


class ClusterCommands:
    """A Redis Cluster, through redis-py, which knows its slots. About 100 us a command, so for large sites only."""

    def __init__(self, url: str, timeout_seconds: float, breaker: CircuitBreaker) -> None:
        """Args: url, of any node; timeout_seconds, for one command, redirections included."""
        self._timeout = timeout_seconds
        self._breaker = breaker
        # A node's pool does not block: the command beyond its last connection fails.
        self._turns = asyncio.Semaphore(CONNECTIONS_PER_NODE)
        # redis-py's own defaults held one GET for 59.6 s against a black hole.
        self._cluster = RedisCluster.from_url(
            url,
            protocol=2,
            max_connections=CONNECTIONS_PER_NODE,
            socket_timeout=timeout_seconds,
            socket_connect_timeout=timeout_seconds,
            retry=Retry(NoBackoff(), 0),
        )
        for command in ("XREAD", "XRANGE", "XREVRANGE"):  # replies as the server sends them, here as everywhere
            self._cluster.response_callbacks.pop(command, None)

    async def execute(self, command: bytes, *arguments: Argument) -> Any:
        """Send one command to the node of its key."""
        if not self._breaker.may_try():
            raise RedisAway
        try:
            async with self._turns, asyncio.timeout(self._timeout):
                reply = await cast("Awaitable[Any]", self._cluster.execute_command(command.decode(), *arguments))
        except NoScriptError as error:  # redis-py cuts off the word by which scripts tell it
            raise CommandRefused(f"NOSCRIPT {error}") from None
        except ResponseError as error:
            raise CommandRefused(str(error)) from None
        except (RedisError, OSError, TimeoutError) as error:
            self._breaker.trip()
            raise RedisAway(str(error)) from error
        self._breaker.reset()
        return reply

    async def execute_many(self, commands: "Sequence[tuple[Argument, ...]]") -> list[Any]:
        """Send each to the node of its key."""
        replies = await asyncio.gather(
            *(self.execute(cast("bytes", name), *arguments) for name, *arguments in commands), return_exceptions=True
        )
        for reply in replies:
            if isinstance(reply, BaseException) and not isinstance(reply, CommandRefused):
                raise reply
        return replies

    async def close(self) -> None:
        """Close the connections."""
        await self._cluster.aclose()
