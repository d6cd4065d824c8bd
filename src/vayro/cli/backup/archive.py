"""The file that a backup is: a compressed tar. Its last member is the manifest, with a checksum of every other."""

import hashlib
import io
import json
import os
import tarfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO, Any

from vayro.errors import ValidationFailed

MANIFEST = "manifest.json"
FORMAT = 1
_BROKEN = (tarfile.TarError, EOFError, OSError, zlib.error, ValueError, KeyError, TypeError)


class ArchiveWriter:
    """Adds things to a backup, and keeps their checksums."""

    def __init__(self, tar: tarfile.TarFile) -> None:
        """Args: tar, open for writing."""
        self._tar = tar
        self.checksums: dict[str, str] = {}

    def add_bytes(self, name: str, content: bytes) -> None:
        """Add a thing."""
        self._add(name, io.BytesIO(content), len(content))
        self.checksums[name] = hashlib.sha256(content).hexdigest()

    def add_file(self, name: str, path: Path) -> None:
        """Add a file that nobody changes meanwhile."""
        with path.open("rb") as file:
            self.checksums[name] = hashlib.file_digest(file, "sha256").hexdigest()
            file.seek(0)
            self._add(name, file, path.stat().st_size)

    def add_manifest(self, about: dict[str, Any]) -> None:
        """Add what the backup says about itself; nothing may follow."""
        manifest = {"format": FORMAT, **about, "files": self.checksums}
        content = json.dumps(manifest, indent=2).encode()
        self._add(MANIFEST, io.BytesIO(content), len(content))

    def _add(self, name: str, file: IO[bytes], size: int) -> None:
        member = tarfile.TarInfo(name)
        member.size, member.mode = size, 0o600
        self._tar.addfile(member, file)


@contextmanager
def writing(path: Path) -> Iterator[ArchiveWriter]:
    """Write a backup for nobody else's eyes; it has its name when it is whole and on the disk, and not before."""
    partial = path.with_name(f"{path.name}.partial")
    partial.unlink(missing_ok=True)
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            with tarfile.open(fileobj=file, mode="w:gz", compresslevel=6) as tar:
                yield ArchiveWriter(tar)
            file.flush()
            os.fsync(file.fileno())
        partial.rename(path)
    finally:
        partial.unlink(missing_ok=True)


def unpack(path: Path, folder: Path) -> dict[str, Any]:
    """Write all things of a backup into a folder and return its manifest.

    Raises ValidationFailed when it is not a backup, or not as it was written.
    """
    try:
        with tarfile.open(path, "r:gz") as tar:
            found = {member.name: _write(tar, member, folder) for member in tar}
        manifest: dict[str, Any] = json.loads((folder / MANIFEST).read_bytes())
        (folder / MANIFEST).unlink()
        is_whole = manifest["format"] == FORMAT and found.items() >= manifest["files"].items()
    except FileNotFoundError:
        raise ValidationFailed(f"{path} is not there, or holds no {MANIFEST}.") from None
    except _BROKEN as error:
        raise ValidationFailed(f"{path} is not a backup, or is damaged: {error}") from None
    if not is_whole or len(found) != len(manifest["files"]) + 1:
        raise ValidationFailed(f"{path} is damaged: what it holds is not what its manifest says.")
    return manifest


def _write(tar: tarfile.TarFile, member: tarfile.TarInfo, folder: Path) -> str:
    """Write one thing, and return its checksum. Only plain files, and only below the folder."""
    name = PurePosixPath(member.name)
    file = tar.extractfile(member)
    if file is None or not member.isreg() or name.is_absolute() or ".." in name.parts:
        raise ValueError(f"{member.name} does not belong there")
    target = folder / name
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    digest = hashlib.sha256()
    with os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as writing_to:
        while chunk := file.read(1 << 20):
            digest.update(chunk)
            writing_to.write(chunk)
    return digest.hexdigest()
