"""Engines in this process, on real sockets, in a thread with uvloop, as `run_engine` has it."""

import asyncio
import contextlib
import re
import socket
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import uvloop

from tests.clicks.decoding import RawClick, decode_click
from vayro.redirect.engine import Engine, build_engine
from vayro.redirect.server import EngineServer
from vayro.settings import Settings

SENTINEL = b"GET /health/live HTTP/1.1\r\nHost: sentinel\r\nConnection: close\r\n\r\n"


class EngineThread:
    """One running engine. `clicks` is what it recorded since `clear()`."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.clicks: list[RawClick] = []
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=4096)
        self.port = self.listener.getsockname()[1]
        self.loop = uvloop.new_event_loop()
        self.engine: Engine
        self.server: EngineServer
        self._is_built = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self) -> None:
        self._thread.start()
        self._is_built.wait(10)
        while not self.server.started:
            time.sleep(0.005)

    def stop(self) -> None:
        with contextlib.suppress(RuntimeError):  # a test has stopped it
            self.loop.call_soon_threadsafe(self.server.drain, 0)
        self._thread.join(10)
        assert not self._thread.is_alive()

    def call(self, work: Callable[[], Awaitable[Any]]) -> Any:
        """Run a coroutine function in the engine's loop; return its result."""

        async def run() -> Any:
            return await work()

        return asyncio.run_coroutine_threadsafe(run(), self.loop).result(10)

    def exchange(self, *pieces: bytes, seconds: float = 0.4, pause: float = 0.0005) -> bytes:
        """Send the pieces as reads of their own; return all that comes until the end or `seconds` of silence."""
        with socket.create_connection(("127.0.0.1", self.port)) as connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            received = bytearray()
            with contextlib.suppress(ConnectionError):
                for number, piece in enumerate(pieces):
                    if number:
                        time.sleep(pause)
                    connection.sendall(piece)
            connection.settimeout(seconds)
            with contextlib.suppress(TimeoutError, ConnectionError):
                while part := connection.recv(65_536):
                    received += part
            return bytes(received)

    def _run(self) -> None:
        asyncio.set_event_loop(self.loop)
        self.loop.run_until_complete(self._serve())
        self.loop.close()

    async def _serve(self) -> None:
        self.engine = build_engine(self.settings)
        append = self.engine.recorder.writer.append

        class Recording:
            """The writer, watched."""

            def __getattr__(writer, name: str) -> Any:  # noqa: N805
                return getattr(self._writer, name)

            def append(writer, payload: bytes) -> bool:  # noqa: N805
                self.clicks.append(decode_click(payload))
                return append(payload)

        self._writer = self.engine.recorder.writer
        self.engine.recorder.writer = Recording()  # type: ignore[assignment]
        self.server = EngineServer(self.engine)
        self._is_built.set()
        await self.server.serve([self.listener])


@contextlib.contextmanager
def running_engine(settings: Settings) -> Iterator[EngineThread]:
    """Start an engine; stop it at the end."""
    thread = EngineThread(settings)
    thread.start()
    try:
        yield thread
    finally:
        thread.stop()


def without_date(answer: bytes) -> bytes:
    """The answer, its Date headers made equal."""
    return re.sub(rb"\r\ndate: [^\r]*", b"\r\ndate: -", answer)


def get(path: str, *fields: str, method: str = "GET", version: str = "1.1") -> bytes:
    """A request head."""
    lines = [f"{method} {path} HTTP/{version}", "Host: 127.0.0.1", *fields]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def status_of(answer: bytes) -> int:
    """The status of the first response; 0 when there is none."""
    return int(answer.split(b" ", 2)[1]) if answer else 0


def header_of(answer: bytes, name: str) -> str | None:
    """A header of the first response."""
    for line in answer.partition(b"\r\n\r\n")[0].split(b"\r\n")[1:]:
        key, _, value = line.decode("latin-1").partition(": ")
        if key.lower() == name.lower():
            return value
    return None
