"""What the API gives of the audit log."""

import datetime as dt
from typing import Any
from uuid import UUID

from pydantic import BaseModel, Field


class AuditEntry(BaseModel):
    """Who changed what. Without a user, Vayro itself did it, or the public, or the operator on the command line."""

    id: UUID
    action: str = Field(examples=["key.create"])
    subject: str = Field(description="Whom or what it was done to: mostly an identifier.")
    details: dict[str, Any]
    user_id: UUID | None
    user_email: str | None = Field(description="Null, too, when the account was deleted since.")
    key_id: UUID | None = Field(description="The API key that was used, if one was.")
    key_prefix: str | None
    created_at: dt.datetime


class AuditPage(BaseModel):
    """One page of the log."""

    data: list[AuditEntry]
    next_cursor: str | None = Field(description="Send it as `cursor` for the next page; null on the last one.")
