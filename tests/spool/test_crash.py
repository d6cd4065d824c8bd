"""What a crash leaves behind: the spool gives back every whole frame before the damage and nothing else."""

import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.spool.test_writer import read_all
from vayro.spool.reader import SpoolReader
from vayro.spool.writer import SpoolWriter

WRITER = """
import sys, pathlib
from vayro.spool.writer import SpoolWriter
writer = SpoolWriter(pathlib.Path(sys.argv[1]), segment_bytes=1 << 20, max_bytes=1 << 30)
number = 0
while True:
    for _ in range(200):
        assert writer.append(b"%012d" % number + b"." * (number % 700))
        number += 1
    sys.stdout.buffer.write(b"%d\\n" % number)
    sys.stdout.buffer.flush()
"""


def build(directory: Path, payloads: list[bytes]) -> Path:
    """A segment as a live writer leaves it when it dies: not sealed, zeros behind."""
    writer = SpoolWriter(directory, segment_bytes=64 * 1024, max_bytes=1 << 20)
    for payload in payloads:
        assert writer.append(payload)
    path = writer._supply.directory / "00000001.seg"
    content = path.read_bytes()
    writer.close()
    path.write_bytes(content)
    return path


@given(
    payloads=st.lists(st.binary(min_size=1, max_size=200), min_size=1, max_size=30),
    kill_point=st.floats(0, 1),
    is_truncated=st.booleans(),
)
@settings(max_examples=60, deadline=None)
def test_a_tail_cut_anywhere_loses_only_what_lies_behind_the_cut(
    payloads: list[bytes], kill_point: float, is_truncated: bool
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = build(Path(folder), payloads)
        ends = [0]
        for payload in payloads:
            ends.append(ends[-1] + 8 + len(payload))
        cut = int(kill_point * ends[-1])
        content = path.read_bytes()
        path.write_bytes(content[:cut] if is_truncated else content[:cut] + bytes(len(content) - cut))
        survivors = read_all(Path(folder))
    whole = sum(end <= cut for end in ends[1:])
    assert survivors[:whole] == payloads[:whole]
    # A frame whose last bytes were zeros anyway is whole after the cut, too.
    assert survivors == payloads[: len(survivors)]


@given(
    payloads=st.lists(st.binary(min_size=1, max_size=200), min_size=1, max_size=30),
    at=st.integers(0, 6_000),
    damage=st.binary(min_size=1, max_size=16),
)
@settings(max_examples=60, deadline=None)
def test_damaged_bytes_never_become_a_click(payloads: list[bytes], at: int, damage: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = build(Path(folder), payloads)
        content = bytearray(path.read_bytes())
        content[at : at + len(damage)] = damage
        path.write_bytes(content)
        survivors = read_all(Path(folder))
        reader = SpoolReader(Path(folder))
        reader.refresh()
        segment = next(iter(reader.engines()[0].segments.values()))
        while segment.read(is_dead=True):
            pass
        assert segment.is_finished
        reader.close()
    assert survivors == payloads[: len(survivors)]


@pytest.mark.parametrize("lines", [1, 40, 300])
def test_kill_minus_nine_under_load_loses_no_appended_frame(tmp_path: Path, lines: int) -> None:
    with subprocess.Popen([sys.executable, "-c", WRITER, str(tmp_path)], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        reported = 0
        for _ in range(lines):
            reported = int(process.stdout.readline())
        os.kill(process.pid, signal.SIGKILL)
        rest = process.stdout.read().split(b"\n")
    acknowledged = max([reported, *(int(line) for line in rest[:-1] if line)])
    numbers = [int(payload[:12]) for payload in read_all(tmp_path)]
    assert numbers == list(range(len(numbers)))
    assert len(numbers) >= acknowledged
