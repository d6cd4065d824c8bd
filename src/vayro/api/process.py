"""One Dashboard API process: uvicorn on uvloop, over sockets that the parent has bound."""

import gc
import signal
import socket
from collections.abc import Sequence
from types import FrameType

import uvicorn
from fastapi import FastAPI

from vayro.api.app import build_app
from vayro.settings import Settings

GRACEFUL_SECONDS = 7
"""How long requests under way may take once the process is told to stop; `vayro up` waits 10 s for its children."""


class ApiServer(uvicorn.Server):
    """Says at once that it is stopping: `/health/ready` fails and endless answers end, before connections close."""

    def __init__(self, app: FastAPI, config: uvicorn.Config) -> None:
        """Args: app, whose services hold the `draining` event; config, uvicorn's."""
        super().__init__(config)
        self._app = app

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Begin to stop."""
        services = getattr(self._app.state, "services", None)
        if services is not None:
            services.draining.set()
        super().handle_exit(sig, frame)


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
