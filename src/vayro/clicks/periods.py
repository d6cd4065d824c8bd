"""Ranges and the buckets of a series, in the caller's time zone.

A bucket is what a clock and a calendar on the wall there would show: a day runs from local midnight to the next one,
be it 23, 24 or 25 hours long; an hour that the clocks repeat is two buckets, one that they skip is none. Instants are
kept as seconds since 1970.
"""

import datetime as dt
import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, get_args
from zoneinfo import ZoneInfo

from vayro.errors import ValidationFailed

Interval = Literal["minute", "hour", "day", "week", "month"]
INTERVALS: tuple[Interval, ...] = get_args(Interval)
# 125 days of hours, two days of minutes. More points than any screen has, in an answer of some 250 kB.
MAX_BUCKETS = 3_000
MAX_DAYS = 3_660
DEFAULT_DAYS = 30
_SHORTEST_SECONDS: dict[Interval, int] = {
    "minute": 60,
    "hour": 3_600,
    "day": 23 * 3_600,
    "week": 167 * 3_600,
    "month": 28 * 86_400 - 3_600,
}
# The longest range for which an interval is the default.
_DEFAULT_UP_TO: tuple[tuple[dt.timedelta, Interval], ...] = (
    (dt.timedelta(hours=2), "minute"),
    (dt.timedelta(days=3), "hour"),
    (dt.timedelta(days=100), "day"),
    (dt.timedelta(days=731), "week"),
)
# `+` in a query string means a space, and hardly anybody writes %2B.
_LOST_PLUS = re.compile(r"(T[\d:.,]+) (\d\d:?\d\d)$")


@dataclass(frozen=True)
class Timeline:
    """A range [start, end) and its buckets. `starts` are the true starts: the first may lie before the range."""

    start: dt.datetime
    end: dt.datetime
    interval: Interval
    zone: ZoneInfo
    starts: tuple[int, ...]

    @property
    def range(self) -> tuple[float, float]:
        """The range in seconds since 1970."""
        return self.start.timestamp(), self.end.timestamp()

    @cached_property
    def slot_seconds(self) -> int:
        """The longest slot of 15 minutes, 1 minute or 1 second that no bucket cuts."""
        return next(slot for slot in (900, 60, 1) if all(edge % slot == 0 for edge in self.starts[1:]))

    def parts(self, start: int, end: int) -> Iterator[tuple[int, int, int]]:
        """Yield (bucket, from, to) for each piece into which the buckets cut [start, end)."""
        bucket = max(bisect_right(self.starts, start) - 1, 0)
        while start < end:
            following = self.starts[bucket + 1] if bucket + 1 < len(self.starts) else end
            yield bucket, start, min(following, end)
            start, bucket = following, bucket + 1

    def local(self, instant: dt.datetime | int) -> dt.datetime:
        """Return the instant as the zone writes it."""
        if isinstance(instant, int):
            return dt.datetime.fromtimestamp(instant, self.zone)
        return instant.astimezone(self.zone)


def make_timeline(
    start: str | None, end: str | None, interval: Interval | None, timezone: str, now: dt.datetime
) -> Timeline:
    """Return the range asked for. Raises ValidationFailed, which names the parameter and the limit.

    Without `end` it ends now; without `start` it begins at local midnight, 29 days before the day of its end.
    """
    zone = _find_zone(timezone)
    until = _parse(end, zone, "to") if end else now
    since = _parse(start, zone, "from") if start else _default_start(until, zone)
    _check_range(since, until)
    chosen = interval or _default_interval(until - since)
    _check_buckets(since, until, chosen)
    starts = _calendar_starts if chosen in {"day", "week", "month"} else _clock_starts
    return Timeline(since, until, chosen, zone, tuple(starts(since.timestamp(), until.timestamp(), chosen, zone)))


def _find_zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # unknown, with `..` or NUL, a folder
        message = f"{name[:64]!r} is not a time zone of the IANA database, like Europe/Berlin or UTC."
        raise ValidationFailed(message, field="timezone") from None


def _parse(value: str, zone: ZoneInfo, field: str) -> dt.datetime:
    """Return the instant; one without an offset is meant in the zone."""
    try:
        found = dt.datetime.fromisoformat(_LOST_PLUS.sub(r"\1+\2", value.strip()))
        return (found if found.tzinfo else found.replace(tzinfo=zone)).astimezone(dt.UTC)
    except (ValueError, OverflowError):
        message = f"{value[:64]!r} is not an ISO 8601 date or instant, like 2026-03-29 or 2026-03-29T08:00:00Z."
        raise ValidationFailed(message, field=field) from None


def _default_start(end: dt.datetime, zone: ZoneInfo) -> dt.datetime:
    try:
        first_day = end.astimezone(zone).date() - dt.timedelta(days=DEFAULT_DAYS - 1)
    except OverflowError:
        return end  # refused by the check of the range
    return dt.datetime.fromtimestamp(_midnight(first_day, zone), dt.UTC) if first_day.year > 1 else end


def _default_interval(length: dt.timedelta) -> Interval:
    return next((interval for longest, interval in _DEFAULT_UP_TO if length <= longest), "month")


def _check_range(start: dt.datetime, end: dt.datetime) -> None:
    if start >= end:
        raise ValidationFailed("`from` must lie before `to`.", field="from")
    if not 1970 <= start.year <= end.year <= 2200:
        raise ValidationFailed("`from` and `to` must lie between the years 1970 and 2200.", field="from")
    if end - start > dt.timedelta(days=MAX_DAYS):
        raise ValidationFailed(f"The range may be {MAX_DAYS} days long at most.", field="from")


def _check_buckets(start: dt.datetime, end: dt.datetime, interval: Interval) -> None:
    buckets = int((end - start).total_seconds() // _SHORTEST_SECONDS[interval]) + 1
    if buckets > MAX_BUCKETS:
        message = (
            f"The range has some {buckets} {interval}s, and a series holds {MAX_BUCKETS} at most:"
            " ask for a longer interval or a shorter range."
        )
        raise ValidationFailed(message, field="interval")


def _clock_starts(start: float, end: float, interval: Interval, zone: ZoneInfo) -> Iterator[int]:
    """Yield the full hours or minutes on the wall, and every moment at which the clocks are changed."""
    step = _SHORTEST_SECONDS[interval]
    offset = _offset(int(start), zone)
    at = int(start) - (int(start) + offset) % step
    if _offset(at, zone) != offset:
        at = _find_change(at, int(start), zone)
    offset = _offset(at, zone)
    while at < end:
        yield at
        following = at + step - (at + offset) % step
        if _offset(following, zone) != offset:
            following = _find_change(at, following, zone)
            offset = _offset(following, zone)
        at = following


def _calendar_starts(start: float, end: float, interval: Interval, zone: ZoneInfo) -> Iterator[int]:
    """Yield the midnights with which days, weeks (from Monday) or months begin, from the last one before `start` on."""
    day = _floor_date(dt.datetime.fromtimestamp(start, zone).date(), interval)
    at = _midnight(day, zone)
    while at < end:
        day = _next_date(day, interval)
        following = _midnight(day, zone)
        # A day that a zone left out (Samoa, 30 December 2011) has no length and no bucket.
        if following > max(at, start):
            yield at
        at = following


def _floor_date(day: dt.date, interval: Interval) -> dt.date:
    if interval == "week":
        return day - dt.timedelta(days=day.weekday())
    return day.replace(day=1) if interval == "month" else day


def _next_date(day: dt.date, interval: Interval) -> dt.date:
    if interval == "month":
        return (day + dt.timedelta(days=31)).replace(day=1)
    return day + dt.timedelta(days=7 if interval == "week" else 1)


def _midnight(day: dt.date, zone: ZoneInfo) -> int:
    """Return the first instant of a local day: of a midnight that is skipped, the moment of the change (PEP 495)."""
    return int(dt.datetime(day.year, day.month, day.day, tzinfo=zone).timestamp())


def _offset(at: int, zone: ZoneInfo) -> int:
    offset = dt.datetime.fromtimestamp(at, zone).utcoffset()
    return int(offset.total_seconds()) if offset else 0


def _find_change(before: int, after: int, zone: ZoneInfo) -> int:
    """Return the first second in (before, after] whose offset is not the one at `before`."""
    offset = _offset(before, zone)
    while after - before > 1:
        middle = (before + after) // 2
        before, after = (middle, after) if _offset(middle, zone) == offset else (before, middle)
    return after
