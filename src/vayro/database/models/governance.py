"""What may be done and what was: usage against plans, billing, the audit log."""

import datetime as dt
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from vayro.database.dialect import JsonText, UtcDateTime, UuidText
from vayro.database.models.declarative import Instant, Key, Model


class WorkspaceUsage(Model):
    """What a workspace used of its plan in a month (UTC), like `2026-11`."""

    __tablename__ = "workspace_usage"

    workspace_id: Mapped[UUID] = mapped_column(UuidText, ForeignKey("workspaces.id"), primary_key=True)
    month: Mapped[str] = mapped_column(String(7), primary_key=True)
    links: Mapped[int] = mapped_column(BigInteger, default=0)


class BillingAccount(Model):
    """A workspace as Stripe knows it. `status` is that of the subscription."""

    __tablename__ = "billing_accounts"

    workspace_id: Mapped[UUID] = mapped_column(UuidText, ForeignKey("workspaces.id"), primary_key=True)
    customer_id: Mapped[str] = mapped_column(String(255), unique=True)
    subscription_id: Mapped[str | None] = mapped_column(String(255), unique=True)
    status: Mapped[str] = mapped_column(String(30))
    changed_at: Mapped[Instant]


class BillingEvent(Model):
    """An event of Stripe that was acted on: it comes again when our answer is lost."""

    __tablename__ = "billing_events"

    id: Mapped[str] = mapped_column(String(255), primary_key=True)
    kind: Mapped[str] = mapped_column(String(100))
    received_at: Mapped[dt.datetime] = mapped_column(UtcDateTime, index=True)


class AuditEntry(Model):
    """Who changed what. Without foreign keys: it outlives what it tells of. Neither secrets nor addresses."""

    __tablename__ = "audit_log"
    __table_args__ = (Index("ix_audit_log_workspace_id_id", "workspace_id", "id"),)

    id: Mapped[Key]
    workspace_id: Mapped[UUID | None] = mapped_column(UuidText)
    user_id: Mapped[UUID | None] = mapped_column(UuidText)
    key_id: Mapped[UUID | None] = mapped_column(UuidText)
    action: Mapped[str] = mapped_column(String(60))
    subject: Mapped[str] = mapped_column(String(320))
    details: Mapped[dict[str, Any]] = mapped_column(JsonText)
    created_at: Mapped[dt.datetime] = mapped_column(UtcDateTime, index=True)
