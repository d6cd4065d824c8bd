"""What the API says about pages that show a link's analytics to strangers."""

import datetime as dt

import msgspec
from pydantic import BaseModel, ConfigDict, Field

from vayro.api.schemas.analytics import LinkAnalytics, encode_analytics
from vayro.clicks.service import Analytics
from vayro.clicks.shares import Share as Found
from vayro.clicks.shares import SharedLink as Shown


class Share(BaseModel):
    """Whether anybody with the address may read a link's analytics."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "is_shared": True,
                    "url": "https://links.example.com/shared#dO2R0uCHlT4R2bPyNn5Gd1yx1ORvSleXr2mrOjqmbHA",
                    "created_at": "2026-03-29T18:04:11.310274Z",
                }
            ]
        }
    )

    is_shared: bool
    url: str | None = Field(
        description="The page's address. Null when there is none, and when VAYRO_SECRET_KEY is another than it was: "
        "then share it again for a new one."
    )
    created_at: dt.datetime | None


class SharedLink(BaseModel):
    """As much of a link as its page tells."""

    short_code: str
    short_url: str
    title: str | None


class SharedAnalytics(BaseModel):
    """What a shared page shows."""

    link: SharedLink
    analytics: LinkAnalytics


def show_share(found: Found | None) -> Share:
    """Return it as the API shows it."""
    if found is None:
        return Share(is_shared=False, url=None, created_at=None)
    return Share(is_shared=True, url=found.url, created_at=found.created_at)


def encode_shared(link: Shown, short_url: str, answer: Analytics) -> bytes:
    """Return the JSON of a page, as `SharedAnalytics` describes it."""
    shown = {"short_code": link.short_code, "short_url": short_url, "title": link.title}
    return msgspec.json.encode({"link": shown, "analytics": msgspec.Raw(encode_analytics(answer))})
