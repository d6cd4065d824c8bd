"""What the stage consists of: named things that run, and can be killed, paused and started again."""

import http.client
import json
import shutil
import signal
import socket
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

from tests.processes import Process
from tests.servers import Server, is_gone, is_stopped, signal_family, wait_until

START_SECONDS = 110  # six of them at once on two busy cores
STOP_SECONDS = 60  # beside others that start


class Part(Protocol):
    """A named part of the stage. Calls block until what they ask for is so."""

    name: str
    address: str

    def start(self) -> None: ...
    def stop(self) -> None: ...
    def kill(self) -> None: ...
    def pause(self) -> None: ...
    def resume(self) -> None: ...
    def is_running(self) -> bool: ...
    def log(self) -> str: ...


class ServerPart:
    """A server that is not ours."""

    def __init__(self, name: str, server: Server, address: str) -> None:
        self.name = name
        self.server = server
        self.address = address

    def start(self) -> None:
        if not self.is_running():
            self.server.start()

    def stop(self) -> None:
        self.server.stop()

    def kill(self) -> None:
        self.server.kill()

    def pause(self) -> None:
        self.server.pause()
        wait_until(lambda: state_of(self) != "running", what=f"{self.name} is stopped")

    def resume(self) -> None:
        self.server.resume()

    def is_running(self) -> bool:
        return self.server.process is not None and self.server.process.poll() is None

    def log(self) -> str:
        return self.server.log()


class VayroPart:
    """A `vayro` process with its children."""

    def __init__(self, name: str, kind: str, environment: Mapping[str, str], directory: Path) -> None:
        """Args: kind, its command: redirect, api, worker; directory, its data directory, its own alone."""
        self.name = name
        self.kind = kind
        self.environment = dict(environment)
        self.directory = directory
        self.process: Process | None = None
        self.starts = 0
        port = environment.get({"redirect": "VAYRO_REDIRECT_PORT", "api": "VAYRO_API_PORT"}.get(kind, ""), "")
        self.port = int(port) if port else 0
        self.metrics_url = f"http://127.0.0.1:{environment['VAYRO_METRICS_PORT']}/metrics"
        self.address = f"http://127.0.0.1:{port}" if port else self.metrics_url
        self._logs = ""

    def launch(self) -> None:
        """Start it, without waiting. The kernel ends it when the stage's process dies."""
        setpriv = shutil.which("setpriv")
        prefix = [setpriv, "--pdeathsig", "KILL"] if setpriv else []
        self.directory.mkdir(parents=True, exist_ok=True)
        self.starts += 1
        self.process = Process([self.kind], self.environment, self.directory, prefix=prefix)

    def await_ready(self) -> None:
        """Return once it is ready; RuntimeError with its log when it is not."""
        assert self.process
        self.process.await_ready(START_SECONDS)

    def start(self) -> None:
        if not self.is_running():
            self.launch()
            self.await_ready()

    def stop(self) -> None:
        if self.process:
            self.resume()
            self.process.stop(seconds=STOP_SECONDS)
        self._forget()

    def kill(self) -> None:
        if self.process:
            family = signal_family(self.process.pid, signal.SIGKILL)
            self.process.kill()
            wait_until(lambda: all(map(is_gone, family)), what=f"{self.name} and its children are gone")
        self._forget()

    def kill_child(self, number: int) -> None:
        """SIGKILL one of its children, which it then starts again: of an engine the last one is the shipper."""
        children = self.children
        if children:
            pid = children[number % len(children)]
            signal_family(pid, signal.SIGKILL)
            wait_until(lambda: is_gone(pid), what=f"a child of {self.name} is gone")

    def pause(self) -> None:
        family = signal_family(self.pid, signal.SIGSTOP)
        wait_until(lambda: all(is_gone(pid) or is_stopped(pid) for pid in family), what=f"{self.name} is stopped")

    def resume(self) -> None:
        if self.is_running():
            signal_family(self.pid, signal.SIGCONT)

    def is_running(self) -> bool:
        return self.process is not None and self.process.popen.poll() is None

    def log(self) -> str:
        """What it has printed, over all its starts."""
        return self._logs + (self.process.log() if self.process else "")

    @property
    def pid(self) -> int:
        """Process id of the parent."""
        if self.process is None:
            raise RuntimeError(f"{self.name} does not run")
        return self.process.pid

    @property
    def children(self) -> list[int]:
        """Process ids of its children."""
        return self.process.children if self.process else []

    def metrics(self) -> dict[str, float]:
        """What it counts: `name{labels}` → value."""
        status, body = fetch(self.metrics_url)
        assert status == 200
        samples = (line.rpartition(" ") for line in body.decode().splitlines() if line and not line.startswith("#"))
        return {name: float(value) for name, _, value in samples}

    def _forget(self) -> None:
        if self.process:
            self._logs += self.process.log()
        self.process = None


def state_of(part: Part) -> str:
    """`running`, `paused` or `down`."""
    if not part.is_running():
        return "down"
    pid = part.server.pid if isinstance(part, ServerPart) else part.pid  # type: ignore[attr-defined]
    return "paused" if is_stopped(pid) else "running"


def fetch(
    url: str, method: str = "GET", body: Any = None, headers: Mapping[str, str] | None = None, *, seconds: float = 10
) -> tuple[int, bytes]:
    """Make one request on a connection of its own; return status and body. Raises OSError, HTTPException."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=seconds)
    path = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
    content = None if body is None else json.dumps(body).encode()
    try:
        sent = {**({"Content-Type": "application/json"} if content else {}), **(headers or {})}
        connection.request(method, path, content, sent)
        response = connection.getresponse()
        return response.status, response.read()
    finally:
        connection.close()


def accepts(port: int) -> bool:
    """Whether a connection to the port is accepted."""
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True
