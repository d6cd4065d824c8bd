"""Businesses as a file, in constant memory."""

import datetime as dt
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

import msgspec

from vayro.clicks.event_list import neutralise, write_rows
from vayro.sites.business import BusinessRecord

Pages = AsyncGenerator[list[BusinessRecord], None]

COLUMNS = (
    "name",
    "category",
    "phone",
    "email",
    "address",
    "country",
    "locale",
    "time_zone",
    "notes",
    "deal_value_micros",
)
READ_ONLY = ("id", "site_status", "short_url", "site_url", "created_at", "updated_at")
"""Written by an export for people to read; an import passes over them."""


async def write_csv(pages: Pages) -> AsyncGenerator[bytes, None]:
    """Yield a CSV file with a header. What a spreadsheet would take for a formula begins with an apostrophe."""
    yield write_rows([COLUMNS + READ_ONLY])
    async with aclosing(pages):
        async for page in pages:
            yield write_rows([[_cell(value) for value in _values(business)] for business in page])


async def write_json(pages: Pages) -> AsyncGenerator[bytes, None]:
    """Yield the JSON of a list that has all entries on one page."""
    separator = b""
    yield b'{"data":['
    async with aclosing(pages):
        async for page in pages:
            yield separator + msgspec.json.encode(page)[1:-1]
            separator = b","
    yield b'],"next_cursor":null}'


def _values(business: BusinessRecord) -> list[Any]:
    site = business.site
    shown = (site.status, site.short_url, site.url) if site else (None, None, None)
    written = [getattr(business, name) for name in COLUMNS]
    return [*written, business.id, *shown, business.created_at, business.updated_at]


def _cell(value: Any) -> str:
    if isinstance(value, dt.datetime):
        return value.isoformat().replace("+00:00", "Z")
    return "" if value is None else neutralise(str(value))
