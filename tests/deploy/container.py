"""What a container engine does to a process, by namespaces alone: read-only files, PID 1, a user without rights."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from tests.servers import children_of, wait_until

UID = "10001"  # as in deploy/Containerfile
# $DATA stays writable, /tmp is new and empty. What the user could not enter outside, they can here: $PACKAGES is seen
# at $MOUNTED, and where the interpreter lies in somebody's private folder ($HIDDEN), that holds the interpreter alone.
_PREPARE = """
set -eu
mount --bind "$PACKAGES" "$MOUNTED"
mount --bind "$DATA" "$DATA"
if [ -n "$HIDDEN" ]; then
  mount --bind "$BASE" "$SPARE"
  mount -t tmpfs -o mode=755 tmpfs "$HIDDEN"
  mkdir -p "$BASE"
  mount --bind "$SPARE" "$BASE"
fi
mount -t tmpfs -o mode=1777 tmpfs /tmp
mount -o remount,ro,bind /
mount -o remount,rw,bind "$DATA"
cd "$DATA"
exec setpriv --reuid "$WHO" --regid "$WHO" --clear-groups --no-new-privs --bounding-set=-all --inh-caps=-all "$@"
"""
_UNSHARE = ["unshare", "--mount", "--pid", "--fork", "--mount-proc", "--kill-child"]


def is_possible() -> bool:
    """Whether this machine lets us make namespaces."""
    if os.geteuid() or not shutil.which("unshare") or not shutil.which("nsenter"):
        return False
    probe = subprocess.run([*_UNSHARE, "mount", "-o", "remount,ro,bind", "/"], check=False, capture_output=True)
    return probe.returncode == 0


def _private_folder_above(path: Path) -> str:
    """The outermost folder on the way to a path that only its owner may enter; nothing when there is none."""
    return next((str(folder) for folder in reversed(path.parents) if not folder.stat().st_mode & 0o001), "")


class Container:
    """One command in its namespaces.

    `folder` holds `prefix` (the image's /opt/vayro), `data`, and the empty folders `packages` and `base`.
    """

    def __init__(self, folder: Path, packages: Path, environment: Mapping[str, str]) -> None:
        self.data = folder / "data"
        self.prefix = folder / "prefix"
        self.environment = {
            "PATH": f"{self.prefix}/bin:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin",
            "DATA": str(self.data),
            "PACKAGES": str(packages),
            "MOUNTED": str(folder / "packages"),
            "BASE": sys.base_prefix,
            "SPARE": str(folder / "base"),
            "HIDDEN": _private_folder_above(Path(sys.base_prefix)),
            "WHO": UID,
            "PYTHONDONTWRITEBYTECODE": "1",
            "VAYRO_DATA_DIR": str(self.data),
            **environment,
        }
        self.log_path = folder / "log"
        self._outer: subprocess.Popen[bytes] | None = None

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        """Run a command to its end, as PID 1."""
        return subprocess.run(
            [*_UNSHARE, "sh", "-c", _PREPARE, "sh", *command],
            env=self.environment, cwd="/", capture_output=True, text=True, timeout=100, check=False,
        )  # fmt: skip

    def start(self, *command: str) -> None:
        """Start a command as PID 1."""
        with self.log_path.open("ab") as log:
            self._outer = subprocess.Popen(
                # Should pytest be killed, the kernel ends unshare, and unshare the container.
                ["setpriv", "--pdeathsig", "KILL", *_UNSHARE, "sh", "-c", _PREPARE, "sh", *command],
                env=self.environment, cwd="/", stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            )  # fmt: skip
        wait_until(lambda: bool(self.is_over() or self.inner()), what="PID 1 of the container")

    def execute(self, *command: str) -> subprocess.CompletedProcess[str]:
        """Run a command inside, beside PID 1, as `docker exec` does."""
        inside = ["nsenter", "--target", str(self.inner()), "--mount", "--pid", "--wd=/", "--setuid", UID]
        return subprocess.run(
            [*inside, "--setgid", UID, *command],
            env=self.environment, capture_output=True, text=True, timeout=100, check=False,
        )  # fmt: skip

    def stop(self) -> int:
        """SIGTERM to PID 1; its exit status."""
        os.kill(self.inner(), signal.SIGTERM)
        assert self._outer is not None
        return self._outer.wait(60)

    def kill(self) -> None:
        """End all of it: with PID 1 the kernel ends the whole namespace."""
        if self._outer and not self.is_over():
            if inner := self.inner():
                os.kill(inner, signal.SIGKILL)
            self._outer.wait(60)

    def inner(self) -> int:
        """PID 1, by its number outside; 0 while there is none."""
        assert self._outer is not None
        return next(iter(children_of(self._outer.pid)), 0)

    def is_over(self) -> bool:
        """Whether it has ended."""
        return self._outer is None or self._outer.poll() is not None

    def log(self) -> str:
        """What it has printed."""
        return self.log_path.read_text(errors="replace")
