"""Campaigns, their messages, and who wants no more of them."""

import datetime as dt
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from vayro.database.dialect import JsonText, UtcDateTime, UuidText
from vayro.database.models.declarative import Instant, Key, Model, Reference

EVERYONE = UUID(int=0)
"""In the place of one workspace, or of one campaign: all of them."""


class Campaign(Model):
    """Messages to an audience. `texts`: by locale, where they are not the variant's own.

    `prepared_until`: the last business that was turned into a message; with `is_prepared`, all were.
    """

    __tablename__ = "campaigns"
    __table_args__ = (
        Index("ix_campaigns_workspace_id_created_at_id", "workspace_id", "created_at", "id"),
        Index("ix_campaigns_status_scheduled_at", "status", "scheduled_at"),
    )

    id: Mapped[Key]
    workspace_id: Mapped[UUID] = mapped_column(UuidText, ForeignKey("workspaces.id"))
    user_id: Mapped[UUID | None] = mapped_column(UuidText, ForeignKey("users.id"))
    name: Mapped[str] = mapped_column(String(200))
    status: Mapped[str] = mapped_column(String(20))
    variant: Mapped[str] = mapped_column(String(20))
    texts: Mapped[dict[str, Any]] = mapped_column(JsonText)
    audience: Mapped[dict[str, Any]] = mapped_column(JsonText)
    provider: Mapped[str] = mapped_column(String(20))
    rate_per_second: Mapped[int]
    quiet_from: Mapped[str | None] = mapped_column(String(5))
    quiet_until: Mapped[str | None] = mapped_column(String(5))
    time_zone: Mapped[str] = mapped_column(String(64))
    scheduled_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    is_prepared: Mapped[bool]
    prepared_until: Mapped[UUID | None] = mapped_column(UuidText)
    skipped: Mapped[dict[str, Any]] = mapped_column(JsonText)
    currency: Mapped[str] = mapped_column(String(3))
    note: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[Instant]
    updated_at: Mapped[Instant]
    started_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    finished_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)


class CampaignMessage(Model):
    """One message to one number. What was claimed is the claimant's until `claimed_until`."""

    __tablename__ = "campaign_messages"
    __table_args__ = (
        UniqueConstraint("campaign_id", "phone"),
        Index("ix_campaign_messages_campaign_id_status_due_at", "campaign_id", "status", "due_at"),
        Index("ix_campaign_messages_workspace_id_phone", "workspace_id", "phone"),
        Index("ix_campaign_messages_business_id", "business_id"),
        Index("ix_campaign_messages_provider_message_id", "provider_message_id"),
    )

    id: Mapped[Key]
    campaign_id: Mapped[UUID] = mapped_column(UuidText, ForeignKey("campaigns.id"))
    workspace_id: Mapped[Reference]
    business_id: Mapped[Reference]
    site_id: Mapped[Reference]
    link_id: Mapped[UUID | None] = mapped_column(UuidText)
    phone: Mapped[str] = mapped_column(String(16))
    locale: Mapped[str] = mapped_column(String(35))
    body: Mapped[str] = mapped_column(Text)
    encoding: Mapped[str] = mapped_column(String(10))
    segments: Mapped[int]
    status: Mapped[str] = mapped_column(String(20))
    due_at: Mapped[Instant]
    claimed_by: Mapped[UUID | None] = mapped_column(UuidText)
    claimed_until: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    attempts: Mapped[int]
    provider_message_id: Mapped[str | None] = mapped_column(String(100))
    error: Mapped[str | None] = mapped_column(Text)
    cost_micros: Mapped[int] = mapped_column(BigInteger)
    sent_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    delivered_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[Instant]
    updated_at: Mapped[Instant]


class OptOut(Model):
    """A number that wants no messages: of a workspace, or with `EVERYONE` in its place, of any."""

    __tablename__ = "opt_outs"

    workspace_id: Mapped[Key]
    phone: Mapped[str] = mapped_column(String(16), primary_key=True)
    source: Mapped[str] = mapped_column(String(20))
    keyword: Mapped[str | None] = mapped_column(String(50))
    created_at: Mapped[Instant]


class SendingPace(Model):
    """How fast messages may go: of a campaign, by its identifier, or of the whole installation (`EVERYONE`).

    `free_at`: the moment up to which the allowance is spent. Rows of finished campaigns are deleted.
    """

    __tablename__ = "sending_paces"

    id: Mapped[Key]
    free_at: Mapped[Instant]
