"""A disk that is full at a word: a small file system where root may mount one, else a limit on the size of files."""

import contextlib
import os
import resource
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from tests.servers import children_of

MIB = 1 << 20
# Too little for a segment of 512 KiB, and for a write behind the end of the database.
_LIMIT_BYTES = 300_000
_FILES = 2_000


class SmallDisk(Protocol):
    """A folder whose room can be taken away and given back."""

    path: Path

    def exhaust(self, *pids: int, names: bool = False) -> None:
        """Leave no room, for anybody (or, where only that can be done, for these and their children).

        Again: take what has become free meanwhile. Args: names, leave none for new files and folders either.
        """

    def give_room(self, *pids: int) -> None:
        """End that."""


class MountedDisk:
    """A tmpfs of its own: ENOSPC, as on a real disk, for bytes and for names."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._ballast = path / "ballast"

    def exhaust(self, *_pids: int, names: bool = False) -> None:
        self._ballast.mkdir(exist_ok=True)
        with (self._ballast / "bytes").open("ab", buffering=0) as file:
            for size in (MIB, 4096):
                with contextlib.suppress(OSError):
                    while file.write(bytes(size)) == size:
                        pass
        with contextlib.suppress(OSError):
            for number in range(_FILES if names else 0):
                (self._ballast / str(number)).touch()

    def give_room(self, *_pids: int) -> None:
        shutil.rmtree(self._ballast)


class LimitedFiles:
    """No mount: no file of these processes may grow any more (EFBIG, to which Vayro must not die either)."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def exhaust(self, *pids: int, names: bool = False) -> None:  # noqa: ARG002  # of names there are always enough
        self._limit(pids, _LIMIT_BYTES)

    def give_room(self, *pids: int) -> None:
        self._limit(pids, resource.RLIM_INFINITY)

    def _limit(self, pids: tuple[int, ...], size: int) -> None:
        for pid in [family for parent in pids for family in (parent, *children_of(parent))]:
            with contextlib.suppress(ProcessLookupError):
                resource.prlimit(pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))


@contextlib.contextmanager
def mounted_disk(path: Path, size: int) -> Iterator[MountedDisk | None]:
    """Mount a disk of so many bytes; None when this machine does not let us."""
    path.mkdir(parents=True, exist_ok=True)
    mount = ["mount", "-t", "tmpfs", "-o", f"size={size},nr_inodes={_FILES},mode=0777", "tmpfs", str(path)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode:
        yield None
        return
    try:
        yield MountedDisk(path)
    finally:
        subprocess.run(["umount", "--lazy", str(path)], check=True)
