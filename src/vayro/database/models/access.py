"""How people get in: sessions, single-use tokens, second factors, other identity providers, invitations."""

import datetime as dt
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from vayro.database.dialect import JsonText, UtcDateTime, UuidText
from vayro.database.models.declarative import Instant, Key, Model


class Session(Model):
    """A signed-in browser. Of its token only the SHA-256 is kept.

    `authenticated_at`: when the person last proved who they are; what is dangerous asks for that to be recent.
    """

    __tablename__ = "sessions"

    id: Mapped[Key]
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    user_id: Mapped[UUID] = mapped_column(UuidText, ForeignKey("users.id"), index=True)
    workspace_id: Mapped[UUID] = mapped_column(UuidText, ForeignKey("workspaces.id"))
    created_at: Mapped[Instant]
    authenticated_at: Mapped[Instant]
    last_seen_at: Mapped[Instant]
    expires_at: Mapped[dt.datetime] = mapped_column(UtcDateTime, index=True)
    browser: Mapped[str] = mapped_column(String(120))


class SingleUseToken(Model):
    """What a mail carries: proof that its address is read. Of the token only the SHA-256 is kept.

    `purpose`: verify_email, reset_password, second_factor, oidc.
    """

    __tablename__ = "single_use_tokens"

    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    user_id: Mapped[UUID | None] = mapped_column(UuidText, ForeignKey("users.id"), index=True)
    purpose: Mapped[str] = mapped_column(String(30))
    payload: Mapped[dict[str, Any]] = mapped_column(JsonText)
    created_at: Mapped[Instant]
    expires_at: Mapped[dt.datetime] = mapped_column(UtcDateTime, index=True)
    used_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)


class SecondFactor(Model):
    """A user's TOTP secret, encrypted. `last_step` is the last time step that was accepted: no code works twice."""

    __tablename__ = "second_factors"

    user_id: Mapped[UUID] = mapped_column(UuidText, ForeignKey("users.id"), primary_key=True)
    secret: Mapped[bytes] = mapped_column(LargeBinary)
    confirmed_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    last_step: Mapped[int] = mapped_column(BigInteger, default=0)
    created_at: Mapped[Instant]


class RecoveryCode(Model):
    """Stands in for the second factor once. Only its SHA-256 is kept."""

    __tablename__ = "recovery_codes"

    code_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    user_id: Mapped[UUID] = mapped_column(UuidText, ForeignKey("users.id"), index=True)
    created_at: Mapped[Instant]
    used_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)


class UserIdentity(Model):
    """Who a user is at an OpenID Connect provider."""

    __tablename__ = "user_identities"

    issuer: Mapped[str] = mapped_column(String(255), primary_key=True)
    subject: Mapped[str] = mapped_column(String(255), primary_key=True)
    user_id: Mapped[UUID] = mapped_column(UuidText, ForeignKey("users.id"), index=True)
    created_at: Mapped[Instant]


class Invitation(Model):
    """An address that may join a workspace. Only the SHA-256 of its token is kept."""

    __tablename__ = "invitations"
    __table_args__ = (UniqueConstraint("workspace_id", "email"),)

    id: Mapped[Key]
    workspace_id: Mapped[UUID] = mapped_column(UuidText, ForeignKey("workspaces.id"))
    email: Mapped[str] = mapped_column(String(320))
    role: Mapped[str] = mapped_column(String(20))
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    invited_by: Mapped[UUID] = mapped_column(UuidText, ForeignKey("users.id"))
    created_at: Mapped[Instant]
    expires_at: Mapped[Instant]
    accepted_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
