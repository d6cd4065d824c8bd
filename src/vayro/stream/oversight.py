"""What the shipper must know: whether this is still the Redis that took our clicks, and what stays incomplete.

A Redis that restarts may have lost XADDs that it acknowledged (`appendfsync everysec` does, on a plain kill), and a
flushed one has lost all. Either way every segment that is not committed is sent again; repetitions change nothing.
"""

import secrets
import time
from collections.abc import Collection
from typing import NamedTuple, Protocol

import structlog

from vayro.stream.redis_client import AWAY, GROUP, STREAM, RedisClient
from vayro.stream.shipping import Shipped

EPOCH_KEY = f"{STREAM}:epoch"
FIRST_PATIENCE_SECONDS = 60.0
LONGEST_PATIENCE_SECONDS = 3600.0
_log = structlog.get_logger(__name__)


class Sent(Protocol):
    """What the shipper has sent: `attempted` counts before the answer, `completed` after it."""

    attempted: int
    completed: int


class StreamState(NamedTuple):
    """What is looked at. `completed` was read before `entries_added`, `attempted` after."""

    run_id: str
    epoch: str
    completed: int
    entries_added: int
    attempted: int

    @property
    def others(self) -> int:
        """At least so many entries were added by others than this shipper (or by it, before it counted)."""
        return self.entries_added - self.attempted


class StreamWatch:
    """Notices when the stream may have lost entries: another server, another epoch, or fewer entries than we added."""

    def __init__(self, client: RedisClient, sent: Sent) -> None:
        """Args: client, for this alone; sent, the counters of the shipper."""
        self._client = client
        self._sent = sent
        self._server: tuple[str, str] | None = None
        self._others = 0

    async def has_lost(self) -> bool:
        """Whether entries may have been lost since the last call. Raises when Redis does not answer."""
        found = await self._look()
        server = (found.run_id, found.epoch)
        # Against the highest count ever seen: a stream that is deleted and grows again never reaches it.
        is_same = self._server == server and found.entries_added >= self._others + found.completed
        is_first = self._server is None
        self._server = server
        self._others = max(self._others, found.others) if is_same else found.others
        if is_same or is_first:
            return False
        _log.warning("redis may have lost clicks: all that are not committed are sent again", run_id=found.run_id)
        return True

    async def is_quiet(self) -> bool:
        """Whether the group has read and acknowledged all that is in the stream."""
        for group in await self._client.xinfo_groups(STREAM):
            if group["name"] == GROUP:
                return not group["pending"] and not group.get("lag")
        return False

    async def _look(self) -> StreamState:
        # The key lives in the same slot's server only by chance; it tells a flush, which empties every server.
        await self._client.set(EPOCH_KEY, secrets.token_hex(8), nx=True)
        epoch = await self._client.get(EPOCH_KEY)
        run_id, completed = await self._run_id(), self._sent.completed
        entries_added = await self._entries_added()
        return StreamState(run_id, str(epoch), completed, entries_added, self._sent.attempted)

    async def _run_id(self) -> str:
        if hasattr(self._client, "get_node_from_key"):
            node = self._client.get_node_from_key(STREAM)
            return str((await self._client.info("server", target_nodes=node))["run_id"])
        return str((await self._client.info("server"))["run_id"])

    async def _entries_added(self) -> int:
        if not await self._client.exists(STREAM):
            return 0
        return int((await self._client.xinfo_stream(STREAM)).get("entries-added", 0))


class Patience:
    """Decides when a segment that was sent in full, but is not committed, is to be sent again.

    Only while the group has nothing left to do: then no worker will ever commit what is missing. Waits a minute, and
    twice as long each time.
    """

    def __init__(self, first_seconds: float | None = None) -> None:
        """Args: first_seconds, how long the first wait is (60 s)."""
        self._first_seconds = first_seconds or FIRST_PATIENCE_SECONDS
        self._due: dict[str, tuple[float, float]] = {}

    def overdue(self, waiting: Collection[Shipped], *, is_quiet: bool) -> list[str]:
        """Return the names of the segments to send again."""
        now = time.monotonic()
        names = {segment.name for segment in waiting}
        self._due = {name: due for name, due in self._due.items() if name in names}
        for name in names - self._due.keys():
            self._due[name] = (now + self._first_seconds, self._first_seconds)
        if not is_quiet:
            return []
        overdue = [name for name in names if self._due[name][0] <= now]
        for name in overdue:
            pause = min(LONGEST_PATIENCE_SECONDS, self._due[name][1] * 2)
            self._due[name] = (now + pause, pause)
        return overdue


async def has_lost(watch: StreamWatch) -> bool:
    """As `StreamWatch.has_lost`; False while Redis does not answer: it will be asked again."""
    try:
        return await watch.has_lost()
    except AWAY:
        return False


async def is_quiet(watch: StreamWatch) -> bool:
    """As `StreamWatch.is_quiet`; False while Redis does not answer or has no group."""
    try:
        return await watch.is_quiet()
    except AWAY:
        return False
