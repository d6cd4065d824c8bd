"""Options of the AI writer: any endpoint that speaks OpenAI's chat completions."""

from typing import Annotated

from pydantic import Field, NonNegativeInt, SecretStr, field_validator
from pydantic_settings import BaseSettings

from vayro.settings.kinds import Seconds, check_http_address

DEFAULT_AI_BASE_URL = "https://api.openai.com/v1"


class AiSettings(BaseSettings):
    """Who writes sites when `ai` is asked for, for how long, and for how much."""

    ai_base_url: str = Field(
        DEFAULT_AI_BASE_URL, description="Where the endpoint is that the AI writer asks: any that speaks OpenAI's API."
    )
    ai_api_key: SecretStr = Field(SecretStr(""), description="Its key. Endpoints of one's own often need none.")
    ai_model: str = Field("", description="Name of the model. Empty: there is no AI writer, templates write instead.")
    ai_timeout_seconds: Seconds = Field(
        90, description="How long the AI writer may take for one site, with all its tries."
    )
    ai_max_tokens: Annotated[int, Field(ge=256, le=32_000)] = Field(
        3_000, description="How many tokens one answer may have."
    )
    ai_input_price_micros: NonNegativeInt = Field(
        0, description="Price of a million tokens that are read, in millionths of VAYRO_CURRENCY."
    )
    ai_output_price_micros: NonNegativeInt = Field(
        0, description="Price of a million tokens that are written, in millionths of VAYRO_CURRENCY."
    )
    ai_max_cost_micros: NonNegativeInt = Field(
        100_000,
        description="What one generation may cost, in millionths of VAYRO_CURRENCY: "
        "a try that could go beyond it is not made.",
    )

    @property
    def is_ai_available(self) -> bool:
        """Whether there is an AI writer: a model, and a key or an endpoint of one's own."""
        is_own = self.ai_base_url != DEFAULT_AI_BASE_URL
        return bool(self.ai_model) and (is_own or bool(self.ai_api_key.get_secret_value()))

    @field_validator("ai_base_url")
    @classmethod
    def _check_url(cls, value: str) -> str:
        return check_http_address(value) or DEFAULT_AI_BASE_URL
