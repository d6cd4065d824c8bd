"""Options of plans and billing, and the one table of what each plan allows."""

import json
import tomllib
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import msgspec
from pydantic import Field, PositiveInt, SecretStr, field_validator
from pydantic_settings import BaseSettings

from vayro.settings.kinds import check_http_address

Plan = Literal["free", "pro", "enterprise"]
PLANS: tuple[Plan, ...] = ("free", "pro", "enterprise")
FOREVER = "forever"
UNLIMITED = "unlimited"
SHORTEST_RETENTION_DAYS = 7
"""Clicks come late by days, from engines that were away; and the daily check of rollups wants to see rows."""


class PlanLimits(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a plan allows; None: without limit. Months are those of UTC. No redirect is ever refused for any of it."""

    links_per_month: int | None = None
    clicks_per_month: int | None = None
    retention_days: int | None = None
    custom_domains: int | None = None
    seats: int | None = None
    workspaces: int | None = None
    requests_per_minute: int | None = None


DEFAULT_PLANS: Mapping[str, PlanLimits] = {
    # 13 months, so that a month can be compared with the same one a year ago.
    "free": PlanLimits(10_000, 100_000, 400, custom_domains=1, seats=3, workspaces=3, requests_per_minute=6_000),
    "pro": PlanLimits(500_000, 5_000_000, 800, custom_domains=10, seats=25, workspaces=10, requests_per_minute=60_000),
    "enterprise": PlanLimits(),
}
_ACCEPTED = (
    'accepted is the name of a .toml or .json file, or JSON like {"free": {"links_per_month": 100, "seats": null}}'
)


class PlanSettings(BaseSettings):
    """What plans allow, and how they are paid for."""

    plans: str = Field(
        "",
        description="What plans allow, where it is not as `docs/accounts.md` says: a `.toml` or `.json` file, or JSON "
        'like `{"free": {"links_per_month": 100}}`. What it does not name stays; null or "unlimited" is no limit.',
    )
    retention_days: str = Field(
        "",
        description="Days that clicks are kept, by plan, like `free=400,pro=800,enterprise=forever`; their sums by day "
        "stay. It goes before `retention_days` of `VAYRO_PLANS`.",
    )
    audit_days: PositiveInt = Field(730, description="Days that entries of the audit log are kept.")
    stripe_secret_key: SecretStr = Field(
        SecretStr(""), description="Secret key of the Stripe account that is paid. Empty: no billing."
    )
    stripe_webhook_secret: SecretStr = Field(
        SecretStr(""), description="Signing secret of the webhook at `/webhooks/stripe`."
    )
    stripe_price_pro: str = Field("", description="Identifier of Stripe's recurring price for the plan pro.")
    stripe_price_enterprise: str = Field("", description="As `VAYRO_STRIPE_PRICE_PRO`, for enterprise.")
    stripe_api_base: str = Field("", description="Where Stripe's API is, when it is not Stripe's own address.")

    @field_validator("plans")
    @classmethod
    def _check_plans(cls, value: str) -> str:
        parse_plans(value)
        return value

    @field_validator("retention_days")
    @classmethod
    def _check_retention(cls, value: str) -> str:
        parse_retention(value)
        return value

    @field_validator("stripe_api_base")
    @classmethod
    def _check_stripe(cls, value: str) -> str:
        return check_http_address(value)

    @cached_property
    def plan_table(self) -> dict[str, PlanLimits]:
        """What each plan allows."""
        table = parse_plans(self.plans)
        for name, days in parse_retention(self.retention_days).items():
            table[name] = msgspec.structs.replace(table[name], retention_days=days)
        return table


def parse_plans(text: str) -> dict[str, PlanLimits]:
    """Return the table that the setting makes of the default one. Reads the file that it names. Raises ValueError."""
    table = dict(DEFAULT_PLANS)
    for name, limits in _read(text.strip()).items():
        if name not in PLANS or not isinstance(limits, dict):
            raise ValueError(f"there is no plan {str(name)[:40]!r}; {_ACCEPTED}")
        known = msgspec.structs.asdict(table[name])
        wanted = {key: None if value == UNLIMITED else value for key, value in limits.items()}
        try:
            table[name] = msgspec.convert({**known, **wanted}, PlanLimits)
        except msgspec.ValidationError as error:
            raise ValueError(f"{name}: {error}; {_ACCEPTED}") from None
        _check(name, table[name])
    return table


def parse_retention(text: str) -> dict[str, int | None]:
    """Return for how many days plans keep clicks (None: for ever), from text like `free=30`. Raises ValueError."""
    table: dict[str, int | None] = {}
    for part in filter(None, (part.strip() for part in text.split(","))):
        name, _, days = (word.strip() for word in part.partition("="))
        is_number = days.isdecimal() and int(days) >= SHORTEST_RETENTION_DAYS
        if name not in PLANS or not (is_number or days == FOREVER):
            raise ValueError(
                f"accepted is a list like free=400,pro=800,enterprise={FOREVER}, of days from "
                f"{SHORTEST_RETENTION_DAYS} on"
            )
        table[name] = int(days) if is_number else None
    return table


def _read(text: str) -> dict[Any, Any]:
    if not text:
        return {}
    try:
        if text.startswith("{"):
            found = json.loads(text)
        else:
            content = Path(text).read_text(encoding="utf-8")
            found = tomllib.loads(content) if text.endswith(".toml") else json.loads(content)
    except (OSError, ValueError, RecursionError) as error:
        raise ValueError(f"{error}; {_ACCEPTED}") from None
    if not isinstance(found, dict):
        raise ValueError(_ACCEPTED)  # noqa: TRY004  # pydantic turns only this into an error of the setting
    return found


def _check(name: str, limits: PlanLimits) -> None:
    for field, value in msgspec.structs.asdict(limits).items():
        least = SHORTEST_RETENTION_DAYS if field == "retention_days" else 0
        if value is not None and value < least:
            raise ValueError(f"{name}: {field} is {value}; {least} or more is accepted")
