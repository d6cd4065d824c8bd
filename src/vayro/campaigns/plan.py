"""The rules of when a campaign is sent."""

import datetime as dt

from vayro.errors import ValidationFailed

LATEST = dt.timedelta(days=366)


def check_schedule(wanted: dt.datetime | None, now: dt.datetime) -> dt.datetime | None:
    """Return when a campaign begins; None for at once. Raises ValidationFailed for what is more than a year away."""
    if wanted is None or wanted <= now:
        return None
    if wanted > now + LATEST:
        raise ValidationFailed("A campaign begins within a year.", field="scheduled_at")
    return wanted


def check_quiet(start: str | None, end: str | None) -> None:
    """Raise ValidationFailed unless quiet hours have a beginning and an end, or there are none."""
    if (start is None) != (end is None):
        raise ValidationFailed("Quiet hours have a beginning and an end; both null for none.", field="quiet_until")
    if start is not None and start == end:
        raise ValidationFailed("Quiet hours end at another time than they begin.", field="quiet_until")
