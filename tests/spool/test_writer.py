"""The spool as its writer and its readers see it."""

import asyncio
import errno
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.servers import wait_until
from vayro.spool import segment as segment_module
from vayro.spool.directory import consumer_lock, is_alive
from vayro.spool.reader import SpoolReader
from vayro.spool.writer import SpoolWriter

SEGMENT = 64 * 1024


@pytest.fixture
def spool(tmp_path: Path) -> Path:
    return tmp_path / "spool"


@pytest.fixture
def writer(spool: Path) -> Iterator[SpoolWriter]:
    opened = SpoolWriter(spool, segment_bytes=SEGMENT, max_bytes=1 << 20)
    yield opened
    opened.close()


def read_all(spool: Path) -> list[bytes]:
    reader = SpoolReader(spool)
    reader.refresh()
    payloads: list[bytes] = []
    for engine in reader.engines():
        for segment in engine.segments.values():
            while chunk := segment.read(is_dead=engine.is_dead):
                payloads += chunk
    reader.close()
    return payloads


def test_what_is_appended_is_read_in_order(writer: SpoolWriter, spool: Path) -> None:
    sent = [b"click %d" % number for number in range(5_000)]
    assert all(writer.append(payload) for payload in sent)
    assert read_all(spool) == sent


def test_a_reader_follows_a_live_segment(writer: SpoolWriter, spool: Path) -> None:
    reader = SpoolReader(spool)
    reader.refresh()
    engine = reader.engines()[0]
    segment = engine.segments["00000001.seg"]
    assert segment.read(is_dead=False) == []
    writer.append(b"one")
    assert segment.read(is_dead=False) == [b"one"]
    writer.append(b"two")
    writer.append(b"three")
    assert segment.read(is_dead=False) == [b"two", b"three"]
    assert not segment.is_finished
    reader.close()


def test_a_rolled_segment_is_finished(writer: SpoolWriter, spool: Path) -> None:
    while len(list(writer._supply.directory.glob("*.seg"))) < 3:
        writer.append(b"x" * 1000)
    reader = SpoolReader(spool)
    reader.refresh()
    first = reader.engines()[0].segments["00000001.seg"]
    while first.read(is_dead=False):
        pass
    assert first.is_finished
    reader.close()


def test_a_full_spool_refuses_and_recovers_when_segments_go(writer: SpoolWriter, spool: Path) -> None:
    written = 0
    while writer.append(b"x" * 1000):
        written += 1
    assert writer.is_full
    assert sum(path.stat().st_size for path in spool.rglob("*.seg")) <= 1 << 20
    assert len(read_all(spool)) == written
    (writer._supply.directory / "00000001.seg").unlink()
    wait_until(lambda: writer.append(b"again"), seconds=60)


def test_a_full_disk_is_a_full_spool(spool: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(fd: int, start: int, length: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(segment_module.os, "posix_fallocate", refuse)
    writer = SpoolWriter(spool, segment_bytes=SEGMENT, max_bytes=1 << 20)
    assert not writer.append(b"x")
    monkeypatch.undo()
    wait_until(lambda: writer.append(b"x"), seconds=60)
    writer.close()
    assert read_all(spool) == [b"x"]


@pytest.mark.parametrize("payload", [b"", b"x" * (SEGMENT + 1), b"x" * (1 << 20)])
def test_a_payload_that_cannot_fit_is_refused_and_hurts_no_other(
    writer: SpoolWriter, spool: Path, payload: bytes
) -> None:
    writer.append(b"before")
    assert not writer.append(payload)
    assert writer.append(b"after")
    assert read_all(spool) == [b"before", b"after"]


def test_the_folder_of_a_running_engine_is_alive_and_of_a_closed_one_dead(spool: Path) -> None:
    writer = SpoolWriter(spool, segment_bytes=SEGMENT, max_bytes=1 << 20)
    directory = spool / writer.engine_id
    assert is_alive(directory)
    writer.close()
    assert not is_alive(directory)


def test_an_empty_folder_of_a_dead_engine_is_removed(spool: Path) -> None:
    writer = SpoolWriter(spool, segment_bytes=SEGMENT, max_bytes=1 << 20)
    writer.close()
    SpoolReader(spool).refresh()
    assert not (spool / writer.engine_id).exists()


def test_the_segments_of_dead_engines_count_against_the_room(spool: Path) -> None:
    dead = SpoolWriter(spool, segment_bytes=SEGMENT, max_bytes=1 << 20)
    while dead.append(b"x" * 1000):
        pass
    dead.close()
    heir = SpoolWriter(spool, segment_bytes=SEGMENT, max_bytes=1 << 20)
    assert not heir.append(b"x")
    heir.close()


def test_an_old_segment_is_sealed_though_it_is_not_full(writer: SpoolWriter, spool: Path) -> None:
    writer.append(b"lonely click")
    writer.seal_aged(after_seconds=0)
    reader = SpoolReader(spool)
    reader.refresh()
    first = reader.engines()[0].segments["00000001.seg"]
    assert first.read(is_dead=False) == [b"lonely click"]
    assert first.is_finished
    assert first.path.stat().st_size < 100
    assert writer.append(b"next")
    reader.close()


def test_one_process_at_a_time_consumes(spool: Path) -> None:
    first, second = consumer_lock(spool), consumer_lock(spool)
    assert first.acquire()
    assert not second.acquire()
    first.release()
    assert second.acquire()
    second.release()


async def test_synced_waiters_share_one_fdatasync(spool: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[int] = []
    real = os.fdatasync
    monkeypatch.setattr(os, "fdatasync", lambda fd: (calls.append(fd), real(fd))[1])
    writer = SpoolWriter(spool, segment_bytes=SEGMENT, max_bytes=1 << 20, durable=True)
    futures = []
    for number in range(100):
        writer.append(b"%d" % number)
        futures.append(writer.synced())
    assert await asyncio.gather(*futures) == [True] * 100
    assert len(calls) <= 3
    writer.close()


async def test_synced_covers_the_segment_that_was_just_sealed(spool: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: set[int] = set()
    real = os.fdatasync
    monkeypatch.setattr(os, "fdatasync", lambda fd: (synced.add(os.fstat(fd).st_ino), real(fd))[1])
    writer = SpoolWriter(spool, segment_bytes=SEGMENT, max_bytes=1 << 20, durable=True)
    while not (writer._supply.directory / "00000003.seg").exists():
        writer.append(b"x" * 1000)
    assert await writer.synced()
    first = (writer._supply.directory / "00000001.seg").stat().st_ino
    assert first in synced
    writer.close()


async def test_synced_is_false_when_the_disk_refuses(spool: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    writer = SpoolWriter(spool, segment_bytes=SEGMENT, max_bytes=1 << 20, durable=True)

    def refuse(fd: int) -> None:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(os, "fdatasync", refuse)
    writer.append(b"x")
    assert await writer.synced() is False
    monkeypatch.undo()
    writer.append(b"y")
    assert await writer.synced() is True
    writer.close()
