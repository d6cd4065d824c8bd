"""Options of safety: where links may lead, what is checked, what visitors may try."""

from ipaddress import ip_network
from typing import Annotated

from pydantic import Field, PositiveInt, SecretStr, field_validator
from pydantic_settings import BaseSettings, NoDecode

from vayro.settings.kinds import Network, Seconds, check_http_address, split_list


class SafetySettings(BaseSettings):
    """What keeps links from hurting people."""

    report_open: bool = Field(default=True, description="Whether the public may report links at `/report`.")
    block_list_urls: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="Comma-separated addresses of block lists, which the worker fetches; see docs/safety.md."
    )
    block_list_seconds: Seconds = Field(3_600, description="How often these lists are fetched.")
    block_list_max_bytes: PositiveInt = Field(16 << 20, description="A larger list is not taken over.")
    web_risk_key: SecretStr = Field(
        SecretStr(""), description="Key of Google Web Risk: the worker asks it about each destination. Empty: nobody."
    )
    web_risk_url: str = Field("https://webrisk.googleapis.com", description="Where Web Risk answers.")
    check_dns: bool = Field(default=False, description="Whether the worker looks destinations up in DNS.")
    check_reachable: bool = Field(default=False, description="Whether the worker asks destinations for an answer.")
    check_days: PositiveInt = Field(7, description="After how many days a destination is checked again.")
    check_takedown: bool = Field(
        default=True, description="Whether a link whose destination is found dangerous is taken down."
    )
    unfurl: bool = Field(
        default=True,
        description="Whether the API reads a destination's title and picture when somebody about to link there asks.",
    )
    egress_allow: Annotated[tuple[Network, ...], NoDecode] = Field(
        (), description="Comma-separated CIDRs that may be fetched from though they are private or special."
    )
    egress_deny: Annotated[tuple[Network, ...], NoDecode] = Field(
        (),
        description="Comma-separated CIDRs that nothing is fetched from, like the public addresses of this network.",
    )

    @field_validator("egress_allow", "egress_deny", mode="before")
    @classmethod
    def _split_egress_networks(cls, value: object) -> object:
        return tuple(ip_network(part, strict=False) for part in split_list(value)) if isinstance(value, str) else value

    @field_validator("block_list_urls", mode="before")
    @classmethod
    def _split_urls(cls, value: object) -> object:
        return tuple(map(check_http_address, split_list(value))) if isinstance(value, str) else value

    @field_validator("web_risk_url")
    @classmethod
    def _check_url(cls, value: str) -> str:
        return check_http_address(value)
