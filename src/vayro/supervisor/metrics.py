"""`GET /metrics` of one process kind: its processes count into files, the parent adds them up.

<data_dir>/metrics/<kind>/<parent>/       one folder for each running parent, which holds a lock in it
"""

import contextlib
import fcntl
import os
import shutil
import struct
import threading
import time
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from vayro.supervisor.reporting import Report
from vayro.supervisor.sockets import url_of

DEFAULT_PORTS = {"redirect": 9101, "api": 9102, "worker": 9103, "sites": 9104}
REQUEST_SECONDS = 5
RENDER_ATTEMPTS = 5
RENDER_PAUSE_SECONDS = 0.05
_LOCK_NAME = "lock"


class MetricsDirectory:
    """Where the processes of one kind count. Empty at start; other parents on the same data directory have theirs."""

    def __init__(self, root: Path, kind: str) -> None:
        """Make it, and delete those that dead parents left. Args: root, the data directory's `metrics`."""
        parents = root / kind
        parents.mkdir(parents=True, exist_ok=True, mode=0o700)
        for left in parents.iterdir():
            if not left.name.startswith("."):
                _remove_unless_locked(left)
        name = f"{os.getpid()}-{os.urandom(4).hex()}"
        # Locked under a hidden name first: another parent must never see it unlocked and delete it.
        hidden = parents / f".{name}"
        hidden.mkdir(mode=0o700)
        self._lock = _try_lock(hidden)
        self.path = hidden.rename(parents / name)
        self._exits: Counter[str] = Counter()
        self._reading = threading.Lock()

    @property
    def environment(self) -> dict[str, str]:
        """What tells prometheus_client in a child to count here."""
        return {"PROMETHEUS_MULTIPROC_DIR": str(self.path)}

    def forget(self, pid: int) -> None:
        """Drop the gauges of a process that has ended; what it counted stays."""
        from vayro.supervisor.metrics_files import take_over  # with prometheus_client 20 MB, needed once a child died

        with self._reading, contextlib.suppress(OSError):  # a full disk must not end the parent
            take_over(self.path, pid)

    def count_exit(self, process: str, count: int = 1) -> None:
        """Count a process that ended though nobody asked it to; 0 shows that there is such a process to count."""
        self._exits[process] += count

    def render(self) -> bytes:
        """Return the sum over all processes, in Prometheus' text format. Raises OSError while files are being made."""
        from vayro.supervisor.metrics_files import render  # as above

        for _ in range(RENDER_ATTEMPTS - 1):
            try:
                with self._reading:
                    return render(self.path, self._exits)
            except (OSError, RuntimeError, struct.error):  # a child is just making its file
                time.sleep(RENDER_PAUSE_SECONDS)
        with self._reading:
            return render(self.path, self._exits)

    def remove(self) -> None:
        """Delete it: the processes have ended."""
        shutil.rmtree(self.path, ignore_errors=True)
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None


def serve_metrics(directory: MetricsDirectory, host: str, port: int, report: Report) -> None:
    """Answer `GET /metrics` from a thread, for the life of this process. A taken port is reported, and no more."""
    handler = type("Handler", (_Handler,), {"directory": directory})
    try:
        server = _Server((host, port), handler)
    except (OSError, OverflowError) as error:
        reason = error.strerror if isinstance(error, OSError) else "no such port"
        report(f"No metrics at {url_of(host, port)}/metrics: {reason}; VAYRO_METRICS_PORT chooses another port")
        return
    threading.Thread(target=server.serve_forever, name="metrics", daemon=True).start()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 16

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of who went away in the middle: the library would print a traceback with the address."""


class _Handler(BaseHTTPRequestHandler):
    directory: MetricsDirectory
    timeout = REQUEST_SECONDS
    server_version = "vayro"
    sys_version = ""

    def do_GET(self) -> None:
        """Answer."""
        if self.path.partition("?")[0] != "/metrics":
            self.send_error(404)
            return
        page = self.directory.render()
        self.send_response(200)
        self.send_header("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
        self.send_header("Content-Length", str(len(page)))
        self.end_headers()
        self.wfile.write(page)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the name that http.server gives it
        """Say nothing: Prometheus asks every few seconds."""


def _try_lock(directory: Path) -> int | None:
    try:
        descriptor = os.open(directory / _LOCK_NAME, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        return None
    return descriptor


def _remove_unless_locked(directory: Path) -> None:
    lock = _try_lock(directory)
    if lock is not None:
        shutil.rmtree(directory, ignore_errors=True)
        os.close(lock)
