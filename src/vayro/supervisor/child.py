"""One child process: how it is started, ended, and how long to wait before it is started again."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

FIRST_DELAY_SECONDS = 0.1
LONGEST_DELAY_SECONDS = 30.0
STEADY_SECONDS = 10.0
"""A child that lived this long was well: its next failure counts as the first."""

EXIT_CONFIGURATION = 2
"""With this status a child says that starting it again would change nothing."""


@dataclass(frozen=True)
class ChildSpec:
    """What to run. `name` is for people; `fds` are inherited under the same numbers; `on_exit` gets the pid.

    `ends_last`: it is told to end when those that are not so have ended, because it takes care of what they leave.
    """

    name: str
    arguments: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)
    fds: tuple[int, ...] = ()
    on_exit: Callable[[int], None] = lambda _pid: None
    ends_last: bool = False


def entry_arguments(kind: str, *arguments: str) -> tuple[str, ...]:
    """Return the command line of a child of ours. It ends when this process ends, however that happens."""
    return (sys.executable, "-m", "vayro.supervisor.entry", kind, "--parent", str(os.getpid()), *arguments)


class Child:
    """A child that is started again whenever it dies."""

    def __init__(self, spec: ChildSpec) -> None:
        """Args: spec, what to run."""
        self.spec = spec
        self.failures = 0
        self.due = 0.0
        self._popen: subprocess.Popen[bytes] | None = None
        self._started = 0.0

    @property
    def pid(self) -> int | None:
        """Process id, while it runs."""
        return self._popen.pid if self._popen else None

    def start(self) -> None:
        """Start it. In a process group of its own: a Ctrl-C is for the parent, which then stops all in order."""
        self._started = time.monotonic()
        self._popen = subprocess.Popen(  # noqa: S603  # our own interpreter and module
            self.spec.arguments,
            env={**os.environ, **self.spec.environment},
            stdin=subprocess.DEVNULL,
            stdout=sys.stderr.fileno(),  # stdout is for what the command prints
            pass_fds=self.spec.fds,
            process_group=0,
        )

    def reap(self) -> int | None:
        """Return the exit status (negative: the signal that killed it) once it has ended; None while it runs."""
        if self._popen is None or (status := self._popen.poll()) is None:
            return None
        self.spec.on_exit(self._popen.pid)
        self._popen = None
        return status

    def plan_restart(self) -> float:
        """Decide when to start it again; return in how many seconds: 0.1, doubled with each failure, up to 30."""
        if time.monotonic() - self._started >= STEADY_SECONDS:
            self.failures = 0
        delay: float = min(LONGEST_DELAY_SECONDS, FIRST_DELAY_SECONDS * 2**self.failures)
        self.failures = min(self.failures + 1, 16)
        self.due = time.monotonic() + delay
        return delay

    def send(self, number: signal.Signals) -> None:
        """Send a signal, if it still runs."""
        if self._popen:
            self._popen.send_signal(number)


def describe_exit(status: int) -> str:
    """Return how a process ended, for people."""
    if status >= 0:
        return f"ended with status {status}"
    try:
        return f"was killed by {signal.Signals(-status).name}"
    except ValueError:
        return f"was killed by signal {-status}"
