"""Whom a campaign writes to: from an audience to one message for each number, some hundreds at a time."""

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Literal, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Row
from uuid_utils.compat import uuid7

from vayro.campaigns import recipients, repository
from vayro.campaigns.message import Values, compose
from vayro.campaigns.quiet import choose_zone, next_allowed
from vayro.campaigns.wordings import Wordings
from vayro.database.engine import Database
from vayro.database.models import businesses
from vayro.errors import ValidationFailed
from vayro.settings import Settings
from vayro.sites.address import SiteAddresses
from vayro.sites.business_repository import BusinessFilter, conditions_of

Reason = Literal["no_phone", "no_site", "not_published", "opted_out", "duplicate"]
REASONS: tuple[Reason, ...] = ("no_phone", "no_site", "not_published", "opted_out", "duplicate")
BATCH = 500


class Batch(NamedTuple):
    """Some of the audience. `until`: the last identifier of it; `is_last`: nobody comes after them."""

    rows: Sequence[Row[Any]]
    until: UUID | None
    is_last: bool


async def expand_some(database: Database, settings: Settings, campaign_id: UUID) -> bool:
    """Make the messages for the next 500 businesses of a campaign that is being prepared; return whether all are made.

    One transaction, which notes how far it came: killed at any moment, the next call goes on from there. Of two that do
    the same at once, one writes. Numbers that want no messages get a message that says so, and is never sent.
    """
    async with database.read() as connection:
        campaign = await repository.find_campaign(connection, campaign_id)
        if campaign is None or not _is_open(campaign):
            return True
        batch = await _read_batch(connection, campaign)
    # The words are put together before the lock is taken: on SQLite it keeps everybody else from writing.
    expansion = _Expansion(settings, campaign)
    messages = [message for row in batch.rows if (message := expansion.write(row))]
    async with database.transaction() as connection:
        now = await repository.lock_campaign(connection, campaign_id)
        if now is None or not _is_open(now):
            return True
        if (now.prepared_until, now.updated_at) != (campaign.prepared_until, campaign.updated_at):
            return False  # somebody else was here, or the schedule has changed
        await _store(connection, now, batch, messages, expansion.skipped)
    return batch.is_last


def audience_conditions(audience: Mapping[str, Any]) -> list[ColumnElement[bool]]:
    """Return what an audience asks of `businesses`, as it is stored: `business_ids` or a `filter`."""
    if "business_ids" in audience:
        return [businesses.c.id.in_([UUID(one) for one in audience["business_ids"]])]
    return conditions_of(BusinessFilter(**audience["filter"]))


def find_reason(row: Any) -> Reason | None:
    """Return why a business gets no message, or None. Whether its number got one already is not seen here."""
    if not row.phone:
        return "no_phone"
    if not has_site(row):
        return "no_site"
    if not row.is_published:
        return "not_published"
    return "opted_out" if row.opted_out is not None else None


def has_site(row: Any) -> bool:
    """Return whether a business has a site that was completed once; it may be made anew just now."""
    return row.site_id is not None and (row.status == "completed" or row.completed_at is not None)


def url_to_send(row: Any, addresses: SiteAddresses) -> str:
    """Return the one link of a site; its whole address, where it has none."""
    return row.short_url or addresses.url_of(row.subdomain, row.custom_domain if row.verified_at else None)


def _is_open(campaign: Any) -> bool:
    return campaign.status == "preparing" and not campaign.is_prepared


async def _read_batch(connection: Any, campaign: Any) -> Batch:
    """Return those who come next. Whoever was added after the campaign is not one of them."""
    wanted, after = campaign.audience, campaign.prepared_until
    if "business_ids" in wanted:
        left = [one for one in map(UUID, wanted["business_ids"]) if after is None or one > after]
        ids, is_last = left[:BATCH], len(left) <= BATCH
        rows = await recipients.find_recipients(connection, campaign.workspace_id, [businesses.c.id.in_(ids)], BATCH)
        return Batch(rows, ids[-1] if ids else after, is_last)
    conditions = [*audience_conditions(wanted), businesses.c.created_at <= campaign.created_at]
    if after is not None:
        conditions.append(businesses.c.id > after)
    rows = await recipients.find_recipients(connection, campaign.workspace_id, conditions, BATCH)
    return Batch(rows, rows[-1].id if rows else after, len(rows) < BATCH)


async def _store(
    connection: Any, campaign: Any, batch: Batch, messages: Sequence[dict[str, Any]], skipped: Counter[str]
) -> None:
    written = await repository.find_written(connection, campaign.id, [message["phone"] for message in messages])
    fresh = {message["phone"]: message for message in reversed(messages) if message["phone"] not in written}
    await repository.insert_messages(connection, list(fresh.values()))
    skipped["duplicate"] += len(messages) - len(fresh)
    skipped["opted_out"] += sum(message["status"] == "opted_out" for message in fresh.values())
    values: dict[str, Any] = {"prepared_until": batch.until, "is_prepared": batch.is_last}
    values["skipped"] = {reason: campaign.skipped.get(reason, 0) + skipped[reason] for reason in REASONS}
    values["updated_at"] = dt.datetime.now(dt.UTC)
    await repository.update_campaign(connection, campaign.id, values)


class _Expansion:
    """Writes the messages of one batch, and counts who gets none."""

    def __init__(self, settings: Settings, campaign: Any) -> None:
        self._campaign = campaign
        self._addresses = SiteAddresses(settings)
        self._wordings = Wordings(campaign.variant, campaign.texts)
        self._now = dt.datetime.now(dt.UTC)
        self._due: dict[str, dt.datetime] = {}
        self.skipped: Counter[str] = Counter()

    def write(self, row: Any) -> dict[str, Any] | None:
        """Return the row of a message, or None for who gets none."""
        reason = find_reason(row)
        if reason and reason != "opted_out":
            self.skipped[reason] += 1
            return None
        state = self._compose(row)
        if reason:
            state["status"] = reason
        return {**self._describe(row), **state}

    def _compose(self, row: Any) -> dict[str, Any]:
        choice = self._wordings.choose(row.locale)
        values = Values(row.name, url_to_send(row, self._addresses), row.sender, row.category)
        try:
            message = compose(choice.text, values, choice.locale, is_custom=choice.is_custom)
        except ValidationFailed as error:  # one impossible message must not keep the others from being sent
            failed = {"status": "failed", "error": error.detail}
            return {"body": "", "encoding": "GSM-7", "segments": 0, "locale": choice.locale, **failed}
        counted = {"encoding": message.count.encoding, "segments": message.count.segments}
        return {"body": message.body, **counted, "locale": choice.locale, "status": "queued", "error": None}

    def _describe(self, row: Any) -> dict[str, Any]:
        absent = dict.fromkeys(
            ("claimed_by", "claimed_until", "provider_message_id", "sent_at", "delivered_at"),
        )
        whose = {"campaign_id": self._campaign.id, "workspace_id": self._campaign.workspace_id}
        whose |= {"business_id": row.id, "site_id": row.site_id, "phone": row.phone}
        whose["link_id"] = row.link_id if row.short_url else None
        at = {"due_at": self._find_due(row.time_zone), "created_at": self._now, "updated_at": self._now}
        return {"id": uuid7(), **whose, **absent, **at, "attempts": 0, "cost_micros": 0}

    def _find_due(self, time_zone: str | None) -> dt.datetime:
        campaign, zone = self._campaign, choose_zone(time_zone, self._campaign.time_zone)
        if zone not in self._due:
            first = max(self._now, campaign.scheduled_at or self._now)
            self._due[zone] = next_allowed(first, zone, campaign.quiet_from, campaign.quiet_until)
        return self._due[zone]
