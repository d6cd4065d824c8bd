"""A season of outreach: a web studio's businesses, their sites, a campaign some days ago, and who clicked since."""

import datetime as dt
import random
from typing import Any
from uuid import UUID

from sqlalchemy import update

from tests.browser.demo import make_click
from tests.browser.outreach import make_businesses, make_sites, wait_for_campaign
from tests.browser.stage import Stage
from vayro.clicks.repository import ClickBatch, ClickRepository
from vayro.database.engine import open_database
from vayro.database.models import campaign_messages, campaigns

# Name, trade, how much they clicked.
BUSINESSES: tuple[tuple[str, str, int], ...] = (
    ("Harbour Bakery", "Bakery", 34),
    ("Nordic Optics", "Optician", 27),
    ("Corner Garage", "Car repair", 22),
    ("Bloom & Fern", "Florist", 19),
    ("Hillside Dental", "Dentist", 15),
    ("Rivera Plumbing", "Plumber", 12),
    ("Old Mill Café", "Café", 9),
    ("Parkway Law", "Law firm", 6),
    ("Summit Climbing", "Gym", 4),
    ("Studio Hair", "Hairdresser", 2),
    ("Bright Windows", "Cleaning", 1),
    ("Maple Carpentry", "Carpenter", 0),
)
DEALS = {"Harbour Bakery": 1_450_000_000, "Hillside Dental": 980_000_000}
AGO = dt.timedelta(days=3)
PRICE_MICROS = 41_200


async def make_outreach(stage: Stage) -> str:
    """Make it all; return the identifier of the campaign."""
    made = []
    for trade in dict.fromkeys(trade for _, trade, _ in BUSINESSES):
        names = [name for name, own, _ in BUSINESSES if own == trade]
        made += await make_businesses(stage, names, first=len(made), category=trade, country="GB")
    sites = await make_sites(stage, made)
    wanted = {"name": "Websites for the high street", "audience": {"filter": {}}, "variant": "friendly"}
    answer = await stage.api.post("/v1/campaigns", json={**wanted, "quiet_from": None, "quiet_until": None})
    answer.raise_for_status()
    campaign_id = str(answer.json()["id"])
    await wait_for_campaign(stage, campaign_id)
    await _let_days_pass(stage, campaign_id, sites)
    for business in made:
        if deal := DEALS.get(business["name"]):
            answer = await stage.api.patch(f"/v1/businesses/{business['id']}", json={"deal_value_micros": deal})
            answer.raise_for_status()
    return campaign_id


async def _let_days_pass(stage: Stage, campaign_id: str, sites: list[dict[str, Any]]) -> None:
    """Have the campaign sent some days ago, and people click since."""
    source = random.Random(11)
    sent_at = dt.datetime.now(dt.UTC) - AGO
    database = open_database(stage.site.settings)
    try:
        async with database.transaction() as connection:
            of_it = campaign_messages.c.campaign_id == UUID(campaign_id)
            arrived = {"status": "delivered", "sent_at": sent_at, "delivered_at": sent_at + dt.timedelta(seconds=4)}
            await connection.execute(update(campaign_messages).where(of_it).values(**arrived, cost_micros=PRICE_MICROS))
            at = {"created_at": sent_at, "started_at": sent_at, "finished_at": sent_at + dt.timedelta(minutes=1)}
            await connection.execute(update(campaigns).where(campaigns.c.id == UUID(campaign_id)).values(**at))
        counts = {name: count for name, _, count in BUSINESSES}
        clicks = [
            make_click(source, UUID(site["link_id"]), sent_at + AGO * source.random())
            for site in sites
            for _ in range(counts[site["business_name"]])
        ]
        await ClickRepository(database).write(ClickBatch(clicks))
    finally:
        await database.close()
