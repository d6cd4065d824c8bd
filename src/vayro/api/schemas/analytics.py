"""What the API takes and gives about clicks."""

import datetime as dt
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from fastapi import Depends, Query
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from vayro.api.pagination import encode_cursor
from vayro.clicks.event_list import ClickEventView, EventPosition
from vayro.clicks.periods import DEFAULT_DAYS, MAX_BUCKETS, MAX_DAYS, Interval
from vayro.clicks.service import Analytics as Answer
from vayro.clicks.service import Asked
from vayro.links.draft import check_text

_PLURALS = {
    "country": "countries",
    "city": "cities",
    "device": "devices",
    "browser": "browsers",
    "os": "os",
    "referer": "referers",
}
_RANGE = "An ISO 8601 date or instant; without an offset it is meant in `timezone`."


_checked = AfterValidator(lambda text: text and check_text(text))
FilterValue = Annotated[
    str | None,
    _checked,
    Query(max_length=255, description="Only such clicks; empty: only those where it is not known."),
]
TagName = Annotated[
    str | None,
    _checked,
    Query(max_length=50, description="Only clicks of links that have this tag now; where all links are asked for."),
]


async def read_question(
    *,
    start: Annotated[
        str | None,
        Query(alias="from", max_length=64, description=f"{_RANGE} By default {DEFAULT_DAYS} days, today included."),
    ] = None,
    end: Annotated[
        str | None,
        Query(
            alias="to",
            max_length=64,
            description=f"{_RANGE} Itself excluded; by default now. At most {MAX_DAYS} days after `from`.",
        ),
    ] = None,
    interval: Annotated[
        Interval | None,
        Query(description=f"Length of a bucket of the series, which has {MAX_BUCKETS:,} at most. Default: it fits."),
    ] = None,
    timezone: Annotated[
        str, Query(max_length=64, description="A name of the IANA database.", examples=["Europe/Berlin"])
    ] = "UTC",
    include_bots: Annotated[
        bool | Literal["only"], Query(description="Count bots among the clicks, too; `only`: nothing but bots.")
    ] = False,
    country: FilterValue = None,
    city: FilterValue = None,
    device: FilterValue = None,
    browser: FilterValue = None,
    os: FilterValue = None,
    referer: FilterValue = None,
    tag: TagName = None,
) -> Asked:
    """Gather the parameters of a question about clicks."""
    filters = {"country": country, "city": city, "device": device, "browser": browser, "os": os, "referer": referer}
    return Asked(start, end, interval, timezone, include_bots, filters, tag)


Question = Annotated[Asked, Depends(read_question)]


class AnalyticsTotals(BaseModel):
    """The whole range."""

    clicks: int = Field(description="Without bots, unless `include_bots` says otherwise.")
    visitors: int = Field(
        description="Different people, each counted once a UTC day: nobody can be told again the day after. Exact for "
        "past days; where parts of a busy day are merged, within 2 % (one standard error)."
    )
    bots: int = Field(description="Clicks by bots, always.")


class Bucket(BaseModel):
    """One bucket of the series; there is one for every bucket of the range, clicks or not."""

    start: dt.datetime = Field(description="Its beginning, as a clock in `timezone` shows it.")
    clicks: int
    visitors: int


class ValueClicks(BaseModel):
    """Clicks of one value. The empty value stands for what is not known, and for referers: none."""

    value: str
    clicks: int


class LinkClicks(BaseModel):
    """Clicks of one link."""

    link_id: UUID
    short_code: str
    clicks: int


_VALUES = "By clicks, most first; at most 100."
_EXAMPLE: dict[str, Any] = {
    "from": "2026-03-28T00:00:00+01:00",
    "to": "2026-03-30T00:00:00+02:00",
    "interval": "day",
    "timezone": "Europe/Berlin",
    "totals": {"clicks": 60, "visitors": 41, "bots": 7},
    "series": [
        {"start": "2026-03-28T00:00:00+01:00", "clicks": 42, "visitors": 29},
        {"start": "2026-03-29T00:00:00+01:00", "clicks": 18, "visitors": 12},
    ],
    "countries": [{"value": "DE", "clicks": 51}, {"value": "FR", "clicks": 9}],
    "cities": [{"value": "Berlin", "clicks": 33}, {"value": "", "clicks": 27}],
    "devices": [{"value": "mobile", "clicks": 40}, {"value": "desktop", "clicks": 20}],
    "browsers": [{"value": "Chrome", "clicks": 35}, {"value": "Firefox", "clicks": 25}],
    "os": [{"value": "Android", "clicks": 30}, {"value": "Linux", "clicks": 30}],
    "referers": [{"value": "", "clicks": 38}, {"value": "t.co", "clicks": 22}],
    "as_of": "2026-03-29T18:04:11.310274Z",
    "stale_seconds": 0.012,
}
_LINK_ID = "0199e8a4-7d3c-7b21-9c55-3f2e8a6d1b07"


class Summary(BaseModel):
    """What clicks add up to."""

    from_: dt.datetime = Field(alias="from")
    to: dt.datetime
    interval: Interval
    timezone: str
    totals: AnalyticsTotals
    series: list[Bucket]
    countries: list[ValueClicks] = Field(description="ISO 3166-1 codes, all of them.")
    cities: list[ValueClicks] = Field(description=_VALUES)
    devices: list[ValueClicks] = Field(description="mobile, desktop, tablet, bot, other.")
    browsers: list[ValueClicks] = Field(description=_VALUES)
    os: list[ValueClicks] = Field(description=_VALUES)
    referers: list[ValueClicks] = Field(description=f"Hosts. {_VALUES}")
    as_of: dt.datetime = Field(
        description="What was committed by then is counted. A replica may answer, which is a little behind: not more "
        "than VAYRO_DATABASE_REPLICA_MAX_LAG_SECONDS, unless the primary does not answer."
    )
    stale_seconds: float = Field(description="How long ago that was when the answer was made.")


class WorkspaceAnalytics(Summary):
    """What the clicks of all links of the caller's workspace add up to."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{**_EXAMPLE, "links": [{"link_id": _LINK_ID, "short_code": "spring-26", "clicks": 60}]}]
        }
    )

    links: list[LinkClicks] = Field(description=_VALUES)


class LinkAnalytics(Summary):
    """What the clicks of one link add up to."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"link_id": _LINK_ID, **_EXAMPLE}]})

    link_id: UUID


class ClickEvent(BaseModel):
    """One click, as it was recorded and enriched."""

    id: UUID
    link_id: UUID
    timestamp: dt.datetime
    country_code: str | None = Field(examples=["DE"])
    city: str | None
    device_type: str = Field(examples=["mobile"])
    browser: str | None
    os: str | None
    referer: str | None
    ip_address: str | None = Field(description="Truncated or left out, as VAYRO_STORE_IP says.")
    is_bot: bool
    visitor_id: str | None = Field(
        description="16 hexadecimal digits; the same for the same person on the same UTC day.",
        examples=["3f9c0e1a77b2d465"],
    )


class ClickEventPage(BaseModel):
    """One page of clicks, newest first."""

    data: list[ClickEvent]
    next_cursor: str | None = Field(description="Send it as `cursor` for the next page; null on the last one.")


def encode_analytics(answer: Answer) -> bytes:
    """Return the JSON of an answer, as `LinkAnalytics` or `WorkspaceAnalytics` describes it."""
    timeline = answer.timeline
    body: dict[str, Any] = {"link_id": answer.link_id} if answer.link_id else {}
    body |= {
        "from": timeline.local(timeline.start),
        "to": timeline.local(timeline.end),
        "interval": timeline.interval,
        "timezone": timeline.zone.key,
        "totals": {"clicks": answer.clicks, "visitors": answer.visitors, "bots": answer.bots},
        "series": answer.series,
        **{name: answer.values[dimension] for dimension, name in _PLURALS.items()},
        "as_of": answer.as_of,
        "stale_seconds": answer.stale_seconds,
    }
    if not answer.link_id:
        body["links"] = answer.links
    return msgspec.json.encode(body)


def encode_events(views: list[ClickEventView], following: EventPosition | None) -> bytes:
    """Return the JSON of a page of clicks."""
    return msgspec.json.encode({"data": views, "next_cursor": encode_cursor(following) if following else None})
