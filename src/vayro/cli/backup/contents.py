"""What a backup holds, and how it comes back.

vayro.db                    the database, as it was at one instant
spool/<engine>/<n>.seg      the clicks that were not committed a moment before that
data/…                      the rest of the data directory: geo data, block list, secrets

The spool first, then the database: a click is in the spool until it is committed, so it is in one of the two. Where
it is in both, the worker finds it there already.
"""

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from vayro.cli.backup.archive import ArchiveWriter
from vayro.database.sqlite_copy import copy_sqlite
from vayro.errors import ValidationFailed
from vayro.settings import Settings
from vayro.spool.directory import engine_directories
from vayro.spool.segment import SUFFIX

DATABASE = "vayro.db"
SPOOL = "spool"
DATA = "data"
_NOT_COPIED = {"metrics", SPOOL}
_PASSING_SUFFIXES = (".partial", "-wal", "-shm", "-journal")


def add_all(archive: ArchiveWriter, settings: Settings, database: Path) -> None:
    """Add everything, in the order that loses no click."""
    for directory in engine_directories(settings.spool_dir):
        _add_engine(archive, directory)
    with tempfile.TemporaryDirectory(prefix=".backup-", dir=settings.data_dir) as folder:
        copy = Path(folder) / DATABASE
        copy_sqlite(database, copy)
        archive.add_file(DATABASE, copy)
        for path in _other_files(settings.data_dir):
            if database.exists() and path.samefile(database):
                continue
            name = f"{DATA}/{path.relative_to(settings.data_dir).as_posix()}"
            if path.suffix == ".db":  # of another use; in use, so it cannot be copied as a file
                copy_sqlite(path, copy)
            archive.add_file(name, copy if path.suffix == ".db" else path)


def find_obstacle(settings: Settings, database: Path) -> Path | None:
    """Return what a restored backup would mix with: a database, or clicks of another one; None without any."""
    if database.exists():
        return database
    return next((path for path in engine_directories(settings.spool_dir) if any(path.glob(f"*{SUFFIX}"))), None)


def put_back(folder: Path, settings: Settings, database: Path) -> None:
    """Move what was unpacked to where it belongs, the database last: without it nothing counts as restored."""
    if not (folder / DATABASE).is_file():
        raise ValidationFailed("The backup holds no database.")
    for name, target in ((DATA, settings.data_dir), (SPOOL, settings.spool_dir)):
        if (folder / name).is_dir():
            shutil.copytree(folder / name, target, dirs_exist_ok=True)
    database.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    arriving = database.with_name(f"{database.name}.partial")
    shutil.move(folder / DATABASE, arriving)
    with arriving.open("rb") as file:
        os.fsync(file.fileno())
    arriving.rename(database)


def _add_engine(archive: ArchiveWriter, directory: Path) -> None:
    for path in sorted(directory.glob(f"*{SUFFIX}")):
        # In one read: a segment grows at its end, and is cut or deleted when it is done.
        with contextlib.suppress(FileNotFoundError):
            archive.add_bytes(f"{SPOOL}/{directory.name}/{path.name}", path.read_bytes())


def _other_files(data_dir: Path) -> Iterator[Path]:
    for folder, folders, names in os.walk(data_dir):
        folders[:] = [name for name in folders if name not in _NOT_COPIED and not name.startswith(".")]
        for name in names:
            path = Path(folder) / name
            if path.is_file() and not name.endswith(_PASSING_SUFFIXES):
                yield path
