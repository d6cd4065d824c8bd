"""Links, their change feed, and where short codes come from."""

import datetime as dt
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from vayro.database.dialect import JsonText, UtcDateTime, UuidText
from vayro.database.models.declarative import BigIdentity, Instant, Key, Model, Reference


class Domain(Model):
    """A short domain besides the default one; without a workspace, every workspace may use it.

    It serves from `verified_at` on: when its owner has put `verification_token` into its DNS, or at once when the
    operator registers it. `root_url` and `not_found_url`: where `/` and unknown codes lead, instead of our pages.
    """

    __tablename__ = "domains"

    name: Mapped[str] = mapped_column(String(253), primary_key=True)
    workspace_id: Mapped[UUID | None] = mapped_column(UuidText, ForeignKey("workspaces.id"))
    verification_token: Mapped[str] = mapped_column(String(64), default="", server_default="")
    verified_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    checked_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    root_url: Mapped[str | None] = mapped_column(Text)
    not_found_url: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[Instant]


class Link(Model):
    """A short link. `domain` is empty for the default domain, so a change of its name orphans nothing.

    `password_hash`: visitors are asked for the password. `disabled_reason`: it was taken down, mostly for `abuse`.
    """

    __tablename__ = "links"
    __table_args__ = (
        UniqueConstraint("domain", "short_code"),
        Index(
            "uq_links_canonical",
            "workspace_id",
            "target_url",
            "link_type",
            unique=True,
            postgresql_where=text("canonical AND is_active"),
            sqlite_where=text("canonical AND is_active"),
        ),
        Index("ix_links_workspace_id_created_at_id", "workspace_id", "created_at", "id"),
    )

    id: Mapped[Key]
    workspace_id: Mapped[UUID] = mapped_column(UuidText, ForeignKey("workspaces.id"))
    user_id: Mapped[UUID | None] = mapped_column(UuidText, ForeignKey("users.id"))
    domain: Mapped[str] = mapped_column(String(253))
    short_code: Mapped[str] = mapped_column(String(50))
    target_url: Mapped[str] = mapped_column(Text)
    link_type: Mapped[str] = mapped_column(String(50))
    canonical: Mapped[bool]
    title: Mapped[str | None] = mapped_column(String(500))
    tags: Mapped[list[str]] = mapped_column(JsonText)
    is_active: Mapped[bool]
    version: Mapped[int]
    redirect_status: Mapped[int]
    cache_seconds: Mapped[int | None]
    expires_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    expired_url: Mapped[str | None] = mapped_column(Text)
    max_clicks: Mapped[int | None] = mapped_column(BigInteger)
    password_hash: Mapped[str | None] = mapped_column(String(255))
    disabled_reason: Mapped[str | None] = mapped_column(String(30))
    metadata_: Mapped[dict[str, Any]] = mapped_column("metadata", JsonText)
    created_at: Mapped[Instant]
    updated_at: Mapped[Instant]


class LinkChange(Model):
    """The change feed: one row for each creation, edit and deletion, in the transaction that made it."""

    __tablename__ = "link_changes"
    __table_args__ = (Index("ix_link_changes_domain_short_code", "domain", "short_code"),)

    id: Mapped[int] = mapped_column(BigIdentity, primary_key=True, autoincrement=True)
    domain: Mapped[str] = mapped_column(String(253))
    short_code: Mapped[str] = mapped_column(String(50))
    link_id: Mapped[Reference]
    version: Mapped[int]
    is_deleted: Mapped[bool] = mapped_column(default=False)
    changed_at: Mapped[dt.datetime] = mapped_column(UtcDateTime, index=True)


class LinkDeletion(Model):
    """A link that was deleted lately: its clicks are still to be purged, those that arrive late among them.

    `kept`: the link as it was, in JSON. While it stands there the deletion may be taken back, and nothing is purged.
    """

    __tablename__ = "link_deletions"

    link_id: Mapped[Key]
    workspace_id: Mapped[Reference]
    deleted_at: Mapped[Instant]
    kept: Mapped[str | None] = mapped_column(Text)


class UtmTemplate(Model):
    """Campaign parameters under a name, for those who make links often."""

    __tablename__ = "utm_templates"
    __table_args__ = (UniqueConstraint("workspace_id", "name"),)

    id: Mapped[Key]
    workspace_id: Mapped[UUID] = mapped_column(UuidText, ForeignKey("workspaces.id"))
    name: Mapped[str] = mapped_column(String(100))
    source: Mapped[str | None] = mapped_column(String(200))
    medium: Mapped[str | None] = mapped_column(String(200))
    campaign: Mapped[str | None] = mapped_column(String(200))
    term: Mapped[str | None] = mapped_column(String(200))
    content: Mapped[str | None] = mapped_column(String(200))
    created_at: Mapped[Instant]


class LinkUsage(Model):
    """Redirects given by links that have `max_clicks`; counted by the engine before it answers."""

    __tablename__ = "link_usage"

    link_id: Mapped[Key]
    used: Mapped[int] = mapped_column(BigInteger)


class CodeBlock(Model):
    """Counter and key of one space of generated codes; `next` is the first value not yet handed out."""

    __tablename__ = "code_blocks"

    name: Mapped[str] = mapped_column(String(50), primary_key=True)
    next: Mapped[int] = mapped_column(BigInteger)
    key: Mapped[bytes] = mapped_column(LargeBinary(32))


class SnowflakeNode(Model):
    """Which process holds which Snowflake node number, and until when."""

    __tablename__ = "snowflake_nodes"

    node: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    holder: Mapped[str] = mapped_column(String(64))
    expires_at: Mapped[Instant]


class IdempotencyKey(Model):
    """What a request with an `Idempotency-Key` was answered; a repetition gets the same answer.

    `link_id`: what the request made, be it a link or a campaign.
    """

    __tablename__ = "idempotency_keys"

    workspace_id: Mapped[UUID] = mapped_column(UuidText, primary_key=True)
    key: Mapped[str] = mapped_column(String(255), primary_key=True)
    request_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    link_id: Mapped[Reference]
    created_at: Mapped[dt.datetime] = mapped_column(UtcDateTime, index=True)
