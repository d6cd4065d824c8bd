"""Stripe, behind the few questions that billing asks it. Imported only where there is a key: the library is large."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from uuid import UUID

import orjson
import stripe
import structlog

from vayro.errors import RequestError, Unavailable
from vayro.settings import Settings

ANSWER_SECONDS = 15
RETRIES = 2
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Subscription:
    """What a customer subscribes to, as Stripe says now."""

    id: str
    status: str
    prices: frozenset[str]


@dataclass(frozen=True, slots=True)
class BillingNews:
    """An event of Stripe whose signature is right. It says that something happened to a customer, and is not told."""

    id: str
    kind: str
    customer_id: str | None


class StripeCashier:
    """Asks Stripe. Raises Unavailable when it does not answer, or does not do what it is asked."""

    def __init__(self, settings: Settings) -> None:
        """Args: settings, which name the keys."""
        self._http = stripe.HTTPXClient(timeout=ANSWER_SECONDS)
        base = settings.stripe_api_base
        self._client = stripe.StripeClient(
            settings.stripe_secret_key.get_secret_value(),
            base_addresses={"api": base} if base else None,
            http_client=self._http,
            max_network_retries=RETRIES,
        )
        self._webhook_secret = settings.stripe_webhook_secret.get_secret_value()

    async def create_customer(self, workspace_id: UUID, name: str, email: str) -> str:
        """Return the customer of a workspace; of two calls at once, both get the same."""
        async with _translated():
            made = await self._client.v1.customers.create_async(
                {"name": name, "email": email, "metadata": {"workspace_id": str(workspace_id)}},
                {"idempotency_key": f"vayro-customer-{workspace_id}"},
            )
        return made.id

    async def open_checkout(self, customer_id: str, price: str, workspace_id: UUID, back: str) -> str:
        """Return the address of a page where the customer subscribes to a price."""
        async with _translated():
            made = await self._client.v1.checkout.sessions.create_async(
                {
                    "mode": "subscription",
                    "customer": customer_id,
                    "client_reference_id": str(workspace_id),
                    "line_items": [{"price": price, "quantity": 1}],
                    "success_url": f"{back}?checkout=done",
                    "cancel_url": f"{back}?checkout=cancelled",
                }
            )
        return made.url or ""

    async def open_portal(self, customer_id: str, back: str) -> str:
        """Return the address of a page where the customer sees invoices, and changes or ends what they pay for."""
        async with _translated():
            made = await self._client.v1.billing_portal.sessions.create_async(
                {"customer": customer_id, "return_url": back}
            )
        return made.url

    async def list_subscriptions(self, customer_id: str) -> list[Subscription]:
        """Return what the customer subscribes to now, what has ended too."""
        async with _translated():
            found = await self._client.v1.subscriptions.list_async(
                {"customer": customer_id, "status": "all", "limit": 100}
            )
        return [_subscription(one) for one in orjson.loads(str(found))["data"]]

    async def cancel(self, subscription_id: str) -> None:
        """End a subscription now."""
        async with _translated():
            await self._client.v1.subscriptions.cancel_async(subscription_id)

    def read_event(self, payload: bytes, signature: str) -> BillingNews:
        """Return what a webhook tells. Raises RequestError unless Stripe signed it, within the last five minutes."""
        try:
            stripe.Webhook.construct_event(payload, signature, self._webhook_secret)
        except (stripe.SignatureVerificationError, ValueError):
            raise RequestError("The signature is not that of Stripe.") from None
        event = orjson.loads(payload)
        about = event["data"]["object"]
        customer = about["id"] if about.get("object") == "customer" else about.get("customer")
        return BillingNews(event["id"], event["type"], customer if isinstance(customer, str) else None)

    async def close(self) -> None:
        """Close the connections."""
        await self._http.close_async()  # type: ignore[no-untyped-call]


def _subscription(found: dict[str, object]) -> Subscription:
    items = found["items"]
    assert isinstance(items, dict)
    # Prices took the place of plans; what is older than that has a plan alone.
    prices = {(item.get("price") or item.get("plan") or {}).get("id") for item in items["data"]}
    return Subscription(str(found["id"]), str(found["status"]), frozenset(filter(None, prices)))


@asynccontextmanager
async def _translated() -> AsyncIterator[None]:
    try:
        yield
    except stripe.StripeError as error:
        # Not its message: that may repeat what was sent.
        _log.error("stripe did not do what it was asked", error=type(error).__name__, code=error.code)
        raise Unavailable("Stripe does not answer as it should; try again later.", retry_after_seconds=30) from error
