"""Options of campaigns: who carries the messages, how fast, and what they cost."""

from typing import Annotated, Literal

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings

from vayro.settings.kinds import Seconds, check_http_address

SmsProvider = Literal["outbox", "twilio", "gateway"]
GATEWAY_SECRET_MIN = 16


class CampaignSettings(BaseSettings):
    """How messages leave the house."""

    sms_provider: SmsProvider = Field(
        "outbox",
        description="Who carries the messages of new campaigns: `outbox` (files in the data directory, nobody gets "
        "anything), `twilio`, or `gateway` (an HTTP service of your own).",
    )
    sms_rate_per_second: Annotated[int, Field(ge=1, le=10_000)] = Field(
        1_000, description="Messages a second of all campaigns and processes together, whatever a campaign asks for."
    )
    sms_price_micros: Annotated[int, Field(ge=0, le=1_000_000_000)] = Field(
        0,
        description="What one segment costs where the provider does not tell, in millionths of `VAYRO_CURRENCY`.",
    )
    sms_claim_seconds: Annotated[float, Field(ge=2, le=3_600)] = Field(
        60.0, description="After so long the messages in the hands of a process that died are looked at by another."
    )
    sms_timeout_seconds: Seconds = Field(15.0, description="How long a provider may take to answer.")
    sms_outbox_directory: str = Field(
        "", description="Where the provider `outbox` writes. Empty: `outbox` in the data directory."
    )
    twilio_account_sid: str = Field("", description="Twilio: the account, like `AC…`.")
    twilio_auth_token: SecretStr = Field(
        SecretStr(""), description="Twilio: the account's token; it also proves that receipts come from Twilio."
    )
    twilio_from: str = Field("", description="Twilio: the number that messages come from, like `+14155550100`.")
    twilio_messaging_service_sid: str = Field(
        "", description="Twilio: the messaging service, like `MG…`, in the place of a number."
    )
    twilio_url: str = Field("https://api.twilio.com", description="Twilio: where its API answers.")
    sms_gateway_url: str = Field("", description="Gateway: the address that messages are posted to, one a request.")
    sms_gateway_secret: SecretStr = Field(
        SecretStr(""),
        description="Gateway: signs what is posted, and what the gateway posts back; at least 16 characters.",
    )
    sms_gateway_idempotent: bool = Field(
        default=False,
        description="Gateway: whether a message that is posted again under the same `Idempotency-Key` is sent once.",
    )

    @field_validator("twilio_url", "sms_gateway_url")
    @classmethod
    def _check_address(cls, value: str) -> str:
        return check_http_address(value)

    @field_validator("sms_gateway_secret")
    @classmethod
    def _check_secret(cls, value: SecretStr) -> SecretStr:
        if 0 < len(value.get_secret_value()) < GATEWAY_SECRET_MIN:
            raise ValueError(f"accepted is nothing, or at least {GATEWAY_SECRET_MIN} characters")
        return value
