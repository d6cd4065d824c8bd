"""A bounded load whose every request can be told apart by its Referer, and that knows which were answered 302."""

import asyncio
import contextlib
import itertools
from collections.abc import Sequence
from urllib.parse import urlsplit

REFERER = "https://load.test/"
USER_AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
HOST = "127.0.0.1"  # the default domain: an engine that does not know the others yet refuses theirs
RETRY_SECONDS = 0.02  # between attempts to reach an engine that was just killed


class Load:
    """Visitors who follow short links over keep-alive connections and come back when the engine died."""

    def __init__(
        self,
        urls: Sequence[str],
        codes: Sequence[str],
        *,
        visitors: int = 16,
        think_seconds: float = 0.0,
        first: int = 0,
    ) -> None:
        self.urls = [urlsplit(url) for url in urls]
        self.codes = codes
        self.visitors = visitors
        self.think_seconds = think_seconds
        self.sent = 0
        self.answered: set[str] = set()
        self.other: list[bytes] = []
        self._numbers = itertools.count(first)
        self._stopping = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """Begin; it goes on until `stop()`."""
        self._tasks = [asyncio.create_task(self._visit(number)) for number in range(self.visitors)]

    async def stop(self) -> None:
        """End once the requests under way are answered."""
        self._stopping.set()
        await asyncio.gather(*self._tasks)

    async def answers(self, more: int, *, seconds: float = 60) -> None:
        """Return once `more` further requests were answered 302."""
        goal = len(self.answered) + more
        async with asyncio.timeout(seconds):
            while len(self.answered) < goal:
                await asyncio.sleep(0.005)

    async def _visit(self, number: int) -> None:
        url = self.urls[number % len(self.urls)]
        while not self._stopping.is_set():
            with contextlib.suppress(OSError, asyncio.IncompleteReadError):
                reader, writer = await asyncio.open_connection(url.hostname, url.port)
                try:
                    await self._follow(reader, writer)
                finally:
                    writer.close()
            await asyncio.sleep(RETRY_SECONDS)

    async def _follow(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while not self._stopping.is_set():
            number = next(self._numbers)
            referer = f"{REFERER}{number}"
            code = self.codes[number % len(self.codes)]
            self.sent += 1
            writer.write(
                f"GET /{code} HTTP/1.1\r\nHost: {HOST}\r\nUser-Agent: {USER_AGENT}\r\n"
                f"Referer: {referer}\r\nAccept: text/html\r\n\r\n".encode()
            )
            head = await reader.readuntil(b"\r\n\r\n")
            if head.startswith(b"HTTP/1.1 302 "):
                self.answered.add(referer)
            else:
                self.other.append(head)
                await reader.readexactly(_body_length(head))
            if self.think_seconds:
                await asyncio.sleep(self.think_seconds)


def _body_length(head: bytes) -> int:
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return int(line.partition(b":")[2])
    return 0
