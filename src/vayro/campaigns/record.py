"""Campaigns and messages as they are handed out."""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

import msgspec

from vayro.campaigns.audience import REASONS

RUNNING_STATES = ("preparing", "scheduled", "running", "paused")
FINISHED_STATES = ("completed", "cancelled")
# A message that is just being handed over still waits, for whoever looks from outside.
_COUNTED_AS = {"sending": "queued"}
_NEVER_SENT = frozenset({"opted_out", "cancelled"})


class Totals(msgspec.Struct):
    """What the messages of a campaign add up to. `segments`: of all but those that are never sent."""

    messages: int = 0
    queued: int = 0
    sent: int = 0
    delivered: int = 0
    failed: int = 0
    unknown: int = 0
    opted_out: int = 0
    cancelled: int = 0
    segments: int = 0
    cost_micros: int = 0


class CampaignRecord(msgspec.Struct, frozen=True):
    """A campaign as it is now. `audience`: in lists without identifiers, only how many there are."""

    id: UUID
    name: str
    variant: str
    texts: dict[str, str]
    audience: dict[str, Any]
    provider: str
    rate_per_second: int
    quiet_from: str | None
    quiet_until: str | None
    time_zone: str
    scheduled_at: dt.datetime | None
    status: str
    note: str | None
    currency: str
    totals: Totals
    skipped: dict[str, int]
    created_at: dt.datetime
    started_at: dt.datetime | None
    finished_at: dt.datetime | None
    updated_at: dt.datetime


class ListedCampaign(CampaignRecord, frozen=True):
    """A campaign in a list. `clicks`: those that its report counts."""

    clicks: int


class MessageRecord(msgspec.Struct, frozen=True):
    """A message of a campaign."""

    id: UUID
    business_id: UUID
    business_name: str | None
    phone: str
    body: str
    segments: int
    encoding: str
    status: str
    error: str | None
    cost_micros: int
    due_at: dt.datetime
    sent_at: dt.datetime | None
    delivered_at: dt.datetime | None


class Progress(msgspec.Struct, frozen=True):
    """Where a campaign stands."""

    id: UUID
    status: str
    totals: Totals


_OWN = [name for name in CampaignRecord.__struct_fields__ if name not in {"totals", "skipped", "audience"}]


def add_up(rows: Iterable[Any]) -> dict[UUID, Totals]:
    """Return the totals of campaigns from what `sum_messages` found."""
    found: dict[UUID, Totals] = {}
    for campaign_id, status, number, segments, cost in rows:
        totals = found.setdefault(campaign_id, Totals())
        name = _COUNTED_AS.get(status, status)
        totals.messages += number
        setattr(totals, name, getattr(totals, name) + number)
        totals.segments += 0 if status in _NEVER_SENT else int(segments)
        totals.cost_micros += int(cost)
    return found


def record_from_row(row: Any, totals: Mapping[UUID, Totals]) -> CampaignRecord:
    """Return a campaign."""
    return CampaignRecord(**_shown(row, totals), audience=_show_audience(row.audience, is_listed=False))


def listed_from_row(row: Any, totals: Mapping[UUID, Totals], clicks: Mapping[UUID, int]) -> ListedCampaign:
    """Return a campaign as lists show it: without the identifiers of its audience."""
    audience = _show_audience(row.audience, is_listed=True)
    return ListedCampaign(**_shown(row, totals), audience=audience, clicks=clicks.get(row.id, 0))


def _shown(row: Any, totals: Mapping[UUID, Totals]) -> dict[str, Any]:
    skipped = Counter(row.skipped)
    return {name: getattr(row, name) for name in _OWN} | {
        "totals": totals.get(row.id) or Totals(),
        "skipped": {reason: skipped[reason] for reason in REASONS},
    }


def message_from_row(row: Any) -> MessageRecord:
    """Return a message."""
    return MessageRecord(**{name: getattr(row, name) for name in MessageRecord.__struct_fields__})


def _show_audience(audience: Mapping[str, Any], *, is_listed: bool) -> dict[str, Any]:
    ids = audience.get("business_ids")
    shown = None if is_listed else ids
    return {"business_ids": shown, "filter": audience.get("filter"), "size": None if ids is None else len(ids)}
