"""The services about workspaces: who belongs to them, what their plans allow, and what was changed."""

from dataclasses import dataclass

from vayro.accounts.audit_list import AuditLog
from vayro.accounts.billing import Billing, open_billing
from vayro.accounts.invitations import InvitationService
from vayro.accounts.mail import Outbox
from vayro.accounts.members import MemberService
from vayro.accounts.quotas import Quotas
from vayro.accounts.service import AccountService
from vayro.accounts.workspaces import WorkspaceService
from vayro.database.engine import Database
from vayro.settings import Settings


@dataclass(frozen=True)
class Governance:
    """What the routes about workspaces use."""

    quotas: Quotas
    workspaces: WorkspaceService
    members: MemberService
    invitations: InvitationService
    audit: AuditLog
    billing: Billing


def build_governance(settings: Settings, database: Database, accounts: AccountService, outbox: Outbox) -> Governance:
    """Return the services. Args: outbox, which sends invitations."""
    quotas = Quotas(settings.plan_table)
    return Governance(
        quotas=quotas,
        workspaces=WorkspaceService(database, quotas),
        members=MemberService(database, accounts.authenticator.forget),
        invitations=InvitationService(database, quotas, outbox.post, settings.resolved_dashboard_url),
        audit=AuditLog(database),
        billing=open_billing(settings, database),
    )
