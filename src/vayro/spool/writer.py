"""The engine's side of the spool: append a click before it is answered."""

import asyncio
import os
import time
from pathlib import Path

from vayro.settings import Settings
from vayro.spool.checksum import crc32
from vayro.spool.frame import HEADER_BYTES, SEAL_BYTES, WORD
from vayro.spool.group_sync import GroupSync
from vayro.spool.segment import SUFFIX, MappedSegment
from vayro.spool.supply import SegmentSupply

SEAL_AFTER_SECONDS = 60.0
_pack_word = WORD.pack_into


class SpoolWriter:
    """Appends payloads to the segments of one engine. For one thread; one per process.

    What `append` returned True for survives the death of the process, because the pages belong to the kernel. To
    survive a power cut it must also be awaited by `synced()` (`VAYRO_SPOOL_SYNC=always`).
    """

    __slots__ = (
        "_buffer", "_durable", "_end", "_limit", "_opened_at", "_segment", "_supply", "_sync",
    )  # fmt: skip

    def __init__(self, spool: Path, *, segment_bytes: int, max_bytes: int, durable: bool = False) -> None:
        """Make the engine's folder and first segment. Raises OSError when the folder cannot be made.

        A disk without room for it is a full spool, until there is room.
        """
        self._durable = durable
        self._supply = SegmentSupply(spool, segment_bytes, max_bytes, durable=durable)
        self._sync = GroupSync()
        self._segment: MappedSegment | None = None
        self._end = self._limit = 0
        self._opened_at = time.monotonic()
        self._open_next()

    @property
    def engine_id(self) -> str:
        """The random name that this writer has until it is closed; empty while there is no room even for that."""
        return self._supply.directory.name if self._supply.directory else ""

    @property
    def is_full(self) -> bool:
        """Whether the spool has no room, so that appends are refused."""
        return self._segment is None

    def append(self, payload: bytes) -> bool:
        """Record a payload; False when the spool is full (the caller counts a drop). Never raises; about 0.6 us."""
        length = len(payload)
        start = self._end + HEADER_BYTES
        end = start + length
        if end > self._limit or not length:
            if not 0 < length <= self._supply.max_payload_bytes or not self._roll():
                return False
            start = HEADER_BYTES
            end = start + length
        buffer = self._buffer
        buffer[start:end] = payload
        _pack_word(buffer, start - 4, crc32(payload))
        # The length last: only now is there a frame for a reader to see.
        _pack_word(buffer, start - 8, length)
        self._end = end
        return True

    def synced(self) -> asyncio.Future[bool]:
        """Return a future that is True once all that was appended before this call survives a power cut.

        False when the disk refused. Many callers share one fdatasync, which runs in a thread.
        """
        return self._sync.wait(self._segment.fd if self._segment else None)

    def seal_aged(self, after_seconds: float = SEAL_AFTER_SECONDS) -> None:
        """Seal the current segment if it has clicks and is old. Call once a second.

        Only sealed segments are deleted, and a quiet site's clicks (with their addresses) must not rest for days.
        """
        is_old = time.monotonic() - self._opened_at >= after_seconds
        if self._end and is_old and not self._supply.is_full:
            self._retire()
            self._open_next()

    def close(self) -> None:
        """Seal what there is, give back unused room, let go of the folder."""
        self._supply.close()
        if self._end:
            self._retire()
        elif self._segment:
            self._segment.discard()
        self._segment, self._end, self._limit = None, 0, 0
        self._sync.close()
        self._supply.release()

    def _roll(self) -> bool:
        """Go on to the next segment; False when there is no room for one."""
        if self._end:
            self._retire()
        if self._segment is None:
            self._open_next()
        return self._segment is not None

    def _open_next(self) -> None:
        self._segment = self._supply.take()
        self._end = self._limit = 0
        if self._segment:
            self._buffer = self._segment.buffer
            self._limit = self._segment.size - SEAL_BYTES
            self._opened_at = time.monotonic()

    def _retire(self) -> None:
        """Seal the current segment; its descriptor lives on until it has been synced, if it must be."""
        segment = self._segment
        assert segment is not None
        segment.seal(self._end)
        if self._durable:
            self._sync.add_sealed(segment.fd)
        else:
            os.close(segment.fd)
        self._segment, self._end, self._limit = None, 0, 0


def open_spool_writer(settings: Settings) -> SpoolWriter:
    """Return the writer that the settings describe."""
    return SpoolWriter(
        settings.spool_dir,
        segment_bytes=settings.spool_segment_bytes,
        max_bytes=settings.spool_max_bytes,
        durable=settings.spool_sync == "always",
    )


def segment_path(spool: Path, name: str) -> Path:
    """Return the file of the segment called `<engine>-<number>`."""
    engine, _, number = name.rpartition("-")
    return spool / engine / f"{number}{SUFFIX}"
