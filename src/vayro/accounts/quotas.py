"""What a plan allows, held against what is there. Call these in the transaction of the change that they allow.

Links a month are counted where they are made (`links/allowance.py`), because that must cost next to nothing. Clicks
beyond a plan are recorded all the same: a redirect is never refused.
"""

import datetime as dt
from collections.abc import Mapping
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from vayro.accounts import workspace_repository as repository
from vayro.errors import QuotaExceeded
from vayro.settings.plans import PlanLimits


class Quotas:
    """The limits of all plans. Each `require_…` raises QuotaExceeded, which names the plan and its limit."""

    def __init__(self, table: Mapping[str, PlanLimits]) -> None:
        """Args: table, `Settings.plan_table`."""
        self._table = table

    def limits_of(self, plan: str) -> PlanLimits:
        """Return what a plan allows; one that is not known any more allows what `free` does."""
        return self._table.get(plan) or self._table["free"]

    def links_per_month(self) -> dict[str, int | None]:
        """Return the limit of every plan on links."""
        return {plan: limits.links_per_month for plan, limits in self._table.items()}

    async def require_seat(self, connection: AsyncConnection, workspace_id: UUID, email: str) -> None:
        """Hold the workspace until the transaction ends, and see that one more may be invited: this address."""
        plan = await repository.lock_workspace(connection, workspace_id)
        now = dt.datetime.now(dt.UTC)
        taken = await repository.count_members(connection, workspace_id)
        taken += await repository.count_invitations(connection, workspace_id, now, but=email)
        _require(plan, "seats, invitations among them", self.limits_of(plan).seats, taken)

    async def require_place(self, connection: AsyncConnection, workspace_id: UUID) -> None:
        """Hold the workspace until the transaction ends, and see that one more who was invited may join."""
        plan = await repository.lock_workspace(connection, workspace_id)
        taken = await repository.count_members(connection, workspace_id)
        _require(plan, "seats", self.limits_of(plan).seats, taken)

    async def require_domain(self, connection: AsyncConnection, workspace_id: UUID) -> None:
        """Hold the workspace until the transaction ends, and see that it may have one more domain of its own."""
        plan = await repository.lock_workspace(connection, workspace_id)
        taken = await repository.count_domains(connection, workspace_id)
        _require(plan, "domains of your own", self.limits_of(plan).custom_domains, taken)

    async def require_workspace(self, connection: AsyncConnection, user_id: UUID) -> str:
        """See that somebody may own one more workspace; return the plan that it will have."""
        plan = await repository.find_user_plan(connection, user_id)
        taken = await repository.count_owned(connection, user_id)
        _require(plan, "workspaces", self.limits_of(plan).workspaces, taken)
        return plan

    async def explain_links(self, connection: AsyncConnection, workspace_id: UUID) -> QuotaExceeded:
        """Return the error for links that were refused because the month's are made."""
        plan = await repository.find_plan(connection, workspace_id)
        limit = self.limits_of(plan).links_per_month or 0
        return QuotaExceeded(
            f"The plan {plan} allows {limit:,} links a month, and not so many are left. "
            f"The next month begins on {next_month(dt.datetime.now(dt.UTC)):%Y-%m-%d} (UTC)."
        )


def month_of(instant: dt.datetime) -> str:
    """Return the month of UTC in which an instant lies, like `2026-11`."""
    return f"{instant.astimezone(dt.UTC):%Y-%m}"


def month_start(instant: dt.datetime) -> dt.datetime:
    """Return the instant at which its month began in UTC."""
    return instant.astimezone(dt.UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def next_month(instant: dt.datetime) -> dt.datetime:
    """Return the instant at which the following month begins in UTC: when what is counted by the month is 0 again."""
    return month_start(month_start(instant) + dt.timedelta(days=32))


def _require(plan: str, what: str, limit: int | None, taken: int) -> None:
    if limit is not None and taken >= limit:
        raise QuotaExceeded(f"The plan {plan} allows {limit:,} {what}, and {taken:,} are taken.")
