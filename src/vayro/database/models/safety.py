"""What keeps links from hurting people: lists from elsewhere, what checks found, reports of the public."""

import datetime as dt
from typing import Any
from uuid import UUID

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from vayro.database.dialect import JsonText, UtcDateTime, UuidText
from vayro.database.models.declarative import Instant, Key, Model, Reference


class BlockList(Model):
    """A list of what no link may lead to, as last fetched from its address."""

    __tablename__ = "block_lists"

    url: Mapped[str] = mapped_column(String(500), primary_key=True)
    content: Mapped[str] = mapped_column(Text)
    etag: Mapped[str] = mapped_column(String(255))
    fetched_at: Mapped[Instant]


class LinkCheck(Model):
    """What is known of a link's destination. `verdict`: unchecked, fine, suspect, dangerous, unreachable."""

    __tablename__ = "link_checks"

    link_id: Mapped[Key]
    workspace_id: Mapped[Reference]
    verdict: Mapped[str] = mapped_column(String(20))
    findings: Mapped[list[str]] = mapped_column(JsonText)
    version: Mapped[int]
    due_at: Mapped[dt.datetime] = mapped_column(UtcDateTime, index=True)
    checked_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)


class LinkReport(Model):
    """Somebody of the public thinks that a link does harm."""

    __tablename__ = "link_reports"

    id: Mapped[Key]
    link_id: Mapped[UUID] = mapped_column(UuidText, index=True)
    workspace_id: Mapped[Reference]
    reason: Mapped[str] = mapped_column(String(30))
    text: Mapped[str] = mapped_column(Text)
    details: Mapped[dict[str, Any]] = mapped_column(JsonText)
    created_at: Mapped[dt.datetime] = mapped_column(UtcDateTime, index=True)
    closed_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
