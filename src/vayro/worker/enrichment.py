"""What is made of a click before it is written: the steps, in order, each a function with a name that says it.

A step may fill in values, flag, or drop a click; a drop has a reason, which is counted, and leaves a dead letter
without the event's content, so that the segment's count still comes out.
"""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import blake2b

from vayro.clicks.click import Click
from vayro.clicks.event import UNTRACKED
from vayro.visitor.geoip import GeoDatabase
from vayro.visitor.stored_address import StoreIp, address_to_store
from vayro.visitor.user_agent import UserAgentReader

LONGEST_REFERER = 2_048


class Drop(Exception):
    """The click is not to be recorded. `reason` is a word of a closed list: it becomes a metric's label."""

    def __init__(self, reason: str) -> None:
        """Args: reason, one word."""
        super().__init__(reason)
        self.reason = reason


@dataclass(slots=True)
class Tools:
    """What the steps work with. `salts` has the salt of each UTC day that a batch touches."""

    places: GeoDatabase
    user_agents: UserAgentReader
    store_ip: StoreIp
    salts: Mapping[dt.date, bytes]


def add_device(click: Click, tools: Tools) -> None:
    """Kind of device, browser and operating system."""
    click.device_type, click.browser, click.os = tools.user_agents.read(click.user_agent)


def flag_bot(click: Click, tools: Tools) -> None:  # noqa: ARG001 -- all steps are called alike
    """Crawlers; and requests that are no person's click: HEAD, and what browsers fetch in advance. None is dropped."""
    click.is_bot = click.device_type == "bot" or bool(click.flags and click.flags != UNTRACKED)


def add_place(click: Click, tools: Tools) -> None:
    """Country, and city when the database knows cities."""
    click.country_code, click.city = tools.places.find_place(click.ip)


def add_referrer(click: Click, tools: Tools) -> None:  # noqa: ARG001 -- all steps are called alike
    """The referrer as it came, within bounds. Whoever reads groups it by host."""
    if click.referer:
        click.referer = click.referer[:LONGEST_REFERER]


def hash_visitor(click: Click, tools: Tools) -> None:
    """Tell visitors apart for one day, and never again: the salt goes after 48 hours, and with it the way back.

    The same person on two links is one visitor. Signed, because the column is.
    """
    salt = tools.salts[click.timestamp.date()]
    text = f"{click.ip}\0{click.user_agent}"
    digest = blake2b(text.encode("utf-8", "replace"), digest_size=8, key=salt).digest()
    click.visitor_id = int.from_bytes(digest, "big", signed=True)


def limit_address(click: Click, tools: Tools) -> None:
    """Keep of the address what `VAYRO_STORE_IP` allows. Late: other steps need all of it."""
    click.ip_address = address_to_store(click.ip, tools.store_ip)


def forget_untracked(click: Click, tools: Tools) -> None:  # noqa: ARG001 -- all steps are called alike
    """Of a visitor who asked not to be tracked, keep neither address nor city, nor what tells them from others."""
    if UNTRACKED in click.flags:
        click.ip_address = click.city = click.visitor_id = None


Step = Callable[[Click, Tools], None]

STEPS: tuple[Step, ...] = (add_device, flag_bot, add_place, add_referrer, hash_visitor, limit_address, forget_untracked)


def enrich(click: Click, tools: Tools) -> None:
    """Run all steps. Raises Drop."""
    for step in STEPS:
        step(click, tools)
