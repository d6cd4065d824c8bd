"""What the API takes and gives about short domains."""

import datetime as dt
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from vayro.links.domain_proof import PREFIX, proof_name
from vayro.links.domain_service import OwnDomain
from vayro.links.draft import Text, Url

Name = Annotated[Text, StringConstraints(min_length=1, max_length=253)]


class DomainCreate(BaseModel):
    """A domain to be claimed."""

    model_config = ConfigDict(
        extra="forbid", strict=True, json_schema_extra={"examples": [{"domain": "go.example.com"}]}
    )

    domain: Name = Field(description="A host name, in any script; it is kept in punycode.")


class DomainUpdate(BaseModel):
    """What changes. A field that is not sent stays as it is; null clears an address."""

    model_config = ConfigDict(
        extra="forbid", strict=True, json_schema_extra={"examples": [{"root_url": "https://example.com/"}]}
    )

    root_url: Url | None = Field(None, description="Where `/` of the domain leads.")
    not_found_url: Url | None = Field(None, description="Where unknown codes of the domain lead.")
    is_default: bool = Field(default=False, description="Whether links that name no domain are made in this one.")

    def changes(self) -> dict[str, Any]:
        """Return what was sent, and only that."""
        return {name: getattr(self, name) for name in self.model_fields_set}


class DomainProof(BaseModel):
    """The DNS record that proves the domain. It stays in place: it is looked for again every day."""

    type: Literal["TXT"] = "TXT"
    name: str = Field(examples=["_vayro.go.example.com"])
    value: str = Field(examples=[f"{PREFIX}3f786850e387550fdab836ed7e6dc881"])


class Domain(BaseModel):
    """A short domain. Its links are served once it is verified."""

    domain: str
    is_verified: bool
    is_default: bool = Field(description="Whether links that name no domain are made in this one.")
    is_shared: bool = Field(description="Whether it belongs to the installation, and every workspace may use it.")
    root_url: str | None
    not_found_url: str | None
    proof: DomainProof | None = Field(description="The record to make; null when the operator registered the domain.")
    verified_at: dt.datetime | None
    checked_at: dt.datetime | None = Field(description="When the proof was last seen, or looked for in vain.")
    created_at: dt.datetime


class DomainList(BaseModel):
    """All of them, on one page."""

    data: list[Domain]
    next_cursor: None = None


class ServedDomain(BaseModel):
    """A host whose links are served here."""

    domain: str


def show_domain(found: OwnDomain) -> Domain:
    """Return a domain as the API shows it."""
    record = found.record
    proof = DomainProof(name=proof_name(record.name), value=f"{PREFIX}{record.verification_token}")
    return Domain(
        domain=record.name,
        is_verified=record.verified_at is not None,
        is_default=found.is_default,
        is_shared=record.workspace_id is None,
        root_url=record.root_url,
        not_found_url=record.not_found_url,
        proof=proof if record.verification_token else None,
        verified_at=record.verified_at,
        checked_at=record.checked_at,
        created_at=record.created_at,
    )
