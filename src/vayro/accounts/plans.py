"""The plans that a workspace can have. What they allow is a setting; a redirect is never refused for any of it."""

from vayro.errors import ValidationFailed
from vayro.settings.plans import PLANS, Plan


def parse_plan(name: str) -> Plan:
    """Return the plan of this name. Raises ValidationFailed, which lists those that exist."""
    for plan in PLANS:
        if plan == name:
            return plan
    raise ValidationFailed(f"There is no plan {name[:40]!r}; there are {', '.join(PLANS)}.", field="plan")
