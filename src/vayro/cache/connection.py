"""One connection to one Redis server, shared by all callers of a process: commands are pipelined as they come.

redis-py spends 60-100 us of CPU on one GET (a task, a lock, a time-out and a write each). Here all commands of one turn
of the event loop leave in one write, replies are parsed by hiredis, and one timer watches the oldest command alone.
Replies come in the order of the commands, so a caller that is cancelled cannot receive another's reply.
"""

import asyncio
import ssl
from collections import deque
from collections.abc import Sequence
from typing import Any

import hiredis
from redis.connection import parse_url

from vayro.cache.breaker import CircuitBreaker
from vayro.cache.commands import Argument, CommandRefused, RedisAway
from vayro.cache.replies import ReplyList

Reply = asyncio.Future[Any] | ReplyList
# Replies may lie unread in the socket when our own loop was busy: read once more before giving up.
GRACE_SECONDS = 0.01


class PipelinedConnection(asyncio.Protocol):
    """Connects at the first command, reconnects by itself in the background; meanwhile `execute` fails at once."""

    def __init__(self, url: str, timeout_seconds: float, breaker: CircuitBreaker) -> None:
        """Args: url, redis:// or rediss://; timeout_seconds, from the call to its reply, connecting included."""
        self._address: dict[str, Any] = parse_url(url)  # type: ignore[no-untyped-call]  # redis-py has no types there
        self._timeout = timeout_seconds
        self._breaker = breaker
        self._pending: deque[tuple[Reply, float]] = deque()
        self._outgoing: list[bytes] = []
        self._reader = hiredis.Reader(notEnoughData=...)
        self._transport: asyncio.Transport | None = None
        self._connecting: asyncio.Task[None] | None = None
        self._watchdog: asyncio.TimerHandle | None = None
        self._is_flush_due = False
        self._is_closed = False
        self.connections_made = 0

    def execute(self, command: bytes, *arguments: Argument) -> asyncio.Future[Any]:
        """Send one command with this turn's batch; await the future for its reply."""
        if self._transport is None or self._breaker.is_open:
            self._require_connecting()
        loop = asyncio.get_running_loop()
        reply: asyncio.Future[Any] = loop.create_future()
        self._pending.append((reply, loop.time()))
        self._outgoing.append(_pack((command, *arguments)))
        self._arm(loop)
        return reply

    def execute_many(self, commands: Sequence[tuple[Argument, ...]]) -> "asyncio.Future[list[Any]]":
        """Send them with this turn's batch; one future for all replies, so that a thousand cost 2 us each, not 12."""
        if self._transport is None or self._breaker.is_open:
            self._require_connecting()
        loop = asyncio.get_running_loop()
        replies = ReplyList(loop.create_future(), len(commands))
        now = loop.time()
        self._pending.extend([(replies, now)] * len(commands))
        self._outgoing.extend(map(_pack, commands))
        self._arm(loop)
        return replies.future

    async def close(self) -> None:
        """Close the connection; commands under way fail."""
        self._is_closed = True
        if self._connecting:
            self._connecting.cancel()
        self._drop(RedisAway("closed"))
        self._breaker.reset()  # who is not asked any more is not away

    # ── asyncio.Protocol ──

    def data_received(self, data: bytes) -> None:
        """Hand each reply to the one who asked."""
        self._reader.feed(data)
        gets, pending = self._reader.gets, self._pending
        while pending:
            value = gets()
            if value is ...:
                return
            reply = pending.popleft()[0]
            if reply.done():
                continue
            if isinstance(value, hiredis.ReplyError):
                reply.set_exception(CommandRefused(str(value)))
            else:
                reply.set_result(value)

    def connection_lost(self, exc: Exception | None) -> None:
        """Fail what waits, and reconnect in the background."""
        if self._transport is not None:
            self._fail(RedisAway(str(exc or "the connection was closed")))

    # ── inside ──

    def _arm(self, loop: asyncio.AbstractEventLoop) -> None:
        if not self._is_flush_due:
            self._is_flush_due = True
            loop.call_soon(self._flush)
        if self._watchdog is None:
            self._watchdog = loop.call_later(self._timeout, self._watch)

    def _flush(self) -> None:
        self._is_flush_due = False
        if self._transport is not None and self._outgoing:
            self._transport.write(b"".join(self._outgoing))
            self._outgoing.clear()

    def _watch(self) -> None:
        self._watchdog = None
        if not self._pending:
            return
        loop = asyncio.get_running_loop()
        overdue = loop.time() - self._pending[0][1] - self._timeout
        if overdue >= GRACE_SECONDS:
            self._fail(RedisAway(f"no reply within {self._timeout} s"))
        else:
            self._watchdog = loop.call_later(max(GRACE_SECONDS, -overdue), self._watch)

    def _require_connecting(self) -> None:
        """Nobody waits for the greeting of a server that has failed: it may accept connections and never answer."""
        if self._breaker.is_open or self._is_closed:
            raise RedisAway
        if self._connecting is None:
            self._connecting = asyncio.get_running_loop().create_task(self._connect_until_it_works())

    async def _connect_until_it_works(self) -> None:
        while not self._is_closed:
            try:
                async with asyncio.timeout(self._timeout):
                    await self._connect()
            except (OSError, TimeoutError, CommandRefused, RedisAway) as error:
                self._drop(RedisAway(str(error)))
                await asyncio.sleep(self._breaker.trip())
            else:
                self._breaker.reset()
                self._connecting = None
                return

    async def _connect(self) -> None:
        address = self._address
        transport, _ = await asyncio.get_running_loop().create_connection(
            lambda: self, address.get("host", "localhost"), address.get("port", 6379), ssl=self._tls_context()
        )
        self._transport = transport
        self._reader = hiredis.Reader(notEnoughData=...)
        self.connections_made += 1
        await self._greet()

    async def _greet(self) -> None:
        """Sign in and select the database before the commands that wait; PING proves that a half-open one answers."""
        address = self._address
        commands: list[tuple[Argument, ...]] = []
        if address.get("password"):
            commands.append(("AUTH", *filter(None, (address.get("username"), address["password"]))))
        if address.get("db"):
            commands.append(("SELECT", address["db"]))
        commands.append(("PING",))
        loop = asyncio.get_running_loop()
        waiting, replies = list(self._pending), [loop.create_future() for _ in commands]
        self._pending = deque([*((reply, loop.time()) for reply in replies), *waiting])
        self._outgoing[:0] = [_pack(command) for command in commands]
        self._flush()
        await asyncio.gather(*replies)

    def _tls_context(self) -> ssl.SSLContext | None:
        if "connection_class" not in self._address:
            return None
        context = ssl.create_default_context(cafile=self._address.get("ssl_ca_certs"))
        if self._address.get("ssl_cert_reqs") == "none":
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        return context

    def _fail(self, error: RedisAway) -> None:
        """The connection is of no use any more."""
        pause = self._breaker.trip()
        self._drop(error)
        if self._connecting is None and not self._is_closed:
            self._connecting = asyncio.get_running_loop().create_task(self._reconnect_after(pause))

    async def _reconnect_after(self, pause: float) -> None:
        await asyncio.sleep(pause)
        await self._connect_until_it_works()

    def _drop(self, error: RedisAway) -> None:
        transport, self._transport = self._transport, None
        if transport is not None:
            transport.abort()
        if self._watchdog is not None:
            self._watchdog.cancel()
            self._watchdog = None
        self._outgoing.clear()
        pending, self._pending = self._pending, deque()
        for reply, _ in pending:
            if not reply.done():
                reply.set_exception(error)
                reply.exception()  # read here, so that a reply nobody awaits any more is not reported


def _pack(arguments: tuple[Argument, ...]) -> bytes:
    packed: bytes = hiredis.pack_command(arguments)  # type: ignore[arg-type]  # its stub names a tuple of one
    return packed
