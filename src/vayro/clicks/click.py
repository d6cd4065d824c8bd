"""A click on its way from the source to the table: decoded, checked, then enriched step by step."""

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from vayro.clicks.event import split_trace

NAMES = ["timestamp", "event_id", "link_id", "ip", "user_agent", "referer", "flags", "segment"]
OLDEST = dt.timedelta(days=400)
MOST_AHEAD = dt.timedelta(days=1)
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


class BadEvent(Exception):
    """The event can never become a row. `reason` is a word that metrics and dead letters carry."""

    def __init__(self, reason: str) -> None:
        """Args: reason, one word."""
        super().__init__(reason)
        self.reason = reason


@dataclass(slots=True)
class Click:
    """One click. The first eight values come with the event, the others from enrichment."""

    event_id: str
    timestamp: dt.datetime
    link_id: str
    segment: str
    ip: str
    user_agent: str
    referer: str | None
    flags: str
    country_code: str | None = None
    city: str | None = None
    device_type: str = "other"
    browser: str | None = None
    os: str | None = None
    ip_address: str | None = None
    is_bot: bool = False
    visitor_id: int | None = None
    traceparent: str = ""
    """Of the redirect, when that was traced."""


class EntryDecoder:
    """Decodes entries (names and values in turn, a character a byte) at one moment; make one for each batch."""

    def __init__(self, now: dt.datetime | None = None) -> None:
        """Args: now, by which a time is judged absurd: older than 400 days, or more than a day ahead."""
        now = now or dt.datetime.now(dt.UTC)
        self._earliest = now - OLDEST
        self._latest = now + MOST_AHEAD

    def decode(self, entry: Sequence[str]) -> Click:
        """Return the click. Raises BadEvent: `malformed`, `bad_id`, `bad_time` or `absurd_time`."""
        if entry[::2] == NAMES:
            stamp, event_id, link_id, ip, user_agent, referer, flags, segment = entry[1::2]
        else:
            stamp, event_id, link_id, ip, user_agent, referer, flags, segment = _by_name(entry)
        traceparent = ""
        if flags:
            flags, traceparent = split_trace(flags)
        return Click(
            event_id if _UUID.fullmatch(event_id) else _normalize_id(event_id),
            self._read_time(stamp),
            link_id if _UUID.fullmatch(link_id) else _normalize_id(link_id),
            segment if segment.isascii() and len(segment) <= 80 and "\0" not in segment else "",
            ip,
            _clean(user_agent),
            _clean(referer) or None,
            flags,
            traceparent=traceparent,
        )

    def _read_time(self, stamp: str) -> dt.datetime:
        try:
            instant = dt.datetime.fromisoformat(stamp)
        except ValueError:
            raise BadEvent("bad_time") from None
        if instant.tzinfo is not dt.UTC:
            instant = instant.replace(tzinfo=dt.UTC) if instant.tzinfo is None else instant.astimezone(dt.UTC)
        if not self._earliest <= instant <= self._latest:
            raise BadEvent("absurd_time")
        return instant


def _by_name(entry: Sequence[str]) -> list[str]:
    """Read an entry of another producer: any order, more fields, `flags` and `segment` left out."""
    fields = dict(zip(entry[::2], entry[1::2], strict=False))
    try:
        return [*(fields[name] for name in NAMES[:3]), *(fields.get(name, "") for name in NAMES[3:])]
    except KeyError:
        raise BadEvent("malformed") from None


def _normalize_id(text: str) -> str:
    try:
        return str(UUID(text))
    except ValueError:
        raise BadEvent("bad_id") from None


def _clean(value: str) -> str:
    """Return the text that these bytes are in UTF-8; others, and NUL, which no table holds, become U+FFFD."""
    if not value.isascii():
        value = value.encode("latin-1", "replace").decode("utf-8", "replace")
    return value.replace("\0", "\ufffd") if "\0" in value else value
