"""Sockets: bound by the parent, inherited by its children, so a child's death refuses no connection.

The parent does not listen: the first child that is ready does, for all. Before, a connection is refused, and a load
balancer goes elsewhere at once. When the parent listened, visitors waited in its queue until a child had started, and
those who had given up meanwhile (and been served by another engine) were counted all the same.
"""

import errno
import socket

from vayro.errors import StartFailed


def reserve(host: str, port: int, setting: str) -> socket.socket:
    """Return a socket that holds the address. Raises StartFailed, which names the setting (like VAYRO_API)."""
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except OSError:
        raise StartFailed(f"{setting}_HOST={host!r} is not an address of this machine") from None
    held = socket.socket(family, socket.SOCK_STREAM)
    held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        held.bind(address)
    except OSError as error:
        held.close()
        raise StartFailed(_explain(error, host, port, setting)) from None
    # As long as nobody listens, a second parent could take the address, too, if both allowed it.
    held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 0)
    return held


def inherit(fd: int) -> socket.socket:
    """Return, in a child, what its parent has reserved; it listens once the child serves.

    Connections have this option of their listener: without it their last traces would hold the port for a minute.
    """
    held = socket.socket(fileno=fd)
    held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    return held


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
