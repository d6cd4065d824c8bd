"""How much anybody may do in a while, and whose word proves a domain."""

import re
from ipaddress import ip_address
from typing import Annotated

from pydantic import AfterValidator, Field, field_validator
from pydantic_settings import BaseSettings

OFF = "off"
DAY_SECONDS = 86_400
_UNITS = {"second": 1, "minute": 60, "hour": 3_600, "day": DAY_SECONDS}
_NOTATION = re.compile(r"(\d{1,12})\s*/\s*(?:(\d{1,4})\s*)?(second|minute|hour|day)s?")


def parse_rate(text: str) -> tuple[int, int] | None:
    """Return how many in how many seconds `600/minute` or `20/15 minutes` says; None for `off`. Raises ValueError."""
    wanted = text.strip().lower()
    if wanted == OFF:
        return None
    found = _NOTATION.fullmatch(wanted)
    amount = int(found[1]) if found else 0
    seconds = int(found[2] or 1) * _UNITS[found[3]] if found else 0
    if not amount or not 1 <= seconds <= DAY_SECONDS:
        raise ValueError(
            "accepted is a number of times in a period of at most a day, like 600/minute or 20/15 minutes, or off"
        )
    return amount, seconds


def _check_rate(text: str) -> str:
    parse_rate(text)
    return text


Rate = Annotated[str, AfterValidator(_check_rate)]

BUDGETS = (
    "read",
    "write",
    "bulk",
    "user",
    "public",
    "shared",
    "sign_in",
    "sign_in_address",
    "sign_up",
    "reset_password",
    "invitation",
    "invitation_address",
    "second_factor",
    "link_password",
    "link_password_address",
    "report",
    "domain_proof",
    "unfurl",
    "receipt",
)
"""Each has a setting `limit_…`."""


class LimitSettings(BaseSettings):
    """Budgets are written like `600/minute` or `20/15 minutes`; `off` for none."""

    rate_limits: bool = Field(default=True, description="Off: nothing is limited, whatever the budgets below say.")
    limit_read: Rate = Field("600000/minute", description="Requests of one API key or session that change nothing.")
    limit_write: Rate = Field("600000/minute", description="Requests of one API key or session that change something.")
    limit_bulk: Rate = Field("6000/minute", description="Requests of one API key or session that make or export many.")
    limit_user: Rate = Field("1200000/minute", description="Requests of one user, with all keys and sessions.")
    limit_public: Rate = Field(
        "60000/minute", description="Requests without an account, or with a wrong key, from one address."
    )
    limit_shared: Rate = Field(
        "120/minute", description="Questions from one address about links whose analytics are shared."
    )
    limit_sign_in: Rate = Field("30/15 minutes", description="Attempts to sign in to one account.")
    limit_sign_in_address: Rate = Field("300/15 minutes", description="Attempts to sign in from one address.")
    limit_sign_up: Rate = Field("60/hour", description="Accounts made from one address.")
    limit_reset_password: Rate = Field("6/hour", description="Mails to one address that offer a new password.")
    limit_invitation: Rate = Field("60/hour", description="Invitations that one user mails.")
    limit_invitation_address: Rate = Field("6/hour", description="Invitations that are mailed to one address.")
    limit_second_factor: Rate = Field("20/15 minutes", description="Codes tried as second factor of one account.")
    limit_link_password: Rate = Field("600/15 minutes", description="Passwords tried at one link, by everybody.")
    limit_link_password_address: Rate = Field("30/15 minutes", description="Passwords of links tried from one address.")
    limit_report: Rate = Field("30/hour", description="Links reported from one address.")
    limit_domain_proof: Rate = Field(
        "60/hour", description="Attempts of one workspace to prove that domains are its own."
    )
    limit_unfurl: Rate = Field("120/minute", description="Destinations that one user has read for a preview.")
    limit_receipt: Rate = Field(
        "120000/minute", description="Receipts and inbound messages that one address hands in for a provider."
    )
    miss_budget_per_minute: Annotated[int, Field(ge=0)] = Field(
        600,
        description="Unknown codes that one address of the Internet may try at an engine before it is answered 429 "
        "instead of 404; 0: no limit. Links redirect all the same.",
    )
    domain_resolver: str = Field(
        "",
        description="Resolver that is asked for the DNS proof of domains, like `127.0.0.1:5353`. Empty: the system's.",
    )
    honour_dnt: bool = Field(
        default=False,
        description="Clicks with `DNT: 1` or `Sec-GPC: 1` are counted without address, city and visitor. All redirects "
        "then cost a few microseconds more.",
    )

    @field_validator("domain_resolver")
    @classmethod
    def _check_resolver(cls, value: str) -> str:
        host, _, port = value.rpartition(":") if value.count(":") == 1 else (value, "", "53")
        try:
            if value:
                ip_address(host)
        except ValueError:
            port = ""
        if not (port.isdecimal() and 0 < int(port) < 65_536):
            raise ValueError("accepted is an address, with a port or without, like 127.0.0.1:5353")
        return value
