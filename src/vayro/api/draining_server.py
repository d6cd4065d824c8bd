"""uvicorn on uvloop, over sockets that the parent has bound, which drains before it stops."""

import asyncio
import math
import signal
import socket
import time
from collections.abc import Callable, Sequence
from types import FrameType
from typing import Any

import uvicorn

GRACEFUL_SECONDS = 6
"""How long requests under way may take once the socket is closed; with VAYRO_DRAIN_SECONDS all ends within 10 s."""

Draining = Callable[[], asyncio.Event | None]
"""Returns what is set when the process is told to stop; None while there is nothing to drain yet."""


class DrainingServer(uvicorn.Server):
    """Says at once that it is stopping, and goes on for VAYRO_DRAIN_SECONDS before it closes its socket.

    Meanwhile `/health/ready` fails, endless answers end, and each answer is its connection's last.
    """

    def __init__(self, app: Any, draining: Draining, drain_seconds: float) -> None:
        """Args: app, an ASGI app with a lifespan."""
        config = uvicorn.Config(
            app,
            loop="uvloop",
            http="httptools",
            ws="none",
            lifespan="on",
            access_log=False,
            log_config=None,
            server_header=False,
            proxy_headers=False,
            timeout_graceful_shutdown=GRACEFUL_SECONDS,
            timeout_keep_alive=65,
        )
        super().__init__(config)
        self._draining = draining
        self._drain_seconds = drain_seconds
        self._closing_at = math.inf

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Begin to stop; the second time, stop without delay."""
        draining = self._draining()
        if draining is None or draining.is_set():
            super().handle_exit(sig, frame)
            return
        draining.set()
        self._closing_at = time.monotonic() + self._drain_seconds

    async def on_tick(self, counter: int) -> bool:
        """Every tenth of a second."""
        if time.monotonic() >= self._closing_at:
            self.should_exit = True
        return await super().on_tick(counter)

    def serve_on(self, sockets: Sequence[socket.socket]) -> None:
        """Serve until SIGTERM or SIGINT. Blocks."""
        signal.signal(signal.SIGPIPE, signal.SIG_IGN)
        self.run(sockets=list(sockets))
