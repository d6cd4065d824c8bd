"""Options of sites, and of the durable jobs that make them."""

from typing import Annotated, Literal

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings

from vayro.settings.kinds import Port, Seconds


class SiteSettings(BaseSettings):
    """Where sites are, and how they are made."""

    sites_domain: str = Field(
        "",
        description="Domain whose subdomains the sites are, like `sites.example.com`, served by `vayro api --sites`. "
        "Empty: the Dashboard API serves them at `/s/{subdomain}`, sandboxed.",
    )
    sites_scheme: Literal["https", "http"] = Field(
        "https", description="How visitors reach the sites' domain; `http` for trying it out on one machine."
    )
    sites_host: str = Field("127.0.0.1", description="Address that `vayro api --sites` listens on.")
    sites_port: Port = Field(8090, description="Port that `vayro api --sites` listens on.")
    sites_workers: Annotated[int, Field(ge=1, le=256)] = Field(1, description="Processes of `vayro api --sites`.")
    jobs_concurrency: Annotated[int, Field(ge=1, le=64)] = Field(
        2, description="Sites that one jobs process generates at once."
    )
    jobs_takeover_seconds: Seconds = Field(
        10, description="After how long without a sign of life another process takes over a process's jobs."
    )
    currency: str = Field(
        "USD", description="Currency of all amounts, three letters of ISO 4217.", pattern="^[A-Z]{3}$"
    )

    @field_validator("sites_domain")
    @classmethod
    def _check_sites_domain(cls, value: str) -> str:
        name = value.strip().lower().strip(".")
        host, colon, port = name.partition(":")
        labels = host.split(".") if name else []
        is_port = port.isdecimal() and 0 < int(port) < 65_536 if colon else True
        if not is_port or not all(_is_label(label) for label in labels) or len(host) > 180:
            raise ValueError("accepted is a domain like sites.example.com (punycode, a port after a colon), or nothing")
        return name


def _is_label(text: str) -> bool:
    is_plain = text.isascii() and text.replace("-", "").isalnum()
    return is_plain and len(text) <= 63 and not text.startswith("-") and not text.endswith("-")
