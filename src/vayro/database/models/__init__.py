"""The tables, one file a feature. Used as Core tables: `from vayro.database.models import links`."""

from vayro.database.models.access import Invitation, RecoveryCode, SecondFactor, Session, SingleUseToken, UserIdentity
from vayro.database.models.accounts import ApiKey, User, Workspace, WorkspaceMember
from vayro.database.models.campaigns import Campaign, CampaignMessage, OptOut, SendingPace
from vayro.database.models.clicks import (
    ClickBatch,
    ClickDeadLetter,
    ClickEvent,
    ClickRollup,
    ClickSegment,
    LinkShare,
    LinkStats,
    RollupMark,
    RollupState,
    VisitorSalt,
)
from vayro.database.models.declarative import Model, table_of
from vayro.database.models.governance import AuditEntry, BillingAccount, BillingEvent, WorkspaceUsage
from vayro.database.models.links import (
    CodeBlock,
    Domain,
    IdempotencyKey,
    Link,
    LinkChange,
    LinkDeletion,
    LinkUsage,
    SnowflakeNode,
    UtmTemplate,
)
from vayro.database.models.maintenance import ChoreRun, ClickExpiry, JobLease
from vayro.database.models.safety import BlockList, LinkCheck, LinkReport
from vayro.database.models.sites import Business, JobExecutor, Site

metadata = Model.metadata

api_keys = table_of(ApiKey)
chore_runs = table_of(ChoreRun)
users = table_of(User)
workspaces = table_of(Workspace)
workspace_members = table_of(WorkspaceMember)
click_batches = table_of(ClickBatch)
click_dead_letters = table_of(ClickDeadLetter)
click_events = table_of(ClickEvent)
click_expiry = table_of(ClickExpiry)
click_rollups = table_of(ClickRollup)
click_segments = table_of(ClickSegment)
job_leases = table_of(JobLease)
link_shares = table_of(LinkShare)
link_stats = table_of(LinkStats)
rollup_marks = table_of(RollupMark)
rollup_state = table_of(RollupState)
visitor_salts = table_of(VisitorSalt)
code_blocks = table_of(CodeBlock)
domains = table_of(Domain)
idempotency_keys = table_of(IdempotencyKey)
links = table_of(Link)
link_changes = table_of(LinkChange)
link_deletions = table_of(LinkDeletion)
link_usage = table_of(LinkUsage)
snowflake_nodes = table_of(SnowflakeNode)
audit_log = table_of(AuditEntry)
billing_accounts = table_of(BillingAccount)
billing_events = table_of(BillingEvent)
block_lists = table_of(BlockList)
invitations = table_of(Invitation)
link_checks = table_of(LinkCheck)
link_reports = table_of(LinkReport)
recovery_codes = table_of(RecoveryCode)
second_factors = table_of(SecondFactor)
sessions = table_of(Session)
single_use_tokens = table_of(SingleUseToken)
user_identities = table_of(UserIdentity)
utm_templates = table_of(UtmTemplate)
workspace_usage = table_of(WorkspaceUsage)
businesses = table_of(Business)
sites = table_of(Site)
job_executors = table_of(JobExecutor)
campaigns = table_of(Campaign)
campaign_messages = table_of(CampaignMessage)
opt_outs = table_of(OptOut)
sending_paces = table_of(SendingPace)
