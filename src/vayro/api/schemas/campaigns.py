"""What the API takes and gives about campaigns and their messages."""

import datetime as dt
from typing import Any, Literal
from uuid import UUID

import msgspec
from pydantic import BaseModel, ConfigDict, Field

from vayro.api.pagination import encode_cursor
from vayro.api.schemas.campaign_fields import (
    TEXT_HELP,
    AudienceChoice,
    AudienceFilter,
    CampaignName,
    Clock,
    Instant,
    Rate,
    Texts,
    ZoneName,
)
from vayro.campaigns.creation import CampaignDraft
from vayro.campaigns.record import CampaignRecord
from vayro.campaigns.service import CampaignPage, MessagePage
from vayro.campaigns.texts import Variant

CampaignStatus = Literal["preparing", "scheduled", "running", "paused", "completed", "cancelled"]
MessageStatus = Literal["queued", "sending", "sent", "delivered", "failed", "unknown", "opted_out", "cancelled"]
_QUIET_HELP = "Local time of the recipient, like 21:00. Both null: no quiet hours."


class CampaignCreate(BaseModel):
    """A campaign to be made. It begins as soon as its messages are ready, unless it has a schedule."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "name": "Spring in Berlin",
                    "audience": {"filter": {"category": "Plumber", "country": "DE"}},
                    "variant": "friendly",
                    "scheduled_at": "2026-03-01T09:00:00+01:00",
                }
            ]
        },
    )

    name: CampaignName
    audience: AudienceChoice
    variant: Variant
    texts: Texts = Field(
        default_factory=dict,
        description=f"Texts of your own by locale, in the place of the variant's; a custom one needs some. {TEXT_HELP}",
    )
    scheduled_at: Instant | None = Field(None, description="When it begins, within a year. What has passed is now.")
    rate_per_second: Rate = Field(10, description="Messages a second, at most.")
    quiet_from: Clock | None = Field("21:00", description=_QUIET_HELP)
    quiet_until: Clock | None = Field("08:00", description=_QUIET_HELP)
    time_zone: ZoneName = Field("UTC", description="IANA; of recipients whose own is not known.")

    def draft(self) -> CampaignDraft:
        """Return it as the feature takes it."""
        given = self.model_dump(exclude={"audience"})
        return CampaignDraft(audience=self.audience.stored(), **given)


class CampaignUpdate(BaseModel):
    """What changes, until the campaign is over. A field that is not sent stays as it is."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"rate_per_second": 50}]})

    name: CampaignName = Field("", description="A new name.")
    rate_per_second: Rate = Field(10, description="It holds from the next message on.")
    scheduled_at: Instant | None = Field(None, description="Until it has begun; null: at once.")
    quiet_from: Clock | None = Field(None, description=_QUIET_HELP)
    quiet_until: Clock | None = Field(None, description=_QUIET_HELP)
    time_zone: ZoneName = Field("UTC", description="IANA; of recipients whose own is not known.")

    def changes(self) -> dict[str, Any]:
        """Return what was sent, and only that."""
        return {name: getattr(self, name) for name in self.model_fields_set}


class AudienceQuestion(BaseModel):
    """An audience to be looked at; with a variant or texts, segments are estimated for those."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"audience": {"filter": {}}}]})

    audience: AudienceChoice
    variant: Variant = "friendly"
    texts: Texts = Field(default_factory=dict, description="As in a campaign.")


class Skipped(BaseModel):
    """Businesses that get no message, by the first reason that holds."""

    no_phone: int
    no_site: int = Field(description="Without a site, or with one that was never completed.")
    not_published: int
    opted_out: int = Field(description="Their numbers want no messages. A campaign lists them with that status.")
    duplicate: int = Field(description="Their numbers are those of others in the audience.")


class AudienceEstimate(BaseModel):
    """How many would get a message, and what that would come to."""

    businesses: int
    ready: int
    skipped: Skipped
    currency: str
    segments_estimate: int
    cost_micros_estimate: int = Field(description="At `VAYRO_SMS_PRICE_MICROS` a segment.")


class CampaignTotals(BaseModel):
    """What the messages of a campaign add up to, by their states."""

    messages: int
    queued: int
    sent: int = Field(description="Taken by the provider; whether they were delivered is not known yet.")
    delivered: int
    failed: int
    unknown: int = Field(description="Nobody can say whether the provider took them.")
    opted_out: int
    cancelled: int
    segments: int = Field(description="Of all messages but those that are never sent.")
    cost_micros: int


class CampaignAudience(BaseModel):
    """The audience of a campaign; lists leave identifiers out and say how many there are."""

    business_ids: list[UUID] | None
    filter: AudienceFilter | None
    size: int | None = Field(description="How many identifiers there are.")


class Campaign(BaseModel):
    """A campaign as it is now."""

    id: UUID
    name: str
    variant: Variant
    texts: dict[str, str]
    audience: CampaignAudience
    provider: str
    rate_per_second: int
    quiet_from: str | None
    quiet_until: str | None
    time_zone: str
    scheduled_at: dt.datetime | None
    status: CampaignStatus
    note: str | None = Field(description="Why it was set aside, where it was.")
    currency: str
    totals: CampaignTotals
    skipped: Skipped
    created_at: dt.datetime
    started_at: dt.datetime | None
    finished_at: dt.datetime | None
    updated_at: dt.datetime


class ListedCampaign(Campaign):
    """A campaign in a list, with what came of it so far."""

    clicks: int = Field(description="Of people on the sites' links, each since this campaign's first message with it.")


class CampaignList(BaseModel):
    """One page of campaigns, newest first."""

    data: list[ListedCampaign]
    next_cursor: str | None = Field(description="Send it as `cursor` for the next page; null on the last one.")


class CampaignMessage(BaseModel):
    """A message to one number."""

    id: UUID
    business_id: UUID
    business_name: str | None
    phone: str
    body: str
    segments: int
    encoding: Literal["GSM-7", "UCS-2"]
    status: MessageStatus
    error: str | None
    cost_micros: int
    due_at: dt.datetime
    sent_at: dt.datetime | None
    delivered_at: dt.datetime | None


class CampaignMessageList(BaseModel):
    """One page of a campaign's messages."""

    data: list[CampaignMessage]
    next_cursor: str | None = Field(description="Send it as `cursor` for the next page; null on the last one.")


def encode_campaign(record: CampaignRecord) -> bytes:
    """Return the JSON of a campaign."""
    return msgspec.json.encode(record)


def encode_campaigns(page: CampaignPage) -> bytes:
    """Return the JSON of a page of campaigns."""
    cursor = encode_cursor(page.next) if page.next else None
    return msgspec.json.encode({"data": page.campaigns, "next_cursor": cursor})


def encode_messages(page: MessagePage) -> bytes:
    """Return the JSON of a page of messages."""
    cursor = encode_cursor(page.next) if page.next else None
    return msgspec.json.encode({"data": page.messages, "next_cursor": cursor})
