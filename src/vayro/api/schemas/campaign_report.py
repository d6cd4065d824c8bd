"""What the API gives of reports."""

import datetime as dt
from uuid import UUID

from pydantic import BaseModel, Field


class ReportedBusiness(BaseModel):
    """What was written to one business, and what came of it."""

    business_id: UUID
    name: str | None
    sent: int = Field(description="Messages that a provider took, whatever became of them.")
    delivered: int = Field(description="Of these, those that a receipt says arrived.")
    failed: int
    unknown: int = Field(description="Perhaps sent: nobody knows, and they are not sent again by themselves.")
    opted_out: int
    cost_micros: int
    clicks: int = Field(description="Clicks of people on the site's link since the first message.")
    visitors: int = Field(description="How many people these are; each counts once a UTC day.")
    first_sent_at: dt.datetime | None
    short_url: str | None
    deal_value_micros: int | None
    is_won: bool = Field(description="Whether a deal value is entered.")


class CampaignReport(BaseModel):
    """What came of messages. Amounts are in millionths of the currency."""

    currency: str = Field(examples=["USD"])
    sent: int = Field(description="Messages that a provider took, whatever became of them.")
    delivered: int = Field(description="Of these, those that a receipt says arrived.")
    failed: int
    unknown: int = Field(description="Perhaps sent: nobody knows, and they are not sent again by themselves.")
    opted_out: int
    cost_micros: int
    clicks: int = Field(description="Clicks of people on the sites' links, each since the first message with it.")
    visitors: int = Field(description="How many people these are; each counts once a UTC day.")
    cost_per_click_micros: int | None = Field(description="Null without clicks.")
    deal_value_micros: int | None = Field(description="What the deals with those written to are worth; null: no deal.")
    return_on_investment: float | None = Field(
        description="(deals - cost) / cost; null without a deal or without a cost.", examples=[11.5]
    )
    businesses: list[ReportedBusiness] = Field(description="Those with most clicks first.")
    next_cursor: str | None = Field(description="Send it as `cursor` for more businesses; null when these are all.")
