"""A wall clock that a test turns under running processes, forward and back; monotonic clocks go on as they are."""

import contextlib
import datetime as dt
import functools
import mmap
import os
import shutil
import struct
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Self

_SOURCE = Path(__file__).with_name("clock.c")
_SHIFT = struct.Struct("l")


class TurnedClock:
    """The clock of all processes that are started within `worn()`, and of those that they start."""

    def __init__(self) -> None:
        with tempfile.NamedTemporaryFile(prefix="vayro-clock-", delete=False) as file:
            file.write(_SHIFT.pack(0))
            file.flush()
            self._mapped = mmap.mmap(file.fileno(), _SHIFT.size)
        self._path = Path(file.name)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._mapped.close()
        self._path.unlink()

    def turn(self, *, hours: float = 0.0, seconds: float = 0.0) -> None:
        """From now on it is ahead of the true time by so much, or behind it; a step, not a drift."""
        self._mapped[:] = _SHIFT.pack(int(hours * 3600 + seconds))

    def set(self, moment: dt.datetime) -> None:
        """Make it this moment, within a second."""
        self.turn(seconds=(moment - dt.datetime.now(dt.UTC)).total_seconds())

    @property
    def now(self) -> dt.datetime:
        """What it says."""
        return dt.datetime.now(dt.UTC) + dt.timedelta(seconds=_SHIFT.unpack(self._mapped[:])[0])

    @contextlib.contextmanager
    def worn(self) -> Iterator[None]:
        """Whoever is started now has this clock."""
        worn = {"LD_PRELOAD": str(_library()), "CLOCK_SHIFT_FILE": str(self._path)}
        os.environ.update(worn)
        try:
            yield
        finally:
            for name in worn:
                del os.environ[name]


@functools.cache
def _library() -> Path:
    """Compile what stands between a process and the C library's clock."""
    compiler = shutil.which("cc")
    if compiler is None:
        raise RuntimeError("cc is missing: apt-get install gcc libc6-dev")
    path = Path(tempfile.mkdtemp(prefix="vayro-clock-")) / "clock.so"
    subprocess.run([compiler, "-shared", "-fPIC", "-O2", "-o", str(path), str(_SOURCE), "-ldl"], check=True)
    return path
