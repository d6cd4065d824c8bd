"""The plans that a user can have. A redirect is never refused for any of them."""

from typing import Literal

from vayro.errors import ValidationFailed

Plan = Literal["free", "pro", "enterprise"]
PLANS: tuple[Plan, ...] = ("free", "pro", "enterprise")


def parse_plan(name: str) -> Plan:
    """Return the plan of this name. Raises ValidationFailed, which lists those that exist."""
    for plan in PLANS:
        if plan == name:
            return plan
    raise ValidationFailed(f"There is no plan {name[:40]!r}; there are {', '.join(PLANS)}.", field="plan")
