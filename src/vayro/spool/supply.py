"""Segments made ahead by a thread, so that the path of a redirect never waits for the file system."""

import contextlib
import itertools
import threading
from pathlib import Path

import structlog

from vayro.spool.directory import FileLock, create_engine_directory, size_of_dead_engines
from vayro.spool.frame import HEADER_BYTES, MAX_PAYLOAD_BYTES, SEAL_BYTES
from vayro.spool.segment import NO_ROOM, SUFFIX, MappedSegment

_RETRY_SECONDS = 0.2
_log = structlog.get_logger(__name__)


class SegmentSupply:
    """Keeps one segment ready within the room that the spool may take."""

    def __init__(self, spool: Path, segment_bytes: int, max_bytes: int, *, durable: bool) -> None:
        """Make the engine's folder. Raises OSError when that cannot be; without room it is made once there is some.

        Args: spool, the folder of engines' folders; max_bytes, for our segments and those of dead engines together.
        """
        self._spool = spool
        self._lock: FileLock | None = None
        self.directory: Path | None = None
        # At least four segments, so that a full one can be shipped and deleted while others are written.
        self._segment_bytes = min(segment_bytes, max_bytes // 4)
        self.max_payload_bytes = min(MAX_PAYLOAD_BYTES, self._segment_bytes - HEADER_BYTES - SEAL_BYTES)
        self._max_bytes = max_bytes
        self._durable = durable
        self._numbers = itertools.count(1)
        self._spare: MappedSegment | None = None
        self._making = threading.Lock()
        self._wanted = threading.Event()
        self._is_closed = False
        self.is_full = False
        self._make_directory()
        self._thread = threading.Thread(target=self._run, name="spool-supply", daemon=True)
        self._thread.start()

    def take(self) -> MappedSegment | None:
        """Return a segment, and have the next one made; None when the spool is full. Waits only if none is ready."""
        if self.is_full:
            return None
        with self._making:
            taken = self._spare or self._make()
            self._spare = None
        self._wanted.set()
        return taken

    def close(self) -> None:
        """Stop the thread and delete the unused segment."""
        self._is_closed = True
        self._wanted.set()
        self._thread.join()
        if self._spare:
            self._spare.discard()
            self._spare = None

    def release(self) -> None:
        """Let go of the folder: whoever reads the spool may take what is left."""
        if self._lock:
            self._lock.release()

    def _make_directory(self) -> None:
        try:
            self.directory, self._lock = create_engine_directory(self._spool)
        except OSError as error:
            if error.errno not in NO_ROOM:
                raise

    def _run(self) -> None:
        while True:
            self._wanted.wait(_RETRY_SECONDS if self.is_full else None)
            self._wanted.clear()
            if self._is_closed:
                return
            with self._making:
                self._spare = self._spare or self._make()

    def _make(self) -> MappedSegment | None:
        """Make a segment; None, and `is_full`, when there is no room for it."""
        segment = None
        try:
            if self.directory is None:
                self._make_directory()
            if self.directory and self._used_bytes(self.directory) + self._segment_bytes <= self._max_bytes:
                path = self.directory / f"{next(self._numbers):08d}{SUFFIX}"
                segment = MappedSegment(path, self._segment_bytes, durable=self._durable)
        except OSError as error:
            reason = "no room on the disk" if error.errno in NO_ROOM else str(error)
            if not self.is_full:
                _log.error("the spool cannot grow", reason=reason)
        if segment is None and not self.is_full:
            _log.error("the spool is full: clicks are dropped until segments are committed")
        self.is_full = segment is None
        return segment

    def _used_bytes(self, directory: Path) -> int:
        total = size_of_dead_engines(self._spool)
        for path in directory.glob(f"*{SUFFIX}"):
            with contextlib.suppress(FileNotFoundError):
                total += path.stat().st_size
        return total
