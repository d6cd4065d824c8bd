"""Group commit: many waiters, one fdatasync."""

import asyncio
import os
from concurrent.futures import ThreadPoolExecutor

import structlog

_log = structlog.get_logger(__name__)


class GroupSync:
    """Runs fdatasync in one thread; whoever comes while it runs shares the next one."""

    def __init__(self) -> None:
        self._executor: ThreadPoolExecutor | None = None
        self._waiters: list[asyncio.Future[bool]] = []
        self._sealed: list[int] = []
        self._current: int | None = None
        self._is_running = False

    def add_sealed(self, fd: int) -> None:
        """Take over the descriptor of a sealed segment: the next sync covers it, then it is closed."""
        self._sealed.append(fd)

    def wait(self, fd: int | None) -> asyncio.Future[bool]:
        """Return a future that is True once `fd` and all sealed segments are on the disk, False on an error."""
        loop = asyncio.get_running_loop()
        waiter: asyncio.Future[bool] = loop.create_future()
        self._current = fd
        self._waiters.append(waiter)
        if not self._is_running:
            self._start(loop)
        return waiter

    def close(self) -> None:
        """Sync and close what is left. Blocks."""
        if self._executor:
            self._executor.shutdown()
        _sync_all(self._sealed, None)
        for fd in self._sealed:
            os.close(fd)
        self._sealed = []

    def _start(self, loop: asyncio.AbstractEventLoop) -> None:
        self._is_running = True
        self._executor = self._executor or ThreadPoolExecutor(1, thread_name_prefix="spool-sync")
        waiters, self._waiters = self._waiters, []
        sealed, self._sealed = self._sealed, []
        # A duplicate: the current segment may be sealed, and its descriptor closed, before the thread gets to it.
        current = os.dup(self._current) if self._current is not None else None
        done = loop.run_in_executor(self._executor, _sync_all, sealed, current)
        done.add_done_callback(lambda future: self._finish(loop, waiters, [*sealed, current], future))

    def _finish(
        self,
        loop: asyncio.AbstractEventLoop,
        waiters: list[asyncio.Future[bool]],
        descriptors: list[int | None],
        done: asyncio.Future[bool],
    ) -> None:
        for descriptor in descriptors:
            if descriptor is not None:
                os.close(descriptor)
        is_synced = not done.cancelled() and done.exception() is None and done.result()
        for waiter in waiters:
            if not waiter.done():
                waiter.set_result(is_synced)
        self._is_running = False
        if self._waiters:
            self._start(loop)


def _sync_all(sealed: list[int], current: int | None) -> bool:
    try:
        for descriptor in sealed if current is None else [*sealed, current]:
            # It covers stores through the mapping, too: the kernel write-protects clean pages to know dirty ones.
            os.fdatasync(descriptor)
    except OSError:
        _log.exception("the spool could not be synced")
        return False
    return True
