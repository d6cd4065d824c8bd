"""Every SQL statement that erases an account."""

import datetime as dt
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Table, Text, case, cast, delete, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from vayro.accounts.permissions import OWNER
from vayro.accounts.repository import AnyRow
from vayro.database.models import (
    api_keys,
    audit_log,
    billing_accounts,
    businesses,
    campaign_messages,
    campaigns,
    click_expiry,
    click_rollups,
    domains,
    idempotency_keys,
    invitations,
    link_changes,
    link_checks,
    link_deletions,
    link_reports,
    link_shares,
    links,
    opt_outs,
    recovery_codes,
    rollup_marks,
    second_factors,
    sessions,
    single_use_tokens,
    sites,
    user_identities,
    users,
    utm_templates,
    workspace_members,
    workspace_usage,
    workspaces,
)

ERASED = "(erased)"
# In this order: what refers to another comes first.
_OF_A_WORKSPACE: tuple[tuple[Table, str], ...] = (
    (sessions, "workspace_id"),
    (api_keys, "workspace_id"),
    (invitations, "workspace_id"),
    (idempotency_keys, "workspace_id"),
    (link_checks, "workspace_id"),
    (link_reports, "workspace_id"),
    (link_shares, "workspace_id"),
    (domains, "workspace_id"),
    (workspace_usage, "workspace_id"),
    (billing_accounts, "workspace_id"),
    (click_expiry, "workspace_id"),
    (rollup_marks, "workspace_id"),
    (click_rollups, "subject_id"),
    (audit_log, "workspace_id"),
    (utm_templates, "workspace_id"),
    (opt_outs, "workspace_id"),
    (campaign_messages, "workspace_id"),
    (campaigns, "workspace_id"),
    (sites, "workspace_id"),
    (businesses, "workspace_id"),
    (workspace_members, "workspace_id"),
    (workspaces, "id"),
)
_OF_A_USER: tuple[tuple[Table, str], ...] = (
    (sessions, "user_id"),
    (api_keys, "user_id"),
    (single_use_tokens, "user_id"),
    (second_factors, "user_id"),
    (recovery_codes, "user_id"),
    (user_identities, "user_id"),
    (invitations, "invited_by"),
    (workspace_members, "user_id"),
    (users, "id"),
)


async def find_workspaces_of(connection: AsyncConnection, user_id: UUID) -> list[AnyRow]:
    """Return the workspaces that somebody belongs to: id, name, role, how many members and how many owners."""
    mine, every = workspace_members.alias("mine"), workspace_members.alias("every")
    owners = func.sum(case((every.c.role == OWNER, 1), else_=0))
    query = (
        select(workspaces.c.id, workspaces.c.name, mine.c.role, func.count().label("members"), owners.label("owners"))
        .join(mine, mine.c.workspace_id == workspaces.c.id)
        .join(every, every.c.workspace_id == workspaces.c.id)
        .where(mine.c.user_id == user_id)
        .group_by(workspaces.c.id, workspaces.c.name, mine.c.role)
        .order_by(workspaces.c.id)
    )
    return list(await connection.execute(query))


async def has_other_admin(connection: AsyncConnection, user_id: UUID) -> bool:
    """Return whether somebody else administers the installation."""
    others = select(users.c.id).where(users.c.is_admin, users.c.disabled_at.is_(None), users.c.id != user_id)
    return await connection.scalar(others.limit(1)) is not None


async def disable_user(connection: AsyncConnection, user_id: UUID, now: dt.datetime) -> None:
    """Let the user in no more, by no way."""
    await connection.execute(update(users).where(users.c.id == user_id).values(disabled_at=now))
    await connection.execute(delete(sessions).where(sessions.c.user_id == user_id))
    await connection.execute(update(api_keys).where(api_keys.c.user_id == user_id).values(revoked_at=now))


async def lock_some_links(connection: AsyncConnection, workspace_id: UUID, limit: int) -> Sequence[AnyRow]:
    """Return some links of a workspace, which stay as they are until the transaction ends."""
    query = select(links.c.id, links.c.domain, links.c.short_code, links.c.version)
    query = query.where(links.c.workspace_id == workspace_id).order_by(links.c.id).limit(limit)
    return (await connection.execute(query.with_for_update())).all()


async def delete_links(
    connection: AsyncConnection, gone: Sequence[AnyRow], workspace_id: UUID, now: dt.datetime
) -> None:
    """Delete links, each with its tombstone in the change feed; their clicks are purged by the chore."""
    changes: list[dict[str, Any]] = [
        {
            "domain": link.domain,
            "short_code": link.short_code,
            "link_id": link.id,
            "version": link.version + 1,
            "is_deleted": True,
            "changed_at": now,
        }
        for link in gone
    ]
    ids = [link.id for link in gone]
    await connection.execute(insert(link_changes), changes)
    rows = [{"link_id": one, "workspace_id": workspace_id, "deleted_at": now} for one in ids]
    await connection.execute(insert(link_deletions), rows)
    for table in (link_checks, link_reports):
        await connection.execute(delete(table).where(table.c.link_id.in_(ids)))
    await connection.execute(delete(links).where(links.c.id.in_(ids)))


async def delete_workspace(connection: AsyncConnection, workspace_id: UUID) -> None:
    """Delete a workspace without links, and all that is kept of it. No deletion of its links is taken back any more."""
    own = link_deletions.c.workspace_id == workspace_id
    await connection.execute(update(link_deletions).where(own).values(kept=None))
    for table, column in _OF_A_WORKSPACE:
        await connection.execute(delete(table).where(table.c[column] == workspace_id))


async def delete_user(connection: AsyncConnection, user_id: UUID, email: str) -> None:
    """Delete a user who owns no workspace. What they did in others' stays, without their name."""
    for table in (links, sites, campaigns):
        await connection.execute(update(table).where(table.c.user_id == user_id).values(user_id=None))
    kept, named = link_deletions.c.kept, f'"user_id":"{user_id}"'
    nameless = update(link_deletions).values(kept=func.replace(kept, named, '"user_id":null'))
    await connection.execute(nameless.where(kept.contains(named, autoescape=True)))
    await connection.execute(delete(invitations).where(invitations.c.email == email))
    names = or_(audit_log.c.subject == email, audit_log.c.subject == str(user_id))
    await connection.execute(update(audit_log).where(names).values(subject=ERASED))
    told = or_(*(cast(audit_log.c.details, Text).contains(name, autoescape=True) for name in (email, str(user_id))))
    await connection.execute(update(audit_log).where(told).values(details={}))
    await connection.execute(update(audit_log).where(audit_log.c.user_id == user_id).values(user_id=None, key_id=None))
    for table, column in _OF_A_USER:
        await connection.execute(delete(table).where(table.c[column] == user_id))
