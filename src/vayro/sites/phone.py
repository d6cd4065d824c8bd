"""Phone numbers: read in any usual writing, kept as E.164."""

from typing import NamedTuple

from vayro.errors import ValidationFailed

MAX_CHARACTERS = 50
_UNKNOWN_ZONE = "Etc/Unknown"


class Phone(NamedTuple):
    """A number as E.164, the country it belongs to (None: to none alone), and the time zones it may be in."""

    number: str
    region: str | None
    time_zones: tuple[str, ...]


def parse_phone(text: str, country: str | None = None) -> Phone:
    """Return the number that a person wrote. Raises ValidationFailed, which says what is wrong with it.

    An extension is left out: no message reaches one.
    Args: country, ISO 3166 alpha-2, in which a number without `+` or `00` is read.
    """
    import phonenumbers  # noqa: PLC0415  # 30 ms and 5 MB, for those who have numbers
    from phonenumbers import timezone  # noqa: PLC0415

    written = text.strip()
    if len(written) > MAX_CHARACTERS:
        raise _refusal(f"has {len(written)} characters; at most {MAX_CHARACTERS} are accepted")
    if country is None and written.startswith("00"):
        written = "+" + written[2:]
    try:
        number = phonenumbers.parse(written, country)
    except phonenumbers.NumberParseException as error:
        raise _refusal(_explain(error.error_type, written, country)) from None
    reason = phonenumbers.is_possible_number_with_reason(number)
    if reason != phonenumbers.ValidationResult.IS_POSSIBLE:
        raise _refusal(_LENGTHS.get(reason, "is no number that can be called"))
    if not phonenumbers.is_valid_number(number):
        raise _refusal(f"is no number that +{number.country_code} gives out")
    region = phonenumbers.region_code_for_number(number)
    return Phone(
        phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164),
        region if region and len(region) == 2 else None,  # "001" is that of numbers of no country
        tuple(zone for zone in timezone.time_zones_for_number(number) if zone != _UNKNOWN_ZONE),
    )


def mask_phone(number: str) -> str:
    """Return what the audit log says of a number: enough to know it again, too little to call it."""
    return f"{number[:3]}…{number[-2:]}"


def _explain(error_type: int, written: str, country: str | None) -> str:
    """Return what a parser's error means (numbers of `NumberParseException`)."""
    if error_type == 0 and not written.startswith("+"):
        if country:
            return f"cannot be read as one of {country}: write it with + and its calling code, like +49 30 901820"
        return "has no country: write it with + and its calling code, like +49 30 901820, or say `country`"
    return {
        0: "begins with a calling code that no country has",
        2: "is too short",
        3: "is too short",
        4: "is too long",
    }.get(error_type, "is no phone number")


# By `ValidationResult`.
_LENGTHS = {
    1: "begins with a calling code that no country has",
    2: "is too short",
    3: "is too long",
    4: "has no area code",
    5: "has a number of digits that its country does not know",
}


def _refusal(what: str) -> ValidationFailed:
    """Return the error. It does not repeat the number: that is somebody's."""
    return ValidationFailed(f"The phone number {what}.", field="phone")
