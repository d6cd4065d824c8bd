"""The workspace in which the caller is at work, its members and invitations; and further workspaces."""

import datetime as dt
from dataclasses import asdict
from typing import Any
from uuid import UUID

import msgspec
from fastapi import APIRouter, Response

from vayro.accounts.permissions import require
from vayro.accounts.quotas import month_of, month_start, next_month
from vayro.accounts.sign_in import account_budget_key
from vayro.accounts.workspaces import Workspace as Found
from vayro.api.dependencies import CurrentCaller, CurrentServices, WorkspaceAdmin
from vayro.api.problems import document_problems
from vayro.api.schemas.workspaces import (
    Invitation,
    InvitationCreate,
    InvitationList,
    InvitationToken,
    Joined,
    Member,
    MemberChange,
    MemberList,
    PlanLimits,
    Usage,
    Workspace,
    WorkspaceName,
    WorkspaceWithUsage,
)
from vayro.clicks.service import Asked

router = APIRouter(prefix="/v1", tags=["workspaces"])


@router.get("/workspace", summary="Read the workspace, its plan and its usage", responses=document_problems(403, 404))
async def read_workspace(caller: CurrentCaller, services: CurrentServices) -> WorkspaceWithUsage:
    """Return the workspace that the key or the session is for. Any scope will do."""
    found = await services.governance.workspaces.get(caller)
    used = await services.governance.workspaces.read_usage(caller.workspace_id)
    now = dt.datetime.now(dt.UTC)
    asked = Asked(month_start(now).isoformat(), now.isoformat(), "month")
    clicks = (await services.analytics.read_workspace(caller.workspace_id, asked)).clicks
    return WorkspaceWithUsage(
        **_shown(found),
        usage=Usage(month=month_of(now), resets_at=next_month(now), clicks=clicks, **asdict(used)),
        notice=_notice(found, clicks, now),
    )


@router.patch("/workspace", summary="Rename the workspace", responses=document_problems(400, 403, 404, 413))
async def rename_workspace(wanted: WorkspaceName, caller: WorkspaceAdmin, services: CurrentServices) -> Workspace:
    """Give the workspace another name."""
    return Workspace(**_shown(await services.governance.workspaces.rename(caller, wanted.name)))


@router.post(
    "/workspaces", summary="Make a further workspace", status_code=201, responses=document_problems(400, 403, 413)
)
async def create_workspace(wanted: WorkspaceName, caller: CurrentCaller, services: CurrentServices) -> Workspace:
    """Make a workspace that the caller owns. A key needs the scope admin for it, and stays in its own workspace."""
    if caller.key_id:
        require(caller.scopes, "admin")
    return Workspace(**_shown(await services.governance.workspaces.create(caller, wanted.name)))


@router.post("/workspace/leave", summary="Leave the workspace", status_code=204, responses=document_problems(403))
async def leave_workspace(caller: CurrentCaller, services: CurrentServices) -> Response:
    """Give up one's place in the workspace, with all keys to it. For people who are signed in; the last owner stays."""
    await services.governance.members.leave(caller)
    return Response(status_code=204)


@router.get("/workspace/members", summary="List the members", responses=document_problems(403))
async def list_members(caller: WorkspaceAdmin, services: CurrentServices) -> MemberList:
    """Return who belongs to the workspace, as what."""
    members = await services.governance.members.list_members(caller.workspace_id)
    return MemberList(data=[Member(**asdict(member)) for member in members])


@router.patch("/workspace/members/{user_id}", summary="Change a role", responses=document_problems(400, 403, 404, 413))
async def change_member(
    user_id: UUID, wanted: MemberChange, caller: WorkspaceAdmin, services: CurrentServices
) -> Member:
    """Give a member another role; keys follow within a second. Only an owner makes and unmakes owners."""
    return Member(**asdict(await services.governance.members.change_role(caller, user_id, wanted.role)))


@router.delete(
    "/workspace/members/{user_id}", summary="Remove a member", status_code=204, responses=document_problems(403, 404)
)
async def remove_member(user_id: UUID, caller: WorkspaceAdmin, services: CurrentServices) -> Response:
    """Take a member out of the workspace, with all their keys to it. The last owner stays."""
    await services.governance.members.remove(caller, user_id)
    return Response(status_code=204)


@router.post("/invitations", summary="Invite somebody", status_code=201, responses=document_problems(400, 403, 413))
async def create_invitation(wanted: InvitationCreate, caller: WorkspaceAdmin, services: CurrentServices) -> Invitation:
    """Mail somebody a link with which they may join within seven days; an earlier invitation of theirs is void."""
    await services.limits.limiter.spend_all(
        [("invitation", str(caller.user_id), 1), ("invitation_address", account_budget_key(wanted.email), 1)]
    )
    return Invitation(**asdict(await services.governance.invitations.invite(caller, wanted.email, wanted.role)))


@router.get("/invitations", summary="List the invitations", responses=document_problems(403))
async def list_invitations(caller: WorkspaceAdmin, services: CurrentServices) -> InvitationList:
    """Return the invitations that can still be accepted."""
    found = await services.governance.invitations.list_invitations(caller.workspace_id)
    return InvitationList(data=[Invitation(**asdict(invitation)) for invitation in found])


@router.delete(
    "/invitations/{invitation_id}",
    summary="Take an invitation back",
    status_code=204,
    responses=document_problems(403, 404),
)
async def withdraw_invitation(invitation_id: UUID, caller: WorkspaceAdmin, services: CurrentServices) -> Response:
    """Make an invitation void."""
    await services.governance.invitations.withdraw(caller, invitation_id)
    return Response(status_code=204)


@router.post("/invitations/accept", summary="Accept an invitation", responses=document_problems(400, 403, 404, 413))
async def accept_invitation(wanted: InvitationToken, caller: CurrentCaller, services: CurrentServices) -> Joined:
    """Join the workspace of a mailed token. For people who are signed in with the address that it was mailed to."""
    return Joined(workspace_id=await services.governance.invitations.accept(caller, wanted.token))


def _shown(found: Found) -> dict[str, Any]:
    limits = PlanLimits(**msgspec.structs.asdict(found.limits))
    fields = {name: getattr(found, name) for name in ("id", "name", "role", "plan", "default_domain", "created_at")}
    return {**fields, "limits": limits}


def _notice(found: Found, clicks: int, now: dt.datetime) -> str | None:
    limit = found.limits.clicks_per_month
    if limit is None or clicks <= limit:
        return None
    return (
        f"The plan {found.plan} covers {limit:,} clicks a month, and there were {clicks:,}. Links go on redirecting "
        f"and clicks are recorded; the next month begins on {next_month(now):%Y-%m-%d} (UTC)."
    )
