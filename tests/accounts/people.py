"""A workspace with one member of each role, and the services that act on it."""

from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import select

from tests.factories import make_user, make_workspace, now
from vayro.accounts import workspace_repository
from vayro.accounts.invitations import InvitationService
from vayro.accounts.mail import Mail
from vayro.accounts.members import MemberService
from vayro.accounts.permissions import ROLES, scopes_of
from vayro.accounts.quotas import Quotas
from vayro.accounts.records import Caller
from vayro.accounts.service import AccountService
from vayro.accounts.workspaces import WorkspaceService
from vayro.database.engine import Database
from vayro.database.models import audit_log
from vayro.settings.plans import PlanLimits


@dataclass
class Team:
    """Callers by role, as people who are signed in; and the services."""

    database: Database
    workspace_id: UUID
    quotas: Quotas
    accounts: AccountService
    mails: list[Mail] = field(default_factory=list)
    callers: dict[str, Caller] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.members = MemberService(self.database, self.accounts.authenticator.forget)
        self.workspaces = WorkspaceService(self.database, self.quotas)
        self.invitations = InvitationService(self.database, self.quotas, self.mails.append, "https://app.test")

    def __getitem__(self, role: str) -> Caller:
        return self.callers[role]

    async def roles(self) -> dict[UUID, str]:
        return {member.user_id: member.role for member in await self.members.list_members(self.workspace_id)}

    async def noted(self) -> list[tuple[str, str]]:
        """What the audit log says of this workspace: (action, subject), oldest first."""
        query = select(audit_log.c.action, audit_log.c.subject).where(audit_log.c.workspace_id == self.workspace_id)
        async with self.database.read() as connection:
            return [(row.action, row.subject) for row in await connection.execute(query.order_by(audit_log.c.id))]


async def make_team(database: Database, limits: PlanLimits | None = None) -> Team:
    """A workspace on the plan free, which allows what `limits` says."""
    quotas = Quotas({"free": limits or PlanLimits()})
    workspace = await make_workspace(database)
    owner = await make_user(database, workspace_id=workspace.id)
    team = Team(database, workspace.id, quotas, AccountService(database))
    for role in ROLES:
        user = owner if role == "owner" else await make_user(database)
        if role != "owner":
            async with database.transaction() as connection:
                await workspace_repository.insert_member(connection, workspace.id, user.id, role, now())
        team.callers[role] = Caller(workspace.id, user.id, None, is_admin=False, scopes=scopes_of(role))
    return team
