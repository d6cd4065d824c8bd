"""What the API takes and gives beside links: checks before they are made, previews, tags, templates."""

import datetime as dt
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from vayro.api.problems import Problem, problem_of
from vayro.links.draft import DomainName, ShortCode, Text, Url
from vayro.links.rehearsal import Verdict


class LinkProbe(BaseModel):
    """What somebody is about to ask for."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"target_url": "https://example.com/a", "short_code": "spring-26"}]},
    )

    target_url: Url | None = Field(None, description="A destination.")
    short_code: ShortCode | None = Field(None, description="A custom code.")
    domain: DomainName | None = Field(None, description="The short domain of the code; without it the default one.")
    link_id: UUID | None = Field(
        None,
        description="The link that is being changed: its own code is not taken, and its domain is that of the code.",
    )


class TargetVerdict(BaseModel):
    """What would become of a destination."""

    ok: bool
    canonical: str | None = Field(description="The form in which it would be stored.")
    warnings: list[str] = Field(description="Sentences about what to be careful with; they refuse nothing.")
    problem: Problem | None


class CodeVerdict(BaseModel):
    """What would become of a custom code."""

    ok: bool
    problem: Problem | None


class ProbeResult(BaseModel):
    """What would become of each; null for what was not asked about."""

    target_url: TargetVerdict | None
    short_code: CodeVerdict | None


class UnfurlRequest(BaseModel):
    """A destination to be read."""

    model_config = ConfigDict(extra="forbid")

    target_url: Url = Field(description="A destination, by the rules of links.")


class Unfurled(BaseModel):
    """How a page presents itself. All of it was written by strangers."""

    url: str = Field(description="Where redirects ended.")
    title: str | None
    description: str | None
    site_name: str | None
    image: str | None = Field(description="A picture as a data URI: PNG, JPEG, GIF or WebP, at most 512 KiB.")
    problem: str | None = Field(description="Why the page could not be read: one sentence.")


class TagUse(BaseModel):
    """A tag, and how many links have it."""

    tag: str
    links: int


class TagList(BaseModel):
    """The tags of a workspace, the most used first."""

    data: list[TagUse]
    next_cursor: None = Field(None, description="Always null: there is one page.")


def _none_if_empty(text: str | None) -> str | None:
    return text or None


Name = Annotated[Text, StringConstraints(min_length=1, max_length=100)]
Parameter = Annotated[
    Annotated[Text, StringConstraints(max_length=200)] | None,
    AfterValidator(_none_if_empty),
    Field(examples=["poster"]),
]


class UtmTemplateCreate(BaseModel):
    """A template to be made. An empty parameter is none."""

    model_config = ConfigDict(extra="forbid", strict=True)

    name: Name = Field(description="No other template of the workspace has it.")
    source: Parameter = None
    medium: Parameter = None
    campaign: Parameter = None
    term: Parameter = None
    content: Parameter = None


class UtmTemplateUpdate(UtmTemplateCreate):
    """What changes. What is not sent stays; null or an empty text takes a parameter out."""

    name: Name = Field("", description="No other template of the workspace has it.")


class UtmTemplateView(BaseModel):
    """Campaign parameters under a name."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    name: str
    source: str | None
    medium: str | None
    campaign: str | None
    term: str | None
    content: str | None
    created_at: dt.datetime


class UtmTemplateList(BaseModel):
    """The templates of a workspace, by name."""

    data: list[UtmTemplateView]
    next_cursor: None = Field(None, description="Always null: there is one page.")


def show_target(verdict: Verdict) -> TargetVerdict:
    """Return what the API says of a destination."""
    return TargetVerdict(
        ok=verdict.error is None,
        canonical=verdict.canonical,
        warnings=verdict.warnings,
        problem=_show(verdict),
    )


def show_code(verdict: Verdict) -> CodeVerdict:
    """Return what the API says of a custom code."""
    return CodeVerdict(ok=verdict.error is None, problem=_show(verdict))


def _show(verdict: Verdict) -> Problem | None:
    return Problem.model_validate(problem_of(verdict.error)) if verdict.error else None
