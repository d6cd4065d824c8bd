"""Quiet hours: when a message may go, by the clock on the recipient's wall."""

import datetime as dt
from zoneinfo import ZoneInfo

from vayro.sites.places import is_time_zone

_DAY = dt.timedelta(days=1)
_SECOND = dt.timedelta(seconds=1)


def choose_zone(*names: str | None) -> str:
    """Return the first of these that is a time zone here, else UTC.

    Whoever wrote the name may know zones that this machine does not: that must not hold up a campaign.
    """
    return next((name for name in names if name and is_time_zone(name)), "UTC")


def next_allowed(instant: dt.datetime, zone: str, quiet_from: str | None, quiet_until: str | None) -> dt.datetime:
    """Return the first moment from an instant on, in UTC, that is outside the quiet hours of a time zone.

    Quiet is from `quiet_from` to just before `quiet_until`, like "21:00" and "08:00": across midnight when the first is
    the later. Without both, or with the same twice, nothing is. Where a clock is put forward over the end of the quiet,
    that moment is it; where it is put back into the quiet, it is quiet again.
    """
    if quiet_from is None or quiet_until is None:
        return instant
    return _leave(instant.astimezone(dt.UTC), ZoneInfo(zone), _minutes(quiet_from), _minutes(quiet_until))


def is_quiet(wall: dt.datetime, start: int, end: int) -> bool:
    """Return whether a clock shows quiet hours. Args: start and end, in minutes since midnight."""
    shown = wall.hour * 60 + wall.minute
    return start <= shown < end if start <= end else shown >= start or shown < end


def _leave(instant: dt.datetime, zone: ZoneInfo, start: int, end: int) -> dt.datetime:
    wall = instant.astimezone(zone)
    if not is_quiet(wall, start, end):
        return instant
    until = dt.datetime.combine(wall.date(), dt.time(), zone) + dt.timedelta(minutes=end)
    ahead = (until.replace(tzinfo=None) - wall.replace(tzinfo=None)) % _DAY
    candidate = instant + ahead
    if candidate.astimezone(zone).utcoffset() == wall.utcoffset():
        return candidate
    return _leave(_find_change(instant, candidate, zone), zone, start, end)


def _find_change(before: dt.datetime, after: dt.datetime, zone: ZoneInfo) -> dt.datetime:
    """Return the second in which the clocks of a zone are changed, between two instants of different offsets."""
    before = before.replace(microsecond=0)
    old = before.astimezone(zone).utcoffset()
    low, high = 0, int((after - before) / _SECOND) + 1
    while high - low > 1:
        middle = (low + high) // 2
        if (before + middle * _SECOND).astimezone(zone).utcoffset() == old:
            low = middle
        else:
            high = middle
    return before + high * _SECOND


def _minutes(clock: str) -> int:
    parsed = dt.time.fromisoformat(clock)
    return parsed.hour * 60 + parsed.minute
