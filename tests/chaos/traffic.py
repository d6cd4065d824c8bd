"""Requests at a constant rate, whatever the server does: a stall shows as late answers, not as fewer requests.

    traffic = Traffic(stage.redirect_url, visit(codes), rate=100)
    traffic.start()
    …
    await traffic.stop()
    assert traffic.failures == []

A request is repeated as browsers repeat it: when a kept connection turns out to be closed before any byte of the
answer came. Each attempt has a number of its own, by which its click can be found (`visit`: in the Referer); those of
a `call` share one, which is its Idempotency-Key.
"""

import asyncio
import itertools
import json
import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from tests.flows.load import REFERER, USER_AGENT, _body_length

Request = Callable[[int], bytes]
ANSWER_SECONDS = 60


@dataclass
class Answer:
    """What came back. `seconds`: since the request was due, so that waiting for its turn counts."""

    number: int
    status: int
    head: bytes
    body: bytes
    seconds: float


@dataclass
class _Connection:
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter


@dataclass
class Traffic:
    """One kind of request to one address."""

    url: str
    request: Request
    rate: float
    expected: frozenset[int] = frozenset({302})
    is_numbered_once: bool = False
    answers: list[Answer] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    attempts: int = 0

    def __post_init__(self) -> None:
        parts = urlsplit(self.url)
        self._host, self._port = parts.hostname, parts.port
        self._numbers = itertools.count()
        self._idle: list[_Connection] = []
        self._under_way: set[asyncio.Task[None]] = set()
        self._running: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin; it goes on until `stop()`."""
        self._running = asyncio.create_task(self._send_all())

    async def stop(self) -> None:
        """Begin no more, wait for the answers under way, close the connections."""
        assert self._running
        self._running.cancel()
        await asyncio.gather(self._running, *self._under_way, return_exceptions=True)
        for connection in self._idle:
            await _close(connection)

    async def more(self, answers: int, *, seconds: float = 60) -> None:
        """Return once so many further requests were answered or failed."""
        goal = len(self.answers) + len(self.failures) + answers
        async with asyncio.timeout(seconds):
            while len(self.answers) + len(self.failures) < goal:
                await asyncio.sleep(0.01)

    def numbers(self) -> set[int]:
        """The numbers of the attempts that were answered as expected."""
        return {answer.number for answer in self.answers if answer.status in self.expected}

    async def _send_all(self) -> None:
        due = time.monotonic()
        while True:
            task = asyncio.create_task(self._send(due))
            self._under_way.add(task)
            task.add_done_callback(self._under_way.discard)
            due += 1 / self.rate
            await asyncio.sleep(max(0.0, due - time.monotonic()))

    async def _send(self, due: float) -> None:
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                answer = await self._ask(due)
        except (OSError, TimeoutError, asyncio.IncompleteReadError) as error:
            self.failures.append(f"{type(error).__name__}: {error}")
            return
        self.answers.append(answer)
        if answer.status not in self.expected:
            self.failures.append((answer.head.partition(b"\r\n")[0] + b" " + answer.body[:200]).decode("latin-1"))

    async def _ask(self, due: float) -> Answer:
        number = next(self._numbers)
        while self._idle:
            connection = self._idle.pop()
            try:
                return await self._exchange(connection, number, due)
            except (OSError, asyncio.IncompleteReadError) as error:
                await _close(connection)
                if getattr(error, "partial", b""):
                    raise
            if not self.is_numbered_once:
                number = next(self._numbers)
        connection = _Connection(*await asyncio.open_connection(self._host, self._port))
        return await self._exchange(connection, number, due)

    async def _exchange(self, connection: _Connection, number: int, due: float) -> Answer:
        self.attempts += 1
        connection.writer.write(self.request(number))
        head = await connection.reader.readuntil(b"\r\n\r\n")
        body = await connection.reader.readexactly(_body_length(head))
        if b"\r\nconnection: close" in head.lower():
            await _close(connection)
        else:
            self._idle.append(connection)
        return Answer(number, int(head.split(b" ", 2)[1]), head, body, time.monotonic() - due)


def visit(codes: Sequence[str]) -> Request:
    """Requests that follow these links in turn; number N has the Referer `…/N`."""

    def make(number: int) -> bytes:
        return (
            f"GET /{codes[number % len(codes)]} HTTP/1.1\r\nHost: short.test\r\nUser-Agent: {USER_AGENT}\r\n"
            f"Referer: {REFERER}{number}\r\nAccept: text/html\r\n\r\n"
        ).encode()

    return make


def call(method: str, path: str, key: str, body: Callable[[int], Mapping[str, object]] | None = None) -> Request:
    """Requests to the API; those with a body carry an Idempotency-Key, so that they may be repeated."""
    caller = secrets.token_hex(8)

    def make(number: int) -> bytes:
        content = json.dumps(body(number)).encode() if body else b""
        head = f"{method} {path} HTTP/1.1\r\nHost: api.test\r\nAuthorization: Bearer {key}\r\n"
        if content:
            head += f"Content-Type: application/json\r\nIdempotency-Key: {caller}-{number}\r\n"
        return f"{head}Content-Length: {len(content)}\r\n\r\n".encode() + content

    return make


async def _close(connection: _Connection) -> None:
    connection.writer.close()
    try:
        await connection.writer.wait_closed()
    except OSError:
        return
