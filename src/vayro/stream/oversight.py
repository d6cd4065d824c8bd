"""What the shipper must know: whether this is still the Redis that took our clicks, and what stays incomplete.

A Redis that restarts may have lost XADDs that it acknowledged (`appendfsync everysec` does, on a plain kill), and a
flushed one has lost all. Either way every segment that is not committed is sent again; repetitions change nothing.
"""

import secrets
import time
from collections.abc import Awaitable, Collection, Iterable
from typing import NamedTuple, Protocol

import structlog

from vayro.stream.names import GROUP, STREAM, beside
from vayro.stream.redis_client import AWAY, RedisClient
from vayro.stream.shipping import Shipped

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

    def __init__(self, client: RedisClient, sent: Sent, stream: str = STREAM) -> None:
        """Args: client, of this stream, for watching alone; sent, the counters of the lane to this stream."""
        self._client = client
        self._stream = stream
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
        _log.warning(
            "redis may have lost clicks: all that are not committed are sent again",
            stream=self._stream,
            run_id=found.run_id,
        )
        return True

    async def is_quiet(self) -> bool:
        """Whether the group has read and acknowledged all that is in the stream."""
        if not await self._client.exists(self._stream):
            return True
        for group in await self._client.xinfo_groups(self._stream):
            if group["name"] == GROUP:
                return not group["pending"] and not group.get("lag")
        return not await self._client.xlen(self._stream)

    async def count(self) -> int:
        """Return how many entries are in the stream. Raises when Redis does not answer."""
        return int(await self._client.xlen(self._stream))

    async def _look(self) -> StreamState:
        # On the stream's own node: a flush there takes the key with it.
        key = beside(self._stream, "epoch")
        await self._client.set(key, secrets.token_hex(8), nx=True)
        epoch = await self._client.get(key)
        run_id, completed = await self._run_id(), self._sent.completed
        entries_added = await self._entries_added()
        return StreamState(run_id, str(epoch), completed, entries_added, self._sent.attempted)

    async def _run_id(self) -> str:
        return str((await self._client.info("server"))["run_id"])

    async def _entries_added(self) -> int:
        if not await self._client.exists(self._stream):
            return 0
        return int((await self._client.xinfo_stream(self._stream)).get("entries-added", 0))


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


async def has_lost(watches: Iterable[StreamWatch]) -> bool:
    """Whether any stream has, as `StreamWatch.has_lost`. One that does not answer now will be asked again."""
    return any([await _answer(watch.has_lost()) for watch in watches])


async def is_quiet(watches: Iterable[StreamWatch]) -> bool:
    """Whether all streams are, as `StreamWatch.is_quiet`; one that does not answer, or has no group, is not."""
    return all([await _answer(watch.is_quiet()) for watch in watches])


async def count_entries(watches: Iterable[StreamWatch]) -> int:
    """Return how many entries are in all streams; one that does not answer counts as empty."""
    return sum([await _answer(watch.count()) for watch in watches])


async def _answer(question: Awaitable[int]) -> int:
    """Return the answer, or 0 (and thereby no) when Redis does not give one."""
    try:
        return await question
    except AWAY:
        return 0
