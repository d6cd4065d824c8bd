"""What the API takes and gives about businesses. The rules of each field are those of `vayro.sites.business_draft`."""

import datetime as dt
from typing import Any, Literal
from uuid import UUID

import msgspec
from pydantic import BaseModel, ConfigDict, Field

from vayro.api.pagination import encode_cursor
from vayro.api.problems import Problem, problem_of
from vayro.sites.business import BusinessRecord
from vayro.sites.business_draft import BusinessDraft, BusinessEdit
from vayro.sites.business_import import MAX_BULK, OnDuplicate, Outcome, Skipped
from vayro.sites.businesses import BusinessPage


class BusinessCreate(BusinessDraft):
    """A business to be kept. Only `name` is required; an empty text is none."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"name": "Rohr & Söhne", "category": "Plumber", "phone": "030 901820", "country": "DE", "locale": "de"}
            ]
        }
    )


class BusinessUpdate(BusinessEdit):
    """What changes. A field that is not sent stays as it is; null clears what may be empty."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"deal_value_micros": 1_200_000_000}, {"notes": None}]})


class SiteOfBusiness(BaseModel):
    """What is said of a business's site beside it."""

    id: UUID
    status: Literal["queued", "generating", "completed", "failed"]
    short_url: str | None = Field(description="The link of the site, once it is made.")
    url: str


class Business(BaseModel):
    """A business as it is now."""

    id: UUID
    name: str
    category: str | None
    phone: str | None = Field(description="E.164.", examples=["+4930901820"])
    email: str | None
    address: str | None
    country: str | None = Field(description="ISO 3166 alpha-2.", examples=["DE"])
    locale: str = Field(description="BCP 47.", examples=["de"])
    time_zone: str | None = Field(description="IANA.", examples=["Europe/Berlin"])
    notes: str | None
    deal_value_micros: int | None = Field(description="In millionths of the currency of `VAYRO_CURRENCY`.")
    site: SiteOfBusiness | None
    created_at: dt.datetime
    updated_at: dt.datetime


class BusinessList(BaseModel):
    """One page of a list."""

    data: list[Business]
    next_cursor: str | None = Field(description="Send it as `cursor` for the next page; null on the last one.")


class CategoryUse(BaseModel):
    """A category, and how many businesses have it."""

    category: str
    businesses: int


class CategoryList(BaseModel):
    """The categories that are used, the most used first; 1,000 at most."""

    data: list[CategoryUse]
    next_cursor: None = Field(None, description="Always null: there is one page.")


class BulkBusinesses(BaseModel):
    """Up to 1,000 businesses. Each is checked by itself, so a bad one spoils no other."""

    model_config = ConfigDict(extra="forbid", strict=True)

    businesses: list[Any] = Field(
        max_length=MAX_BULK, json_schema_extra={"items": {"$ref": "#/components/schemas/BusinessCreate"}}
    )
    dry_run: bool = Field(default=False, description="Nothing is stored: the answer says what would become of each.")
    on_duplicate: OnDuplicate = Field(
        "skip",
        description="What becomes of a row whose business is there: one with the same phone number or, for a row "
        "without one, with the same name and address. `update` writes what the row says and leaves what it leaves out.",
    )


class BusinessStored(BaseModel):
    """A business as it is now."""

    business: Business


class BusinessSkipped(BaseModel):
    """The business was there already."""

    skipped: UUID | None = Field(description="Which one it is; null in a dry run when it is an earlier row.")


class BusinessValid(BaseModel):
    """A row of a dry run that would be stored."""

    valid: Literal[True]


class BusinessRefused(BaseModel):
    """Why the row is not stored."""

    error: Problem


class BulkBusinessesResult(BaseModel):
    """What became of each row, or would, in the order in which they were sent."""

    results: list[BusinessStored | BusinessSkipped | BusinessValid | BusinessRefused]


_encoder = msgspec.json.Encoder()


def encode_business(business: BusinessRecord) -> bytes:
    """Return the JSON of a business."""
    return _encoder.encode(business)


def encode_businesses(page: BusinessPage) -> bytes:
    """Return the JSON of a page."""
    cursor = encode_cursor(page.next) if page.next else None
    return _encoder.encode({"data": page.businesses, "next_cursor": cursor})


def encode_outcomes(outcomes: "list[Outcome | dict[str, Any]]") -> bytes:
    """Return the JSON of a bulk: what became of each row, problem documents among them."""
    return _encoder.encode({"results": [_result(outcome) for outcome in outcomes]})


def _result(outcome: Outcome | dict[str, Any]) -> dict[str, Any]:
    match outcome:
        case BusinessRecord():
            return {"business": outcome}
        case Skipped():
            return {"skipped": outcome.business_id}
        case dict():
            return {"error": outcome}
        case Exception():
            return {"error": problem_of(outcome)}
        case _:
            return {"valid": True}
