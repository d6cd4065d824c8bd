"""The folders of engines, and the locks that tell which of them live.

<spool>/consumer.lock             held by the one process that reads this spool
<spool>/<engine>/lock             held by the engine as long as it lives
<spool>/<engine>/00000001.seg     its segments
"""

import contextlib
import fcntl
import os
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path

LOCK_NAME = "lock"
CONSUMER_LOCK_NAME = "consumer.lock"


class FileLock:
    """An advisory lock on a file, held until released or until the process dies, however it dies."""

    def __init__(self, path: Path) -> None:
        """Args: path, made when it is not there."""
        self._path = path
        self._fd: int | None = None

    @property
    def is_held(self) -> bool:
        """Whether this object holds the lock."""
        return self._fd is not None

    def acquire(self) -> bool:
        """Take the lock if nobody has it; return whether we hold it. Never waits."""
        if self._fd is not None:
            return True
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return False
        self._fd = descriptor
        return True

    def release(self) -> None:
        """Let go of it."""
        if self._fd is not None:
            os.close(self._fd)
            self._fd = None


def consumer_lock(spool: Path) -> FileLock:
    """Return the lock of whoever reads this spool: the shipper, or an embedded worker."""
    spool.mkdir(parents=True, exist_ok=True, mode=0o700)
    return FileLock(spool / CONSUMER_LOCK_NAME)


def create_engine_directory(spool: Path) -> tuple[Path, FileLock]:
    """Make a folder with a random name and its held lock. Raises OSError.

    The lock is taken under a hidden name first: a reader must never see the folder unlocked and bury it.
    """
    spool.mkdir(parents=True, exist_ok=True, mode=0o700)
    name = secrets.token_hex(8)
    hidden = spool / f".{name}"
    hidden.mkdir(mode=0o700)
    lock = FileLock(hidden / LOCK_NAME)
    try:
        lock.acquire()
        hidden.rename(spool / name)
    except OSError:
        lock.release()
        shutil.rmtree(hidden, ignore_errors=True)
        raise
    return spool / name, lock


def is_alive(directory: Path) -> bool:
    """Whether the engine that writes here still runs. A dead one stays dead: each start takes a new folder."""
    try:
        descriptor = os.open(directory / LOCK_NAME, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    try:
        # Shared, so that several readers may ask at once and not take each other for the engine.
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    else:
        return False
    finally:
        os.close(descriptor)


def engine_directories(spool: Path) -> Iterator[Path]:
    """Yield the folder of every engine, dead or alive."""
    with contextlib.suppress(FileNotFoundError), os.scandir(spool) as entries:
        for entry in entries:
            if not entry.name.startswith(".") and entry.is_dir():
                yield Path(entry.path)


def size_of_dead_engines(spool: Path) -> int:
    """Bytes in the segments that dead engines left and nobody has committed yet."""
    total = 0
    for directory in engine_directories(spool):
        if is_alive(directory):
            continue
        for path in directory.iterdir() if directory.exists() else ():
            with contextlib.suppress(FileNotFoundError):
                total += path.stat().st_size
    return total


def remove_engine_directory(directory: Path) -> bool:
    """Delete a dead engine's folder if it holds no segment any more; return whether it is gone."""
    with contextlib.suppress(OSError):
        if any(path.name != LOCK_NAME for path in directory.iterdir()):
            return False
        (directory / LOCK_NAME).unlink(missing_ok=True)
        directory.rmdir()
        return True
    return not directory.exists()
