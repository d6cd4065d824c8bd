"""Loads of redirects by wrk on one CPU, against servers on another, and the CPU that they cost."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.servers import children_of

SERVER_CPU, CLIENT_CPU = 0, 1
CONNECTIONS = 64
_TICKS = os.sysconf("SC_CLK_TCK")
# What a phone sends. Every request to every server is the same but for its path.
_FIELDS = {
    "User-Agent": "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/126.0.0.0 Mobile Safari/537.36",
    "Referer": "https://news.example.org/articles/17",
    "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "Accept-Language": "en-US,en;q=0.9",
    "Accept-Encoding": "gzip, deflate, br",
}


@dataclass(frozen=True)
class Load:
    """What one run of wrk came to."""

    requests: int
    rate: float
    p99: str
    cpu_us: float
    """CPU per request of the whole process tree, in microseconds."""


def pin(pid: int) -> list[int]:
    """Put a process and all its descendants on the servers' CPU; return their ids."""
    family = [pid, *children_of(pid)]
    for member in family:
        subprocess.run(["taskset", "-a", "-p", "-c", str(SERVER_CPU), str(member)], capture_output=True, check=False)
    return family


def measure(url: str, pid: int, *, seconds: int, codes: int = 0) -> Load:
    """Drive `url` and return what that cost the process tree of `pid`. With `codes`: `url` and a number below it."""
    family = pin(pid)
    with _script(codes) as script:
        before = cpu_seconds(family)
        text = subprocess.run(
            ["taskset", "-c", str(CLIENT_CPU), "wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "--latency",
             "-s", script, url],
            capture_output=True, text=True, check=True,
        ).stdout  # fmt: skip
        spent = cpu_seconds(family) - before
    if "Non-2xx or 3xx" in text:
        sys.exit(f"not all answers were redirects:\n{text}")
    requests = int(_find(r"(\d+) requests in", text))
    return Load(
        requests, float(_find(r"Requests/sec:\s+([\d.]+)", text)), _find(r"99%\s+(\S+)", text), spent / requests * 1e6
    )


def cpu_seconds(pids: Sequence[int]) -> float:
    """Return the user and system time that these processes have used."""
    total = 0
    for pid in pids:
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        except FileNotFoundError:
            continue
        total += int(fields[11]) + int(fields[12])
    return total / _TICKS


def require_tools() -> None:
    """End with one line when a tool is missing."""
    missing = [tool for tool in ("wrk", "taskset") if shutil.which(tool) is None]
    if missing:
        sys.exit(f"needed for this measurement, and missing: {', '.join(missing)}")


@contextmanager
def _script(codes: int) -> Iterator[str]:
    fields = "".join(f'wrk.headers["{name}"] = "{value}"\n' for name, value in _FIELDS.items())
    paths = (
        "local number = 0\nrequest = function()\n"
        f"  number = (number + 1) % {codes}\n  return wrk.format(nil, wrk.path .. number)\nend\n"
    )
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as file:
        file.write(fields + (paths if codes else ""))
        file.flush()
        yield file.name


def _find(pattern: str, text: str) -> str:
    found = re.search(pattern, text)
    assert found, text
    return found[1]
