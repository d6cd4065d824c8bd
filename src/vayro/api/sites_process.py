"""One process that serves sites: uvicorn on uvloop, over a socket that the parent has bound."""

import math
import signal
import socket
import time
from collections.abc import Sequence
from types import FrameType

import uvicorn

from vayro.api.sites_app import SitesApp
from vayro.settings import Settings

GRACEFUL_SECONDS = 6


class SitesServer(uvicorn.Server):
    """Says at once that it is stopping, and goes on for VAYRO_DRAIN_SECONDS before it closes its socket."""

    def __init__(self, app: SitesApp, config: uvicorn.Config) -> None:
        """Args: app, whose readiness ends first; config, uvicorn's."""
        super().__init__(config)
        self._app = app
        self._closing_at = math.inf

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Begin to stop; the second time, stop without delay."""
        if self._app.draining.is_set():
            super().handle_exit(sig, frame)
            return
        self._app.draining.set()
        self._closing_at = time.monotonic() + self._app.settings.drain_seconds

    async def on_tick(self, counter: int) -> bool:
        """Every tenth of a second."""
        if time.monotonic() >= self._closing_at:
            self.should_exit = True
        return await super().on_tick(counter)


def run_sites(settings: Settings, sockets: Sequence[socket.socket]) -> None:
    """Serve sites on these sockets until SIGTERM or SIGINT. Blocks."""
    app = SitesApp(settings)
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
    SitesServer(app, config).run(sockets=list(sockets))
