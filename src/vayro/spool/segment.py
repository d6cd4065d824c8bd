"""A segment file as its writer holds it: preallocated, mapped, its pages present before the first click."""

import contextlib
import ctypes
import errno
import mmap
import os
from pathlib import Path

from vayro.spool.frame import SEAL, SEAL_BYTES, WORD

SUFFIX = ".seg"
# errno values that mean "no room", to which the answer is a counted drop and not an exception.
NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_MADV_POPULATE_WRITE = 23  # Linux 5.14; older kernels refuse it and fault page by page
_TRUNCATE_ABOVE_BYTES = 4096
_ZEROS = bytes(1 << 20)
_libc = ctypes.CDLL(None, use_errno=True)


class MappedSegment:
    """A file of zeros of a fixed size, in memory. Its room is reserved, so storing into it cannot fail."""

    __slots__ = ("buffer", "fd", "path", "size")

    def __init__(self, path: Path, size: int, *, durable: bool) -> None:
        """Make the file. Takes milliseconds. Raises OSError, and leaves nothing behind when it does.

        Args: durable, whether the file's name must survive a power cut, too.
        """
        self.path = path
        self.size = size
        self.fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        try:
            os.posix_fallocate(self.fd, 0, size)
            _fill(self.fd, size)
            if durable:
                os.fsync(self.fd)
                sync_directory(path.parent)
            self.buffer = mmap.mmap(self.fd, size)
        except OSError:
            os.close(self.fd)
            path.unlink(missing_ok=True)
            raise
        _populate(self.buffer, size)

    def seal(self, end: int) -> None:
        """Write the seal at `end`, unmap, and give back the room behind it. The descriptor stays open."""
        WORD.pack_into(self.buffer, end, SEAL)
        self.buffer.close()
        if self.size - end > _TRUNCATE_ABOVE_BYTES:
            # Readers use pread, never a mapping, so a shorter file cannot hurt them.
            with contextlib.suppress(OSError):
                os.ftruncate(self.fd, end + SEAL_BYTES)

    def discard(self) -> None:
        """Delete the file; for one that holds nothing."""
        if not self.buffer.closed:
            self.buffer.close()
        os.close(self.fd)
        self.path.unlink(missing_ok=True)


def sync_directory(path: Path) -> None:
    """Make the names in a folder survive a power cut."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _fill(fd: int, size: int) -> None:
    """Bring zeros into the page cache in large writes.

    Mapping the pages of a reserved file one by one costs 9.4 ms of CPU for 16 MiB; after such writes, which make
    large folios, 2.3 ms with the writes (ext4, Linux 6.18).
    """
    for start in range(0, size, len(_ZEROS)):
        os.pwrite(fd, _ZEROS[: size - start], start)


def _populate(buffer: mmap.mmap, size: int) -> None:
    """Fault all pages in for writing. Through ctypes, which lets other threads run meanwhile."""
    view = ctypes.c_char.from_buffer(buffer)
    try:
        _libc.madvise(ctypes.c_void_p(ctypes.addressof(view)), ctypes.c_size_t(size), _MADV_POPULATE_WRITE)
    finally:
        del view
