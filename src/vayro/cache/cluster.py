"""Commands to a Redis Cluster: each goes to the node of its key, on one connection a node.

redis-py's own client takes some 100 us of CPU for a command, loses commands that come while it is still connecting, and
knows one state for the whole cluster. Here a node that is away is away alone: its breaker fails its keys at once, and
those of the other nodes are answered as ever, also while the cluster makes a replica the new master.
"""

import asyncio
import random
import re
import time
from collections.abc import Sequence
from typing import Any, NamedTuple
from urllib.parse import urlsplit, urlunsplit

from redis.crc import REDIS_CLUSTER_HASH_SLOTS, key_slot

from vayro.cache.breaker import CircuitBreaker
from vayro.cache.commands import Argument, CommandRefused, RedisAway
from vayro.cache.connection import PipelinedConnection

MOST_HOPS = 5
LEARN_SECONDS = 0.25
_REDIRECTION = re.compile(r"(?P<kind>MOVED|ASK) (?P<slot>\d+) (?P<host>\S*):(?P<port>\d+)")
# A node that says so is of no use for now, and another may have its slots soon.
_UNFIT = ("CLUSTERDOWN", "READONLY", "MASTERDOWN", "LOADING")


class Place(NamedTuple):
    """Where a node listens."""

    host: str
    port: int


class ClusterCommands:
    """A Redis Cluster. Its map is asked for at the first command, after redirections, and when a node is away."""

    def __init__(self, url: str, timeout_seconds: float, dependency: str) -> None:
        """Args: url, of any node; timeout_seconds, for each node that a command comes to; dependency, its metric."""
        self._url = urlsplit(url)
        self._timeout = timeout_seconds
        self._dependency = dependency
        self._open_breakers: set[CircuitBreaker] = set()
        self._nodes: dict[Place, PipelinedConnection] = {}
        self._seed = Place(self._url.hostname or "127.0.0.1", self._url.port or 6379)
        self._owners: list[Place] = []
        self._learning: asyncio.Task[None] | None = None
        self._learned_at = 0.0

    async def execute(self, command: bytes, *arguments: Argument) -> Any:
        """Send one command to the node of its key."""
        place, is_asking = await self._owner(command, arguments), False
        deadline = time.monotonic() + 2 * self._timeout
        for _ in range(MOST_HOPS):
            try:
                return await self._ask(place, command, arguments, is_asking=is_asking)
            except CommandRefused as error:
                place, is_asking = self._follow(place, error)
            except RedisAway:
                self._learn_soon()
                raise
            if time.monotonic() > deadline:
                break
        raise RedisAway("the cluster sends us in circles")

    async def execute_many(self, commands: Sequence[tuple[Argument, ...]]) -> list[Any]:
        """Send each to the node of its key, those of one node together."""
        shares: dict[Place, list[int]] = {}
        for index, (name, *arguments) in enumerate(commands):
            shares.setdefault(await self._owner(name, arguments), []).append(index)
        replies: list[Any] = [None] * len(commands)
        await asyncio.gather(*(self._execute_share(place, share, commands, replies) for place, share in shares.items()))
        for index, reply in enumerate(replies):
            if isinstance(reply, CommandRefused) and (_REDIRECTION.match(reply.detail) or _is_unfit(reply)):
                replies[index] = await self._execute_again(commands[index])
        return replies

    async def locate(self, key: str) -> Place:
        """Return the node that has the key, by a map that is asked for now. Raises RedisAway."""
        if self._learning is None or self._learning.done():
            self._learning = asyncio.create_task(self._learn())
            self._learning.add_done_callback(_read_error)
        await asyncio.shield(self._learning)
        return self._owners[key_slot(key.encode())]

    async def close(self) -> None:
        """Close the connections."""
        if self._learning:
            self._learning.cancel()
            await asyncio.gather(self._learning, return_exceptions=True)
        for node in self._nodes.values():
            await node.close()

    async def _execute_share(
        self, place: Place, share: list[int], commands: Sequence[tuple[Argument, ...]], replies: list[Any]
    ) -> None:
        try:
            found = await self._node(place).execute_many([commands[index] for index in share])
        except RedisAway:
            self._learn_soon()
            raise
        for index, reply in zip(share, found, strict=True):
            replies[index] = reply

    async def _execute_again(self, command: tuple[Argument, ...]) -> Any:
        try:
            return await self.execute(_as_bytes(command[0]), *command[1:])
        except CommandRefused as error:
            return error

    async def _ask(self, place: Place, command: bytes, arguments: Sequence[Argument], *, is_asking: bool) -> Any:
        node = self._node(place)
        if not is_asking:
            return await node.execute(command, *arguments)
        # The connection sends both together, so nothing can come between them.
        _, reply = await asyncio.gather(node.execute(b"ASKING"), node.execute(command, *arguments))
        return reply

    def _follow(self, place: Place, error: CommandRefused) -> tuple[Place, bool]:
        """Return where to ask next. Raises the error when it is none of the cluster's."""
        if _is_unfit(error):
            self._learn_soon()
            raise RedisAway(error.detail) from None
        found = _REDIRECTION.match(error.detail)
        if not found:
            raise error
        target = Place(found["host"] or place.host, int(found["port"]))
        if found["kind"] == "MOVED":
            if self._owners:
                self._owners[int(found["slot"])] = target
            self._learn_soon()
        return target, found["kind"] == "ASK"

    async def _owner(self, command: Argument, arguments: Sequence[Argument]) -> Place:
        if not self._owners:
            self._learn_soon()
            assert self._learning is not None
            await asyncio.shield(self._learning)
        return self._owners[key_slot(_key_of(command, arguments))]

    def _node(self, place: Place) -> PipelinedConnection:
        if place not in self._nodes:
            login = self._url.netloc.rpartition("@")[0]
            host = f"[{place.host}]" if ":" in place.host else place.host
            netloc = f"{login}@{host}:{place.port}" if login else f"{host}:{place.port}"
            url = urlunsplit((self._url.scheme, netloc, "/0", self._url.query, ""))
            breaker = CircuitBreaker(self._dependency, open_ones=self._open_breakers)
            self._nodes[place] = PipelinedConnection(url, self._timeout, breaker)
        return self._nodes[place]

    def _learn_soon(self) -> None:
        """Ask for the map in the background: once at a time, and not more often than four times a second."""
        is_due = not self._owners or time.monotonic() - self._learned_at > LEARN_SECONDS
        if is_due and (self._learning is None or self._learning.done()):
            self._learned_at = time.monotonic()
            self._learning = asyncio.create_task(self._learn())
            self._learning.add_done_callback(_read_error)

    async def _learn(self) -> None:
        """Ask one node after another for the map. Raises RedisAway when none answers."""
        known = random.sample([*self._nodes], len(self._nodes))
        for place in dict.fromkeys([*known, self._seed]):
            try:
                ranges = await self._node(place).execute(b"CLUSTER", b"SLOTS")
            except (RedisAway, CommandRefused):
                continue
            if ranges:
                await self._take(place, ranges)
                return
        raise RedisAway("no node of the cluster answers")

    async def _take(self, asked: Place, ranges: list[Any]) -> None:
        """Take over the map, and let go of nodes that are not in it."""
        # A slot that nobody has: whoever is asked for it says so.
        owners, present = [asked] * REDIS_CLUSTER_HASH_SLOTS, {asked}
        for first, last, (host, port, *_), *replicas in ranges:
            owner = Place(_host(host, asked), int(port))
            owners[first : last + 1] = [owner] * (last + 1 - first)
            present |= {owner, *(Place(_host(name, asked), int(number)) for name, number, *_ in replicas)}
        self._owners = owners
        for place in self._nodes.keys() - present:
            await self._nodes.pop(place).close()


def _key_of(command: Argument, arguments: Sequence[Argument]) -> bytes:
    """Return the one key that the command touches."""
    name = _as_bytes(command)
    if name in {b"EVAL", b"EVALSHA"}:
        return _as_bytes(arguments[2])
    if name == b"XREAD":
        return _as_bytes(arguments[arguments.index(b"STREAMS") + 1])
    return _as_bytes(arguments[0])


def _as_bytes(value: Argument) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode()


def _host(name: bytes | None, asked: Place) -> str:
    """Return the host; a node that does not know its own name is where we found it."""
    return name.decode() if name else asked.host


def _is_unfit(error: CommandRefused) -> bool:
    return error.detail.startswith(_UNFIT)


def _read_error(task: "asyncio.Task[None]") -> None:
    """Those who wait for the map are told; what nobody waits for is no one's error."""
    if not task.cancelled():
        task.exception()
