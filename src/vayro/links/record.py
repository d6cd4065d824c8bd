"""A link as the service hands it out: one row of `links`, with its clicks."""

import datetime as dt
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import RowMapping

from vayro.cache.snapshot import LinkSnapshot

COLUMNS = (
    "id",
    "workspace_id",
    "user_id",
    "domain",
    "short_code",
    "target_url",
    "link_type",
    "canonical",
    "title",
    "tags",
    "is_active",
    "version",
    "redirect_status",
    "cache_seconds",
    "expires_at",
    "expired_url",
    "max_clicks",
    "password_hash",
    "disabled_reason",
    "metadata",
    "created_at",
    "updated_at",
)
"""The columns of `links`, in the order of the fields of a record."""


class LinkRecord(msgspec.Struct, frozen=True):
    """One version of a link. `domain` is empty for the default domain; `clicks` counts bots too.

    `key_id` and `plan`: the key that makes it, and its workspace's plan a moment ago, where that is known. They are
    not kept with the link.
    """

    id: UUID
    workspace_id: UUID
    user_id: UUID | None
    domain: str
    short_code: str
    target_url: str
    link_type: str
    canonical: bool
    title: str | None
    tags: list[str]
    is_active: bool
    version: int
    redirect_status: int
    cache_seconds: int | None
    expires_at: dt.datetime | None
    expired_url: str | None
    max_clicks: int | None
    password_hash: str | None
    disabled_reason: str | None
    metadata: dict[str, Any]
    created_at: dt.datetime
    updated_at: dt.datetime
    clicks: int = 0
    key_id: UUID | None = None
    plan: str = ""

    def snapshot(self) -> LinkSnapshot:
        """Return what the Redirect Engine needs to know of it."""
        return LinkSnapshot(
            domain=self.domain,
            short_code=self.short_code,
            target_url=self.target_url,
            is_active=self.is_active,
            link_id=str(self.id),
            version=self.version,
            redirect_status=self.redirect_status,
            cache_seconds=self.cache_seconds,
            expires_at=self.expires_at,
            expired_url=self.expired_url,
            max_clicks=self.max_clicks,
            has_password=self.password_hash is not None,
            disabled_reason=self.disabled_reason,
        )

    def __repr__(self) -> str:
        """Show no more than may be logged."""
        return f"LinkRecord({self.id}, {self.short_code!r}, version {self.version})"


def record_from_row(row: RowMapping) -> LinkRecord:
    """Return the record of a row of `links`, with its `clicks` where the query counted them."""
    values = {name: row[name] for name in COLUMNS}
    return LinkRecord(**values, clicks=row.get("clicks", 0))
