"""uvicorn's connection, with the limits that uvicorn and its parser lack.

- an unfinished request must be complete within 10 s (408): a slow sender cannot hold a connection for ever;
- a request head may have 64 KiB (431);
- a connection on which nothing happens is closed after 75 s, also one that never sent a byte;
- a client that does not read its answers is dropped after 30 s.

They are kept by one sweep a second over all connections, which costs a redirect nothing; timers would cost it 1 us.
"""

import asyncio
import contextlib
import os
import socket
import struct
from http import HTTPStatus
from time import monotonic
from typing import Any

import structlog
from uvicorn._types import ASGI3Application
from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle
from uvicorn.server import ServerState

from vayro.redirect.answer import header_lines, status_line
from vayro.redirect.engine import Engine

MAX_HEAD_BYTES = 65_536
PIECE_BYTES = 4_096
MESSAGE_SECONDS = 10.0
KEEP_ALIVE_SECONDS = 75.0
STALLED_SECONDS = 30.0

_log = structlog.get_logger(__name__)


class HeadTooLarge(Exception):
    """Raised inside the parser's callbacks, to stop it."""


class EngineConnection(HttpToolsProtocol):
    """One connection. `is_idle`: no request is under way, so the next byte begins one."""

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
        *,
        engine: Engine,
    ) -> None:
        """Args: as uvicorn gives them; engine, whose requests these are."""
        super().__init__(config, server_state, app_state, _loop)
        self.engine = engine
        self.is_idle = True
        self.active_at = monotonic()
        self._message_at = 0.0
        self._head_bytes = 0
        self._fields_bytes = 0
        self._is_in_message = False
        self._is_in_head = False
        self._is_upgraded = False
        self._unread = b""
        self._is_deferred = False
        self._running: RequestResponseCycle | None = None
        self._refusal: HTTPStatus | None = None
        self._is_refused = False

    # ── what arrives ──

    def data_received(self, data: bytes) -> None:
        """Parse, and serve through the application."""
        if self._is_refused:
            return
        self.is_idle = False
        self.active_at = monotonic()
        self._unread += data
        self._feed()

    def _feed(self) -> None:
        """Parse as far as requests may be under way at once: each that waits costs 5 kB, each byte on the wire one."""
        while self._unread and not (self.pipeline or self._is_refused or self._is_deferred or self.flow.write_paused):
            piece, self._unread = self._unread[:PIECE_BYTES], self._unread[PIECE_BYTES:]
            self._parse(piece)
        if self._unread:
            self.flow.pause_reading()
        self._settle()

    def _parse(self, data: bytes) -> None:
        # One endless field is never reported by the parser: count what it swallows, from the second read on.
        self._head_bytes += len(data)
        super().data_received(data)
        if self._is_in_head and self._head_bytes > MAX_HEAD_BYTES:
            self._refusal = HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE
            self.send_400_response("")

    def on_message_begin(self) -> None:
        """Note when a request began."""
        self._is_in_message = self._is_in_head = True
        self._message_at = self.active_at
        self._fields_bytes = self._head_bytes = 0
        super().on_message_begin()

    def on_url(self, url: bytes) -> None:
        """Count."""
        self._count(len(url))
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        """Count."""
        self._count(len(name) + len(value) + 4)
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """Start the application; while the process drains, let this be the connection's last request."""
        self._is_in_head = False
        super().on_headers_complete()
        if self.engine.is_draining:
            self.cycle.keep_alive = False

    def on_message_complete(self) -> None:
        """The parser stands between two requests."""
        self._is_in_message = False
        super().on_message_complete()

    def _unsupported_upgrade_warning(self) -> None:
        """Not worth a log line. The parser takes no more requests on this connection."""
        self._is_upgraded = True

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell all requests under way; uvicorn tells the last of a pipeline alone."""
        for cycle in (self._running, *(cycle for cycle, _ in self.pipeline)):
            if cycle is not None:
                cycle.disconnected = True
        super().connection_lost(exc)

    # ── what leaves ──

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: ASGI3Application) -> None:
        self._running = cycle
        super()._start_asgi_task(cycle, app)

    def pause_writing(self) -> None:
        """The client does not read: let the next request wait."""
        super().pause_writing()
        self.is_idle = False

    def resume_writing(self) -> None:
        """It reads again."""
        super().resume_writing()
        self._feed()

    def on_response_complete(self) -> None:
        """Serve the next request of a pipeline; else refuse what could not be parsed behind it."""
        self.server_state.total_requests += 1
        self.active_at = monotonic()
        if self.transport.is_closing():
            return
        if self.pipeline:
            cycle, app = self.pipeline.pop()
            self._start_asgi_task(cycle, app)
        elif self._is_refused:
            self._refuse_now()
        else:
            self.flow.resume_reading()
            self._feed()

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002  # uvicorn's signature
        """Refuse what cannot be parsed, after the answers to what came before it."""
        if self._is_refused:
            return
        self._is_refused = True
        self.is_idle = False
        if self._is_busy():
            self.flow.pause_reading()
        else:
            self._refuse_now()

    def _refuse_now(self) -> None:
        status = self._refusal or HTTPStatus.BAD_REQUEST
        body = f"{status.phrase}\n".encode()
        headers = [
            *self.server_state.default_headers,
            (b"content-type", b"text/plain; charset=utf-8"),
            (b"content-length", b"%d" % len(body)),
            (b"connection", b"close"),
        ]
        self.engine.counters.answers[int(status)] += 1
        self.transport.write(status_line(status) + header_lines(headers) + body)
        self.transport.close()

    # ── limits ──

    def check_limits(self, now: float) -> None:
        """Close or refuse when a time is over. Called once a second."""
        idle_seconds = now - self.active_at
        if self.transport.is_closing() or self.flow.write_paused:
            if idle_seconds > STALLED_SECONDS:
                self._drop()
        elif self._is_busy():
            return
        elif self._is_in_message:
            if now - self._message_at > MESSAGE_SECONDS:
                self._refuse_slow()
        elif idle_seconds > KEEP_ALIVE_SECONDS:
            self.transport.close()

    def _drop(self) -> None:
        """End the connection for the kernel, too: it would keep megabytes for a client that does not take them."""
        with (
            contextlib.suppress(OSError, AttributeError),
            socket.socket(fileno=os.dup(self.transport.get_extra_info("socket").fileno())) as same,
        ):
            same.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.transport.abort()

    def _refuse_slow(self) -> None:
        if self._is_in_head:
            self._refusal = HTTPStatus.REQUEST_TIMEOUT
            self.send_400_response("")
        else:  # answered already; only its body never ends
            self.transport.close()

    def _is_busy(self) -> bool:
        # uvicorn's annotation forgets that there is none before the first request.
        has_cycle = self.cycle is not None and not self.cycle.response_complete  # type: ignore[redundant-expr]
        return has_cycle or self._is_deferred

    def _settle(self) -> None:
        self.is_idle = not (self._is_in_message or self._is_refused or self._is_upgraded or self._is_busy())

    def _count(self, size: int) -> None:
        self._fields_bytes += size
        if self._fields_bytes > MAX_HEAD_BYTES:
            self._refusal = HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE
            raise HeadTooLarge
