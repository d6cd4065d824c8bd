"""Billing against localstripe: whatever events say, in whatever order and however often, Stripe's state decides."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from sqlalchemy import select

from tests.accounts.people import Team, make_team
from tests.conftest import SettingsFactory
from tests.servers import free_port
from tests.stripe_server import PRICES, SECRET_KEY, WEBHOOK_SECRET, Stripe, event, sign, stripe_running
from vayro.accounts.billing import Billing
from vayro.accounts.deletion import AccountErasure
from vayro.accounts.service import AccountService
from vayro.accounts.stripe_cashier import StripeCashier
from vayro.cache.none import NoLinkCache
from vayro.database.engine import Database
from vayro.database.models import billing_accounts, billing_events
from vayro.errors import NotFound, RequestError, Unavailable, ValidationFailed
from vayro.settings import Settings

pytestmark = [
    pytest.mark.xdist_group("stripe"),
    # Stripe's library hands bodies to httpx in the old way.
    pytest.mark.filterwarnings("ignore:Use 'content=<...>':DeprecationWarning"),
]


@pytest.fixture(scope="module")
def stripe() -> Iterator[Stripe]:
    with stripe_running() as opened:
        yield opened


@pytest.fixture
def settings(settings_factory: SettingsFactory, database_url: str, stripe: Stripe) -> Settings:
    return settings_factory(
        database_url=database_url,
        stripe_secret_key=SECRET_KEY,
        stripe_webhook_secret=WEBHOOK_SECRET,
        stripe_price_pro=PRICES["pro"],
        stripe_price_enterprise=PRICES["enterprise"],
        stripe_api_base=stripe.url,
        dashboard_url="https://app.test",
    )


@pytest.fixture
async def billing(settings: Settings, database: Database) -> AsyncIterator[Billing]:
    opened = Billing(settings, database, StripeCashier(settings))
    yield opened
    await opened.close()


@pytest.fixture
async def team(database: Database) -> AsyncIterator[Team]:
    made = await make_team(database)
    yield made
    await made.accounts.close()


async def customer_of(team: Team) -> str:
    query = select(billing_accounts.c.customer_id).where(billing_accounts.c.workspace_id == team.workspace_id)
    async with team.database.read() as connection:
        return str(await connection.scalar(query))


async def plan_of(team: Team) -> str:
    return (await team.workspaces.get(team["owner"])).plan


async def tell(billing: Billing, kind: str, about: dict[str, Any], event_id: str) -> None:
    body = event(kind, about, event_id)
    await billing.receive(body, sign(body))


async def test_a_checkout_is_for_the_plans_price_and_the_workspaces_customer(
    billing: Billing, team: Team, stripe: Stripe
) -> None:
    url = await billing.open_checkout(team["admin"], "pro")
    assert url == "https://stripe.test/v1/checkout/sessions"
    _, asked = stripe.pages[-1]
    assert asked["line_items[0][price]"] == PRICES["pro"]
    assert asked["customer"] == await customer_of(team)
    assert asked["client_reference_id"] == str(team.workspace_id)
    assert asked["success_url"].startswith("https://app.test/")
    assert await plan_of(team) == "free"


async def test_a_workspace_is_one_customer(billing: Billing, team: Team) -> None:
    await billing.open_checkout(team["admin"], "pro")
    first = await customer_of(team)
    await billing.open_checkout(team["owner"], "enterprise")
    assert await customer_of(team) == first


async def test_the_portal_is_for_who_once_took_a_plan(billing: Billing, team: Team, stripe: Stripe) -> None:
    with pytest.raises(NotFound):
        await billing.open_portal(team["admin"])
    await billing.open_checkout(team["admin"], "pro")
    assert await billing.open_portal(team["admin"]) == "https://stripe.test/v1/billing_portal/sessions"
    assert stripe.pages[-1][1]["customer"] == await customer_of(team)


async def test_a_subscription_is_the_plan_until_it_ends(billing: Billing, team: Team, stripe: Stripe) -> None:
    await billing.open_checkout(team["admin"], "pro")
    customer = await customer_of(team)
    subscription = stripe.subscribe(customer, "pro")
    about = {"object": "subscription", "id": subscription, "customer": customer}
    await tell(billing, "customer.subscription.created", about, f"evt_1_{customer}")
    assert await plan_of(team) == "pro"
    with pytest.raises(ValidationFailed, match="portal"):
        await billing.open_checkout(team["admin"], "enterprise")
    stripe.delete(f"/v1/subscriptions/{subscription}")
    await tell(billing, "customer.subscription.deleted", about, f"evt_2_{customer}")
    assert await plan_of(team) == "free"
    assert [entry for entry in await team.noted() if entry[0] == "plan.set"] == [
        ("plan.set", "pro"),
        ("plan.set", "free"),
    ]


async def test_an_event_that_comes_again_changes_nothing(billing: Billing, team: Team, stripe: Stripe) -> None:
    await billing.open_checkout(team["admin"], "pro")
    customer = await customer_of(team)
    about = {"object": "subscription", "id": stripe.subscribe(customer, "pro"), "customer": customer}
    body = event("customer.subscription.created", about, f"evt_{customer}")
    await asyncio.gather(*(billing.receive(body, sign(body)) for _ in range(5)))
    await billing.receive(body, sign(body))
    assert [action for action, _ in await team.noted()].count("plan.set") == 1
    async with team.database.read() as connection:
        assert len(list(await connection.execute(select(billing_events)))) == 1


async def test_an_old_event_does_not_bring_a_plan_back(billing: Billing, team: Team, stripe: Stripe) -> None:
    await billing.open_checkout(team["admin"], "pro")
    customer = await customer_of(team)
    subscription = stripe.subscribe(customer, "pro")
    stripe.delete(f"/v1/subscriptions/{subscription}")
    about = {"object": "subscription", "id": subscription, "customer": customer, "status": "active"}
    await tell(billing, "customer.subscription.deleted", about, f"evt_2_{customer}")
    await tell(billing, "customer.subscription.created", about, f"evt_1_{customer}")
    assert await plan_of(team) == "free"


async def test_of_several_subscriptions_the_best_counts(billing: Billing, team: Team, stripe: Stripe) -> None:
    await billing.open_checkout(team["admin"], "pro")
    customer = await customer_of(team)
    stripe.subscribe(customer, "enterprise")
    stripe.subscribe(customer, "pro")
    await tell(billing, "checkout.session.completed", {"customer": customer}, f"evt_{customer}")
    assert await plan_of(team) == "enterprise"


async def test_who_is_erased_pays_no_longer(billing: Billing, database: Database, stripe: Stripe) -> None:
    ada = await AccountService(database).create_user("ada@example.com", "correct horse battery")
    await billing.open_checkout(ada.as_caller(), "pro")
    async with database.read() as connection:
        customer = str(await connection.scalar(select(billing_accounts.c.customer_id)))
    stripe.subscribe(customer, "pro")
    await AccountErasure(database, NoLinkCache(), billing.end).erase(ada)
    assert [one.status for one in await billing._require().list_subscriptions(customer)] == ["canceled"]


async def test_who_cannot_be_erased_goes_on_paying(billing: Billing, team: Team, stripe: Stripe) -> None:
    await billing.open_checkout(team["owner"], "pro")
    customer = await customer_of(team)
    stripe.subscribe(customer, "pro")
    [owner] = [user for user in await team.accounts.list_users() if user.id == team["owner"].user_id]
    with pytest.raises(ValidationFailed, match="other members"):
        await AccountErasure(team.database, NoLinkCache(), billing.end).erase(owner)
    assert [one.status for one in await billing._require().list_subscriptions(customer)] == ["active"]


async def test_events_of_strangers_and_of_other_kinds_change_nothing(billing: Billing, team: Team) -> None:
    await tell(billing, "customer.subscription.created", {"customer": "cus_stranger"}, "evt_stranger")
    await tell(billing, "invoice.paid", {"customer": None}, "evt_other")
    assert await plan_of(team) == "free"


@pytest.mark.parametrize("signature", ["", "nonsense", "t=1,v1=00", "wrong secret", "late"])
async def test_what_stripe_did_not_sign_just_now_is_refused(billing: Billing, signature: str) -> None:
    body = event("customer.subscription.created", {"customer": "cus_1"}, "evt_forged")
    signed = {"wrong secret": sign(body, secret="whsec_other"), "late": sign(body, age_seconds=301)}
    with pytest.raises(RequestError, match="signature"):
        await billing.receive(body, signed.get(signature, signature))


async def test_without_keys_there_is_no_billing(settings: Settings, database: Database, team: Team) -> None:
    billing = Billing(settings, database, None)
    for attempt in (
        billing.open_checkout(team["owner"], "pro"),
        billing.open_portal(team["owner"]),
        billing.receive(b"", ""),
    ):
        with pytest.raises(NotFound, match="no billing"):
            await attempt


async def test_a_plan_without_a_price_is_not_for_sale(settings: Settings, database: Database, team: Team) -> None:
    some = settings.model_copy(update={"stripe_price_enterprise": ""})
    billing = Billing(some, database, StripeCashier(some))
    with pytest.raises(ValidationFailed, match="not for sale"):
        await billing.open_checkout(team["owner"], "enterprise")
    await billing.close()


async def test_when_stripe_is_away_the_caller_is_told_to_come_back(
    settings: Settings, database: Database, team: Team
) -> None:
    away = settings.model_copy(update={"stripe_api_base": f"http://127.0.0.1:{free_port()}"})
    billing = Billing(away, database, StripeCashier(away))
    with pytest.raises(Unavailable, match="Stripe"):
        await billing.open_checkout(team["owner"], "pro")
    await billing.close()
