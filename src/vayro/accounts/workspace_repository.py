"""Every SQL statement about workspaces, who belongs to them, and who is invited."""

import datetime as dt
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from vayro.accounts.repository import AnyRow
from vayro.database import dialect
from vayro.database.dialect import insert_ignoring
from vayro.database.models import (
    api_keys,
    domains,
    invitations,
    users,
    workspace_members,
    workspace_usage,
    workspaces,
)

_member = workspace_members.c
_invitation = invitations.c


async def find_workspace(connection: AsyncConnection, workspace_id: UUID) -> AnyRow | None:
    """Return the workspace."""
    return (await connection.execute(select(workspaces).where(workspaces.c.id == workspace_id))).first()


async def lock_workspace(connection: AsyncConnection, workspace_id: UUID) -> str:
    """Keep everybody else from changing who belongs to the workspace until the transaction ends; return its plan.

    Links can be made meanwhile: what refers to the row does not wait for this lock.
    """
    query = select(workspaces.c.plan).where(workspaces.c.id == workspace_id).with_for_update(key_share=True)
    return str(await connection.scalar(query) or "")


async def rename_workspace(connection: AsyncConnection, workspace_id: UUID, name: str) -> None:
    """Give the workspace another name."""
    await connection.execute(update(workspaces).where(workspaces.c.id == workspace_id).values(name=name))


async def set_workspace_plan(connection: AsyncConnection, workspace_id: UUID, plan: str) -> bool:
    """Put one workspace on a plan; return whether that is a change."""
    statement = update(workspaces).where(workspaces.c.id == workspace_id, workspaces.c.plan != plan)
    return await connection.scalar(statement.values(plan=plan).returning(workspaces.c.id)) is not None


async def find_plan(connection: AsyncConnection, workspace_id: UUID) -> str:
    """Return the plan of a workspace."""
    return str(await connection.scalar(select(workspaces.c.plan).where(workspaces.c.id == workspace_id)) or "")


async def find_user_plan(connection: AsyncConnection, user_id: UUID) -> str:
    """Return the plan of a user, which is that of the workspaces they make; who makes two at once waits."""
    query = select(users.c.plan).where(users.c.id == user_id).with_for_update(key_share=True)
    return str(await connection.scalar(query) or "")


async def find_email(connection: AsyncConnection, user_id: UUID) -> str:
    """Return the address of a user."""
    return str(await connection.scalar(select(users.c.email).where(users.c.id == user_id)) or "")


# ── Members ──────────────────────────────────────────────────────────────────────────────────────────────────────


async def find_members(connection: AsyncConnection, workspace_id: UUID) -> list[AnyRow]:
    """Return who belongs to a workspace, as what, in the order in which they joined."""
    query = select(_member.user_id, users.c.email, _member.role, _member.created_at).join(users)
    query = query.where(_member.workspace_id == workspace_id).order_by(_member.created_at, _member.user_id)
    return list(await connection.execute(query))


async def find_role(connection: AsyncConnection, workspace_id: UUID, user_id: UUID) -> str | None:
    """Return what somebody is in a workspace; None for who does not belong to it."""
    role: str | None = await connection.scalar(select(_member.role).where(_is_member(workspace_id, user_id)))
    return role


async def insert_member(
    connection: AsyncConnection, workspace_id: UUID, user_id: UUID, role: str, now: dt.datetime
) -> bool:
    """Let somebody join; return False for who belongs to the workspace already, whose role stays."""
    values = {"workspace_id": workspace_id, "user_id": user_id, "role": role, "created_at": now}
    statement = insert_ignoring(workspace_members, connection.dialect.name).values(values)
    return await connection.scalar(statement.returning(_member.user_id)) is not None


async def update_role(connection: AsyncConnection, workspace_id: UUID, user_id: UUID, role: str) -> None:
    """Give a member another role."""
    await connection.execute(update(workspace_members).where(_is_member(workspace_id, user_id)).values(role=role))


async def delete_member(connection: AsyncConnection, workspace_id: UUID, user_id: UUID, now: dt.datetime) -> None:
    """Take somebody out of a workspace; their keys to it are revoked, and stay so if they come back."""
    await connection.execute(delete(workspace_members).where(_is_member(workspace_id, user_id)))
    key = api_keys.c
    theirs = (key.workspace_id == workspace_id) & (key.user_id == user_id) & key.revoked_at.is_(None)
    await connection.execute(update(api_keys).where(theirs).values(revoked_at=now))


async def count_owners(connection: AsyncConnection, workspace_id: UUID) -> int:
    """Return how many owners a workspace has."""
    return await _count(connection, _member.workspace_id == workspace_id, _member.role == "owner")


async def count_members(connection: AsyncConnection, workspace_id: UUID) -> int:
    """Return how many people belong to a workspace."""
    return await _count(connection, _member.workspace_id == workspace_id)


async def count_memberships(connection: AsyncConnection, user_id: UUID) -> int:
    """Return to how many workspaces somebody belongs."""
    return await _count(connection, _member.user_id == user_id)


async def count_owned(connection: AsyncConnection, user_id: UUID) -> int:
    """Return how many workspaces somebody owns."""
    return await _count(connection, _member.user_id == user_id, _member.role == "owner")


async def _count(connection: AsyncConnection, *conditions: Any) -> int:
    return int(await connection.scalar(select(func.count()).select_from(workspace_members).where(*conditions)) or 0)


def _is_member(workspace_id: UUID, user_id: UUID) -> Any:
    return (_member.workspace_id == workspace_id) & (_member.user_id == user_id)


# ── Invitations ──────────────────────────────────────────────────────────────────────────────────────────────────


async def upsert_invitation(connection: AsyncConnection, values: Mapping[str, Any]) -> UUID:
    """Store an invitation and return its id; an earlier one of the same address is replaced, and its token is void."""
    statement = dialect.insert(invitations, connection.dialect.name).values(dict(values))
    renewed = ("role", "token_hash", "invited_by", "created_at", "expires_at")
    changes: dict[str, Any] = {name: statement.excluded[name] for name in renewed}
    statement = statement.on_conflict_do_update(
        index_elements=["workspace_id", "email"], set_={**changes, "accepted_at": None}
    )
    found: UUID = (await connection.execute(statement.returning(_invitation.id))).scalar_one()
    return found


async def find_invitations(connection: AsyncConnection, workspace_id: UUID, now: dt.datetime) -> list[AnyRow]:
    """Return the invitations that can still be accepted, oldest first."""
    query = select(invitations).where(_invitation.workspace_id == workspace_id, _is_open(now))
    return list(await connection.execute(query.order_by(_invitation.created_at, _invitation.id)))


async def count_invitations(connection: AsyncConnection, workspace_id: UUID, now: dt.datetime, but: str) -> int:
    """Return how many invitations can still be accepted, but for one address."""
    query = select(func.count()).where(
        _invitation.workspace_id == workspace_id, _is_open(now), _invitation.email != but
    )
    return int(await connection.scalar(query) or 0)


async def delete_invitation(connection: AsyncConnection, workspace_id: UUID, invitation_id: UUID) -> str | None:
    """Take an invitation back and return whom it was for; None when there is none that is open."""
    own = (_invitation.id == invitation_id) & (_invitation.workspace_id == workspace_id)
    statement = delete(invitations).where(own, _invitation.accepted_at.is_(None))
    email: str | None = await connection.scalar(statement.returning(_invitation.email))
    return email


async def find_invitation(connection: AsyncConnection, token_hash: bytes, now: dt.datetime) -> AnyRow | None:
    """Return the invitation of a token, with the name of its workspace, if it can still be accepted."""
    query = select(invitations, workspaces.c.name.label("workspace_name")).join(workspaces)
    return (await connection.execute(query.where(_invitation.token_hash == token_hash, _is_open(now)))).first()


async def accept_invitation(connection: AsyncConnection, invitation_id: UUID, now: dt.datetime) -> bool:
    """Mark an invitation as accepted; of two who try at once, one gets it."""
    statement = update(invitations).where(_invitation.id == invitation_id, _is_open(now))
    return await connection.scalar(statement.values(accepted_at=now).returning(_invitation.id)) is not None


def _is_open(now: dt.datetime) -> Any:
    return _invitation.accepted_at.is_(None) & (_invitation.expires_at > now)


# ── Usage ────────────────────────────────────────────────────────────────────────────────────────────────────────


async def count_links(connection: AsyncConnection, workspace_id: UUID, month: str) -> int:
    """Return how many links a workspace made in a month, those that were deleted since too."""
    usage = workspace_usage.c
    query = select(usage.links).where(usage.workspace_id == workspace_id, usage.month == month)
    return int(await connection.scalar(query) or 0)


async def count_domains(connection: AsyncConnection, workspace_id: UUID) -> int:
    """Return how many domains a workspace has, verified or not."""
    query = select(func.count()).select_from(domains).where(domains.c.workspace_id == workspace_id)
    return int(await connection.scalar(query) or 0)
