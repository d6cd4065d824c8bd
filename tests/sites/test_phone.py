"""Phone numbers in the writings of people, and what their country tells."""

import pytest

from vayro.errors import ValidationFailed
from vayro.sites.phone import Phone, mask_phone, parse_phone
from vayro.sites.places import check_country, check_locale, check_time_zone, only_time_zone


@pytest.mark.parametrize(
    ("written", "country", "number"),
    [
        ("+49 30 901820", None, "+4930901820"),
        ("0049 (0)30 / 90 18 20", None, "+4930901820"),
        ("030/901820", "DE", "+4930901820"),
        ("  030 90-18-20  ", "DE", "+4930901820"),
        ("(201) 555-0123", "US", "+12015550123"),
        ("2015550123", "US", "+12015550123"),
        ("tel:+1-201-555-0123", None, "+12015550123"),
        ("1-800-FLOWERS", "US", "+18003569377"),
        ("+44 7400 123456", "US", "+447400123456"),
        ("07400 123456", "GB", "+447400123456"),
        ("02 9374 4000", "AU", "+61293744000"),
        ("'+49 30 901820", None, "+4930901820"),
        ("+49 30 901820 ext. 5", None, "+4930901820"),
        ("٠٣٠ ٩٠١٨٢٠", "DE", "+4930901820"),
    ],
)
def test_usual_writings_of_a_number_are_read(written: str, country: str | None, number: str) -> None:
    assert parse_phone(written, country).number == number


@pytest.mark.parametrize(
    ("written", "country", "why"),
    [
        ("030 901820", None, "has no country"),
        ("030 901820", "AQ", "cannot be read as one of AQ"),
        ("+999 123 4567", None, "calling code"),
        ("+49 30", None, "no area code"),
        ("+49 30 9018201234567890", None, "too long"),
        ("+1 555 0123", None, "no area code"),
        ("+49 1", None, "is too short"),
        ("+1 123 456 7890", None, "is no number that \\+1 gives out"),
        ("call me", "DE", "is no phone number"),
        ("", "DE", "is no phone number"),
        ("=1+1", "DE", "."),
        ("<b>+49</b>", None, "."),
        ("1" * 51, "DE", "at most 50"),
        ("110", "DE", "."),
    ],
)
def test_what_is_no_number_is_refused_with_the_reason(written: str, country: str | None, why: str) -> None:
    with pytest.raises(ValidationFailed, match=why) as refused:
        parse_phone(written, country)
    assert refused.value.field == "phone"


def test_a_refusal_does_not_repeat_the_number() -> None:
    with pytest.raises(ValidationFailed) as refused:
        parse_phone("+1 123 456 7890")
    assert "456" not in refused.value.detail


def test_a_masked_number_cannot_be_called() -> None:
    assert mask_phone("+4930901820") == "+49…20"


def test_a_number_tells_its_country_and_time_zone() -> None:
    assert parse_phone("+49 30 901820") == Phone("+4930901820", "DE", ("Europe/Berlin",))
    assert parse_phone("+61 2 9374 4000").time_zones == ("Australia/Sydney",)
    assert parse_phone("+800 1234 5678") == Phone("+80012345678", None, ())


@pytest.mark.parametrize(
    ("candidates", "country", "zone"),
    [
        (("Europe/Paris",), "DE", "Europe/Paris"),
        (("Europe/Guernsey", "Europe/London"), "GB", "Europe/London"),
        ((), "DE", "Europe/Berlin"),  # and Büsingen, whose clocks show the same
        ((), "JP", "Asia/Tokyo"),
        ((), "US", None),
        (("America/New_York", "America/Chicago"), "US", None),
        ((), None, None),
        (("Mars/Olympus",), None, None),
    ],
)
def test_a_time_zone_is_told_only_where_there_is_one(
    candidates: tuple[str, ...], country: str | None, zone: str | None
) -> None:
    assert only_time_zone(candidates, country) == zone


@pytest.mark.parametrize(
    ("written", "tag"),
    [("en", "en"), ("pt_br", "pt-BR"), ("ZH-hant-tw", "zh-Hant-TW"), ("es-419", "es-419"), ("sr-Latn", "sr-Latn")],
)
def test_a_language_tag_is_kept_as_it_is_usually_written(written: str, tag: str) -> None:
    assert check_locale(written) == tag


@pytest.mark.parametrize("written", ["english", "e", "de-", "de-DE-", "de-DE-1996", "de DE", "../de", "dé", "de\n-DE"])
def test_what_is_no_language_tag_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match="BCP 47"):
        check_locale(written)


def test_countries_and_time_zones_are_those_of_the_standards() -> None:
    assert (check_country("de"), check_time_zone("Europe/Berlin")) == ("DE", "Europe/Berlin")
    for refused in ("UK", "EU", "D", "DEU", "", "ZZ"):
        with pytest.raises(ValueError, match="ISO 3166"):
            check_country(refused)
    for refused in ("CET/Berlin", "../../etc/passwd", "", "europe/berlin", "Factory", "a\0b"):
        with pytest.raises(ValueError, match="IANA"):
            check_time_zone(refused)
