"""What a person may say about a link, whoever asks: the API, an import, another feature."""

import datetime as dt
import json
import math
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    StringConstraints,
    WithJsonSchema,
)

from vayro.links.destination import MAX_CHARACTERS
from vayro.links.password import PASSWORD_MAX, PASSWORD_MIN
from vayro.links.short_code import CUSTOM_CODE_MAX, CUSTOM_CODE_MIN

MAX_TAGS = 50
MAX_METADATA_BYTES = 16 * 1024
MAX_METADATA_DEPTH = 20
STANDARD = "standard"
_EARLIEST = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_INTEGER_LIMIT = 1 << 63


def check_text(text: str) -> str:
    """Return the text; ValueError when it holds what no database stores: a NUL, or half of a surrogate pair."""
    if "\0" in text:
        raise ValueError("The text holds a NUL character.")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise ValueError("The text holds half of a surrogate pair, which is no character.") from None
    return text


def _parse_instant(value: object) -> object:
    """Read ISO 8601 text; a number would be taken for seconds since 1970, which nobody means here."""
    if value is None or isinstance(value, dt.datetime):
        return value
    if not isinstance(value, str):
        raise ValueError("An instant in ISO 8601 is expected, like 2030-01-31T12:00:00Z.")  # noqa: TRY004
    try:
        return dt.datetime.fromisoformat(value)
    except ValueError:
        raise ValueError("This is not an instant in ISO 8601, like 2030-01-31T12:00:00Z.") from None


def _normalise_instant(value: dt.datetime) -> dt.datetime:
    if value.tzinfo is None:
        raise ValueError("The instant has no time zone: end it with Z or an offset like +02:00.")
    try:
        instant = value.astimezone(dt.UTC)
    except OverflowError:
        raise ValueError("The instant lies outside the years 1970 to 9999.") from None
    if instant < _EARLIEST:
        raise ValueError("The instant lies outside the years 1970 to 9999.")
    return instant


def _check_password(password: SecretStr) -> SecretStr:
    size = len(check_text(password.get_secret_value()))
    if not PASSWORD_MIN <= size <= PASSWORD_MAX:
        raise ValueError(f"The password has {size} characters; {PASSWORD_MIN} to {PASSWORD_MAX} are accepted.")
    return password


def _drop_repeated(tags: list[str]) -> list[str]:
    return list(dict.fromkeys(tags))


def _check_metadata(metadata: dict[str, Any]) -> dict[str, Any]:
    if metadata:
        _check_value(metadata, MAX_METADATA_DEPTH)
        size = len(json.dumps(metadata, ensure_ascii=False).encode())
        if size > MAX_METADATA_BYTES:
            raise ValueError(f"The metadata has {size} bytes as JSON; at most {MAX_METADATA_BYTES} are accepted.")
    return metadata


def _check_value(value: Any, depth: int) -> None:
    """Refuse what a JSON column or a JSON parser elsewhere would choke on."""
    if depth < 0:
        raise ValueError(f"The metadata is nested more than {MAX_METADATA_DEPTH} levels deep.")
    if isinstance(value, str):
        check_text(value)
    elif isinstance(value, dict):
        for key, inner in value.items():
            check_text(key)
            _check_value(inner, depth - 1)
    elif isinstance(value, list):
        for inner in value:
            _check_value(inner, depth - 1)
    elif isinstance(value, int) and not -_INTEGER_LIMIT <= value < _INTEGER_LIMIT:
        raise ValueError("The metadata holds an integer of more than 64 bits.")
    elif isinstance(value, float) and not math.isfinite(value):
        raise ValueError("The metadata holds a number that JSON does not know.")


Text = Annotated[str, AfterValidator(check_text)]
Title = Annotated[Text, StringConstraints(max_length=500)]
Tag = Annotated[Text, StringConstraints(min_length=1, max_length=50)]
Tags = Annotated[list[Tag], Field(max_length=MAX_TAGS), AfterValidator(_drop_repeated)]
LinkType = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.:-]+$", max_length=50)]
DomainName = Annotated[Text, StringConstraints(min_length=1, max_length=253)]
# Told to those who read the schema; `validate_custom_code` and `parse_destination` judge, and say more.
ShortCode = Annotated[
    str, WithJsonSchema({"type": "string", "pattern": f"^[A-Za-z0-9_-]{{{CUSTOM_CODE_MIN},{CUSTOM_CODE_MAX}}}$"})
]
Url = Annotated[str, WithJsonSchema({"type": "string", "pattern": "^https?://", "maxLength": MAX_CHARACTERS})]
ExpiresAt = Annotated[
    dt.datetime, Field(strict=False), BeforeValidator(_parse_instant), AfterValidator(_normalise_instant)
]
MaxClicks = Annotated[int, Field(ge=1, le=1 << 53)]
CacheSeconds = Annotated[int, Field(ge=0, le=31_536_000)]
_PASSWORD_SCHEMA = {"type": "string", "format": "password", "writeOnly": True}
_PASSWORD_SCHEMA |= {"minLength": PASSWORD_MIN, "maxLength": PASSWORD_MAX}
Password = Annotated[SecretStr, AfterValidator(_check_password), WithJsonSchema(_PASSWORD_SCHEMA)]
RedirectStatus = Literal[301, 302, 307, 308]
Metadata = Annotated[dict[str, Any], AfterValidator(_check_metadata)]


class LinkDraft(BaseModel):
    """A link to be made. Only `target_url` is required."""

    model_config = ConfigDict(extra="forbid", strict=True)

    target_url: Url = Field(description="Where the link leads: http or https, at most 2,048 characters.")
    short_code: ShortCode | None = Field(None, description="A code of your own; without it one is generated.")
    domain: DomainName | None = Field(None, description="A registered short domain; without it the default one.")
    link_type: LinkType = Field(STANDARD, description="What the link is for; there is one canonical link per type.")
    title: Title | None = Field(None, description="For people; visitors do not see it.")
    tags: Tags = Field(default_factory=list, description="Repetitions are dropped.")
    expires_at: ExpiresAt | None = Field(None, description="From then on the link answers 410, or leads elsewhere.")
    expired_url: Url | None = Field(None, description="Where an expired or used-up link leads.")
    max_clicks: MaxClicks | None = Field(None, description="How many redirects the link gives, exactly.")
    password: Password | None = Field(None, description="Visitors are asked for it. It is kept as a hash, never shown.")
    redirect_status: RedirectStatus = Field(302, description="The status that visitors get.")
    cache_seconds: CacheSeconds | None = Field(
        None,
        description="How long caches may keep the redirect. It takes effect with the status 301 or 308 only, and a "
        "click that a cache answers is not counted.",
    )
    is_active: bool = Field(default=True, description="An inactive link answers 404.")
    metadata: Metadata = Field(default_factory=dict, description="Any JSON object of yours, at most 16 KiB.")


class ArchivedLink(LinkDraft):
    """A link as an export wrote it: what only the service may say comes along."""

    canonical: bool = False


class LinkEdit(BaseModel):
    """A change of a link: what is not sent stays; null clears what may be empty."""

    model_config = ConfigDict(extra="forbid", strict=True)

    target_url: Url = Field("", description="Where the link leads.")
    short_code: ShortCode = Field("", description="A new code; the old one is free again.")
    link_type: LinkType = Field(STANDARD, description="What the link is for.")
    title: Title | None = Field(None, description="For people; visitors do not see it.")
    tags: Tags = Field(default_factory=list, description="All tags from now on.")
    expires_at: ExpiresAt | None = Field(None, description="From then on the link answers 410, or leads elsewhere.")
    expired_url: Url | None = Field(None, description="Where an expired or used-up link leads.")
    max_clicks: MaxClicks | None = Field(None, description="How many redirects the link gives; those given count.")
    password: Password | None = Field(None, description="A new password; null takes it away.")
    redirect_status: RedirectStatus = Field(302, description="The status that visitors get.")
    cache_seconds: CacheSeconds | None = Field(None, description="How long caches may keep a 301 or 308.")
    is_active: bool = Field(default=True, description="An inactive link answers 404.")
    metadata: Metadata = Field(default_factory=dict, description="The whole object from now on.")

    def changes(self) -> dict[str, Any]:
        """Return what was sent, and only that."""
        return {name: getattr(self, name) for name in self.model_fields_set}
