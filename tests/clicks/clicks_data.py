"""Many clicks at once, and what they add up to, counted the slow and simple way."""

import datetime as dt
import random
from typing import Any
from uuid import UUID

from sqlalchemy import insert
from uuid_utils.compat import uuid7

from vayro.database.engine import Database
from vayro.database.models import click_events

Click = dict[str, Any]
COUNTRIES = ["DE", "FR", "US", "BR", None]
CITIES = ["Berlin", "São Paulo", "N'Djamena", None]
DEVICES = ["mobile", "desktop", "tablet", "bot", "other"]
BROWSERS = ["Firefox", "Chrome", None]
SYSTEMS = ["Linux", "iOS", None]
REFERERS = [
    None,
    "",
    "https://t.co/",
    "https://T.CO/abc?x=1",
    "http://example.com:8080/path",
    "https://example.org?query=1",
    "android-app://com.example.mail/",
    "bare-host.example",
    "https://news.example#fragment",
]


def random_click(source: random.Random, link_id: UUID, start: dt.datetime, end: dt.datetime, **over: Any) -> Click:
    """A click between start and end, by one of 40 visitors."""
    seconds = (end - start).total_seconds()
    return {
        "id": uuid7(),
        "timestamp": start + dt.timedelta(microseconds=source.randrange(int(seconds * 1e6))),
        "link_id": link_id,
        "country_code": source.choice(COUNTRIES),
        "city": source.choice(CITIES),
        "device_type": source.choice(DEVICES),
        "browser": source.choice(BROWSERS),
        "os": source.choice(SYSTEMS),
        "referer": source.choice(REFERERS),
        "ip_address": None,
        "is_bot": source.random() < 0.2,
        "visitor_id": source.choice([None, *range(-20, 20)]),
        **over,
    }


async def store_clicks(database: Database, clicks: list[Click]) -> None:
    """Write them as they are; nothing is marked or counted."""
    async with database.transaction() as connection:
        await connection.execute(insert(click_events), clicks)


def host_of(referer: str | None) -> str:
    """The referer's host, as a reader of RFC 3986 in a hurry would find it."""
    rest = (referer or "").lower().split("://", 1)[-1]
    for end in "/?#":
        rest = rest.split(end, 1)[0]
    return rest
