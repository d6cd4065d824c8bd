"""Reading the audit log: newest first, page by page."""

import datetime as dt
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import select

from vayro.database.engine import Database
from vayro.database.models import api_keys, audit_log, users

_entry = audit_log.c


class AuditPosition(msgspec.Struct, frozen=True):
    """The last entry of a page. Identifiers grow with time."""

    id: UUID


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """What is asked for; None: all of it. `start` is within the range, `end` is not."""

    action: str | None = None
    user_id: UUID | None = None
    start: dt.datetime | None = None
    end: dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class AuditRecord:
    """Who changed what. Without a user, Vayro itself did it, or the public, or the operator."""

    id: UUID
    action: str
    subject: str
    details: dict[str, Any]
    user_id: UUID | None
    user_email: str | None
    key_id: UUID | None
    key_prefix: str | None
    created_at: dt.datetime


class AuditLog:
    """The entries of workspaces."""

    def __init__(self, database: Database) -> None:
        """Args: database, where the log is."""
        self._database = database

    async def list_page(
        self, workspace_id: UUID, wanted: AuditFilter, *, limit: int, after: AuditPosition | None = None
    ) -> tuple[list[AuditRecord], AuditPosition | None]:
        """Return a page of a workspace's entries, newest first, and where the next one begins."""
        who = (users.c.email.label("user_email"), api_keys.c.prefix.label("key_prefix"))
        known = audit_log.outerjoin(users, users.c.id == _entry.user_id)
        known = known.outerjoin(api_keys, api_keys.c.id == _entry.key_id)
        query = select(audit_log, *who).select_from(known).where(_entry.workspace_id == workspace_id)
        query = query.where(*_conditions(wanted)).order_by(_entry.id.desc()).limit(limit + 1)
        if after:
            query = query.where(_entry.id < after.id)
        async with self._database.read() as connection:
            rows = list(await connection.execute(query))
        page = [AuditRecord(*(getattr(row, name) for name in AuditRecord.__slots__)) for row in rows[:limit]]
        return page, AuditPosition(page[-1].id) if len(rows) > limit else None


def _conditions(wanted: AuditFilter) -> list[Any]:
    conditions: list[Any] = []
    if wanted.action:
        conditions.append(_entry.action == wanted.action)
    if wanted.user_id:
        conditions.append(_entry.user_id == wanted.user_id)
    if wanted.start:
        conditions.append(_entry.created_at >= wanted.start)
    if wanted.end:
        conditions.append(_entry.created_at < wanted.end)
    return conditions
