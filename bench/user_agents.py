"""User agents as the web sends them: the fixtures of two open test corpora, fetched from the package index once.

They are fetched when a benchmark first needs them, kept in the system's temporary folder, and never committed.
`VAYRO_BENCH_CORPUS` names a folder that already holds the two source archives.
"""

import os
import re
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

SOURCES = ("device_detector==6.5.1", "crawlerdetect==0.4.2")
_YAML_LINE = re.compile(r"^ *-? *user_agent: *(?P<quote>['\"]?)(?P<value>.*)(?P=quote) *$", re.MULTILINE)


def load_user_agents() -> list[str]:
    """Return tens of thousands of distinct user agents, in no particular order. Crawlers are among them."""
    folder = Path(os.environ.get("VAYRO_BENCH_CORPUS") or Path(tempfile.gettempdir()) / "vayro-bench-corpus")
    archives = [*folder.glob("device_detector-*.tar.gz"), *folder.glob("crawlerdetect-*.tar.gz")]
    if len(archives) < len(SOURCES):
        archives = _fetch(folder)
    found: set[str] = set()
    for archive in archives:
        found.update(_read_archive(archive))
    return sorted(found)


def _fetch(folder: Path) -> list[Path]:
    folder.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-binary", ":all:",
               "--dest", str(folder), *SOURCES]  # fmt: skip
    subprocess.run(command, check=True)
    return sorted(folder.glob("*.tar.gz"))


def _read_archive(archive: Path) -> set[str]:
    found: set[str] = set()
    with tarfile.open(archive) as files:
        for member in files:
            content = files.extractfile(member) if "/tests/fixtures/" in member.name else None
            if content is None:
                continue
            text = content.read().decode("utf-8", "replace")
            if member.name.endswith(".yml"):
                found.update(match["value"] for match in _YAML_LINE.finditer(text))
            elif member.name.endswith("user_agent/crawlers.txt"):
                found.update(text.splitlines())
    return {value for value in found if value.strip()}
