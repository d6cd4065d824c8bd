"""The ports: free, or ours."""

import http.client
import socket
from collections.abc import Iterator

from vayro.cli.checks.finding import Finding, fail, ok, warn
from vayro.settings import Settings
from vayro.supervisor.metrics import DEFAULT_PORTS


def check_ports(settings: Settings) -> Iterator[Finding]:
    """Each port is free, or answers as Vayro does."""
    listening = [
        ("redirect", settings.redirect_host, settings.redirect_port),
        ("api", settings.api_host, settings.api_port),
    ]
    if settings.sites_domain:
        listening.append(("sites", settings.sites_host, settings.sites_port))
    for name, host, port in listening:
        advice = f"stop what listens there, or choose another with VAYRO_{name.upper()}_PORT"
        yield _look(f"{name} port", host, port, "/health/live") or fail(f"{name} port", _used(host, port), advice)
    for kind, port in _metrics_ports(settings).items():
        yield _look(f"{kind} metrics port", settings.metrics_host, port, "/metrics") or warn(
            f"{kind} metrics port",
            _used(settings.metrics_host, port),
            "metrics are not served until it is free; VAYRO_METRICS_PORT chooses another",
        )


def _metrics_ports(settings: Settings) -> dict[str, int]:
    if settings.metrics_port is None:
        return DEFAULT_PORTS
    return {kind: settings.metrics_port + offset for offset, kind in enumerate(DEFAULT_PORTS)}


def _look(name: str, host: str, port: int, path: str) -> Finding | None:
    """Return the finding when the port is free or ours; None when another program has it."""
    reachable = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104  # read, not bound
    try:
        socket.create_connection((reachable, port), timeout=2).close()
    except OSError:
        return ok(name, f"{host}:{port} is free")
    return ok(name, f"{host}:{port} answers: Vayro runs") if _answers(reachable, port, path) else None


def _used(host: str, port: int) -> str:
    return f"{host}:{port} is used by another program"


def _answers(host: str, port: int, path: str) -> bool:
    connection = http.client.HTTPConnection(host, port, timeout=2)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
