"""An endpoint that speaks OpenAI's chat completions, as well or as badly as a test says."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable
from typing import Any

CONTENT: dict[str, Any] = {
    "headline": "Warm water, every morning",
    "tagline": "Rossi & Sons looks after the pipes and the heating of your home, and tells you what it does.",
    "about": "We listen first.\n\nThen we look for the cause, and we tell you what is to be done for it.",
    "offers": [{"name": "Leaks", "text": "We find the leak and we close it."}],
    "highlights": ["Tidy work"],
    "questions": [{"question": "What do you need?", "answer": "A picture of the place is a good beginning."}],
    "call_to_action": "Call us",
    "description": "Plumbing and heating by Rossi & Sons.",
}

Reply = tuple[int, dict[str, str], bytes]


def say(text: Any, *, usage: Any = None, **message: Any) -> Reply:
    """What the endpoint answers when its model says this: an object is said as JSON."""
    said = text if isinstance(text, str) else json.dumps(text)
    choice = {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": said, **message}}
    counted = {"prompt_tokens": 1_000, "completion_tokens": 500} if usage is None else usage
    return 200, {}, json.dumps({"id": "x", "object": "chat.completion", "choices": [choice], "usage": counted}).encode()


def fail(status: int, message: str = "no") -> Reply:
    """An error; the client's own retries come at once."""
    return status, {"retry-after-ms": "5"}, json.dumps({"error": {"message": message}}).encode()


class AiServer:
    """`replies` are given one after the other, the last again and again; `requests` is what was asked."""

    def __init__(self) -> None:
        self.replies: list[Reply | Callable[[asyncio.StreamWriter], Any]] = []
        self.requests: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.url = ""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            while True:
                await self._one(reader, writer)
        writer.close()

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:])}
        self.headers.append(headers)
        self.requests.append(json.loads(await reader.readexactly(int(headers["content-length"]))))
        reply = self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]
        if callable(reply):
            await reply(writer)
            return
        status, more, body = reply
        fields = {"content-type": "application/json", "content-length": str(len(body)), **more}
        lines = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
        writer.write(f"HTTP/1.1 {status} X\r\n{lines}\r\n".encode() + body)
        await writer.drain()


async def hang(_writer: asyncio.StreamWriter) -> None:
    """Say nothing at all."""
    await asyncio.Event().wait()


async def hang_in_the_middle(writer: asyncio.StreamWriter) -> None:
    """Begin an answer, and stop."""
    writer.write(b'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 9000\r\n\r\n{"choices": [')
    await writer.drain()
    await asyncio.Event().wait()


async def flood(writer: asyncio.StreamWriter) -> None:
    """An answer without an end."""
    writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\n\r\n")
    while True:
        writer.write(b" " * 65_536)
        await writer.drain()


@contextlib.asynccontextmanager
async def ai_server() -> AsyncIterator[AiServer]:
    """A running one."""
    server = AiServer()
    tasks: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        tasks.add(task)
        with contextlib.suppress(asyncio.CancelledError):
            await server.serve(reader, writer)
        writer.close()

    listening = await asyncio.start_server(serve, "127.0.0.1", 0)
    server.url = f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}/v1"
    try:
        yield server
    finally:
        listening.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
