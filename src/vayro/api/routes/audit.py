"""The audit log of the workspace."""

from dataclasses import asdict
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from vayro.accounts.audit_list import AuditFilter, AuditPosition
from vayro.api.dependencies import CurrentServices, WorkspaceAdmin
from vayro.api.pagination import DEFAULT_PAGE, PageCursor, PageLimit, decode_cursor, encode_cursor
from vayro.api.problems import document_problems
from vayro.api.schemas.audit import AuditEntry, AuditPage
from vayro.links.draft import ExpiresAt as Instant

router = APIRouter(prefix="/v1/audit", tags=["audit"])


@router.get("", summary="Read the audit log", responses=document_problems(403))
async def read_audit_log(
    *,
    caller: WorkspaceAdmin,
    services: CurrentServices,
    action: Annotated[
        str | None, Query(max_length=60, pattern=r"^[a-z_.]+$", description="Only such, like `key.create`.")
    ] = None,
    user_id: Annotated[UUID | None, Query(description="Only what this user did.")] = None,
    start: Annotated[Instant | None, Query(alias="from", description="Only from this instant on (ISO 8601).")] = None,
    end: Annotated[Instant | None, Query(alias="to", description="Only before this instant (ISO 8601).")] = None,
    limit: PageLimit = DEFAULT_PAGE,
    cursor: PageCursor = None,
) -> AuditPage:
    """Return who changed what in the workspace, newest first."""
    wanted = AuditFilter(action, user_id, start, end)
    after = decode_cursor(cursor, AuditPosition) if cursor else None
    entries, following = await services.governance.audit.list_page(
        caller.workspace_id, wanted, limit=limit, after=after
    )
    return AuditPage(
        data=[AuditEntry(**asdict(entry)) for entry in entries],
        next_cursor=encode_cursor(following) if following else None,
    )
