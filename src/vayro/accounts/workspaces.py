"""Workspaces: their names, their plans, and what they use of them."""

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

from uuid_utils.compat import uuid7

from vayro.accounts import audit
from vayro.accounts import repository as accounts
from vayro.accounts import workspace_repository as repository
from vayro.accounts.names import check_name
from vayro.accounts.quotas import Quotas, month_of
from vayro.accounts.records import Caller
from vayro.database.engine import Database
from vayro.errors import NotFound
from vayro.settings.plans import PlanLimits


@dataclass(frozen=True, slots=True)
class Workspace:
    """A workspace as one of its members sees it."""

    id: UUID
    name: str
    role: str
    plan: str
    limits: PlanLimits
    default_domain: str | None
    created_at: dt.datetime


@dataclass(frozen=True, slots=True)
class Usage:
    """What a workspace uses of its plan; `links` were made in this month of UTC."""

    links: int
    seats: int
    custom_domains: int


class WorkspaceService:
    """Reads, makes and renames workspaces. Each method is one transaction."""

    def __init__(self, database: Database, quotas: Quotas) -> None:
        """Args: quotas, what plans allow."""
        self._database = database
        self._quotas = quotas

    async def get(self, caller: Caller) -> Workspace:
        """Return the workspace in which the caller is at work."""
        async with self._database.read() as connection:
            row = await repository.find_workspace(connection, caller.workspace_id)
            role = await repository.find_role(connection, caller.workspace_id, caller.user_id)
        if row is None or role is None:
            raise NotFound("There is no such workspace.")
        limits = self._quotas.limits_of(row.plan)
        return Workspace(row.id, row.name, role, row.plan, limits, row.default_domain, row.created_at)

    async def read_usage(self, workspace_id: UUID) -> Usage:
        """Return what the workspace uses now."""
        month = month_of(dt.datetime.now(dt.UTC))
        async with self._database.read() as connection:
            return Usage(
                await repository.count_links(connection, workspace_id, month),
                await repository.count_members(connection, workspace_id),
                await repository.count_domains(connection, workspace_id),
            )

    async def create(self, caller: Caller, name: str) -> Workspace:
        """Make a further workspace that the caller owns. Raises QuotaExceeded, ValidationFailed."""
        name = check_name(name, "workspace")
        workspace_id, now = uuid7(), dt.datetime.now(dt.UTC)
        async with self._database.transaction() as connection:
            plan = await self._quotas.require_workspace(connection, caller.user_id)
            values = {"id": workspace_id, "name": name, "plan": plan, "created_at": now}
            await accounts.insert_workspace(connection, values, caller.user_id)
            await audit.note(connection, caller, "workspace.create", name, workspace_id=workspace_id)
        made = Caller(workspace_id, caller.user_id, caller.key_id, caller.is_admin)
        return await self.get(made)

    async def rename(self, caller: Caller, name: str) -> Workspace:
        """Give the caller's workspace another name. Raises ValidationFailed."""
        name = check_name(name, "workspace")
        async with self._database.transaction() as connection:
            await repository.rename_workspace(connection, caller.workspace_id, name)
            await audit.note(connection, caller, "workspace.rename", name)
        return await self.get(caller)
