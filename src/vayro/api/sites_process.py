"""One process that serves sites."""

import socket
from collections.abc import Sequence

from vayro.api.draining_server import DrainingServer
from vayro.api.sites_app import SitesApp
from vayro.observability import get_metrics
from vayro.settings import Settings


def run_sites(settings: Settings, sockets: Sequence[socket.socket]) -> None:
    """Serve sites on these sockets until SIGTERM or SIGINT. Blocks."""
    app = SitesApp(settings, get_metrics())
    DrainingServer(app, lambda: app.draining, settings.drain_seconds).serve_on(sockets)
