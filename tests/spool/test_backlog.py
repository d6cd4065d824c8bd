"""What waits in the spool is known even while nobody can read on."""

from pathlib import Path

import pytest

from vayro.spool import reader
from vayro.spool.frame import HEADER_BYTES
from vayro.spool.reader import SpoolReader
from vayro.spool.writer import SpoolWriter

SIZE = 100 + HEADER_BYTES


@pytest.fixture
def writer(tmp_path: Path):
    made = SpoolWriter(tmp_path, segment_bytes=1 << 16, max_bytes=1 << 22)
    yield made
    made.close()


def fill(writer: SpoolWriter, frames: int) -> None:
    assert all(writer.append(b"x" * 100) for _ in range(frames))


def opened(spool: Path) -> SpoolReader:
    made = SpoolReader(spool)
    made.refresh()
    return made


def test_bytes_that_nobody_has_read_count(writer: SpoolWriter, tmp_path: Path) -> None:
    fill(writer, 1_500)  # more than two segments
    spool = opened(tmp_path)
    assert spool.backlog({})[0] == 1_500 * SIZE
    fill(writer, 10)
    spool.refresh()
    assert spool.backlog({})[0] == 1_510 * SIZE
    spool.close()


def test_bytes_that_are_read_and_not_settled_count_once(writer: SpoolWriter, tmp_path: Path) -> None:
    fill(writer, 100)
    spool = opened(tmp_path)
    ((segment, _, _),) = [item for engine in spool.engines() for item in engine.read()]
    fill(writer, 7)
    assert spool.backlog({})[0] == 107 * SIZE
    assert spool.backlog({segment.name: 100 * SIZE})[0] == 7 * SIZE
    assert spool.backlog({segment.name: 107 * SIZE}) == (0, 0.0)
    spool.close()


def test_the_age_runs_while_nobody_reads(writer: SpoolWriter, tmp_path: Path) -> None:
    spool = opened(tmp_path)
    assert spool.backlog({}) == (0, 0.0)
    fill(writer, 1)
    first = spool.backlog({})[1]
    assert spool.backlog({})[1] > first
    spool.close()


def test_what_is_too_much_to_look_through_counts_with_its_files(
    writer: SpoolWriter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(writer, 1_500)
    monkeypatch.setattr(reader, "_MEASURED_BYTES", 1)
    spool = opened(tmp_path)
    assert 1_500 * SIZE <= spool.backlog({})[0] <= 4 << 16
    spool.close()
