"""Businesses, and the one site that each may have."""

import datetime as dt
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from vayro.database.dialect import JsonText, UtcDateTime, UuidText
from vayro.database.models.declarative import Instant, Key, Model, Reference


class Business(Model):
    """Somebody whom a workspace wants to win. `phone` is E.164; `deal_value_micros`, what winning it is worth."""

    __tablename__ = "businesses"
    __table_args__ = (
        Index("ix_businesses_workspace_id_created_at_id", "workspace_id", "created_at", "id"),
        Index("ix_businesses_workspace_id_phone", "workspace_id", "phone"),
    )

    id: Mapped[Key]
    workspace_id: Mapped[UUID] = mapped_column(UuidText, ForeignKey("workspaces.id"))
    name: Mapped[str] = mapped_column(String(200))
    category: Mapped[str | None] = mapped_column(String(100))
    phone: Mapped[str | None] = mapped_column(String(16))
    email: Mapped[str | None] = mapped_column(String(254))
    address: Mapped[str | None] = mapped_column(String(500))
    country: Mapped[str | None] = mapped_column(String(2))
    locale: Mapped[str] = mapped_column(String(35))
    time_zone: Mapped[str | None] = mapped_column(String(64))
    notes: Mapped[str | None] = mapped_column(Text)
    deal_value_micros: Mapped[int | None] = mapped_column(BigInteger)
    created_at: Mapped[Instant]
    updated_at: Mapped[Instant]


class Site(Model):
    """The site of a business. Its link is made in the transaction that completes it for the first time, and stays.

    `generation_id` names the run that may write: whoever was overtaken by another writes nothing.
    """

    __tablename__ = "sites"
    __table_args__ = (
        UniqueConstraint("business_id"),
        UniqueConstraint("subdomain"),
        UniqueConstraint("custom_domain"),
        UniqueConstraint("link_id"),
        Index("ix_sites_workspace_id_created_at_id", "workspace_id", "created_at", "id"),
        Index("ix_sites_status_updated_at", "status", "updated_at"),
        Index("ix_sites_short_url", "short_url"),
    )

    id: Mapped[Key]
    workspace_id: Mapped[UUID] = mapped_column(UuidText, ForeignKey("workspaces.id"))
    business_id: Mapped[UUID] = mapped_column(UuidText, ForeignKey("businesses.id"))
    user_id: Mapped[UUID | None] = mapped_column(UuidText, ForeignKey("users.id"))
    subdomain: Mapped[str] = mapped_column(String(63))
    custom_domain: Mapped[str | None] = mapped_column(String(253))
    verification_token: Mapped[str | None] = mapped_column(String(64))
    verified_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    checked_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    generator: Mapped[str] = mapped_column(String(20))
    design: Mapped[str] = mapped_column(String(50))
    brief: Mapped[str | None] = mapped_column(Text)
    status: Mapped[str] = mapped_column(String(20))
    step: Mapped[str] = mapped_column(String(20))
    error: Mapped[str | None] = mapped_column(Text)
    note: Mapped[str | None] = mapped_column(Text)
    generation_id: Mapped[Reference]
    generations: Mapped[int]
    content: Mapped[dict[str, Any] | None] = mapped_column(JsonText)
    html: Mapped[str | None] = mapped_column(Text)
    etag: Mapped[str | None] = mapped_column(String(64))
    is_published: Mapped[bool]
    cost_micros: Mapped[int] = mapped_column(BigInteger)
    created_at: Mapped[Instant]
    updated_at: Mapped[Instant]
    completed_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    link_id: Mapped[UUID | None] = mapped_column(UuidText)
    short_url: Mapped[str | None] = mapped_column(String(2048))


class JobExecutor(Model):
    """A process that runs durable jobs. When `beats` stands still, another takes its jobs over."""

    __tablename__ = "job_executors"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    beats: Mapped[int] = mapped_column(BigInteger)
