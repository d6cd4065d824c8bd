"""A workspace as one would find it after a season: a coffee roaster's links, and who clicked them."""

import datetime as dt
import math
import random
from typing import Any
from uuid import UUID

import httpx
from sqlalchemy import update
from uuid_utils.compat import uuid7

from vayro.clicks.click import Click
from vayro.clicks.repository import ClickBatch, ClickRepository
from vayro.clicks.rollup_job import RollupJob
from vayro.database.engine import open_database
from vayro.database.models import links as link_table
from vayro.settings import Settings

# Code, title, destination, tags, share of all clicks.
LINKS: tuple[tuple[str, str, str, tuple[str, ...], float], ...] = (
    ("autumn", "Autumn catalogue", "catalogue/autumn-2026", ("catalogue", "autumn"), 0.24),
    ("advent", "Advent calendar", "advent?utm_source=newsletter&utm_medium=email", ("autumn", "newsletter"), 0.18),
    ("subscribe", "Coffee subscription", "subscription", ("product",), 0.13),
    ("menu-berlin", "Menu, café Berlin", "cafes/berlin/menu", ("café", "qr"), 0.11),
    ("menu-hamburg", "Menu, café Hamburg", "cafes/hamburg/menu", ("café", "qr"), 0.07),
    ("ethiopia", "Ethiopia Guji, filter", "coffee/ethiopia-guji?utm_source=instagram", ("product", "social"), 0.06),
    ("brew", "How to brew a V60", "journal/how-to-brew-a-v60", ("journal", "social"), 0.05),
    ("jobs", "Baristas wanted", "jobs", ("jobs",), 0.04),
    ("wholesale", "Wholesale price list", "wholesale/prices.pdf", ("wholesale",), 0.03),
    ("tasting", "Tasting on Saturday", "events/tasting-28-november", ("café", "newsletter"), 0.03),
    ("feedback", "How was your coffee?", "feedback", ("café", "qr"), 0.02),
    ("gift", "Gift vouchers", "vouchers?utm_source=poster", ("product", "poster"), 0.02),
    ("summer", "Summer catalogue", "catalogue/summer-2026", ("catalogue",), 0.01),
    ("press", "Press kit", "press/kit.zip", ("press",), 0.01),
)
PLACES = (
    ("DE", ("Berlin", "Hamburg", "Leipzig", "Köln"), 46),
    ("AT", ("Wien", "Graz"), 9),
    ("CH", ("Zürich", "Basel"), 7),
    ("NL", ("Amsterdam", "Utrecht"), 6),
    ("GB", ("London", "Manchester"), 6),
    ("US", ("New York", "Portland", "Austin"), 8),
    ("DK", ("København",), 4),
    ("FR", ("Paris", "Lyon"), 4),
    ("SE", ("Stockholm",), 3),
    ("JP", ("Tokyo",), 2),
    ("BR", ("São Paulo",), 2),
    ("ET", ("Addis Ababa",), 1),
    ("AU", ("Melbourne",), 2),
)
PROGRAMS = (
    ("mobile", "Mobile Safari", "iOS", 38),
    ("mobile", "Chrome Mobile", "Android", 27),
    ("desktop", "Chrome", "Windows", 14),
    ("desktop", "Firefox", "Linux", 4),
    ("desktop", "Safari", "Mac OS X", 9),
    ("desktop", "Edge", "Windows", 4),
    ("tablet", "Mobile Safari", "iOS", 4),
)
REFERERS = (
    (None, 44),
    ("https://l.instagram.com/", 21),
    ("https://www.google.com/", 12),
    ("https://newsletter.nordlicht.example/", 14),
    ("https://t.co/", 4),
    ("https://www.europeancoffeetrip.example/", 5),
)
VISITORS = 900
BOT_SHARE = 0.04
AT_ONCE = 5_000


async def make_links(api: httpx.AsyncClient) -> dict[str, str]:
    """Make the links, and one each that is disabled, expired and behind a password; return identifiers by code."""
    drafts: list[dict[str, Any]] = [
        {"target_url": f"https://nordlicht.example/{path}", "short_code": code, "title": title, "tags": list(tags)}
        for code, title, path, tags, _ in LINKS
    ]
    drafts[7]["is_active"] = False
    drafts[8]["password"] = "arabica only"  # of a link that nobody follows
    drafts[12]["expires_at"] = (dt.datetime.now(dt.UTC) + dt.timedelta(days=9)).isoformat()
    made: dict[str, str] = {}
    for draft in reversed(drafts):
        answer = await api.post("/v1/links", json=draft)
        answer.raise_for_status()
        made[draft["short_code"]] = answer.json()["id"]
    return made


async def make_clicks(settings: Settings, links: dict[str, str], count: int, days: int = 90) -> None:
    """Write so many clicks as the worker would, then add up what is closed."""
    source = random.Random(7)
    now = dt.datetime.now(dt.UTC)
    database = open_database(settings)
    repository = ClickRepository(database)
    try:
        for start in range(0, count, AT_ONCE):
            await repository.write(
                ClickBatch(
                    [
                        make_click(source, _choose_link(source, links), _moment(source, now, days))
                        for _ in range(min(AT_ONCE, count - start))
                    ]
                )
            )
        async with database.transaction() as connection:
            for age, identifier in enumerate(links.values()):
                made_at = now - dt.timedelta(days=days * (1 - age / len(links)), hours=7)
                await connection.execute(
                    update(link_table).where(link_table.c.id == UUID(identifier)).values(created_at=made_at)
                )
        job = RollupJob(database)
        while not (await job.run(budget_seconds=30)).is_finished:
            pass
    finally:
        await database.close()


def _choose_link(source: random.Random, links: dict[str, str]) -> UUID:
    [(code, *_)] = source.choices(LINKS, [share for *_, share in LINKS])
    return UUID(links[code])


def make_click(source: random.Random, link_id: UUID, moment: dt.datetime) -> Click:
    """Return a click by somebody from somewhere."""
    [(country, cities, _)] = source.choices(PLACES, [weight for *_, weight in PLACES])
    [(device, browser, system, _)] = source.choices(PROGRAMS, [weight for *_, weight in PROGRAMS])
    [(referer, _)] = source.choices(REFERERS, [weight for _, weight in REFERERS])
    is_bot = source.random() < BOT_SHARE
    return Click(
        event_id=str(uuid7()),
        timestamp=moment,
        link_id=str(link_id),
        segment="",
        ip="",
        user_agent="",
        referer=referer,
        flags="",
        country_code=country,
        city=source.choice(cities),
        device_type="bot" if is_bot else device,
        browser=None if is_bot else browser,
        os=None if is_bot else system,
        is_bot=is_bot,
        visitor_id=source.randrange(VISITORS),
    )


def _moment(source: random.Random, now: dt.datetime, days: int) -> dt.datetime:
    """More of late, more by day than by night, more on Saturdays."""
    while True:
        moment = now - dt.timedelta(days=days * source.random() ** 1.12)
        by_hour = 0.55 - 0.45 * math.cos((moment.hour - 3) / 24 * 2 * math.pi)
        by_day = {5: 1.0, 6: 0.85}.get(moment.weekday(), 0.65)
        if source.random() < by_hour * by_day:
            return moment
