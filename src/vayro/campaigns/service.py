"""The rules of campaigns: how they are made, changed, held and ended. Sending them is the jobs' part.

preparing ─▶ scheduled ─▶ running ─▶ completed
└────────────┴──◀ paused ▶──┘         every one of the first four may be cancelled
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from vayro.accounts import audit
from vayro.accounts.records import Caller
from vayro.campaigns import repository
from vayro.campaigns.creation import CampaignDraft, CampaignMaker
from vayro.campaigns.estimate import Estimate, Estimator
from vayro.campaigns.plan import check_quiet, check_schedule
from vayro.campaigns.record import (
    FINISHED_STATES,
    CampaignRecord,
    ListedCampaign,
    MessageRecord,
    add_up,
    listed_from_row,
    message_from_row,
    record_from_row,
)
from vayro.campaigns.report_repository import count_clicks_of_campaigns
from vayro.campaigns.wordings import Wordings
from vayro.database.engine import Database
from vayro.errors import CampaignOver, NotFound, ValidationFailed
from vayro.settings import Settings

_UNKNOWN = "There is no such campaign."


class CampaignPosition(msgspec.Struct, frozen=True, array_like=True, tag="campaigns"):
    """The last entry of a page. Identifiers grow with time."""

    id: UUID


class MessagePosition(msgspec.Struct, frozen=True, array_like=True, tag="messages"):
    """The last message of a page."""

    id: UUID


class CampaignPage(NamedTuple):
    """A page of campaigns, and where the next one begins."""

    campaigns: list[ListedCampaign]
    next: CampaignPosition | None


class MessagePage(NamedTuple):
    """A page of messages, and where the next one begins."""

    messages: list[MessageRecord]
    next: MessagePosition | None


class CampaignService:
    """The campaigns of workspaces. Each change is one transaction, with its entry in the audit log."""

    def __init__(self, settings: Settings, database: Database) -> None:
        """Args: settings, for the provider and the currency of new campaigns."""
        self._database = database
        self.estimator = Estimator(settings, database)
        self._maker = CampaignMaker(settings, database, self.estimator)

    async def create(self, caller: Caller, draft: CampaignDraft, idempotency_key: str | None = None) -> CampaignRecord:
        """Make a campaign; its messages are made by the jobs. The same key with the same draft gives the same one.

        An instant that has passed is no schedule: the campaign begins at once. Raises ValidationFailed, also when
        nobody would get it, and when the key came with another draft.
        """
        return await self.get(caller.workspace_id, await self._maker.make(caller, draft, idempotency_key))

    async def estimate(self, workspace_id: UUID, audience: Mapping[str, Any], wordings: Wordings) -> Estimate:
        """Return whom an audience is, and what it comes to."""
        return await self.estimator.estimate(workspace_id, audience, wordings)

    async def get(self, workspace_id: UUID, campaign_id: UUID) -> CampaignRecord:
        """Return a campaign. Raises NotFound."""
        async with self._database.read() as connection:
            return await _read(connection, workspace_id, campaign_id)

    async def list_page(self, workspace_id: UUID, *, limit: int, after: CampaignPosition | None) -> CampaignPage:
        """Return a page of campaigns, newest first."""
        async with self._database.read() as connection:
            rows = await repository.find_campaigns(
                connection, workspace_id, limit=limit + 1, before=after.id if after else None
            )
            totals = add_up(await repository.sum_messages(connection, [row.id for row in rows[:limit]]))
        clicks = await self._count_clicks(rows[:limit])
        page = [listed_from_row(row, totals, clicks) for row in rows[:limit]]
        return CampaignPage(page, CampaignPosition(page[-1].id) if len(rows) > limit else None)

    async def _count_clicks(self, rows: Sequence[Any]) -> dict[UUID, int]:
        begun = [row.id for row in rows if row.started_at]
        if not begun:
            return {}
        first = min(row.created_at for row in rows)
        async with self._database.replica_read() as connection:
            return await count_clicks_of_campaigns(connection, begun, first)

    async def list_messages(
        self, workspace_id: UUID, campaign_id: UUID, *, status: str | None, limit: int, after: MessagePosition | None
    ) -> MessagePage:
        """Return a page of a campaign's messages, in the order in which they were made. Raises NotFound."""
        async with self._database.read() as connection:
            if await repository.find_own_campaign(connection, workspace_id, campaign_id) is None:
                raise NotFound(_UNKNOWN)
            rows = await repository.find_messages(
                connection, campaign_id, status=status, limit=limit + 1, after=after.id if after else None
            )
        page = [message_from_row(row) for row in rows[:limit]]
        return MessagePage(page, MessagePosition(page[-1].id) if len(rows) > limit else None)

    async def edit(self, caller: Caller, campaign_id: UUID, changes: Mapping[str, Any]) -> CampaignRecord:
        """Change what is named. Raises NotFound, CampaignOver, and ValidationFailed for what it is too late for."""
        async with self._database.transaction() as connection:
            row = await _lock_open(connection, caller.workspace_id, campaign_id)
            at = dt.datetime.now(dt.UTC)
            values = dict(changes)
            if "scheduled_at" in values:
                if row.started_at is not None:
                    raise ValidationFailed("The campaign has begun: it has no schedule.", field="scheduled_at")
                values["scheduled_at"] = check_schedule(values["scheduled_at"], at)
            check_quiet(values.get("quiet_from", row.quiet_from), values.get("quiet_until", row.quiet_until))
            if values:
                await repository.update_campaign(connection, campaign_id, {**values, "updated_at": at})
                await audit.note(connection, caller, "campaign.update", row.name, {"fields": sorted(values)})
            if values.keys() & {"scheduled_at", "quiet_from", "quiet_until", "time_zone"}:
                begins = values.get("scheduled_at", row.scheduled_at)
                await repository.reschedule_messages(connection, campaign_id, max(at, begins or at))
            return await _read(connection, caller.workspace_id, campaign_id)

    async def pause(self, caller: Caller, campaign_id: UUID) -> CampaignRecord:
        """Hold a campaign: no message is taken to be sent once this returns. Raises NotFound and CampaignOver."""
        async with self._database.transaction() as connection:
            row = await _lock_open(connection, caller.workspace_id, campaign_id)
            if row.status != "paused":
                await _move(connection, caller, row, "pause", {"status": "paused"})
            return await _read(connection, caller.workspace_id, campaign_id)

    async def resume(self, caller: Caller, campaign_id: UUID) -> CampaignRecord:
        """Let a paused campaign go on where it was. Raises NotFound and CampaignOver."""
        async with self._database.transaction() as connection:
            row = await _lock_open(connection, caller.workspace_id, campaign_id)
            if row.status == "paused":
                state = "preparing" if not row.is_prepared else "running" if row.started_at else "scheduled"
                await _move(connection, caller, row, "resume", {"status": state, "note": None})
            return await _read(connection, caller.workspace_id, campaign_id)

    async def cancel(self, caller: Caller, campaign_id: UUID) -> CampaignRecord:
        """End a campaign, and all of its messages that wait. Raises NotFound, and CampaignOver when it is completed."""
        async with self._database.transaction() as connection:
            row = await _lock(connection, caller.workspace_id, campaign_id)
            if row.status != "cancelled":
                _require_open(row)
                at = dt.datetime.now(dt.UTC)
                await _move(connection, caller, row, "cancel", {"status": "cancelled", "finished_at": at})
                await repository.cancel_messages(connection, campaign_id, at)
            return await _read(connection, caller.workspace_id, campaign_id)


async def _read(connection: AsyncConnection, workspace_id: UUID, campaign_id: UUID) -> CampaignRecord:
    row = await repository.find_own_campaign(connection, workspace_id, campaign_id)
    if row is None:
        raise NotFound(_UNKNOWN)
    return record_from_row(row, add_up(await repository.sum_messages(connection, [campaign_id])))


async def _lock(connection: AsyncConnection, workspace_id: UUID, campaign_id: UUID) -> Any:
    row = await repository.lock_own_campaign(connection, workspace_id, campaign_id)
    if row is None:
        raise NotFound(_UNKNOWN)
    return row


async def _lock_open(connection: AsyncConnection, workspace_id: UUID, campaign_id: UUID) -> Any:
    row = await _lock(connection, workspace_id, campaign_id)
    _require_open(row)
    return row


def _require_open(row: Any) -> None:
    if row.status in FINISHED_STATES:
        raise CampaignOver(f"The campaign is {row.status}: nothing about it changes any more.")


async def _move(connection: AsyncConnection, caller: Caller, row: Any, verb: str, values: dict[str, Any]) -> None:
    values["updated_at"] = dt.datetime.now(dt.UTC)
    await repository.update_campaign(connection, row.id, values)
    await audit.note(connection, caller, f"campaign.{verb}", row.name)
