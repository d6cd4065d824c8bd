"""Measuring with k6, whose visitors come at a constant rate: tools that wait for answers hide the stalls."""

import asyncio
import json
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

FOLLOW = Path(__file__).parent / "k6" / "follow.js"


class Figures(NamedTuple):
    """What one kind of requests got. Times in milliseconds."""

    count: int
    p50: float
    p99: float
    longest: float
    statuses: dict[str, int]

    def __str__(self) -> str:
        found = ", ".join(f"{count} x {status}" for status, count in self.statuses.items() if count)
        return f"p50 {self.p50:.1f} ms, p99 {self.p99:.1f} ms, max {self.longest:.0f} ms ({found or 'nothing'})"


class Measurement(NamedTuple):
    """`dropped`: requests that k6 could not make in time, for 500 others were waiting."""

    held: Figures
    cold: Figures
    dropped: int


async def measure(
    urls: Sequence[str],
    directory: Path,
    *,
    seconds: int,
    held: Sequence[str] = (),
    held_rate: int = 0,
    cold: Sequence[str] = (),
    cold_rate: int = 0,
) -> Measurement:
    """Follow `held` again and again, and each of `cold` once, at so many requests a second, over all engines."""
    codes = directory / "codes.json"
    codes.write_text(json.dumps({"held": list(held), "cold": list(cold)}))
    values = {
        "URLS": ",".join(urls),
        "CODES": codes,
        "SECONDS": seconds,
        "HELD_RATE": held_rate,
        "COLD_RATE": cold_rate,
    }
    flags = [part for name, value in values.items() for part in ("-e", f"{name}={value}")]
    process = await asyncio.create_subprocess_exec(
        _find_k6(), "run", "--quiet", "--no-usage-report", "--address", "", *flags, str(FOLLOW),
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        output, errors = await process.communicate()
    except BaseException:
        process.kill()
        await process.wait()
        raise
    if process.returncode:
        raise RuntimeError(f"k6 failed: {errors.decode()[-2000:]}")
    found = json.loads(output)
    return Measurement(_figures(found["held"]), _figures(found["cold"]), found["dropped"])


def _figures(found: dict[str, float]) -> Figures:
    statuses = {status: int(found[status]) for status in ("302", "404", "503", "other")}
    return Figures(int(found["count"]), found["p50"], found["p99"], found["max"], statuses)


def _find_k6() -> str:
    return shutil.which("k6", path=str(Path(sys.executable).parent)) or shutil.which("k6") or "k6"
