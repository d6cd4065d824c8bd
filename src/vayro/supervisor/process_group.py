"""Keeps a set of children running until SIGINT, SIGTERM or `stop()`, then ends them all within ten seconds."""

import contextlib
import os
import select
import signal
import time
from collections.abc import Callable, Iterator
from types import FrameType

from vayro.supervisor.child import EXIT_CONFIGURATION, Child, ChildSpec, describe_exit
from vayro.supervisor.reporting import Report

STOP_SECONDS = 8.0
"""From SIGTERM to SIGKILL, when VAYRO_DRAIN_SECONDS is 1. Children drain for up to 7; the promise is 10."""

LAST_SECONDS = 3.5
"""Of that, what is left to those that end last if others take too long."""

HURRY_SECONDS = 1.0
"""A second Ctrl-C after this means "now"; a closer one is the same one again (`timeout` sends each twice)."""

_STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class ProcessGroup:
    """Children that live and end together. Run it in the main thread: signals arrive there.

    A child that dies is started again with back-off. One that ends with EXIT_CONFIGURATION cannot be helped by that:
    everything stops, with status 1.
    """

    def __init__(self, report: Report, *, stop_seconds: float = STOP_SECONDS) -> None:
        """Args: report, called with each line that people should read; stop_seconds, from SIGTERM to SIGKILL."""
        self._report = report
        self._stop_seconds = stop_seconds
        self._children: list[Child] = []
        self._before_stop: list[Callable[[], None]] = []
        self._status: int | None = None
        self._first_signal = 0.0
        self._is_hurried = False
        self._wakeup_read, self._wakeup_write = os.pipe()
        os.set_blocking(self._wakeup_read, False)  # the only way to call it
        os.set_blocking(self._wakeup_write, False)

    def add(self, spec: ChildSpec) -> None:
        """Have this child run, from `run()` on."""
        self._children.append(Child(spec))

    def before_stop(self, effect: Callable[[], None]) -> None:
        """Call `effect` when the children have been told to end: to close the sockets they share with us."""
        self._before_stop.append(effect)

    def stop(self, status: int = 0) -> None:
        """Have `run()` end everything and return this status. From any thread."""
        if self._status is None:
            self._status = status
        with contextlib.suppress(BlockingIOError):
            os.write(self._wakeup_write, b"\0")

    def is_stopping(self) -> bool:
        """Return whether the end has begun. From any thread."""
        return self._status is not None

    def run(self) -> int:
        """Start all, watch them, and end them when told to; return the status to exit with. Blocks."""
        with self._listening_to_signals():
            try:
                for child in self._children:
                    child.start()
                while self._status is None:
                    self._wait(self._seconds_to_next_start())
                    self._look_after_all()
            finally:
                self._end_all()
        return self._status or 0

    def _look_after_all(self) -> None:
        for child in self._children:
            pid, status = child.pid, child.reap()
            if status is not None:
                self._bury(child, pid, status)
            elif pid is None and child.due <= time.monotonic() and self._status is None:
                child.start()
                self._report(f"{child.spec.name} runs again (pid {child.pid})")

    def _bury(self, child: Child, pid: int | None, status: int) -> None:
        end = f"{child.spec.name} (pid {pid}) {describe_exit(status)}"
        if self._status is not None:
            return
        if status == EXIT_CONFIGURATION:
            self._report(f"{end}: it cannot run as configured; stopping")
            self.stop(1)
            return
        self._report(f"{end}; starting it again in {child.plan_restart():g} s")

    def _seconds_to_next_start(self) -> float | None:
        waits = [child.due - time.monotonic() for child in self._children if child.pid is None]
        return max(0.0, min(waits)) if waits else None

    def _end_all(self) -> None:
        """SIGTERM, then SIGKILL for those that do not heed it, or when asked to stop a second time."""
        self._send_all(signal.SIGTERM, ends_last=False)
        for effect in self._before_stop:
            effect()
        deadline = time.monotonic() + self._stop_seconds
        self._await_end(deadline - LAST_SECONDS, but_the_last=True)
        self._send_all(signal.SIGTERM, ends_last=True)
        self._await_end(deadline)
        for child in self._alive():
            self._report(f"{child.spec.name} (pid {child.pid}) does not end: killing it")
        self._send_all(signal.SIGKILL)
        while self._alive():
            self._wait(0.1)

    def _await_end(self, deadline: float, *, but_the_last: bool = False) -> None:
        while time.monotonic() < deadline and not self._is_hurried:
            if all(but_the_last and child.spec.ends_last for child in self._alive()):
                return
            self._wait(deadline - time.monotonic())

    def _alive(self) -> list[Child]:
        for child in self._children:
            child.reap()
        return [child for child in self._children if child.pid is not None]

    def _send_all(self, number: signal.Signals, *, ends_last: bool | None = None) -> None:
        for child in self._children:
            if ends_last in {None, child.spec.ends_last}:
                child.send(number)

    def _wait(self, seconds: float | None) -> None:
        """Return when a signal came, `stop()` was called, or the time is up."""
        select.select([self._wakeup_read], [], [], None if seconds is None else max(0.0, seconds))
        with contextlib.suppress(BlockingIOError):
            os.read(self._wakeup_read, 4096)

    @contextlib.contextmanager
    def _listening_to_signals(self) -> Iterator[None]:
        numbers = [number for number in _STOP_SIGNALS if signal.getsignal(number) is not signal.SIG_IGN]
        before = {number: signal.signal(number, self._handle_stop) for number in numbers}
        before[signal.SIGCHLD] = signal.signal(signal.SIGCHLD, lambda *_: None)
        before_fd = signal.set_wakeup_fd(self._wakeup_write, warn_on_full_buffer=False)
        try:
            yield
        finally:
            signal.set_wakeup_fd(before_fd)
            for number, handler in before.items():
                signal.signal(number, handler)
            os.close(self._wakeup_read)
            os.close(self._wakeup_write)

    def _handle_stop(self, _number: int, _frame: FrameType | None) -> None:
        now = time.monotonic()
        self._first_signal = self._first_signal or now
        self._is_hurried = now - self._first_signal > HURRY_SECONDS
        self.stop()
