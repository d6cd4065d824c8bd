"""Links in memory: five seconds, never backwards, never pushed out by codes that do not exist."""

import datetime as dt
from typing import Any
from uuid import uuid4

import pytest

from vayro.cache.snapshot import LinkSnapshot
from vayro.redirect import memory as module
from vayro.redirect.memory import FRESH_SECONDS, STALE_SECONDS, LinkMemory, memory_key


class Clock:
    """Time that tests set."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def memory(clock: Clock) -> LinkMemory:
    return LinkMemory(10, clock)


def snapshot(version: int = 1, **over: Any) -> LinkSnapshot:
    values: dict[str, Any] = {"target_url": "https://example.com/", "is_active": True, **over}
    return LinkSnapshot(domain="", short_code="a", link_id=str(uuid4()), version=version, **values)


def test_an_entry_answers_for_five_seconds_from_the_beginning_of_its_reading(memory: LinkMemory, clock: Clock) -> None:
    memory.store(b"a", snapshot(), loaded_at=clock.now - 2)
    for _ in range(29):
        assert memory.find(b"a")  # asking does not renew it
        clock.now += 0.1
    clock.now += 0.2
    assert memory.find(b"a") is None


def test_the_lane_has_no_longer_than_memory_and_expiry_allow(memory: LinkMemory, clock: Clock) -> None:
    soon = dt.datetime.now(dt.UTC) + dt.timedelta(seconds=4.5)
    plain = memory.store(b"a", snapshot(), clock.now)
    ending = memory.store(b"b", snapshot(expires_at=soon), clock.now)
    assert plain
    assert ending
    assert plain.lane_until == clock.now + FRESH_SECONDS
    assert clock.now < ending.lane_until <= clock.now + 4.5
    assert plain.refresh_at < plain.lane_until


@pytest.mark.parametrize("over", [{"max_clicks": 5}, {"is_active": False}, {"is_deleted": True, "is_active": False}])
def test_what_needs_a_decision_never_takes_the_lane(memory: LinkMemory, clock: Clock, over: dict[str, Any]) -> None:
    entry = memory.store(b"a", snapshot(**over), clock.now)
    assert entry
    assert entry.lane_until <= clock.now
    assert entry.refresh_at <= clock.now


def test_an_older_version_is_refused(memory: LinkMemory, clock: Clock) -> None:
    memory.store(b"a", snapshot(2), clock.now)
    assert memory.store(b"a", snapshot(1), clock.now) is None
    assert memory.links[b"a"].version == 2


def test_an_older_version_is_refused_after_an_announcement(memory: LinkMemory, clock: Clock) -> None:
    memory.store(b"a", snapshot(1), clock.now)
    assert memory.invalidate(b"a", 2)
    assert memory.find(b"a") is None
    assert memory.store(b"a", snapshot(1), clock.now) is None
    assert memory.store(b"a", snapshot(2), clock.now)


def test_an_announcement_of_what_is_held_changes_nothing(memory: LinkMemory, clock: Clock) -> None:
    memory.store(b"a", snapshot(2), clock.now)
    assert not memory.invalidate(b"a", 2)
    assert not memory.invalidate(b"a", 1)
    assert memory.find(b"a")


def test_a_deleted_link_does_not_come_back(memory: LinkMemory, clock: Clock) -> None:
    memory.store(b"a", snapshot(3), clock.now)
    memory.store_missing(b"a", clock.now)
    assert memory.store(b"a", snapshot(3), clock.now) is None
    assert memory.find_stale(b"a") is None


def test_asking_again_for_a_deleted_link_does_not_outlaw_its_successor(memory: LinkMemory, clock: Clock) -> None:
    memory.store(b"a", snapshot(3), clock.now)
    for _ in range(5):
        memory.store_missing(b"a", clock.now)
    assert memory.store(b"a", snapshot(5), clock.now)


def test_an_evicted_version_is_remembered(memory: LinkMemory, clock: Clock) -> None:
    memory.store(b"a", snapshot(2), clock.now)
    for number in range(10):
        memory.store(b"x%d" % number, snapshot(), clock.now)
    assert b"a" not in memory.links
    assert memory.store(b"a", snapshot(1), clock.now) is None


def test_those_read_longest_ago_go_first(memory: LinkMemory, clock: Clock) -> None:
    for number in range(10):
        memory.store(b"x%d" % number, snapshot(), clock.now)
    memory.store(b"x0", snapshot(), clock.now)
    memory.store(b"new", snapshot(), clock.now)
    assert b"x0" in memory.links
    assert b"x1" not in memory.links


def test_a_scan_of_unknown_codes_evicts_no_link(memory: LinkMemory, clock: Clock) -> None:
    for number in range(10):
        memory.store(b"x%d" % number, snapshot(), clock.now)
    for number in range(module.MAX_MISSING + 5000):
        memory.store_missing(b"scan%d" % number, clock.now)
    assert len(memory.links) == 10
    assert len(memory._missing) == module.MAX_MISSING


def test_after_a_gap_nothing_answers_but_all_is_kept_for_an_outage(memory: LinkMemory, clock: Clock) -> None:
    memory.store(b"a", snapshot(2), clock.now)
    memory.store_missing(b"b", clock.now)
    memory.doubt_all()
    assert memory.find(b"a") is None
    assert memory.find(b"b") is None
    assert not memory.links
    assert memory.find_stale(b"a")
    assert memory.store(b"a", snapshot(1), clock.now) is None


def test_a_link_is_served_stale_for_a_day_and_no_longer(memory: LinkMemory, clock: Clock) -> None:
    memory.store(b"a", snapshot(), clock.now)
    clock.now += STALE_SECONDS - 1
    assert memory.find_stale(b"a")
    clock.now += 2
    assert memory.find_stale(b"a") is None


def test_a_superseded_link_is_not_served_even_stale(memory: LinkMemory, clock: Clock) -> None:
    memory.store(b"a", snapshot(1), clock.now)
    memory.doubt_all()
    memory.invalidate(b"a", 2)
    assert memory.find_stale(b"a") is None


def test_a_new_link_ends_the_memory_of_its_absence(memory: LinkMemory, clock: Clock) -> None:
    memory.store_missing(b"a", clock.now)
    assert memory.invalidate(b"a", 1)
    assert memory.find(b"a") is None


def test_codes_of_different_domains_are_different() -> None:
    assert memory_key("", "a") == b"a"
    assert memory_key("go.example.com", "a") == b"go.example.com/a"
