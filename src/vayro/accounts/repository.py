"""Every SQL statement about users, workspaces and API keys."""

import datetime as dt
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, case, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from vayro.database.dialect import insert_ignoring
from vayro.database.models import api_keys, users, workspace_members, workspaces

AnyRow = Row[*tuple[Any, ...]]

_USER = (
    users.c.id,
    users.c.email,
    users.c.plan,
    users.c.is_admin,
    users.c.created_at,
)
_KEY = (
    api_keys.c.id,
    api_keys.c.name,
    api_keys.c.prefix,
    api_keys.c.scopes,
    api_keys.c.created_at,
    api_keys.c.last_used_at,
    api_keys.c.expires_at,
    api_keys.c.revoked_at,
    users.c.email.label("user_email"),
)


async def has_users(connection: AsyncConnection) -> bool:
    """Return whether anybody has an account."""
    return await connection.scalar(select(users.c.id).limit(1)) is not None


async def insert_user(connection: AsyncConnection, values: dict[str, Any]) -> bool:
    """Store a user; return False when the e-mail address is taken."""
    statement = insert_ignoring(users, connection.dialect.name).values(values).returning(users.c.id)
    return await connection.scalar(statement) is not None


async def insert_workspace(connection: AsyncConnection, values: dict[str, Any], owner_id: UUID) -> None:
    """Store a workspace with its owner."""
    await connection.execute(insert(workspaces).values(values))
    member = {
        "workspace_id": values["id"],
        "user_id": owner_id,
        "role": "owner",
        "created_at": values["created_at"],
    }
    await connection.execute(insert(workspace_members).values(member))


async def find_users(connection: AsyncConnection) -> list[AnyRow]:
    """Return all users, each with the workspace that is theirs, oldest first."""
    return list(await connection.execute(_users_with_workspace()))


async def find_user(connection: AsyncConnection, email: str) -> AnyRow | None:
    """Return the user with this normalised address."""
    row: AnyRow | None = (await connection.execute(_users_with_workspace().where(users.c.email == email))).first()
    return row


async def find_first_admin(connection: AsyncConnection) -> AnyRow | None:
    """Return the administrator who has been there longest."""
    row: AnyRow | None = (await connection.execute(_users_with_workspace().where(users.c.is_admin).limit(1))).first()
    return row


async def find_password_hash(connection: AsyncConnection, email: str) -> str | None:
    """Return the hash of this user's password."""
    hashed: str | None = await connection.scalar(select(users.c.password_hash).where(users.c.email == email))
    return hashed


async def update_plan(connection: AsyncConnection, email: str, plan: str) -> list[UUID] | None:
    """Set the plan of a user and of the workspaces they own, and return these; None when there is no such user."""
    statement = update(users).where(users.c.email == email).values(plan=plan).returning(users.c.id)
    user_id = await connection.scalar(statement)
    if user_id is None:
        return None
    members = workspace_members.c
    owned = select(members.workspace_id).where(members.user_id == user_id, members.role == "owner")
    changed = update(workspaces).where(workspaces.c.id.in_(owned)).values(plan=plan).returning(workspaces.c.id)
    return [row.id for row in await connection.execute(changed)]


async def insert_key(connection: AsyncConnection, values: dict[str, Any]) -> None:
    """Store a key."""
    await connection.execute(insert(api_keys).values(values))


async def find_keys(
    connection: AsyncConnection, workspace_id: UUID | None = None, key_id: UUID | None = None
) -> list[AnyRow]:
    """Return the keys of a workspace, or of all, or the one with this id; revoked ones too, oldest first."""
    statement = select(*_KEY).join(users).order_by(api_keys.c.created_at, api_keys.c.id)
    if workspace_id:
        statement = statement.where(api_keys.c.workspace_id == workspace_id)
    if key_id:
        statement = statement.where(api_keys.c.id == key_id)
    return list(await connection.execute(statement))


async def find_caller(connection: AsyncConnection, key_hash: bytes) -> AnyRow | None:
    """Return the key with this hash, its user and their role, whether it may still be used or not.

    None, too, when its user is not of the workspace any more.
    """
    key = (api_keys.c.id, api_keys.c.workspace_id, api_keys.c.user_id, api_keys.c.key_hash, api_keys.c.scopes)
    life = (api_keys.c.expires_at, api_keys.c.revoked_at, users.c.disabled_at)
    member = workspace_members.c
    same = (member.workspace_id == api_keys.c.workspace_id) & (member.user_id == api_keys.c.user_id)
    workspace = workspaces.c.id == api_keys.c.workspace_id
    known = api_keys.join(users, users.c.id == api_keys.c.user_id).join(workspace_members, same)
    statement = (
        select(*key, *life, users.c.is_admin, member.role, workspaces.c.plan)
        .select_from(known.join(workspaces, workspace))
        .where(api_keys.c.key_hash == key_hash)
    )
    return (await connection.execute(statement)).first()


async def revoke_key(connection: AsyncConnection, key_id: UUID, now: dt.datetime) -> UUID | None:
    """Revoke a key and return its workspace; None when it was revoked before, which stays as it is."""
    statement = update(api_keys).where(api_keys.c.id == key_id, api_keys.c.revoked_at.is_(None))
    owner: UUID | None = await connection.scalar(statement.values(revoked_at=now).returning(api_keys.c.workspace_id))
    return owner


async def touch_key(connection: AsyncConnection, key_id: UUID, now: dt.datetime, at_most_every: dt.timedelta) -> None:
    """Note that a key was used, unless that was noted a moment ago, perhaps by another process."""
    is_old = or_(api_keys.c.last_used_at.is_(None), api_keys.c.last_used_at < now - at_most_every)
    await connection.execute(update(api_keys).where(api_keys.c.id == key_id, is_old).values(last_used_at=now))


def _users_with_workspace() -> Select[*tuple[Any, ...]]:
    """Of several workspaces: one that the user owns before one that they were invited to, then the oldest."""
    member = workspace_members.c
    first = (
        select(member.workspace_id)
        .where(member.user_id == users.c.id)
        .order_by(case((member.role == "owner", 0), else_=1), member.created_at, member.workspace_id)
        .limit(1)
        .scalar_subquery()
    )
    return select(*_USER, first.label("workspace_id")).order_by(users.c.created_at, users.c.id)
