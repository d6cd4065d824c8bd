"""Billing over HTTP: a subscription at Stripe becomes the workspace's plan through the webhook."""

import asyncio

import httpx
import pytest
from sqlalchemy import select

from tests.api.conftest import House, client
from tests.api.test_links import assert_problem
from tests.processes import vayro
from tests.servers import free_port
from tests.stripe_server import PRICES, SECRET_KEY, WEBHOOK_SECRET, event, sign, stripe_running
from vayro.database.models import billing_accounts
from vayro.settings import Settings

pytestmark = pytest.mark.xdist_group("stripe")
SECONDS = 60


async def test_a_subscription_at_stripe_becomes_the_plan_and_ends_with_it(house: House, settings: Settings) -> None:
    with stripe_running() as stripe:
        over = {
            "api_port": free_port(),
            "stripe_secret_key": SECRET_KEY,
            "stripe_webhook_secret": WEBHOOK_SECRET,
            "stripe_price_pro": PRICES["pro"],
            "stripe_api_base": stripe.url,
        }
        with vayro("api", settings, **over) as process:
            stripe.post("/_config/webhooks/vayro", url=f"{process.url}/webhooks/stripe", secret=WEBHOOK_SECRET)
            async with client(process.url, house.keys["admin"]) as api:
                page = await api.post("/v1/billing/checkout", json={"plan": "pro"})
                assert page.json() == {"url": "https://stripe.test/v1/checkout/sessions"}
                customer = await find_customer(house)
                subscription = await asyncio.to_thread(stripe.subscribe, customer, "pro")
                await await_plan(api, "pro")
                assert (await api.post("/v1/billing/portal")).status_code == 200
                await asyncio.to_thread(stripe.delete, f"/v1/subscriptions/{subscription}")
                await await_plan(api, "free")
                forged = await api.post("/webhooks/stripe", content=event("x", {}, "evt_1"))
                assert_problem(forged, 400, "bad_request")


async def test_without_keys_of_stripe_there_is_nothing(house: House, nobody: httpx.AsyncClient) -> None:
    async with client(house.url, house.keys["owner"]) as owner:
        assert_problem(await owner.post("/v1/billing/checkout", json={"plan": "pro"}), 404, "not_found")
        assert_problem(await owner.post("/v1/billing/portal"), 404, "not_found")
    body = event("customer.subscription.created", {}, "evt_1")
    answer = await nobody.post("/webhooks/stripe", content=body, headers={"Stripe-Signature": sign(body)})
    assert_problem(answer, 404, "not_found")


async def find_customer(house: House) -> str:
    own = billing_accounts.c.workspace_id == house.team.workspace_id
    async with house.team.database.read() as connection:
        return str(await connection.scalar(select(billing_accounts.c.customer_id).where(own)))


async def await_plan(api: httpx.AsyncClient, plan: str) -> None:
    async with asyncio.timeout(SECONDS):
        while (await api.get("/v1/workspace")).json()["plan"] != plan:
            await asyncio.sleep(0.1)
