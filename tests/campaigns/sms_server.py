"""A provider's HTTP server: it writes down what it is asked, and answers what the test says."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

import orjson


@dataclass
class Asked:
    """One request. Names of headers are in lower case."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def form(self) -> dict[str, str]:
        return dict(parse_qsl(self.body.decode(), keep_blank_values=True))

    @property
    def json(self) -> Any:
        return orjson.loads(self.body)


Answer = tuple[int, Any] | tuple[int, Any, Mapping[str, str]] | None
"""Status, what becomes JSON, headers; None: the connection is closed without an answer."""


@dataclass
class SmsServer:
    """`answer` says what a request gets."""

    answer: Callable[[Asked], Answer]
    url: str = ""
    asked: list[Asked] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError, OSError):
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
            method, target, _ = head[0].split(" ")
            pairs = (line.partition(": ") for line in head[1:] if line)
            headers = {name.lower(): value for name, _, value in pairs}
            body = await reader.readexactly(int(headers.get("content-length", "0")))
            one = Asked(method, target, headers, body)
            self.asked.append(one)
            if told := self.answer(one):
                writer.write(_written(told))
                await writer.drain()
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()


def _written(told: Any) -> bytes:
    status, content, more = (*told, {})[:3]
    body = content if isinstance(content, bytes) else orjson.dumps(content)
    fields = {"Content-Type": "application/json", "Content-Length": len(body), "Connection": "close", **more}
    lines = [f"HTTP/1.1 {status} Answer", *(f"{name}: {value}" for name, value in fields.items())]
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + body


@contextlib.asynccontextmanager
async def sms_server(answer: Callable[[Asked], Answer]) -> AsyncIterator[SmsServer]:
    made = SmsServer(answer)
    server = await asyncio.start_server(made.serve, "127.0.0.1", 0)
    made.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with server:
        yield made
