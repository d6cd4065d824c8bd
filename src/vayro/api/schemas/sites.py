"""What the API takes and gives about sites."""

import datetime as dt
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from vayro.api.pagination import encode_cursor
from vayro.api.problems import Problem, problem_of
from vayro.errors import RequestError
from vayro.links.draft import Text
from vayro.sites.content import SiteContent
from vayro.sites.service import MAX_BULK, SitePage, SiteWish
from vayro.sites.site import SiteRecord

Generator = Literal["template", "ai"]
Status = Literal["queued", "generating", "completed", "failed"]
Brief = Annotated[Text, StringConstraints(max_length=2_000)]
DesignName = Annotated[Text, StringConstraints(max_length=50)]


class SiteWishes(BaseModel):
    """How a site is to be made. What is left out is as it was, or as fits."""

    model_config = ConfigDict(extra="forbid", strict=True, json_schema_extra={"examples": [{"generator": "template"}]})

    generator: Generator | None = Field(None, description="Who writes: our own texts (default), or a language model.")
    design: DesignName | None = Field(None, description="How it looks; by default as fits the business's category.")
    brief: Brief | None = Field(None, description="What the writer should know beyond the business itself.")

    def wish(self) -> SiteWish:
        """Return what the service takes."""
        return SiteWish(self.generator, self.design, self.brief)


class SiteCreate(SiteWishes):
    """A site to be generated for a business, which has one at most."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"business_id": "019aa7f1-4d3c-7b21-9c55-3f2e8a6d1b07"}]})

    business_id: UUID = Field(strict=False)
    subdomain: Annotated[Text, StringConstraints(max_length=200)] | None = Field(
        None, description="Up to 40 letters, digits and hyphens; by default made from the name."
    )
    is_published: bool = Field(default=True, description="Whether the site is shown to visitors once it is completed.")

    def wish(self) -> SiteWish:
        """Return what the service takes."""
        return SiteWish(self.generator, self.design, self.brief, self.subdomain, self.is_published)


class BulkSites(SiteWishes):
    """Sites to be generated for up to 500 businesses."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"business_ids": ["019aa7f1-4d3c-7b21-9c55-3f2e8a6d1b07"]}]}
    )

    business_ids: Annotated[list[Annotated[UUID, Field(strict=False)]], Field(max_length=MAX_BULK)]


class SiteUpdate(BaseModel):
    """What changes. A field that is not sent stays as it is; null gives the custom domain up."""

    model_config = ConfigDict(
        extra="forbid", strict=True, json_schema_extra={"examples": [{"subdomain": "joes-pizza"}]}
    )

    subdomain: Annotated[Text, StringConstraints(max_length=200)] = Field("", description="The link follows it.")
    custom_domain: Annotated[Text, StringConstraints(min_length=1, max_length=253)] | None = Field(
        None, description="A domain of the customer; the site and its link move there once its DNS proves it."
    )
    is_published: bool = Field(default=True, description="Whether the site is shown to visitors.")
    content: SiteContent | None = Field(None, description="New words; the page is laid out again at once.")
    design: DesignName = Field("", description="A new design; the page is laid out again at once.")

    def changes(self) -> dict[str, Any]:
        """Return what was sent, and only that."""
        sent = {name: getattr(self, name) for name in self.model_fields_set}
        return {name: value for name, value in sent.items() if name != "content" or value is not None}


class SiteRender(BaseModel):
    """What a preview differs in from the site."""

    model_config = ConfigDict(extra="forbid", strict=True, json_schema_extra={"examples": [{"design": "table"}]})

    content: SiteContent | None = Field(None, description="Other words than the site's.")
    design: DesignName | None = Field(None, description="Another design than the site's.")

    def changes(self) -> dict[str, Any]:
        """Return what was sent."""
        return {name: value for name in ("content", "design") if (value := getattr(self, name)) is not None}


class SiteDomainRecord(BaseModel):
    """The DNS record that proves a custom domain. It stays in place: it is looked for again every day."""

    name: str = Field(examples=["_vayro.joes.example"])
    value: str
    type: Literal["TXT"]


class Site(BaseModel):
    """A site as it is now."""

    id: UUID
    business_id: UUID
    business_name: str
    subdomain: str
    custom_domain: str | None
    custom_domain_verified_at: dt.datetime | None
    custom_domain_record: SiteDomainRecord | None
    url: str = Field(description="Where the site is.")
    short_url: str | None = Field(description="Its link, made with it when it was completed first, and never again.")
    link_id: UUID | None
    generator: Generator
    design: str
    brief: str | None
    status: Status
    step: Literal["waiting", "gather", "write", "lay_out", "check", "store", "done"]
    progress: int = Field(description="Of 100.")
    error: str | None = Field(description="Why it failed.")
    note: str | None = Field(description="Why it is not what was asked for, where that is so.")
    is_published: bool
    content: SiteContent | None = Field(description="Left out (null) in lists.")
    cost_micros: int = Field(description="What its generations cost, in millionths of `VAYRO_CURRENCY`.")
    clicks: int = Field(description="Clicks on its link, bots included.")
    generations: int
    created_at: dt.datetime
    updated_at: dt.datetime
    completed_at: dt.datetime | None


class SiteList(BaseModel):
    """One page of a list."""

    data: list[Site]
    next_cursor: str | None = Field(description="Send it as `cursor` for the next page; null on the last one.")


class SiteAsked(BaseModel):
    """The site, asked for now or there already."""

    site: Site


class SiteRefusal(BaseModel):
    """Why there will be none."""

    error: Problem


class BulkSitesResult(BaseModel):
    """What became of each business, in the order in which they were sent."""

    results: list[SiteAsked | SiteRefusal]


class SitePreview(BaseModel):
    """A page. Show it in a sandboxed frame only."""

    html: str


class SiteDesign(BaseModel):
    """A design, and the trades it was drawn for."""

    name: str
    title: str
    description: str
    categories: list[str]


class SiteDesignList(BaseModel):
    """All of them, on one page."""

    data: list[SiteDesign]
    next_cursor: None = None


class SiteSettingsView(BaseModel):
    """What of sites the operator decided."""

    sites_domain: str | None = Field(description="Below which sites are; null: they are paths of the dashboard.")
    is_ai_available: bool
    ai_model: str | None


_encoder = msgspec.json.Encoder()


def encode_site(site: SiteRecord) -> bytes:
    """Return the JSON of a site."""
    return _encoder.encode(site)


def encode_sites(page: SitePage) -> bytes:
    """Return the JSON of a page."""
    return _encoder.encode({"data": page.sites, "next_cursor": encode_cursor(page.next) if page.next else None})


def encode_outcomes(outcomes: list[SiteRecord | RequestError]) -> bytes:
    """Return the JSON of a bulk: sites, and problem documents among them."""
    shown = [{"error": problem_of(one)} if isinstance(one, RequestError) else {"site": one} for one in outcomes]
    return _encoder.encode({"results": shown})
