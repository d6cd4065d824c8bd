"""Plans that are paid for: what Stripe says of a workspace's subscriptions is what its plan is.

Events come more than once, late, and in any order. So none is believed for what it tells: it is a reason to ask Stripe
how things stand now, and to write that down with the event's identifier, in one transaction.
"""

import datetime as dt
from typing import TYPE_CHECKING

from vayro.accounts import audit
from vayro.accounts import billing_repository as repository
from vayro.accounts import workspace_repository as workspaces
from vayro.accounts.plans import parse_plan
from vayro.accounts.records import Caller
from vayro.accounts.repository import AnyRow
from vayro.database.engine import Database
from vayro.errors import NotFound, Unavailable, ValidationFailed
from vayro.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from uuid import UUID

    from vayro.accounts.stripe_cashier import BillingNews, StripeCashier, Subscription

PAID = frozenset({"active", "trialing", "past_due"})
"""A payment that failed does not end a plan at once: Stripe tries again for days, and then ends the subscription."""

ENDED = frozenset({"canceled", "incomplete_expired"})

_KINDS = ("customer.subscription.", "checkout.session.completed")
_TRIES = 10


class Billing:
    """Checkout, the customer portal, and the events that follow. Without a cashier there is no billing."""

    def __init__(self, settings: Settings, database: Database, cashier: "StripeCashier | None") -> None:
        """Args: settings, which name the prices; cashier, Stripe."""
        self._database = database
        self._cashier = cashier
        self._back = f"{settings.resolved_dashboard_url}/settings/plan"
        prices = {settings.stripe_price_pro: "pro", settings.stripe_price_enterprise: "enterprise"}
        self._plans: Mapping[str, str] = {price: plan for price, plan in prices.items() if price}

    async def open_checkout(self, caller: Caller, plan: str) -> str:
        """Return the address of a page where the caller's workspace takes a plan. It has it once that is paid.

        Raises NotFound without billing, ValidationFailed for a plan that has no price, or when one is paid for already.
        """
        cashier, plan = self._require(), parse_plan(plan)
        price = next((price for price, sold in self._plans.items() if sold == plan), None)
        if price is None:
            raise ValidationFailed(f"The plan {plan} is not for sale here.", field="plan")
        account = await self._open_account(caller, cashier)
        if account.status in PAID:
            raise ValidationFailed("A plan is paid for already: change it in the portal.", field="plan")
        address = await cashier.open_checkout(account.customer_id, price, caller.workspace_id, self._back)
        async with self._database.transaction() as connection:
            await audit.note(connection, caller, "billing.checkout", plan)
        return address

    async def open_portal(self, caller: Caller) -> str:
        """Return the address of the page where a plan is changed or ended. Raises NotFound when none was ever taken."""
        cashier = self._require()
        async with self._database.read() as connection:
            account = await repository.find_account(connection, caller.workspace_id)
        if account is None:
            raise NotFound("No plan was ever paid for here.")
        return await cashier.open_portal(account.customer_id, self._back)

    async def receive(self, payload: bytes, signature: str) -> None:
        """Act on an event of Stripe, once. Raises NotFound without billing, RequestError for a wrong signature."""
        cashier = self._require()
        news = cashier.read_event(payload, signature)
        for _ in range(_TRIES):
            if await self._act(cashier, news):
                return
        raise Unavailable("The account keeps changing.")

    async def end(self, workspace_ids: "Sequence[UUID]") -> None:
        """End at once all that these workspaces pay for: they are about to be erased. Raises Unavailable."""
        if self._cashier is None:
            return
        for workspace_id in workspace_ids:
            async with self._database.read() as connection:
                account = await repository.find_account(connection, workspace_id)
            for one in await self._cashier.list_subscriptions(account.customer_id) if account else ():
                if one.status not in ENDED:
                    await self._cashier.cancel(one.id)

    async def close(self) -> None:
        """Close the way to Stripe."""
        if self._cashier:
            await self._cashier.close()

    def _require(self) -> "StripeCashier":
        if self._cashier is None:
            raise NotFound("There is no billing here: who runs this installation sets plans.")
        return self._cashier

    async def _open_account(self, caller: Caller, cashier: "StripeCashier") -> AnyRow:
        async with self._database.read() as connection:
            account = await repository.find_account(connection, caller.workspace_id)
            workspace = await workspaces.find_workspace(connection, caller.workspace_id)
            email = await workspaces.find_email(connection, caller.user_id)
        if account:
            return account
        customer_id = await cashier.create_customer(caller.workspace_id, workspace.name if workspace else "", email)
        async with self._database.transaction() as connection:
            await repository.insert_account(connection, caller.workspace_id, customer_id, dt.datetime.now(dt.UTC))
            account = await repository.find_account(connection, caller.workspace_id)
        assert account is not None
        return account

    async def _act(self, cashier: "StripeCashier", news: "BillingNews") -> bool:
        """Return whether the event is done with; False when the account changed meanwhile."""
        async with self._database.read() as connection:
            is_known = await repository.has_event(connection, news.id)
            seen = await repository.find_customer(connection, news.customer_id) if news.customer_id else None
        if is_known or seen is None or not news.kind.startswith(_KINDS):
            return True
        # After the account was read: whoever writes in between makes us ask again.
        best, plan = self._choose(await cashier.list_subscriptions(seen.customer_id))
        now = dt.datetime.now(dt.UTC)
        async with self._database.transaction() as connection:
            status = best.status if best else "none"
            if not await repository.update_account(connection, seen, best.id if best else None, status, now):
                return False
            if not await repository.insert_event(connection, news.id, news.kind, now):
                return True
            if await workspaces.set_workspace_plan(connection, seen.workspace_id, plan):
                details = {"by": "stripe", "status": status}
                await audit.note(connection, None, "plan.set", plan, details, workspace_id=seen.workspace_id)
        return True

    def _choose(self, found: "Sequence[Subscription]") -> "tuple[Subscription | None, str]":
        """Return the subscription that counts, and its plan: the best that is paid for, else `free`."""
        for plan in ("enterprise", "pro"):
            for one in found:
                if one.status in PAID and any(self._plans.get(price) == plan for price in one.prices):
                    return one, plan
        return (found[0] if found else None), "free"


def open_billing(settings: Settings, database: Database) -> Billing:
    """Return the billing that the settings name. Nothing is connected yet; close it."""
    if not settings.stripe_secret_key.get_secret_value():
        return Billing(settings, database, None)
    from vayro.accounts.stripe_cashier import StripeCashier  # noqa: PLC0415  # a library that few need

    return Billing(settings, database, StripeCashier(settings))
