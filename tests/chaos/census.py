"""Every click that an engine has ever accepted, seen by nobody but us: all its segments, kept by hard links.

Vayro deletes a segment once the database has it. A link to the same file stays, so that after everything what was
accepted can be compared with what was committed, click by click, and be sent once more.
"""

import contextlib
import os
import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Self

from vayro.clicks.event import bulk
from vayro.spool.frame import parse_frames

LOOK_SECONDS = 0.01


class SpoolCensus:
    """Watches spool folders, in a thread, from `__enter__` on."""

    def __init__(self, spools: Mapping[str, Path], kept: Path) -> None:
        """Args: spools, the folders to watch; kept, where the links go: on the same file system."""
        self._spools = list(spools.values())
        self._kept = kept
        self._known: set[str] = set()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="census", daemon=True)

    def __enter__(self) -> Self:
        self._kept.mkdir()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def add(self, spool: Path) -> None:
        """Watch one more."""
        self._spools.append(spool)

    def payloads(self) -> Iterator[tuple[str, list[bytes]]]:
        """Yield each segment's name and the events in it."""
        for path in sorted(self._kept.iterdir()):
            found: list[bytes] = []
            parse_frames(path.read_bytes(), found)
            yield path.name, found

    def counts(self) -> Counter[str]:
        """Segment → events accepted into it."""
        return Counter({name: len(found) for name, found in self.payloads()})

    def events(self) -> Iterator[tuple[str, str]]:
        """Yield identifier and referer of each event."""
        for _, found in self.payloads():
            for payload in found:
                values = payload.split(b"\r\n")
                fields = dict(zip(values[1::4], values[3::4], strict=False))
                yield fields[b"event_id"].decode(), fields[b"referer"].decode()

    def replay(self) -> Iterator[tuple[bytes, int]]:
        """Yield XADD commands (and how many) that send everything to the stream again."""
        for name, found in self.payloads():
            tail = bulk(b"segment") + bulk(name.encode())
            yield b"".join(_XADD + payload + tail for payload in found), len(found)

    def _watch(self) -> None:
        while not self._stop.wait(LOOK_SECONDS):
            for spool in list(self._spools):
                with contextlib.suppress(FileNotFoundError):
                    self._look(spool)

    def _look(self, spool: Path) -> None:
        for engine in os.scandir(spool):
            if not engine.is_dir():
                continue
            for file in os.scandir(engine.path):
                name = f"{engine.name.lstrip('.')}-{file.name.removesuffix('.seg')}"
                if file.name.endswith(".seg") and name not in self._known:
                    with contextlib.suppress(FileNotFoundError, FileExistsError):
                        (self._kept / name).hardlink_to(file.path)
                        self._known.add(name)


_XADD = b"*19\r\n" + bulk(b"XADD") + bulk(b"stream:clicks") + bulk(b"*")


def read_spool(spool: Path) -> list[bytes]:
    """Return all events that lie in a spool folder now."""
    found: list[bytes] = []
    for path in sorted(spool.glob("*/*.seg")):
        parse_frames(path.read_bytes(), found)
    return found
