"""What people and programs see of a link."""

import datetime as dt
from typing import Any

import msgspec

from vayro.links.domains import DomainDirectory
from vayro.links.record import LinkRecord


class LinkView(msgspec.Struct, frozen=True):
    """A link as the API and the command line show it. A test holds it to the schema that the API documents."""

    id: str
    short_code: str
    short_url: str
    domain: str
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
    has_password: bool
    disabled_reason: str | None
    metadata: dict[str, Any]
    clicks: int
    created_at: dt.datetime
    updated_at: dt.datetime


def view(record: LinkRecord, domains: DomainDirectory) -> LinkView:
    """Return the link as it is shown."""
    return LinkView(
        id=str(record.id),
        short_code=record.short_code,
        short_url=domains.short_url(record.domain, record.short_code),
        domain=domains.shown_name(record.domain),
        target_url=record.target_url,
        link_type=record.link_type,
        canonical=record.canonical,
        title=record.title,
        tags=record.tags,
        is_active=record.is_active,
        version=record.version,
        redirect_status=record.redirect_status,
        cache_seconds=record.cache_seconds,
        expires_at=record.expires_at,
        expired_url=record.expired_url,
        max_clicks=record.max_clicks,
        has_password=record.password_hash is not None,
        disabled_reason=record.disabled_reason,
        metadata=record.metadata,
        clicks=record.clicks,
        created_at=record.created_at,
        updated_at=record.updated_at,
    )
