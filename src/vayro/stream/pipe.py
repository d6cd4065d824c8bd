"""A plain socket to Redis that does one thing: send many XADDs and learn whether all of them were taken.

No redis-py here: its pipeline costs more for one event than the whole redirect, and this is billed to the redirect.
"""

import contextlib
import re
import socket
import ssl
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

TIMEOUT_SECONDS = 3.0
_RECEIVE_BYTES = 1 << 18
_MOST_UNANSWERED = 10_000
_ASKING = b"*1\r\n$6\r\nASKING\r\n"
_REDIRECTION = re.compile(r"(?P<kind>MOVED|ASK) \d+ (?P<host>\S*):(?P<port>\d+)")


class PipeBroken(OSError):
    """Redis is away, or refused a command. What was sent may or may not have arrived."""


class PipeMoved(PipeBroken):
    """The stream is on another node of the cluster; the pipe knows which, and goes there next."""


class Address(NamedTuple):
    """Where Redis is, and how it lets us in."""

    host: str
    port: int
    is_tls: bool = False
    username: str = ""
    password: str = ""
    database: int = 0
    is_asking: bool = False
    """The stream is on its way there: each command must say that it knows (`ASKING`)."""


def parse_address(url: str) -> Address:
    """Return the parts of `redis://user:password@host:port/database`; `rediss` for TLS."""
    parts = urlsplit(url)
    return Address(
        host=parts.hostname or "127.0.0.1",
        port=parts.port or 6379,
        is_tls=parts.scheme == "rediss",
        username=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        database=int(parts.path.strip("/") or 0),
    )


def encode_command(*words: str) -> bytes:
    """Return a command as RESP sends it."""
    parts = [b"$%d\r\n%b\r\n" % (len(word), word) for word in (text.encode() for text in words)]
    return b"*%d\r\n" % len(parts) + b"".join(parts)


class RedisPipe:
    """One connection, made when it is first needed and again after it broke. Blocks; for one thread."""

    def __init__(self, address: Address, timeout_seconds: float = TIMEOUT_SECONDS) -> None:
        """Args: address, where to connect; timeout_seconds, for each exchange of bytes."""
        self.address = address
        self._timeout_seconds = timeout_seconds
        self._socket: socket.socket | None = None
        self._unanswered = 0

    @property
    def is_connected(self) -> bool:
        """Whether there is a connection; `address` may be changed when there is none."""
        return self._socket is not None

    @property
    def prefix(self) -> bytes:
        """What must stand before each command that is sent."""
        return _ASKING if self.address.is_asking else b""

    def send(self, commands: bytes, count: int) -> None:
        """Send `count` commands whose answers are bulk strings; `confirm` tells what became of them.

        Raises PipeBroken; then any number of the commands not confirmed may have been carried out.
        """
        if self._unanswered > _MOST_UNANSWERED:
            self.confirm()
        try:
            connection = self._socket or self._connect()
            connection.sendall(commands)
            self._unanswered += count
        except OSError as error:
            raise self._break(error) from error

    def confirm(self) -> None:
        """Return when all that was sent has been answered. Raises PipeBroken, as `send`."""
        if not self._unanswered:
            return
        try:
            if self._socket:
                self._await_answers(self._socket, self._unanswered)
        except OSError as error:
            raise self._break(error) from error
        self._unanswered = 0

    def close(self) -> None:
        """Close the connection."""
        if self._socket:
            with contextlib.suppress(OSError):
                self._socket.close()
            self._socket = None
        self._unanswered = 0

    def _connect(self) -> socket.socket:
        address = self.address
        connection = socket.create_connection((address.host, address.port), self._timeout_seconds)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if address.is_tls:
            context = ssl.create_default_context()
            connection = context.wrap_socket(connection, server_hostname=address.host)
        self._socket = connection
        for command in self._greeting():
            connection.sendall(command)
            answer = connection.recv(1024)
            if not answer.startswith(b"+"):
                raise PipeBroken(answer.decode("latin-1").strip() or "the connection was closed")
        return connection

    def _greeting(self) -> list[bytes]:
        commands = []
        if self.address.password:
            user = (self.address.username,) if self.address.username else ()
            commands.append(encode_command("AUTH", *user, self.address.password))
        if self.address.database:
            commands.append(encode_command("SELECT", str(self.address.database)))
        return commands

    def _break(self, error: OSError) -> PipeBroken:
        """Close the connection; when the cluster says where the stream is now, take note of that."""
        self.close()
        found = _REDIRECTION.match(str(error))
        if not found:
            return PipeBroken(str(error))
        host = found["host"] or self.address.host
        is_asking = found["kind"] == "ASK"
        self.address = self.address._replace(host=host, port=int(found["port"]), is_asking=is_asking)
        return PipeMoved(str(error))

    def _await_answers(self, connection: socket.socket, count: int) -> None:
        """Count line ends: an answer has two (its length, its text), an error one, and begins with a minus."""
        lines, last = 0, b"\n"
        wanted = count * (3 if self.address.is_asking else 2)
        while lines < wanted:
            received = connection.recv(_RECEIVE_BYTES)
            if not received:
                raise PipeBroken("the connection was closed")
            if b"\n-" in last + received:
                raise PipeBroken(_error_in(last + received))
            lines += received.count(b"\n")
            last = received[-1:]


def _error_in(received: bytes) -> str:
    start = received.index(b"\n-") + 2
    return received[start:].partition(b"\r")[0].decode("latin-1")
