"""What the API takes and gives about API keys."""

import datetime as dt
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from vayro.accounts.names import NAME_MAX
from vayro.accounts.permissions import EVERYTHING, SCOPES
from vayro.links.draft import ExpiresAt

ScopeName = Annotated[str, Field(max_length=40, json_schema_extra={"enum": [EVERYTHING, *SCOPES]})]


class ApiKeyCreate(BaseModel):
    """A key to be made. It stands for the caller, and never allows more than they may do when it is used."""

    model_config = ConfigDict(
        extra="forbid",
        strict=True,
        json_schema_extra={"examples": [{"name": "report", "scopes": ["analytics:read"]}]},
    )

    name: Annotated[str, StringConstraints(min_length=1, max_length=NAME_MAX)] = Field(
        description="What it is for, in printable characters."
    )
    scopes: list[ScopeName] = Field(
        min_length=1, max_length=20, description=f"What it may do: {', '.join(SCOPES)}; * for all that the caller may."
    )
    expires_at: ExpiresAt | None = Field(None, description="From then on it is refused; null: it does not expire.")


class ApiKey(BaseModel):
    """A key as people may see it."""

    id: UUID
    name: str
    prefix: str = Field(description="How the key begins.", examples=["vk_7Yq2mB1x"])
    scopes: list[str]
    created_at: dt.datetime
    last_used_at: dt.datetime | None = Field(description="To the minute.")
    expires_at: dt.datetime | None
    revoked_at: dt.datetime | None
    user_email: str = Field(description="For whom it stands.")


class NewApiKey(ApiKey):
    """A key that was just made."""

    key: str = Field(description="The key itself. It is shown this once; only its hash is kept.")


class ApiKeyList(BaseModel):
    """All keys of the workspace, oldest first; revoked ones too."""

    data: list[ApiKey]
    next_cursor: None = None
