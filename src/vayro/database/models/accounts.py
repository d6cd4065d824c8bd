"""Workspaces, users and API keys."""

import datetime as dt
from uuid import UUID

from sqlalchemy import ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from vayro.database.dialect import UtcDateTime, UuidText
from vayro.database.models.declarative import Instant, Key, Model


class Workspace(Model):
    """Owns links and keys; every user starts with one. Its `plan` is its owner's."""

    __tablename__ = "workspaces"

    id: Mapped[Key]
    name: Mapped[str] = mapped_column(String(200))
    plan: Mapped[str] = mapped_column(String(50), default="free", server_default="free")
    default_domain: Mapped[str | None] = mapped_column(String(253))
    created_at: Mapped[Instant]


class User(Model):
    """A person. `email` is stored in lower case; `password_hash` is empty for who signs in elsewhere alone."""

    __tablename__ = "users"

    id: Mapped[Key]
    email: Mapped[str] = mapped_column(String(320), unique=True)
    password_hash: Mapped[str] = mapped_column(String(255))
    plan: Mapped[str] = mapped_column(String(50), default="free", server_default="free")
    is_admin: Mapped[bool] = mapped_column(default=False)
    email_verified_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    disabled_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[Instant]


class WorkspaceMember(Model):
    """Who belongs to which workspace, as what: owner, admin, member or viewer."""

    __tablename__ = "workspace_members"

    workspace_id: Mapped[UUID] = mapped_column(UuidText, ForeignKey("workspaces.id"), primary_key=True)
    user_id: Mapped[UUID] = mapped_column(UuidText, ForeignKey("users.id"), primary_key=True, index=True)
    role: Mapped[str] = mapped_column(String(20))
    created_at: Mapped[Instant]


class ApiKey(Model):
    """A key, of which only the SHA-256 is kept. `prefix` is its beginning, for people to tell keys apart.

    `scopes`: with spaces between them; `*` is all that its user may do.
    """

    __tablename__ = "api_keys"

    id: Mapped[Key]
    workspace_id: Mapped[UUID] = mapped_column(UuidText, ForeignKey("workspaces.id"), index=True)
    user_id: Mapped[UUID] = mapped_column(UuidText, ForeignKey("users.id"))
    name: Mapped[str] = mapped_column(String(200))
    prefix: Mapped[str] = mapped_column(String(16))
    key_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    scopes: Mapped[str] = mapped_column(String(300), default="*", server_default="*")
    created_at: Mapped[Instant]
    last_used_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    expires_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    revoked_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
