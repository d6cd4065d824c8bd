"""The files that prometheus_client's multiprocess mode keeps: read for the page, and cleared after a process."""

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.mmap_dict import MmapedDict
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead

import vayro
from vayro.observability.reserved_file import RESERVED_BYTES

# No process has this number. Its files hold what all the dead have counted: with files of their own, a child that
# dies every 30 s would add 6,000 of them a day, each read at every scrape.
_THE_DEAD = 0
_COUNTED = ("counter", "histogram")


class _ParentCollector:
    """What the parent itself knows."""

    def __init__(self, exits: Mapping[str, int]) -> None:
        self._exits = exits

    def collect(self) -> Iterable[Metric]:
        about = GaugeMetricFamily("vayro_build_info", "Always 1; the version is in the label.", labels=["version"])
        about.add_metric([vayro.__version__], 1)
        yield about
        exits = CounterMetricFamily(
            "vayro_process_exits", "Processes that ended though nobody asked them to.", labels=["process"]
        )
        for process, count in self._exits.items():
            exits.add_metric([process], count)
        yield exits


def render(directory: Path, exits: Mapping[str, int]) -> bytes:
    """Return the page. Raises OSError, RuntimeError or struct.error when a file is half made: try again."""
    registry = CollectorRegistry()
    MultiProcessCollector(registry, path=str(directory))  # type: ignore[no-untyped-call]
    registry.register(_ParentCollector(exits))
    return generate_latest(registry)


def take_over(directory: Path, pid: int) -> None:
    """Add what a dead process counted to what the dead before it counted; delete its files, gauges first.

    Nobody may read meanwhile: for a moment counts would be there twice, or not at all.
    """
    mark_process_dead(pid, str(directory))  # type: ignore[no-untyped-call]
    for kind in _COUNTED:
        left = directory / f"{kind}_{pid}.db"
        if left.exists():
            _add(left, directory / f"{kind}_{_THE_DEAD}.db")
        left.unlink(missing_ok=True)  # or a link into the memory of the dead, where there was no room for a file


def _reserve(target: Path) -> None:
    """Make the file. Raises OSError when there is no room, and leaves nothing that the page could stumble over.

    Its room is reserved: a store into a mapping kills us when the disk is full.
    """
    is_new = not target.exists()
    try:
        with target.open("a+b") as file:
            os.posix_fallocate(file.fileno(), 0, RESERVED_BYTES)
    except OSError:
        if is_new:
            target.unlink(missing_ok=True)
        raise


def _add(source: Path, target: Path) -> None:
    if not source.stat().st_size:  # it died while making it
        return
    _reserve(target)
    total: Any = MmapedDict(str(target))  # type: ignore[no-untyped-call]
    try:
        for key, value, timestamp, _ in MmapedDict.read_all_values_from_file(str(source)):  # type: ignore[no-untyped-call]
            total.write_value(key, total.read_value(key)[0] + value, timestamp)
    finally:
        total.close()
