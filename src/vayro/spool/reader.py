"""The other side of the spool: follow every engine's segments, and delete what is no longer needed."""

import contextlib
import os
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from vayro.spool.directory import engine_directories, is_alive, remove_engine_directory
from vayro.spool.frame import MAX_PAYLOAD_BYTES, WORD, End, measure_frames, parse_frames
from vayro.spool.segment import SUFFIX

_NOTHING = bytes(WORD.size)
_CHUNK_BYTES = 2 * MAX_PAYLOAD_BYTES
# Of frames that nobody has read yet, measured in one `backlog()`: 20 ms of work. Beyond it, a file's size must do.
_MEASURED_BYTES = 16 << 20


class SegmentReader:
    """Reads one segment from a position on, while its engine may still be writing to it.

    `offset` is the position behind the last frame read, `count` how many were read since `start_at`. `is_finished`:
    every frame it will ever have has been read. `first_read_at`: when (monotonic) it was first seen not to be empty.
    """

    __slots__ = ("_end", "_fd", "count", "first_read_at", "is_finished", "name", "offset", "path")

    def __init__(self, path: Path) -> None:
        """Open the file. Raises FileNotFoundError."""
        self.path = path
        self.name = f"{path.parent.name}-{path.name.removesuffix(SUFFIX)}"
        self.offset = self.count = self._end = 0
        self.is_finished = False
        self.first_read_at: float | None = None
        self._fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)

    def start_at(self, offset: int) -> None:
        """Go on from a position that an earlier reader reached; `count` starts from zero."""
        self.offset, self.count, self.is_finished = offset, 0, False

    def read(self, *, is_dead: bool) -> list[bytes]:
        """Return the next payloads, up to 256 KiB of them; none when there are none yet, or none left.

        Args: is_dead, whether the engine was found dead *before* this call: then nothing more will come, and the
        first place without a whole frame is the end.
        """
        payloads: list[bytes] = []
        # Most looks find nothing new: they cost one word, not a chunk.
        if not is_dead and os.pread(self._fd, WORD.size, self.offset) == _NOTHING:
            return payloads
        buffer = os.pread(self._fd, _CHUNK_BYTES, self.offset)
        position, end = parse_frames(buffer, payloads)
        self.offset += position
        self.count += len(payloads)
        if payloads and self.first_read_at is None:
            self.first_read_at = time.monotonic()
        # A frame longer than the file is no frame: its length is damaged.
        is_stuck = not payloads and (end is not End.CUT or len(buffer) < _CHUNK_BYTES)
        self.is_finished = end is End.SEALED or (is_dead and is_stuck)
        return payloads

    def measure(self, limit: int) -> int:
        """Return the position behind the last whole frame there is, read or not; notes when there is a first one.

        Args: limit, how many bytes to look through. When they do not suffice, the file's size is the answer.
        """
        if self.is_finished:
            return self.offset
        self._end = max(self._end, self.offset)
        stop = self._end + limit
        while self._end < stop:
            step = measure_frames(os.pread(self._fd, _CHUNK_BYTES, self._end))
            if not step:
                break
            self._end += step
        else:
            return os.fstat(self._fd).st_size
        if self._end and self.first_read_at is None:
            self.first_read_at = time.monotonic()
        return self._end

    def close(self) -> None:
        """Close the file."""
        os.close(self._fd)


class EngineSpool:
    """One engine's folder."""

    def __init__(self, directory: Path) -> None:
        """Args: directory, the engine's folder."""
        self.directory = directory
        self.is_dead = False
        self.segments: dict[str, SegmentReader] = {}

    def refresh(self) -> None:
        """Look for new segments, and whether the engine still lives."""
        # First the death, then the files: what a dead engine wrote is all there.
        self.is_dead = self.is_dead or not is_alive(self.directory)
        with contextlib.suppress(FileNotFoundError):
            names = sorted(entry.name for entry in os.scandir(self.directory) if entry.name.endswith(SUFFIX))
            for name in names:
                if name not in self.segments:
                    self.segments[name] = SegmentReader(self.directory / name)

    def read(self) -> Iterator[tuple[SegmentReader, int, list[bytes]]]:
        """Yield what is new, in order: the segment, the offset before, and the payloads.

        An engine seals a segment before it goes on to the next, so only the first unfinished one can have news.
        """
        for segment in list(self.segments.values()):
            while not segment.is_finished:
                start = segment.offset
                if payloads := segment.read(is_dead=self.is_dead):
                    yield segment, start, payloads
                elif not segment.is_finished:
                    return


class SpoolReader:
    """All engines' segments under one spool folder. Whoever uses it holds the `consumer_lock`."""

    def __init__(self, spool: Path) -> None:
        """Args: spool, the folder of folders; it may not exist yet."""
        self._spool = spool
        self._engines: dict[Path, EngineSpool] = {}

    def refresh(self) -> None:
        """Look for new engines, new segments and deaths; forget folders that are gone."""
        found = set(engine_directories(self._spool))
        for directory in found - self._engines.keys():
            self._engines[directory] = EngineSpool(directory)
        for directory in self._engines.keys() - found:
            for segment in self._engines.pop(directory).segments.values():
                segment.close()
        for engine in self._engines.values():
            engine.refresh()
            if engine.is_dead and not engine.segments:
                remove_engine_directory(engine.directory)

    def engines(self) -> list[EngineSpool]:
        """Return the engines, the dead ones first: their clicks are the oldest."""
        return sorted(self._engines.values(), key=lambda engine: not engine.is_dead)

    def segments(self) -> list[tuple[EngineSpool, SegmentReader]]:
        """Return all segments that are still there, with their engines."""
        return [(engine, segment) for engine in self.engines() for segment in engine.segments.values()]

    def backlog(self, settled: Mapping[str, int]) -> tuple[int, float]:
        """Return the bytes not settled, and for how many seconds the oldest segment has been known to have such bytes.

        What nobody can read on, because Redis or the database is away, counts: that is when it matters.
        Args: settled, for each segment the offset before which all events are committed (0 for those not named).
        """
        waiting, limit = [], _MEASURED_BYTES
        for _, segment in self.segments():
            end = segment.measure(limit)
            limit = max(0, limit - (end - segment.offset))
            if end > settled.get(segment.name, 0):
                waiting.append((end - settled.get(segment.name, 0), segment.first_read_at))
        oldest = min((since for _, since in waiting if since is not None), default=None)
        return sum(size for size, _ in waiting), time.monotonic() - oldest if oldest is not None else 0.0

    def delete(self, engine: EngineSpool, segment: SegmentReader) -> None:
        """Delete a segment that is no longer needed; with the last one of a dead engine, its folder."""
        segment.path.unlink(missing_ok=True)
        engine.segments.pop(segment.path.name, None)
        segment.close()
        if engine.is_dead and not engine.segments:
            remove_engine_directory(engine.directory)

    def close(self) -> None:
        """Close all files."""
        for engine in self._engines.values():
            for segment in engine.segments.values():
                segment.close()
        self._engines.clear()
