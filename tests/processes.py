"""Real `vayro` processes, over sockets, for the tests of flows and of failures."""

import contextlib
import http.client
import itertools
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from pydantic import SecretStr

from tests.servers import children_of, command_line, free_port, wait_until
from vayro.settings import Settings

READY_SECONDS = 90
STOP_SECONDS = 15

ENTRY = "vayro.supervisor.entry"

_numbers = itertools.count(1)


class Process:
    """A running `vayro` command. `url` is where it serves, `metrics_url` where it counts."""

    def __init__(
        self, arguments: list[str], environment: Mapping[str, str], directory: Path, *, prefix: Sequence[str] = ()
    ) -> None:
        self.arguments = arguments
        self.environment = dict(environment)
        self.log_path = directory / f"{arguments[0]}-{next(_numbers)}.log"
        self.metrics_url = f"http://127.0.0.1:{environment['VAYRO_METRICS_PORT']}/metrics"
        port_name = {"redirect": "VAYRO_REDIRECT_PORT", "up": "VAYRO_REDIRECT_PORT", "api": "VAYRO_API_PORT"}
        named = "VAYRO_SITES_PORT" if "--sites" in arguments else port_name.get(arguments[0], "")
        port = environment.get(named, "")
        self.url = f"http://127.0.0.1:{port}" if port else ""
        self.serves = [self.url] if port else []
        if arguments[0] == "up":
            self.serves.append(f"http://127.0.0.1:{environment['VAYRO_API_PORT']}")
        with self.log_path.open("wb") as log:
            self.popen = subprocess.Popen(
                [*prefix, sys.executable, "-m", "vayro", *arguments],
                cwd=directory,  # far from any `.env`
                env=self._without_developer() | self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # so that the whole family can be killed at once
            )

    @property
    def pid(self) -> int:
        """Process id of the parent."""
        return self.popen.pid

    @property
    def children(self) -> list[int]:
        """Process ids of all that it started."""
        return children_of(self.pid)

    @property
    def kinds(self) -> dict[int, str]:
        """Kinds of its children by process id; one that is about to become something is not among them yet."""
        found = {}
        for pid in self.children:
            words = command_line(pid)
            if ENTRY in words:
                found[pid] = words[words.index(ENTRY) + 1]
        return found

    def log(self) -> str:
        """What it has printed, stdout and stderr together."""
        return self.log_path.read_text(errors="replace")

    def is_ready(self) -> bool:
        """Whether all that it serves answers as ready; a worker is ready when it shows its metrics."""
        if self.serves:
            return all(_answers(f"{url}/health/ready") for url in self.serves)
        return _answers(self.metrics_url)

    def await_ready(self, seconds: float = READY_SECONDS) -> None:
        """Return once it is ready; RuntimeError with its log when it ended or took too long."""
        is_ready = False

        def is_decided() -> bool:
            nonlocal is_ready
            has_ended = self.popen.poll() is not None
            is_ready = not has_ended and self.is_ready()
            return has_ended or is_ready

        with contextlib.suppress(TimeoutError):
            wait_until(is_decided, seconds=seconds)
        if not is_ready:
            self.kill()
            raise RuntimeError(f"vayro {' '.join(self.arguments)} is not ready:\n{self.log()[-4000:]}")

    def kill(self) -> None:
        """SIGKILL to it and all its children at once."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        self.popen.wait()

    def stop(self, sent: signal.Signals = signal.SIGTERM, *, seconds: float = STOP_SECONDS) -> int:
        """Ask it to end; return its exit status. TimeoutError when that takes longer, then it is killed."""
        self.popen.send_signal(sent)
        try:
            return self.popen.wait(seconds)
        except subprocess.TimeoutExpired:
            raise TimeoutError(f"did not stop within {seconds} s:\n{self.log()[-4000:]}") from None
        finally:
            self.kill()  # what the parent left behind, too

    @staticmethod
    def _without_developer() -> dict[str, str]:
        return {name: value for name, value in os.environ.items() if not name.startswith("VAYRO_")}


def start_vayro(kind: str, settings: Settings, *arguments: str, **over: object) -> Process:
    """Start `vayro KIND ARGUMENTS…` and await its readiness.

    `over` names settings that differ from `settings` (several engines on one database: `redirect_port=…`).
    Each process gets metrics of its own unless `metrics_port` is among them.
    """
    values = {"metrics_port": free_port(neighbours=2), **over}
    environment = environment_of(settings) | {_name(key): _text(value) for key, value in values.items()}
    process = Process([kind, *arguments], environment, settings.data_dir)
    process.await_ready()
    return process


@contextlib.contextmanager
def vayro(kind: str, settings: Settings, *arguments: str, **over: object) -> Iterator[Process]:
    """As `start_vayro`, killed with its family when the block ends."""
    process = start_vayro(kind, settings, *arguments, **over)
    try:
        yield process
    finally:
        process.kill()


def run_vayro(settings: Settings, *arguments: str, seconds: float = 60) -> subprocess.CompletedProcess[str]:
    """Run a command to its end; stdout, stderr and the exit status are the caller's to judge."""
    return subprocess.run(
        [sys.executable, "-m", "vayro", *arguments],
        cwd=settings.data_dir,
        env=Process._without_developer() | environment_of(settings),
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
    )


def environment_of(settings: Settings) -> dict[str, str]:
    """The environment variables that give these settings to a process."""
    values = {name: getattr(settings, name) for name in type(settings).model_fields}
    return {_name(name): _text(value) for name, value in values.items() if value is not None}


def _name(setting: str) -> str:
    return f"VAYRO_{setting.upper()}"


def _text(value: object) -> str:
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    return ",".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _answers(url: str) -> bool:
    host, _, path = url.removeprefix("http://").partition("/")
    connection = http.client.HTTPConnection(host, timeout=2)
    try:
        connection.request("GET", f"/{path}")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
