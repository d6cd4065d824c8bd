"""What a person may say about a business, whoever asks: the API, an import."""

import unicodedata
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from vayro.accounts.email import normalise_email
from vayro.errors import ValidationFailed
from vayro.links.draft import Text
from vayro.sites.phone import MAX_CHARACTERS as MAX_PHONE
from vayro.sites.phone import parse_phone
from vayro.sites.places import DEFAULT_LOCALE, check_country, check_locale, check_time_zone, only_time_zone

MAX_EMAIL = 254  # RFC 3696 erratum 1690: what a mail server takes
MAX_DEAL_MICROS = (1 << 53) - 1  # every JSON reader's integer

# These turn the rest of a line around, wherever a name is shown: in a list, a message, a page. ZWJ and ZWNJ are
# spelling in Persian and in Indic scripts, and stay.
_TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_FORBIDDEN = frozenset({"Cc", "Cs", "Zl", "Zp"})


def check_characters(text: str, allowed: str = "") -> str:
    """Return the text; ValueError when it holds control characters, or those that turn text around."""
    for one in text:
        if (one in _TURNING or unicodedata.category(one) in _FORBIDDEN) and one not in allowed:
            raise ValueError(f"The text holds the character U+{ord(one):04X}, which is none to read.")
    return text


def _tidy_line(text: str | None) -> str | None:
    """One line, without space around it; nothing when there is nothing to read."""
    if text is None:
        return None
    line = check_characters(" ".join(text.split()))
    return line if any(unicodedata.category(one)[0] in "LNPS" for one in line) else None


def _tidy_address(text: str | None) -> str | None:
    return _tidy_line(", ".join(line.strip(" ,") for line in text.splitlines() if line.strip(" ,"))) if text else None


def _tidy_notes(text: str | None) -> str | None:
    return check_characters(text.strip(), "\n\r\t") or None if text else None


def _require(text: str | None) -> str:
    if not text:
        raise ValueError("A name has at least one letter, digit or sign.")
    return text


def _check_email(text: str | None) -> str | None:
    if not text or not text.strip():
        return None
    try:
        return normalise_email(text)
    except ValidationFailed:
        raise ValueError("This is not an e-mail address.") from None


def _check_locale(text: str | None) -> str | None:
    return check_locale(text) if text and text.strip() else None


def _check_country(text: str | None) -> str | None:
    return check_country(text) if text and text.strip() else None


def _check_time_zone(text: str | None) -> str | None:
    return check_time_zone(text) if text and text.strip() else None


def _at_most(characters: int) -> StringConstraints:
    return StringConstraints(max_length=characters)


Name = Annotated[Text, _at_most(200), AfterValidator(_tidy_line), AfterValidator(_require)]
Category = Annotated[Annotated[Text, _at_most(100)] | None, AfterValidator(_tidy_line)]
PhoneText = Annotated[Annotated[Text, _at_most(MAX_PHONE)] | None, AfterValidator(_tidy_line)]
Email = Annotated[Annotated[Text, _at_most(MAX_EMAIL)] | None, AfterValidator(_check_email)]
Address = Annotated[Annotated[Text, _at_most(500)] | None, AfterValidator(_tidy_address)]
Country = Annotated[Annotated[Text, _at_most(10)] | None, AfterValidator(_check_country)]
Locale = Annotated[Annotated[Text, _at_most(35)] | None, AfterValidator(_check_locale)]
TimeZone = Annotated[Annotated[Text, _at_most(64)] | None, AfterValidator(_check_time_zone)]
Notes = Annotated[Annotated[Text, _at_most(5_000)] | None, AfterValidator(_tidy_notes)]
DealValue = Annotated[int, Field(ge=0, le=MAX_DEAL_MICROS)] | None


class BusinessDraft(BaseModel):
    """A business to be kept. Only `name` is required; an empty text is none."""

    model_config = ConfigDict(extra="forbid", strict=True)

    name: Name
    category: Category = Field(None, description="What it does, in your own words: Plumber, Café.")
    phone: PhoneText = Field(
        None, description="In any usual writing; a national number is read with `country`. It is kept as E.164."
    )
    email: Email = None
    address: Address = Field(None, description="On one line; line breaks become commas.")
    country: Country = Field(None, description="ISO 3166 alpha-2, like DE.")
    locale: Locale = Field(None, description="BCP 47: the language of its site and messages; without it `en`.")
    time_zone: TimeZone = Field(
        None, description="IANA, like Europe/Berlin. Without it: that of phone and country, where they have but one."
    )
    notes: Notes = Field(None, description="For your own people.")
    deal_value_micros: DealValue = Field(None, description="What winning it was worth, in millionths of the currency.")

    def columns(self) -> dict[str, Any]:
        """Return what is stored. Raises ValidationFailed when the phone number is none."""
        return complete({**self.model_dump(), "locale": self.locale or DEFAULT_LOCALE})


class BusinessEdit(BaseModel):
    """A change of a business: what is not sent stays; null clears what may be empty."""

    model_config = ConfigDict(extra="forbid", strict=True)

    name: Name = ""
    category: Category = None
    phone: PhoneText = Field(None, description="In any usual writing; a national number is read with the country.")
    email: Email = None
    address: Address = None
    country: Country = None
    locale: Locale = Field(None, description="null: `en`.")
    time_zone: TimeZone = None
    notes: Notes = None
    deal_value_micros: DealValue = Field(None, description="What winning it was worth; null: not won.")

    def changes(self) -> dict[str, Any]:
        """Return what was sent, and only that."""
        changes = {name: getattr(self, name) for name in self.model_fields_set}
        return changes | ({"locale": changes["locale"] or DEFAULT_LOCALE} if "locale" in changes else {})


def complete(values: dict[str, Any]) -> dict[str, Any]:
    """Return the columns with the phone number as E.164, and the time zone where it can be told.

    Raises ValidationFailed when the phone number is none.
    """
    number, country = values["phone"], values["country"]
    zones: tuple[str, ...] = ()
    if number:
        number, region, zones = parse_phone(number, country)
        country = country or region
    return {**values, "phone": number, "time_zone": values["time_zone"] or only_time_zone(zones, country)}
