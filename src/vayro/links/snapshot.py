"""Where snapshots of links come from. What one is, and its form in Redis: `vayro.cache.snapshot`."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from vayro.cache.snapshot import DEFAULT_DOMAIN, LinkSnapshot, decode_snapshot, encode_snapshot

__all__ = [
    "DEFAULT_DOMAIN",
    "LinkSnapshot",
    "decode_snapshot",
    "encode_snapshot",
    "snapshot_from_row",
    "tombstone",
]


def snapshot_from_row(row: Mapping[str, Any]) -> LinkSnapshot:
    """Return the snapshot of a row of `links`; `has_password` may stand in it for `password_hash`."""
    return LinkSnapshot(
        domain=row["domain"],
        short_code=row["short_code"],
        target_url=row["target_url"],
        is_active=row["is_active"],
        link_id=str(row["id"]),
        version=row["version"],
        redirect_status=row["redirect_status"],
        cache_seconds=row["cache_seconds"],
        expires_at=row["expires_at"],
        expired_url=row["expired_url"],
        max_clicks=row["max_clicks"],
        has_password=row["has_password"] if "has_password" in row else row["password_hash"] is not None,
        disabled_reason=row["disabled_reason"],
    )


def tombstone(domain: str, short_code: str, link_id: UUID, version: int) -> LinkSnapshot:
    """Return what a deleted link leaves behind; `version` is above every version it had."""
    return LinkSnapshot(domain, short_code, "", False, str(link_id), version, is_deleted=True)  # noqa: FBT003
