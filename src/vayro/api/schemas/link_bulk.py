"""What the API takes and gives about many links at once."""

from typing import Any, TypeVar
from uuid import UUID

import msgspec
from pydantic import BaseModel, ConfigDict, Field, StrictBool, model_validator

from vayro.api.problems import Problem, problem_of
from vayro.api.schemas.links import Link
from vayro.errors import VayroError
from vayro.links.domains import DomainDirectory
from vayro.links.draft import Tags
from vayro.links.record import LinkRecord
from vayro.links.service import MAX_BULK
from vayro.links.several import MAX_SEVERAL
from vayro.links.view import view

T = TypeVar("T")


class BulkCreate(BaseModel):
    """Up to 1,000 links. Each is checked by itself, so a bad one spoils no other."""

    model_config = ConfigDict(extra="forbid", strict=True)

    links: list[Any] = Field(
        max_length=MAX_BULK, json_schema_extra={"items": {"$ref": "#/components/schemas/LinkCreate"}}
    )
    dry_run: bool = Field(default=False, description="Nothing is made: the answer says what would become of each.")


class BulkIds(BaseModel):
    """Up to 1,000 links that are there."""

    model_config = ConfigDict(extra="forbid")

    ids: list[UUID] = Field(max_length=MAX_SEVERAL)


class BulkEdit(BulkIds):
    """What changes on all of these links. Tags that are not named stay."""

    add_tags: Tags = Field(default_factory=list, description="Tags that all of them have from now on.")
    remove_tags: Tags = Field(default_factory=list, description="Tags that none of them has any more.")
    is_active: StrictBool | None = Field(None, description="Without it, each stays as it is.")

    @model_validator(mode="after")
    def _check_tags(self) -> "BulkEdit":
        if set(self.add_tags) & set(self.remove_tags):
            raise ValueError("A tag is to be added and to be removed.")
        return self


class BulkMade(BaseModel):
    """A link as it is now."""

    link: Link


class BulkRefused(BaseModel):
    """Why there is no link, or it is not changed."""

    error: Problem


class BulkJudged(BaseModel):
    """A link of a dry run that would be made."""

    target_url: str = Field(description="The destination in canonical form.")


class BulkResult(BaseModel):
    """What became of each link, in the order in which they were sent."""

    results: list[BulkMade | BulkRefused]


class BulkCreateResult(BaseModel):
    """What became of each link, or would, in the order in which they were sent."""

    results: list[BulkMade | BulkJudged | BulkRefused]


class BulkDeleted(BaseModel):
    """What became of one link; without an error it is deleted."""

    id: UUID
    error: Problem | None


class BulkDeleteResult(BaseModel):
    """What became of each link, in the order in which they were sent."""

    results: list[BulkDeleted]


_encoder = msgspec.json.Encoder()


def encode_results(outcomes: "list[LinkRecord | str | dict[str, Any]]", domains: DomainDirectory) -> bytes:
    """Return the JSON of a bulk: links, destinations of a dry run, and problem documents."""
    return _encoder.encode({"results": [_result(outcome, domains) for outcome in outcomes]})


def encode_deletions(ids: list[UUID], outcomes: "list[LinkRecord | dict[str, Any]]") -> bytes:
    """Return the JSON of links that were deleted, or why not."""
    results = [
        {"id": str(link_id), "error": outcome if isinstance(outcome, dict) else None}
        for link_id, outcome in zip(ids, outcomes, strict=True)
    ]
    return _encoder.encode({"results": results})


def shown(outcome: T | VayroError) -> T | dict[str, Any]:
    """Return the outcome, an error as its problem document."""
    return problem_of(outcome) if isinstance(outcome, VayroError) else outcome


def _result(outcome: LinkRecord | str | dict[str, Any], domains: DomainDirectory) -> dict[str, Any]:
    if isinstance(outcome, LinkRecord):
        return {"link": view(outcome, domains)}
    return {"target_url": outcome} if isinstance(outcome, str) else {"error": outcome}
