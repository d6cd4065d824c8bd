"""One Dashboard API process: uvicorn on uvloop, over sockets that the parent has bound."""

import gc
import math
import signal
import socket
import time
from collections.abc import Sequence
from types import FrameType

import uvicorn
from fastapi import FastAPI

from vayro.api.app import build_app
from vayro.settings import Settings

GRACEFUL_SECONDS = 6
"""How long requests under way may take once the socket is closed; with VAYRO_DRAIN_SECONDS all ends within 10 s."""


class ApiServer(uvicorn.Server):
    """Says at once that it is stopping, and goes on for VAYRO_DRAIN_SECONDS before it closes its socket.

    Meanwhile `/health/ready` fails, endless answers end, and each answer is its connection's last.
    """

    def __init__(self, app: FastAPI, config: uvicorn.Config) -> None:
        """Args: app, whose services hold the `draining` event; config, uvicorn's."""
        super().__init__(config)
        self._app = app
        self._closing_at = math.inf

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Begin to stop; the second time, stop without delay."""
        services = getattr(self._app.state, "services", None)
        if services is None or services.draining.is_set():
            super().handle_exit(sig, frame)
            return
        services.draining.set()
        self._closing_at = time.monotonic() + services.settings.drain_seconds

    async def on_tick(self, counter: int) -> bool:
        """Every tenth of a second."""
        if time.monotonic() >= self._closing_at:
            self.should_exit = True
        return await super().on_tick(counter)


def run_api(settings: Settings, sockets: Sequence[socket.socket]) -> None:
    """Serve the Dashboard API on these sockets until SIGTERM or SIGINT. Blocks."""
    app = build_app(settings)
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
    signal.signal(signal.SIGPIPE, signal.SIG_IGN)
    _tune_garbage_collection()
    ApiServer(app, config).run(sockets=list(sockets))


def _tune_garbage_collection() -> None:
    """Leave what was loaded at start alone, and look for cycles 15 times less often: it took a tenth of a bulk call."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 50)
