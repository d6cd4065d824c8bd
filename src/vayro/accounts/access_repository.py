"""Every SQL statement about how people get in, but those about second factors, which `factor_repository` has."""

import datetime as dt
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from vayro.database.models import (
    invitations,
    second_factors,
    sessions,
    single_use_tokens,
    users,
    workspace_members,
    workspaces,
)

AnyRow = Row[*tuple[Any, ...]]

_PERSON = (
    users.c.id,
    users.c.email,
    users.c.password_hash,
    users.c.is_admin,
    users.c.email_verified_at,
    users.c.disabled_at,
    second_factors.c.confirmed_at.label("second_factor_at"),
)
_STANDING = (
    users.c.is_admin,
    users.c.disabled_at,
    users.c.password_hash,
    second_factors.c.confirmed_at.label("second_factor_at"),
)
_SESSION = (
    sessions.c.id,
    sessions.c.token_hash,
    sessions.c.user_id,
    sessions.c.workspace_id,
    sessions.c.created_at,
    sessions.c.authenticated_at,
    sessions.c.last_seen_at,
    sessions.c.expires_at,
    sessions.c.browser,
)


def _people() -> Select[*tuple[Any, ...]]:
    return select(*_PERSON).outerjoin(second_factors, second_factors.c.user_id == users.c.id)


async def find_person(connection: AsyncConnection, email: str) -> AnyRow | None:
    """Return who has this normalised address, with what sign-in needs to know."""
    return (await connection.execute(_people().where(users.c.email == email))).first()


async def get_person(connection: AsyncConnection, user_id: UUID) -> AnyRow:
    """Return the user of this identifier, who must be there."""
    return (await connection.execute(_people().where(users.c.id == user_id))).one()


async def find_home(connection: AsyncConnection, user_id: UUID) -> AnyRow | None:
    """Return the workspace where a session begins: one that the user owns, else the one they joined first."""
    return next(iter(await find_workspaces(connection, user_id)), None)


async def find_workspaces(connection: AsyncConnection, user_id: UUID) -> Sequence[AnyRow]:
    """Return the workspaces of a user with the role in each: their own first, then as they were joined."""
    member = workspace_members.c
    statement = (
        select(workspaces.c.id, workspaces.c.name, workspaces.c.plan, member.role)
        .join(workspace_members, member.workspace_id == workspaces.c.id)
        .where(member.user_id == user_id)
        .order_by(member.role != "owner", member.created_at, workspaces.c.id)
    )
    return (await connection.execute(statement)).all()


async def is_invited(connection: AsyncConnection, email: str, at: dt.datetime) -> bool:
    """Return whether an invitation to this address could be accepted now."""
    invitation = invitations.c
    statement = select(invitation.id).where(
        invitation.email == email, invitation.accepted_at.is_(None), invitation.expires_at > at
    )
    return await connection.scalar(statement.limit(1)) is not None


async def set_password(connection: AsyncConnection, user_id: UUID, password_hash: str) -> None:
    """Replace the password of a user."""
    await connection.execute(update(users).where(users.c.id == user_id).values(password_hash=password_hash))


async def set_email_verified(connection: AsyncConnection, user_id: UUID, at: dt.datetime) -> None:
    """Note that the user reads their address; an earlier time stays."""
    statement = update(users).where(users.c.id == user_id, users.c.email_verified_at.is_(None))
    await connection.execute(statement.values(email_verified_at=at))


async def set_disabled(connection: AsyncConnection, user_id: UUID, at: dt.datetime | None) -> None:
    """Disable a user, or (None) enable them again."""
    await connection.execute(update(users).where(users.c.id == user_id).values(disabled_at=at))


# ── Sessions ─────────────────────────────────────────────────────────────────────────────────────────────────────


async def insert_session(connection: AsyncConnection, values: dict[str, Any]) -> None:
    """Store a session."""
    await connection.execute(insert(sessions).values(values))


async def find_session(connection: AsyncConnection, token_hash: bytes) -> AnyRow | None:
    """Return the session with this token, its user, and their role in its workspace (None: no member any more)."""
    member = workspace_members.c
    statement = (
        select(*_SESSION, *_STANDING, member.role, workspaces.c.plan)
        .join(users, users.c.id == sessions.c.user_id)
        .outerjoin(second_factors, second_factors.c.user_id == users.c.id)
        .join(workspaces, workspaces.c.id == sessions.c.workspace_id)
        .outerjoin(
            workspace_members,
            (member.workspace_id == sessions.c.workspace_id) & (member.user_id == sessions.c.user_id),
        )
        .where(sessions.c.token_hash == token_hash)
    )
    return (await connection.execute(statement)).first()


async def find_authenticated_at(connection: AsyncConnection, session_id: UUID) -> dt.datetime | None:
    """Return when the person of a session last proved who they are."""
    found: dt.datetime | None = await connection.scalar(
        select(sessions.c.authenticated_at).where(sessions.c.id == session_id)
    )
    return found


async def find_sessions(connection: AsyncConnection, user_id: UUID, after: dt.datetime) -> Sequence[AnyRow]:
    """Return the sessions of a user that end after this instant, newest first."""
    statement = select(*_SESSION).where(sessions.c.user_id == user_id, sessions.c.expires_at > after)
    return (await connection.execute(statement.order_by(sessions.c.id.desc()))).all()


async def update_session(connection: AsyncConnection, session_id: UUID, **values: Any) -> bool:
    """Change a session; return False when it has ended."""
    statement = update(sessions).where(sessions.c.id == session_id).values(values).returning(sessions.c.id)
    return await connection.scalar(statement) is not None


async def touch_session(connection: AsyncConnection, session_id: UUID, at: dt.datetime, older: dt.datetime) -> None:
    """Note that a session is in use, unless that was noted a moment ago, perhaps by another process."""
    statement = update(sessions).where(sessions.c.id == session_id, sessions.c.last_seen_at < older)
    await connection.execute(statement.values(last_seen_at=at))


async def delete_sessions(
    connection: AsyncConnection, user_id: UUID, *, only: UUID | None = None, spare: UUID | None = None
) -> int:
    """End sessions of a user: all, `only` one, or all but the one to `spare`; return how many."""
    statement = delete(sessions).where(sessions.c.user_id == user_id)
    if only:
        statement = statement.where(sessions.c.id == only)
    if spare:
        statement = statement.where(sessions.c.id != spare)
    return (await connection.execute(statement)).rowcount


async def delete_session_by_token(connection: AsyncConnection, token_hash: bytes) -> None:
    """End the session with this token."""
    await connection.execute(delete(sessions).where(sessions.c.token_hash == token_hash))


async def delete_oldest_sessions(connection: AsyncConnection, user_id: UUID, kept: int) -> None:
    """End the sessions of a user beyond the newest `kept`."""
    newest = select(sessions.c.id).where(sessions.c.user_id == user_id).order_by(sessions.c.id.desc()).limit(kept)
    old = (sessions.c.user_id == user_id) & sessions.c.id.not_in(newest)
    await connection.execute(delete(sessions).where(old))


# ── Single-use tokens ────────────────────────────────────────────────────────────────────────────────────────────


async def insert_token(connection: AsyncConnection, values: dict[str, Any]) -> None:
    """Store a token."""
    await connection.execute(insert(single_use_tokens).values(values))


async def use_token(connection: AsyncConnection, token_hash: bytes, purpose: str, at: dt.datetime) -> AnyRow | None:
    """Mark a token as used and return it; None when it cannot be used. The row decides between two at once."""
    token = single_use_tokens.c
    statement = update(single_use_tokens).where(
        token.token_hash == token_hash, token.purpose == purpose, token.used_at.is_(None), token.expires_at > at
    )
    used = statement.values(used_at=at, payload={}).returning(token.token_hash)
    row = await find_token(connection, token_hash, purpose, at)
    return row if row and await connection.scalar(used) is not None else None


async def find_token(connection: AsyncConnection, token_hash: bytes, purpose: str, at: dt.datetime) -> AnyRow | None:
    """Return a token that could be used now."""
    token = single_use_tokens.c
    statement = select(token.user_id, token.payload).where(
        token.token_hash == token_hash, token.purpose == purpose, token.used_at.is_(None), token.expires_at > at
    )
    return (await connection.execute(statement)).first()


async def drop_tokens(connection: AsyncConnection, user_id: UUID, purpose: str) -> None:
    """Forget a user's tokens of one purpose."""
    token = single_use_tokens.c
    await connection.execute(delete(single_use_tokens).where(token.user_id == user_id, token.purpose == purpose))


async def find_payloads(
    connection: AsyncConnection, user_id: UUID, purpose: str, since: dt.datetime
) -> list[dict[str, Any]]:
    """Return what the tokens of one purpose hold that a user was given since an instant; used ones hold nothing."""
    token = single_use_tokens.c
    statement = select(token.payload).where(
        token.user_id == user_id, token.purpose == purpose, token.created_at > since
    )
    return list(await connection.scalars(statement))


async def update_payload(connection: AsyncConnection, token_hash: bytes, payload: dict[str, Any]) -> None:
    """Replace what a token holds."""
    token = single_use_tokens.c
    await connection.execute(update(single_use_tokens).where(token.token_hash == token_hash).values(payload=payload))


async def delete_expired(
    connection: AsyncConnection, sessions_before: dt.datetime, tokens_before: dt.datetime, limit: int
) -> int:
    """Delete sessions and tokens that expired before these instants, so many of each; return the greater number."""
    deleted = 0
    for table, key, before in (
        (sessions, sessions.c.id, sessions_before),
        (single_use_tokens, single_use_tokens.c.token_hash, tokens_before),
    ):
        old = select(key).where(table.c.expires_at < before).limit(limit)
        deleted = max(deleted, (await connection.execute(delete(table).where(key.in_(old)))).rowcount)
    return deleted
