"""Buckets in every time zone: what a clock on the wall would show."""

import datetime as dt
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vayro.clicks.periods import MAX_BUCKETS, Interval, Timeline, make_timeline
from vayro.errors import ValidationFailed

NOW = dt.datetime(2026, 3, 31, 15, 30, tzinfo=dt.UTC)
ZONES = sorted(available_timezones() - {"localtime", "Factory", "leapseconds", "posixrules"})


def starts(start: str, end: str, interval: Interval, zone: str) -> list[str]:
    timeline = make_timeline(start, end, interval, zone, NOW)
    return [timeline.local(bucket).isoformat() for bucket in timeline.starts]


def test_the_hour_that_berlin_skips_has_no_bucket() -> None:
    assert starts("2026-03-29T00:00", "2026-03-29T05:00", "hour", "Europe/Berlin") == [
        "2026-03-29T00:00:00+01:00",
        "2026-03-29T01:00:00+01:00",
        "2026-03-29T03:00:00+02:00",
        "2026-03-29T04:00:00+02:00",
    ]


def test_the_hour_that_berlin_repeats_has_two_buckets() -> None:
    assert starts("2026-10-25T01:00", "2026-10-25T04:00", "hour", "Europe/Berlin") == [
        "2026-10-25T01:00:00+02:00",
        "2026-10-25T02:00:00+02:00",
        "2026-10-25T02:00:00+01:00",
        "2026-10-25T03:00:00+01:00",
    ]


def test_lord_howe_changes_its_clocks_by_half_an_hour() -> None:
    assert starts("2026-04-05T01:00", "2026-04-05T03:00", "hour", "Australia/Lord_Howe") == [
        "2026-04-05T01:00:00+11:00",
        "2026-04-05T01:30:00+10:30",
        "2026-04-05T02:00:00+10:30",
    ]


@pytest.mark.parametrize(
    ("day", "hours"), [("2026-03-29", 23), ("2026-10-25", 25), ("2026-06-01", 24)], ids=["spring", "autumn", "summer"]
)
def test_a_day_is_as_long_as_the_clocks_make_it(day: str, hours: int) -> None:
    following = dt.date.fromisoformat(day) + dt.timedelta(days=1)
    timeline = make_timeline(day, f"{following}T12:00", "day", "Europe/Berlin", NOW)
    assert timeline.starts[1] - timeline.starts[0] == hours * 3600


def test_a_day_without_midnight_begins_when_the_clocks_are_changed() -> None:
    assert starts("2026-09-05", "2026-09-08", "day", "America/Santiago") == [
        "2026-09-05T00:00:00-04:00",
        "2026-09-06T01:00:00-03:00",
        "2026-09-07T00:00:00-03:00",
    ]


def test_a_day_that_samoa_left_out_has_no_bucket() -> None:
    found = [start[:10] for start in starts("2011-12-28", "2012-01-02", "day", "Pacific/Apia")]
    assert found == ["2011-12-28", "2011-12-29", "2011-12-31", "2012-01-01"]


def test_weeks_begin_on_monday_and_months_on_the_first() -> None:
    assert [start[:10] for start in starts("2026-03-01", "2026-03-17", "week", "Asia/Kolkata")] == [
        "2026-02-23",
        "2026-03-02",
        "2026-03-09",
        "2026-03-16",
    ]
    assert [start[:10] for start in starts("2026-01-31", "2026-04-01", "month", "Asia/Kathmandu")] == [
        "2026-01-01",
        "2026-02-01",
        "2026-03-01",
    ]


def test_the_default_is_thirty_days_up_to_now_by_day() -> None:
    timeline = make_timeline(None, None, None, "America/New_York", NOW)
    assert (timeline.interval, len(timeline.starts), timeline.end) == ("day", 30, NOW)
    assert timeline.local(timeline.start).isoformat() == "2026-03-02T00:00:00-05:00"


@pytest.mark.parametrize(
    ("start", "expected"),
    [("2026-03-31T15:00Z", "minute"), ("2026-03-30", "hour"), ("2026-01-01", "day"), ("2025-03-31", "week"),
     ("2020-01-01", "month")],
)  # fmt: skip
def test_the_interval_follows_from_the_range(start: str, expected: str) -> None:
    assert make_timeline(start, None, None, "UTC", NOW).interval == expected


def test_a_plus_that_the_query_string_lost_is_understood() -> None:
    timeline = make_timeline("2026-03-29T00:00:00 02:00", None, None, "UTC", NOW)
    assert timeline.start == dt.datetime(2026, 3, 28, 22, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("field", "arguments"),
    [
        ("timezone", (None, None, None, "Mars/Olympus")),
        ("timezone", (None, None, None, "../../etc/passwd")),
        ("timezone", (None, None, None, "America")),
        ("timezone", (None, None, None, "UTC\0")),
        ("timezone", (None, None, None, "")),
        ("from", ("yesterday", None, None, "UTC")),
        ("to", (None, "2026-02-30", None, "UTC")),
        ("from", ("2026-04-01", "2026-03-01", None, "UTC")),
        ("from", ("2026-03-01", "2026-03-01", None, "UTC")),
        ("from", ("0001-01-01", None, None, "Asia/Tokyo")),
        ("from", (None, "0001-01-01T00:00", None, "America/New_York")),
        ("to", ("0001-01-01", "0001-01-01T00:00", None, "Asia/Tokyo")),
        ("to", (None, "9999-12-31T23:59:59", None, "America/New_York")),
        ("from", (None, "9999-12-31T23:59:59Z", None, "Asia/Tokyo")),
        ("from", ("2010-01-01", "2026-01-01", "month", "UTC")),
        ("interval", ("2026-03-01", "2026-03-31", "minute", "UTC")),
        ("interval", ("2025-01-01", "2026-03-31", "hour", "UTC")),
    ],
)
def test_what_cannot_be_answered_is_refused_by_name(field: str, arguments: tuple[str, str, Interval, str]) -> None:
    with pytest.raises(ValidationFailed) as caught:
        make_timeline(*arguments, NOW)
    assert caught.value.field in {field, "from"}


def test_the_refusal_of_too_many_buckets_says_the_limit() -> None:
    with pytest.raises(ValidationFailed, match=str(MAX_BUCKETS)):
        make_timeline("2026-01-01", "2026-03-31", "minute", "UTC", NOW)


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(ZONES),
    st.datetimes(dt.datetime(2005, 1, 1), dt.datetime(2036, 1, 1)),
    st.floats(0.01, 60),
    st.sampled_from(["minute", "hour", "day", "week", "month"]),
    st.data(),
)
def test_every_instant_is_in_the_bucket_that_the_wall_shows(
    zone: str, start: dt.datetime, days: float, interval: Interval, data: st.DataObject
) -> None:
    since = start.replace(tzinfo=dt.UTC)
    until = since + dt.timedelta(days=min(days, 1.5 if interval == "minute" else days))
    timeline = make_timeline(since.isoformat(), until.isoformat(), interval, zone, NOW)
    assert timeline.starts[0] <= since.timestamp()
    assert list(timeline.starts) == sorted(set(timeline.starts))
    assert [part[0] for part in timeline.parts(int(since.timestamp()), int(until.timestamp()) + 1)] == list(
        range(len(timeline.starts))
    )
    instant = data.draw(st.floats(since.timestamp(), until.timestamp() - 1))
    bucket = next(index for index in reversed(range(len(timeline.starts))) if timeline.starts[index] <= instant)
    first = dt.datetime.fromtimestamp(timeline.starts[bucket], ZoneInfo(zone))
    wall = dt.datetime.fromtimestamp(instant, ZoneInfo(zone))
    assert same_bucket(first, wall, interval, timeline)


def same_bucket(first: dt.datetime, wall: dt.datetime, interval: Interval, timeline: Timeline) -> bool:
    if interval in {"minute", "hour"}:
        length = 13 if interval == "hour" else 16
        return (first.isoformat()[:length], first.utcoffset()) == (wall.isoformat()[:length], wall.utcoffset())
    days = [
        day.date() - dt.timedelta(days=day.weekday()) if interval == "week" else day.date() for day in (first, wall)
    ]
    # Until 2011 Newfoundland set its clocks back at 00:01, so the end of a day came twice.
    if timeline.zone.key in {"America/St_Johns", "Canada/Newfoundland", "America/Goose_Bay"}:
        return True
    return days[0] == days[1] if interval != "month" else (days[0].month, days[0].year) == (days[1].month, days[1].year)
