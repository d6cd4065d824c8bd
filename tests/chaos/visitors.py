"""Visitors who follow codes on several engines, and whose every answer is kept: what it was, and how long it took."""

import asyncio
import contextlib
import itertools
from collections.abc import AsyncIterator, Iterable, Sequence
from typing import NamedTuple, Self
from urllib.parse import urlsplit
from uuid import uuid4

from sqlalchemy import func, select

from vayro.database.engine import Database
from vayro.database.models import click_events

HANGS_SECONDS = 30
RECORDED_SECONDS = 120


class Answer(NamedTuple):
    """What one request got. `referer` tells its click from all others."""

    code: str
    status: int
    headers: dict[str, str]
    seconds: float
    referer: str

    @property
    def location(self) -> str:
        """Where it leads; nowhere unless it is a redirect."""
        return self.headers.get("location", "")


class Visitor:
    """One keep-alive connection to one engine, therefore to one process. One request at a time."""

    def __init__(self, url: str, referer: str = "https://visitor.test/") -> None:
        self.url = urlsplit(url)
        self._referer = f"{referer}{uuid4().hex}/"
        self.asked = 0
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def follow(self, code: str) -> Answer:
        """Ask for a code. TimeoutError when there is no answer within 30 s; OSError when the connection breaks."""
        referer = f"{self._referer}{self.asked}"
        loop = asyncio.get_running_loop()
        started = loop.time()
        async with asyncio.timeout(HANGS_SECONDS):
            reader, writer = self._streams = self._streams or await self._connect()
            writer.write(
                f"GET /{code} HTTP/1.1\r\nHost: short.test\r\nUser-Agent: Mozilla/5.0 (X11; Linux x86_64)\r\n"
                f"Referer: {referer}\r\nAccept: application/json\r\n\r\n".encode()
            )
            self.asked += 1
            first, *lines = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
            headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
            await reader.readexactly(int(headers.get("content-length", "0")))
        return Answer(code, int(first.split()[1]), headers, loop.time() - started, referer)

    async def close(self) -> None:
        """End the connection."""
        if self._streams:
            self._streams[1].close()
            with contextlib.suppress(OSError):
                await self._streams[1].wait_closed()
            self._streams = None

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        return await asyncio.open_connection(self.url.hostname, self.url.port)


class Crowd:
    """So many visitors at each engine. `answers` holds all they got, in the order in which it came."""

    def __init__(self, urls: Sequence[str], *, visitors: int = 4) -> None:
        self.answers: list[Answer] = []
        self._groups = [[Visitor(url) for _ in range(visitors)] for url in urls]

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await asyncio.gather(*(visitor.close() for group in self._groups for visitor in group))

    async def follow(self, codes: Iterable[str]) -> list[Answer]:
        """Have each code followed once at each engine, by all its visitors at once; return what they got."""
        found: list[Answer] = []
        codes = list(codes)
        async with asyncio.TaskGroup() as tasks:
            for group in self._groups:
                waiting = iter(codes)  # shared: whoever is free takes the next
                for visitor in group:
                    tasks.create_task(self._follow_all(visitor, waiting, found))
        return found

    @property
    def asked(self) -> int:
        """Requests that are in the engines' sockets, answered or not; those of `following` apart."""
        return sum(visitor.asked for group in self._groups for visitor in group)

    @contextlib.asynccontextmanager
    async def following(self, codes: Sequence[str], *, think_seconds: float = 0.01) -> AsyncIterator[list[Answer]]:
        """Have the codes followed again and again while the block runs; what it gives is filled meanwhile.

        By visitors of their own, so that `follow` can be used inside.
        """
        found: list[Answer] = []
        stopping = asyncio.Event()
        others = [Visitor(group[0].url.geturl()) for group in self._groups for _ in group]
        tasks = [
            asyncio.create_task(self._follow_on(visitor, codes, found, stopping, think_seconds)) for visitor in others
        ]
        try:
            yield found
        finally:
            stopping.set()
            await asyncio.gather(*tasks)
            await asyncio.gather(*(visitor.close() for visitor in others))

    async def _follow_all(self, visitor: Visitor, codes: Iterable[str], found: list[Answer]) -> None:
        for code in codes:
            self._take(await visitor.follow(code), found)

    async def _follow_on(
        self, visitor: Visitor, codes: Sequence[str], found: list[Answer], stopping: asyncio.Event, think_seconds: float
    ) -> None:
        for code in itertools.cycle(codes):
            if stopping.is_set():
                return
            self._take(await visitor.follow(code), found)
            await asyncio.sleep(think_seconds)

    def _take(self, answer: Answer, found: list[Answer]) -> None:
        found.append(answer)
        self.answers.append(answer)


async def await_recorded(truth: Database, answers: Iterable[Answer]) -> None:
    """Return once each redirect among the answers is a row; AssertionError when one is there twice, or nothing comes.

    A click in the table that no answer belongs to is not looked for: it may be of a request that broke.
    """
    expected = {answer.referer for answer in answers if answer.status == 302}
    times = {}
    try:
        async with asyncio.timeout(RECORDED_SECONDS):
            while expected - times.keys():
                await asyncio.sleep(0.2)
                times = await _clicks_by_referer(truth)
    except TimeoutError:
        missing = expected - times.keys()
        raise AssertionError(
            f"{len(missing)} of {len(expected)} clicks are not recorded, like {min(missing)}"
        ) from None
    assert [referer for referer in expected if times[referer] > 1] == [], "recorded twice"


async def _clicks_by_referer(truth: Database) -> dict[str, int]:
    column = click_events.c.referer
    statement = select(column, func.count()).where(column.like("https://visitor.test/%")).group_by(column)
    async with truth.read() as connection:
        return {str(referer): int(count) for referer, count in await connection.execute(statement)}
