"""What several groups of settings are made of."""

from ipaddress import IPv4Network, IPv6Network
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import Field

Port = Annotated[int, Field(ge=1, le=65535)]
Seconds = Annotated[float, Field(gt=0)]
Network = IPv4Network | IPv6Network


def split_list(value: str) -> list[str]:
    """Return the parts between commas, without space around them."""
    return [part.strip() for part in value.split(",") if part.strip()]


def check_http_address(value: str) -> str:
    """Return an http(s) address without its last slash, or nothing. Raises ValueError."""
    if value and (urlsplit(value).scheme not in {"http", "https"} or not urlsplit(value).hostname):
        raise ValueError("accepted is an http or https address, or nothing")
    return value.rstrip("/")
