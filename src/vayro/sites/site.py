"""A site, as it is read from the database and shown."""

import datetime as dt
from typing import Any
from uuid import UUID

import msgspec

from vayro.links.domain_proof import PREFIX, proof_name

SITE_LINK = "site_preview"
"""The type of the link that belongs to a site."""

STEPS = ("gather", "write", "lay_out", "check", "store")
_PROGRESS = {"waiting": 0, "gather": 5, "write": 15, "lay_out": 70, "check": 85, "store": 92, "done": 100}

QUEUED, GENERATING, COMPLETED, FAILED = "queued", "generating", "completed", "failed"
IN_FLIGHT = (QUEUED, GENERATING)


class DomainRecord(msgspec.Struct, frozen=True):
    """The DNS record that proves a custom domain."""

    name: str
    value: str
    type: str = "TXT"


class SiteRecord(msgspec.Struct, frozen=True):
    """A site as the API shows it. A test holds it to the schema that the API documents."""

    id: UUID
    business_id: UUID
    business_name: str
    subdomain: str
    custom_domain: str | None
    custom_domain_verified_at: dt.datetime | None
    custom_domain_record: DomainRecord | None
    url: str
    short_url: str | None
    link_id: UUID | None
    generator: str
    design: str
    brief: str | None
    status: str
    step: str
    progress: int
    error: str | None
    note: str | None
    is_published: bool
    content: dict[str, Any] | None
    cost_micros: int
    clicks: int
    generations: int
    created_at: dt.datetime
    updated_at: dt.datetime
    completed_at: dt.datetime | None


_PLAIN = (
    "id",
    "business_id",
    "business_name",
    "subdomain",
    "custom_domain",
    "short_url",
    "link_id",
    "generator",
    "design",
    "brief",
    "status",
    "step",
    "error",
    "note",
    "is_published",
    "cost_micros",
    "clicks",
    "generations",
    "created_at",
    "updated_at",
    "completed_at",
)


def progress_of(status: str, step: str) -> int:
    """Return how far a generation is, of 100."""
    return 100 if status == COMPLETED else _PROGRESS.get(step, 0)


def site_from_row(row: Any, url: str) -> SiteRecord:
    """Return the site of a row that `select_sites` gave. `content` is None where the query left it out."""
    token, domain = row["verification_token"], row["custom_domain"]
    return SiteRecord(
        **{name: row[name] for name in _PLAIN},
        custom_domain_verified_at=row["verified_at"],
        custom_domain_record=DomainRecord(proof_name(domain), PREFIX + token) if domain and token else None,
        url=url,
        progress=progress_of(row["status"], row["step"]),
        content=row.get("content"),
    )
