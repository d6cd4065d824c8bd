"""What the API takes and gives about workspaces and who belongs to them."""

import datetime as dt
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from vayro.accounts.names import NAME_MAX
from vayro.accounts.permissions import Role

Name = Annotated[str, StringConstraints(min_length=1, max_length=NAME_MAX)]
Email = Annotated[str, StringConstraints(min_length=3, max_length=320)]
Token = Annotated[str, StringConstraints(min_length=1, max_length=100)]


class _Input(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class WorkspaceName(_Input):
    """What a workspace is called."""

    name: Name = Field(description="Printable characters.", examples=["Marketing"])


class MemberChange(_Input):
    """What a member is from now on."""

    role: Role


class InvitationCreate(_Input):
    """Who is invited, and as what."""

    email: Email = Field(examples=["ada@example.com"])
    role: Role = "member"


class InvitationToken(_Input):
    """What the mail holds."""

    token: Token


class PlanLimits(BaseModel):
    """What the plan allows; null: no limit. No redirect is ever refused for any of it."""

    links_per_month: int | None
    clicks_per_month: int | None = Field(description="Clicks of people. Those beyond are recorded all the same.")
    retention_days: int | None = Field(description="How long clicks are kept; their sums by day stay.")
    custom_domains: int | None
    seats: int | None = Field(description="Members, and invitations that are open.")
    workspaces: int | None = Field(description="How many workspaces one person may own.")
    requests_per_minute: int | None


class Usage(BaseModel):
    """What is used of it."""

    month: str = Field(description="The month that is counted, in UTC.", examples=["2026-11"])
    resets_at: dt.datetime = Field(description="When links and clicks of the month begin anew.")
    links: int = Field(description="Links made this month, those deleted since among them.")
    clicks: int = Field(description="Clicks of people this month.")
    seats: int
    custom_domains: int


class Workspace(BaseModel):
    """A workspace as the caller sees it."""

    id: UUID
    name: str
    role: str = Field(description="What the caller is in it: owner, admin, member or viewer.")
    plan: str
    limits: PlanLimits
    default_domain: str | None = Field(description="Where links are made that name no domain; null: the default one.")
    created_at: dt.datetime


class WorkspaceWithUsage(Workspace):
    """The workspace in which the caller is at work, and what it uses of its plan."""

    usage: Usage
    notice: str | None = Field(description="One sentence for people when the plan's clicks are used up.")


class Member(BaseModel):
    """Somebody who belongs to the workspace."""

    user_id: UUID
    email: str
    role: str
    created_at: dt.datetime = Field(description="When they joined.")


class MemberList(BaseModel):
    """All members, in the order in which they joined."""

    data: list[Member]
    next_cursor: None = None


class Invitation(BaseModel):
    """An address that may join. Its token is in the mail alone."""

    id: UUID
    email: str
    role: str
    created_at: dt.datetime
    expires_at: dt.datetime


class InvitationList(BaseModel):
    """The invitations that can still be accepted, oldest first."""

    data: list[Invitation]
    next_cursor: None = None


class Joined(BaseModel):
    """The workspace that was joined."""

    workspace_id: UUID
