"""A real parent with real children, killed in every way."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.servers import children_of, is_gone, wait_until

FAMILY = Path(__file__).with_name("family.py")
SLEEPS = "started.touch(); time.sleep(600)"
DRAINS = "signal.signal(signal.SIGTERM, lambda *_: sys.exit(0)); started.touch(); time.sleep(600)"
IGNORES = "signal.signal(signal.SIGTERM, signal.SIG_IGN); started.touch(); time.sleep(600)"

Start = Callable[..., "Family"]


class Family:
    def __init__(self, directory: Path, *scripts: str) -> None:
        self.directory = directory
        self.log_path = directory / "log"
        with self.log_path.open("wb") as log:
            self.popen = subprocess.Popen(
                [sys.executable, str(FAMILY), str(directory), *scripts],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    def started(self, number: int = 0) -> list[int]:
        """Process ids of all incarnations of a child that have begun."""
        return sorted(int(path.name.partition("-")[2]) for path in self.directory.glob(f"{number}-*"))

    def await_start(self, count: int = 1, number: int = 0) -> None:
        wait_until(lambda: len(self.started(number)) >= count, seconds=60, what=self.log())

    def log(self) -> str:
        return self.log_path.read_text()

    def stop(self, sent: signal.Signals = signal.SIGTERM) -> tuple[int, float]:
        began = time.monotonic()
        self.popen.send_signal(sent)
        return self.popen.wait(15), time.monotonic() - began


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    families: list[Family] = []

    def make(*scripts: str) -> Family:
        families.append(Family(tmp_path, *scripts))
        return families[-1]

    yield make
    for family in families:
        family.popen.kill()
        family.popen.wait()


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_stops_all_in_good_order(start: Start, sent: signal.Signals) -> None:
    family = start(DRAINS, SLEEPS)
    family.await_start(number=0)
    family.await_start(number=1)
    status, seconds = family.stop(sent)
    assert status == 0
    assert seconds < 7  # killed after 8 s
    assert all(is_gone(pid) for pid in family.started(0) + family.started(1))
    assert family.log() == ""


@pytest.mark.slow
def test_a_child_that_ignores_its_end_is_killed_within_ten_seconds(start: Start) -> None:
    family = start(IGNORES)
    family.await_start()
    status, seconds = family.stop()
    assert status == 0
    assert seconds < 10
    assert is_gone(family.started()[0])
    assert "does not end: killing it" in family.log()


def test_a_second_interrupt_does_not_wait(start: Start) -> None:
    family = start(IGNORES)
    family.await_start()
    family.popen.send_signal(signal.SIGINT)
    time.sleep(2)  # a second would be enough if the first were heard at once
    status, seconds = family.stop(signal.SIGINT)
    assert status == 0
    assert seconds < 5  # killed after 6 s more


def test_the_same_signal_sent_twice_is_one(start: Start) -> None:
    slow = (
        "signal.signal(signal.SIGTERM, lambda *_: (time.sleep(1), (started.parent / 'drained').touch(), sys.exit()));"
    )
    family = start(f"{slow} started.touch(); time.sleep(600)")
    family.await_start()
    family.popen.send_signal(signal.SIGTERM)
    family.stop()
    assert (family.directory / "drained").exists()


def test_a_child_that_ends_last_is_told_when_the_others_have_ended(start: Start) -> None:
    slow = (
        "signal.signal(signal.SIGTERM, lambda *_: (time.sleep(1), (started.parent / 'drained').touch(), sys.exit()));"
    )
    looks = (
        "signal.signal(signal.SIGTERM, lambda *_: ((started.parent / 'drained').exists()"
        " and (started.parent / 'saw it').touch(), sys.exit()));"
    )
    family = start(f"LAST {looks} started.touch(); time.sleep(600)", f"{slow} started.touch(); time.sleep(60)")
    family.await_start(number=0)
    family.await_start(number=1)
    family.stop()
    assert (family.directory / "saw it").exists()


def test_a_killed_child_is_started_again_and_that_is_said(start: Start) -> None:
    family = start(SLEEPS)
    family.await_start()
    first = family.started()[0]
    os.kill(first, signal.SIGKILL)
    family.await_start(2)
    wait_until(lambda: "runs again" in family.log(), seconds=60)
    assert f"child 0 (pid {first}) was killed by SIGKILL; starting it again in 0.1 s" in family.log()


def test_a_child_that_keeps_dying_is_started_ever_more_slowly(start: Start) -> None:
    family = start("started.touch(); sys.exit(7)")
    wait_until(lambda: "in 0.8 s" in family.log(), seconds=60)
    waits = [line.rpartition("again in ")[2] for line in family.log().splitlines() if "again in" in line]
    assert waits[:4] == ["0.1 s", "0.2 s", "0.4 s", "0.8 s"]
    assert "ended with status 7" in family.log()


def test_a_dying_child_does_not_disturb_its_sisters(start: Start) -> None:
    family = start("started.touch(); sys.exit(1)", SLEEPS)
    family.await_start(3, number=0)
    assert len(family.started(1)) == 1


def test_a_child_that_cannot_run_as_configured_stops_everything(start: Start) -> None:
    family = start("started.touch(); sys.exit(2)", DRAINS)
    assert family.popen.wait(15) == 1
    assert len(family.started(0)) == 1
    assert "it cannot run as configured; stopping" in family.log()


def test_no_child_outlives_a_killed_parent(start: Start) -> None:
    family = start(SLEEPS, IGNORES)
    family.await_start(number=0)
    family.await_start(number=1)
    children = children_of(family.popen.pid)
    assert len(children) == 2
    family.popen.kill()
    family.popen.wait()
    wait_until(lambda: all(map(is_gone, children)), seconds=60, what="no orphan")


def test_a_dead_child_leaves_no_zombie(start: Start) -> None:
    family = start("started.touch(); sys.exit(1)")
    family.await_start(3)
    wait_until(lambda: len(children_of(family.popen.pid)) <= 1, seconds=60)
    assert all(is_gone(pid) for pid in family.started()[:2])


def test_a_ctrl_c_reaches_only_the_parent(start: Start) -> None:
    family = start(SLEEPS)
    family.await_start()
    assert os.getpgid(family.started()[0]) != os.getpgid(family.popen.pid)
