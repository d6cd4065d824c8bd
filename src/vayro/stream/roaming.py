"""A client for one stream in a Redis Cluster: a plain connection to the node that has it, wherever that is now.

redis-py's own cluster client leaves connections open when a node fails while others use it.
"""

from typing import Any, cast

from redis.asyncio import ConnectionPool, Redis
from redis.exceptions import AskError, ClusterError, ConnectionError, MovedError, TimeoutError  # noqa: A004  # redis-py's

from vayro.cache.cluster import ClusterCommands
from vayro.cache.commands import RedisAway

MOST_HOPS = 5
_LOST = (ConnectionError, TimeoutError, ClusterError)


class RoamingRedis(Redis):
    """Sends every command to the stream's node, whatever key it names: so only keys that lie in the stream's slot."""

    stream: str
    nodes: ClusterCommands
    left: list[ConnectionPool]
    """Pools of nodes that were left; a command that was under way may still give a connection back."""

    @classmethod
    def open(cls, url: str, stream: str, locate_seconds: float, **options: Any) -> "RoamingRedis":
        """Return the client; nothing is connected yet. Args: url, of any node; options, of the connections."""
        client = cast("RoamingRedis", cls.from_url(url, **options))
        client.stream, client.left = stream, []
        client.nodes = ClusterCommands(url, locate_seconds, "stream")
        return client

    async def execute_command(self, *args: Any, **options: Any) -> Any:
        """As redis-py's, following the stream. Raises when its node is away, and looks for its successor."""
        for _ in range(MOST_HOPS):
            try:
                return await super().execute_command(*args, **options)  # type: ignore[no-untyped-call]  # redis-py's
            except MovedError as error:
                await self._go_to(error.host, error.port)
            except AskError as error:
                return await self._ask(error, args, options)
            except _LOST:
                await self._look_for_it()
                raise
        raise ConnectionError("the cluster sends us in circles")

    async def aclose(self, close_connection_pool: bool | None = None) -> None:  # noqa: FBT001  # redis-py's signature
        """Close the connections, those to nodes that were left, too."""
        await super().aclose(close_connection_pool)
        await self.connection_pool.disconnect(inuse_connections=True)
        for pool in self.left:
            await pool.disconnect(inuse_connections=True)
        await self.nodes.close()

    async def _go_to(self, host: str, port: int) -> None:
        pool = self.connection_pool
        before = pool.connection_kwargs
        place = {"host": host or before.get("host", "localhost"), "port": port}
        if place.items() <= before.items():
            return
        self.connection_pool = ConnectionPool(connection_class=pool.connection_class, **{**before, **place})
        self.left.append(pool)
        await pool.disconnect(inuse_connections=True)

    async def _ask(self, error: AskError, args: tuple[Any, ...], options: dict[str, Any]) -> Any:
        """Carry out one command on the node that the stream is on its way to."""
        before = self.connection_pool.connection_kwargs
        place = {"host": error.host or before.get("host", "localhost"), "port": error.port}
        pool = ConnectionPool(connection_class=self.connection_pool.connection_class, **{**before, **place})
        try:
            async with Redis(connection_pool=pool).pipeline(transaction=False) as pipeline:
                pipeline.response_callbacks = self.response_callbacks
                pipeline.execute_command("ASKING")
                pipeline.execute_command(*args, **options)
                return (await pipeline.execute())[1]
        finally:
            await pool.disconnect(inuse_connections=True)

    async def _look_for_it(self) -> None:
        try:
            place = await self.nodes.locate(self.stream)
        except RedisAway:
            return
        await self._go_to(place.host, place.port)
