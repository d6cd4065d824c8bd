"""The files that a process counts in, with their room reserved: a full disk must neither kill it nor keep it down."""

import contextlib
import os
from pathlib import Path

import prometheus_client.values
from prometheus_client.mmap_dict import MmapedDict

RESERVED_BYTES = 1 << 18
"""Of each file. 1,500 series fit in, three times what an API process has."""


class ReservedFile(MmapedDict):
    """prometheus_client maps files full of holes: once the disk is full, counting in a new page is a SIGBUS."""

    def __init__(self, filename: str, read_mode: bool = False) -> None:  # noqa: FBT001, FBT002  # the library's own
        super().__init__(filename if read_mode else _reserve(filename), read_mode)  # type: ignore[no-untyped-call]


def _reserve(filename: str) -> str:
    """Return the file, made. When there is no room for it, one in memory, where the parent finds it by a link."""
    try:
        with open(filename, "a+b") as file:  # noqa: PTH123  # a path of the library's
            os.posix_fallocate(file.fileno(), 0, RESERVED_BYTES)
    except OSError:
        path = Path(filename)
        path.unlink(missing_ok=True)
        descriptor = os.memfd_create("vayro-metrics")  # open as long as we live
        os.ftruncate(descriptor, RESERVED_BYTES)
        with contextlib.suppress(OSError):
            path.symlink_to(f"/proc/{os.getpid()}/fd/{descriptor}")
        return f"/proc/self/fd/{descriptor}"
    return filename


def reserve_files() -> None:
    """Have prometheus_client count in such files. It has no setting for this."""
    prometheus_client.values.MmapedDict = ReservedFile  # type: ignore[attr-defined]
