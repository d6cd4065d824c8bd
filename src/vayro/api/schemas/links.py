"""What the API takes and gives about links. The rules of each field are those of `vayro.links.draft`."""

import datetime as dt
from typing import Annotated, Any, Literal

import msgspec
from fastapi import Query
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, JsonValue

from vayro.api.pagination import encode_cursor
from vayro.links.domains import DomainDirectory
from vayro.links.draft import LinkDraft, LinkEdit, check_text
from vayro.links.record import LinkRecord
from vayro.links.search import Page
from vayro.links.view import view

_EXAMPLE: dict[str, JsonValue] = {
    "target_url": "https://example.com/spring?utm_source=poster",
    "short_code": "spring-26",
    "title": "Spring poster",
    "tags": ["poster", "spring"],
    "expires_at": "2026-12-31T23:00:00Z",
    "metadata": {"campaign": 7},
}


class LinkCreate(LinkDraft):
    """A link to be made. Only `target_url` is required; a field that is not listed here is refused by name."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"target_url": "https://example.com/a"}, _EXAMPLE]})


class CanonicalCreate(LinkDraft):
    """The link that there should be one of; beside `target_url` and `link_type`, all matters only if it is made."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"target_url": "https://example.com/a", "link_type": "site_preview"}]}
    )

    is_active: Literal[True] = Field(default=True, description="A canonical link is active.")


class LinkUpdate(LinkEdit):
    """What changes. A field that is not sent stays as it is; null clears what may be empty."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"target_url": "https://example.com/b", "title": None}, {"is_active": False}]}
    )


class Link(BaseModel):
    """A link as it is now. `clicks` counts every recorded click, those of bots too."""

    id: str = Field(json_schema_extra={"format": "uuid"})
    short_code: str
    short_url: str = Field(description="What to hand out.", examples=["https://go.example.com/spring-26"])
    domain: str = Field(description="The short domain; the host of VAYRO_SHORT_URL_BASE is the default one.")
    target_url: str = Field(description="The destination in canonical form.")
    link_type: str
    canonical: bool = Field(description="Whether it is the one link of its workspace, destination and type.")
    title: str | None
    tags: list[str]
    is_active: bool
    version: int = Field(description="Grows by one or more with each edit.")
    redirect_status: int
    cache_seconds: int | None
    expires_at: dt.datetime | None
    expired_url: str | None
    max_clicks: int | None
    has_password: bool = Field(description="Whether visitors are asked for a password.")
    disabled_reason: str | None = Field(description="Why it was taken down, like `abuse`; it answers 410.")
    metadata: dict[str, Any]
    clicks: int
    created_at: dt.datetime
    updated_at: dt.datetime


class LinkPage(BaseModel):
    """One page of a list."""

    data: list[Link]
    next_cursor: str | None = Field(description="Send it as `cursor` for the next page; null on the last one.")


_encoder = msgspec.json.Encoder()


def encode_link(record: LinkRecord, domains: DomainDirectory) -> bytes:
    """Return the JSON of a link."""
    return _encoder.encode(view(record, domains))


def encode_page(page: Page, domains: DomainDirectory) -> bytes:
    """Return the JSON of a page."""
    cursor = encode_cursor(page.next) if page.next else None
    return _encoder.encode({"data": [view(record, domains) for record in page.links], "next_cursor": cursor})


FilterText = Annotated[str | None, Query(max_length=2048), AfterValidator(lambda text: text and check_text(text))]
