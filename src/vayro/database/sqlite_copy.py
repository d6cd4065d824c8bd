"""Copying a SQLite database that is in use."""

import sqlite3
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

from vayro.errors import StartFailed

_BUSY_SECONDS = 60


def sqlite_path(url: str) -> Path | None:
    """Return the file of a `sqlite:///` URL; None for another database."""
    path = url.removeprefix("sqlite:///")
    return Path(path) if path != url else None


def copy_sqlite(source: Path, target: Path) -> None:
    """Write what was committed when this began to a new file, and check it; processes go on writing meanwhile.

    Raises StartFailed when the copy is not whole: then the database itself is damaged. Blocks.
    """
    target.unlink(missing_ok=True)
    # `mode=rw`: without it a mistyped path would become an empty database.
    reading = sqlite3.connect(f"file:{quote(str(source.absolute()))}?mode=rw", uri=True, timeout=_BUSY_SECONDS)
    with closing(reading), closing(sqlite3.connect(target)) as writing:
        # All pages in one step: a transaction for reading, which in WAL mode holds up no writer.
        reading.backup(writing)
        writing.execute("PRAGMA journal_mode=DELETE").fetchone()  # one file, without its -wal
        (verdict,) = writing.execute("PRAGMA quick_check").fetchone()
    if verdict != "ok":
        raise StartFailed(f"The database {source} is damaged: {verdict}")
