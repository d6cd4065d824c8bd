"""Quiet hours, next to somebody who looks at the clock on the wall every minute."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from vayro.campaigns.quiet import choose_zone, is_quiet, next_allowed

# Beside the usual ones: half an hour of summer time, changes at midnight, quarter hours, and 13 h ahead.
ZONES = (
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",
    "America/Havana",
    "Africa/Cairo",
    "America/Santiago",
    "Asia/Kathmandu",
    "Pacific/Auckland",
    "Atlantic/Azores",
)
clocks = st.builds("{:02}:{:02}".format, st.integers(0, 23), st.sampled_from([0, 0, 15, 30, 59]))
instants = st.datetimes(dt.datetime(2024, 1, 1), dt.datetime(2027, 12, 31), timezones=st.just(dt.UTC))


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).astimezone(dt.UTC)


def watch_the_clock(instant: dt.datetime, zone: str, start: str, end: str) -> dt.datetime:
    """The instant itself when it is not quiet, else the first full minute that is not."""
    window = [int(clock[:2]) * 60 + int(clock[3:]) for clock in (start, end)]
    shown = instant
    while is_quiet(shown.astimezone(ZoneInfo(zone)), *window):
        shown = shown.replace(second=0, microsecond=0) + dt.timedelta(minutes=1)
    return shown


@pytest.mark.parametrize(
    ("names", "zone"),
    [
        (("Asia/Tokyo", "Europe/Berlin"), "Asia/Tokyo"),
        ((None, "Europe/Berlin"), "Europe/Berlin"),
        (("Mars/Olympus_Mons", "Europe/Berlin"), "Europe/Berlin"),
        (("Europe", "../../etc/passwd"), "UTC"),
        (("a\0b", "\ud800", "", "x" * 5_000), "UTC"),
    ],
)
def test_a_time_zone_that_nobody_knows_is_passed_over(names: tuple[str | None, ...], zone: str) -> None:
    assert choose_zone(*names) == zone


@settings(max_examples=200, deadline=None)
@given(instants, st.sampled_from(ZONES), clocks, clocks)
@example(at("2026-11-01T04:30:00+00:00"), "America/Havana", "00:00", "00:59")
@example(at("2026-10-25T00:10:30+00:00"), "Atlantic/Azores", "00:15", "00:30")
def test_it_is_the_first_moment_that_a_watcher_of_the_clock_would_find(
    instant: dt.datetime, zone: str, start: str, end: str
) -> None:
    assert next_allowed(instant, zone, start, end) == watch_the_clock(instant, zone, start, end)


@pytest.mark.parametrize(
    ("instant", "allowed"),
    [
        ("2026-06-01T12:00:00+02:00", "2026-06-01T12:00:00+02:00"),
        ("2026-06-01T21:00:00+02:00", "2026-06-02T08:00:00+02:00"),
        ("2026-06-01T20:59:59+02:00", "2026-06-01T20:59:59+02:00"),
        ("2026-06-02T03:15:30+02:00", "2026-06-02T08:00:00+02:00"),
        ("2026-06-02T08:00:00+02:00", "2026-06-02T08:00:00+02:00"),
        # The nights in which the clocks change are an hour shorter, and an hour longer.
        ("2026-03-28T22:00:00+01:00", "2026-03-29T08:00:00+02:00"),
        ("2026-10-24T22:00:00+02:00", "2026-10-25T08:00:00+01:00"),
    ],
)
def test_nights_in_berlin(instant: str, allowed: str) -> None:
    assert next_allowed(at(instant), "Europe/Berlin", "21:00", "08:00") == at(allowed)


def test_an_end_that_the_clocks_jump_over_is_the_moment_of_the_jump() -> None:
    # At 2:00 it is 3:00: there is no 2:30.
    found = next_allowed(at("2026-03-29T00:30:00+01:00"), "Europe/Berlin", "21:00", "02:30")
    assert found == at("2026-03-29T03:00:00+02:00")


def test_an_end_that_comes_twice_is_the_first_of_them_and_then_it_is_quiet_again() -> None:
    # At 3:00 it is 2:00 again.
    first = next_allowed(at("2026-10-25T00:30:00+02:00"), "Europe/Berlin", "21:00", "02:30")
    assert first == at("2026-10-25T02:30:00+02:00")
    again = next_allowed(at("2026-10-25T02:10:00+01:00"), "Europe/Berlin", "21:00", "02:30")
    assert again == at("2026-10-25T02:30:00+01:00")


def test_without_quiet_hours_everything_is_allowed() -> None:
    night = at("2026-06-01T03:00:00+00:00")
    assert next_allowed(night, "UTC", None, None) == night
    assert next_allowed(night, "UTC", "03:00", "03:00") == night
