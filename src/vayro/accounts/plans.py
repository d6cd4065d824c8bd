"""The plans that a workspace can have. A redirect is never refused for any of them."""

from collections.abc import Mapping
from typing import Literal

from vayro.errors import SettingsError, ValidationFailed

Plan = Literal["free", "pro", "enterprise"]
PLANS: tuple[Plan, ...] = ("free", "pro", "enterprise")

# 13 months, so that a month can be compared with the same one a year ago. None: for ever.
RETENTION_DAYS: Mapping[str, int | None] = {"free": 400, "pro": 800, "enterprise": None}
SHORTEST_RETENTION_DAYS = 7
"""Clicks come late by days, from engines that were away; and the daily check of rollups wants to see rows."""
FOREVER = "forever"


def parse_plan(name: str) -> Plan:
    """Return the plan of this name. Raises ValidationFailed, which lists those that exist."""
    for plan in PLANS:
        if plan == name:
            return plan
    raise ValidationFailed(f"There is no plan {name[:40]!r}; there are {', '.join(PLANS)}.", field="plan")


def parse_retention(text: str) -> dict[str, int | None]:
    """Return for how many days each plan keeps clicks, from text like `free=30,pro=365`; what is not named stays.

    Raises SettingsError.
    """
    table = dict(RETENTION_DAYS)
    for part in filter(None, (part.strip() for part in text.split(","))):
        name, _, days = (word.strip() for word in part.partition("="))
        is_number = days.isdigit() and int(days) >= SHORTEST_RETENTION_DAYS
        if name not in PLANS or not (is_number or days == FOREVER):
            raise SettingsError(
                f"VAYRO_RETENTION_DAYS={text!r} is not acceptable: accepted is a list like free=400,pro=800,"
                f"enterprise={FOREVER}, of days from {SHORTEST_RETENTION_DAYS} on"
            )
        table[name] = int(days) if is_number else None
    return table
