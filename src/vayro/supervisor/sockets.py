"""Listening sockets: bound by the parent, inherited by its children, so a child's death refuses no connection."""

import errno
import socket

from vayro.errors import StartFailed

BACKLOG = 4096  # Linux's own limit (net.core.somaxconn) since 5.4


def listen(host: str, port: int, setting: str) -> socket.socket:
    """Return a socket that listens. Raises StartFailed, which names the setting (like VAYRO_API) to change."""
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except OSError:
        raise StartFailed(f"{setting}_HOST={host!r} is not an address of this machine") from None
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(address)
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        raise StartFailed(_explain(error, host, port, setting)) from None
    return listener


def url_of(host: str, port: int) -> str:
    """Return the address to open in a browser on this machine: a wildcard host becomes the loopback address."""
    shown = {"0.0.0.0": "127.0.0.1", "": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104  # read, not bound
    return f"http://[{shown}]:{port}" if ":" in shown else f"http://{shown}:{port}"


def _explain(error: OSError, host: str, port: int, setting: str) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"Port {port} on {host} is in use: stop what listens there, or choose another with {setting}_PORT"
    if error.errno == errno.EACCES:
        return f"Port {port} may not be used by this user: choose one above 1023 with {setting}_PORT"
    return f"{setting}_HOST={host!r} cannot be listened on: {error.strerror}"
