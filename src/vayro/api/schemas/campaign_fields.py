"""The fields that say what a campaign is to be, and their rules."""

from typing import Annotated, Any
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, model_validator

from vayro.campaigns.placeholders import MAX_TEXT
from vayro.links.draft import ExpiresAt, Text
from vayro.sites.places import check_time_zone

MAX_AUDIENCE = 10_000
MAX_TEXTS = 50
TEXT_HELP = (
    "With the placeholders {business}, {link}, {sender} and {category}; {link} goes to the end when it is not there."
)


def _tidy_name(text: str) -> str:
    name = text.strip()
    if not name:
        raise ValueError("The name is empty.")
    if not name.isprintable():
        raise ValueError("The name holds a character that does not print.")
    return name


MessageText = Annotated[Text, StringConstraints(min_length=1, max_length=MAX_TEXT)]
Locale = Annotated[str, StringConstraints(pattern=r"^[A-Za-z]{2,8}([_-][A-Za-z0-9]{1,8})*$", max_length=35)]
Texts = Annotated[dict[Locale, MessageText], Field(max_length=MAX_TEXTS)]
CampaignName = Annotated[Text, StringConstraints(max_length=200), AfterValidator(_tidy_name)]
Clock = Annotated[str, StringConstraints(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]
ZoneName = Annotated[Text, StringConstraints(max_length=64), AfterValidator(check_time_zone)]
Rate = Annotated[int, Field(ge=1, le=1_000)]
Instant = ExpiresAt


class AudienceFilter(BaseModel):
    """Which businesses: those that `GET /v1/businesses` lists with the same filters. Empty: all."""

    model_config = ConfigDict(extra="forbid")

    q: Annotated[Text, StringConstraints(max_length=200)] | None = None
    category: Annotated[Text, StringConstraints(max_length=100)] | None = None
    country: Annotated[Text, StringConstraints(max_length=10)] | None = None


class AudienceChoice(BaseModel):
    """Whom a campaign writes to: businesses by their identifiers, or by a filter."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"filter": {"category": "Plumber"}}, {"filter": {}}]},
    )

    business_ids: Annotated[list[UUID], Field(min_length=1, max_length=MAX_AUDIENCE)] | None = None
    filter: AudienceFilter | None = None

    @model_validator(mode="after")
    def _check_kind(self) -> "AudienceChoice":
        if (self.business_ids is None) == (self.filter is None):
            raise ValueError("Either business_ids or filter says whom the campaign writes to.")
        return self

    def stored(self) -> dict[str, Any]:
        """Return it as it is kept: identifiers once each, in their order."""
        if self.business_ids is not None:
            return {"business_ids": sorted({str(one) for one in self.business_ids})}
        assert self.filter
        wanted = self.filter.model_dump(exclude_none=True)
        if country := wanted.get("country"):
            wanted["country"] = country.upper()
        return {"filter": wanted}
