"""What the API takes and gives about previews of messages."""

from typing import Any, Literal
from uuid import UUID

import msgspec
from pydantic import BaseModel, ConfigDict, Field, model_validator

from vayro.api.schemas.campaign_fields import TEXT_HELP, Locale, MessageText
from vayro.campaigns.message import WarningCode
from vayro.campaigns.preview import Preview, Wanted
from vayro.campaigns.texts import Variant

_ID = "0199e8a4-7d3c-7b21-9c55-3f2e8a6d1b07"


class PreviewRequest(BaseModel):
    """Which message is to be shown, and of which site; or of which business, which has at most one."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"site_id": _ID, "variant": "friendly"},
                {"business_id": _ID, "variant": "custom", "text": "Hello {business}: {link}", "locale": "en"},
            ]
        },
    )

    site_id: UUID | None = None
    business_id: UUID | None = None
    variant: Variant
    text: MessageText | None = Field(None, description=f"Of a custom message. {TEXT_HELP}")
    locale: Locale | None = Field(None, description="BCP 47; without it, that of the business.", examples=["pt-BR"])

    @model_validator(mode="after")
    def _check_whose(self) -> "PreviewRequest":
        if (self.site_id is None) == (self.business_id is None):
            raise ValueError("Either site_id or business_id says whose message is meant.")
        return self

    def wanted(self) -> Wanted:
        """Return it as the feature takes it."""
        kind: Literal["site", "business"] = "site" if self.site_id else "business"
        identifier = self.site_id or self.business_id
        assert identifier
        return Wanted(self.variant, kind, identifier, self.text, self.locale)


class PreviewWarning(BaseModel):
    """Something that the sender should know."""

    code: WarningCode
    detail: str = Field(description="One sentence for a person.")


class MessagePreview(BaseModel):
    """A message as a business would get it, and what it takes to send it. Nothing is made or reserved."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "site_id": _ID,
                    "business_id": _ID,
                    "variant": "friendly",
                    "locale": "en",
                    "body": "Hi Sunrise Bakery! Brightline here. We made you a website, have a look: "
                    "https://go.example.com/aB3dE5x Like it? Just reply. Reply STOP to opt out",
                    "url": "https://go.example.com/aB3dE5x",
                    "encoding": "GSM-7",
                    "characters": 147,
                    "segments": 1,
                    "remaining": 13,
                    "per_segment": 160,
                    "non_gsm": [],
                    "warnings": [],
                }
            ]
        }
    )

    site_id: UUID
    business_id: UUID
    variant: Variant
    locale: str = Field(description="The language of the words.")
    body: str = Field(description="The whole message.")
    url: str = Field(description="The link in it: the same in every message to this business.")
    encoding: Literal["GSM-7", "UCS-2"]
    characters: int = Field(description="Septets (a character of the extension table takes two) or UTF-16 units.")
    segments: int = Field(description="SMS that it takes.")
    remaining: int = Field(description="Characters that fit before another SMS is needed.")
    per_segment: int = Field(description="160 or 70 when it is one SMS, 153 or 67 in each of several.")
    non_gsm: list[str] = Field(description="The characters that make it UCS-2.")
    warnings: list[PreviewWarning]


def encode_preview(preview: Preview) -> bytes:
    """Return the JSON of a preview."""
    counted = msgspec.structs.asdict(preview.message.count)
    body: dict[str, Any] = {
        "site_id": preview.site_id,
        "business_id": preview.business_id,
        "variant": preview.variant,
        "locale": preview.locale,
        "body": preview.message.body,
        "url": preview.url,
        **counted,
        "warnings": preview.warnings,
    }
    return msgspec.json.encode(body)
