"""What becomes of texts, names and the link in one message."""
# ruff: noqa: RUF001 -- characters that look like others are what this is about

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vayro.campaigns.message import Message, Values, compose
from vayro.campaigns.names import clean_name
from vayro.campaigns.placeholders import parse_text
from vayro.campaigns.texts import LOCALES, OWN_VARIANTS, choose_locale, get_wording
from vayro.errors import ValidationFailed

LINK = "https://go.example.com/aB3dE5x"
# What telephones make a link of: a scheme, or two labels with a dot between them of which the last is a word.
TAPPABLE = re.compile(r"\w://|[\w-]\.[^\W\d_][\w-]", re.ASCII)


def write(text: str = "Hello {business}: {link}", **over: str) -> Message:
    values = Values(**{"business": "Sunrise Bakery & Cafe", "link": LINK, "sender": "Brightline Studio"} | over)
    return compose(parse_text(text), values, "en", is_custom=True)


def write_own(variant: str = "friendly", locale: str = "en", **over: str) -> Message:
    values = Values(**{"business": "Sunrise Bakery & Cafe", "link": LINK, "sender": "Brightline Studio"} | over)
    return compose(get_wording(variant, locale).text, values, locale, is_custom=False)


def codes(message: Message) -> list[str]:
    return [warning.code for warning in message.warnings]


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("variant", OWN_VARIANTS)
def test_a_usual_message_is_one_plain_sms_that_says_who_writes_and_how_to_stop(variant: str, locale: str) -> None:
    message = write_own(variant, locale)
    assert (message.count.encoding, message.count.segments, message.warnings) == ("GSM-7", 1, ())
    assert {"STOP", LINK} <= set(message.body.split(" "))
    assert "Brightline Studio" in message.body
    assert "{" not in message.body


@pytest.mark.parametrize(
    ("wanted", "found"), [("de-AT", "de"), ("pt_BR", "pt"), ("EN", "en"), ("ja", "en"), ("zh-Hant", "en")]
)
def test_a_locale_falls_back_to_its_language_and_then_to_english(wanted: str, found: str) -> None:
    assert choose_locale(wanted, LOCALES) == found


def test_a_locale_falls_back_to_the_first_where_there_is_no_english() -> None:
    assert choose_locale("ja", ["fr", "de"]) == "fr"


def test_an_unknown_placeholder_is_named() -> None:
    with pytest.raises(ValidationFailed, match=r'no placeholder "city"; there are \{business\}, \{link\}'):
        parse_text("Greetings from {city}: {link}")


def test_braces_that_are_no_placeholder_stay() -> None:
    assert write("a } and a { b {link}").body == f"a }} and a {{ b {LINK}"


@pytest.mark.parametrize("text", ["", "  \n", "a\0b", "a\u202eb", "a\x1bb", "a\u2066b"])
def test_a_text_that_nobody_could_read_is_refused(text: str) -> None:
    with pytest.raises(ValidationFailed):
        parse_text(text)


@pytest.mark.parametrize(
    ("text", "body"),
    [
        ("Hello", f"Hello {LINK}"),
        ("See{link}now", f"See {LINK} now"),
        ("({link})", f"({LINK})"),
        ("See {link}.", f"See {LINK}."),
        ("See {link}.html", f"See {LINK} .html"),
        ("{link}{link}", f"{LINK} {LINK}"),
        ("{business}{link}{sender}", f"Sunrise Bakery & Cafe {LINK} Brightline Studio"),
    ],
)
def test_the_link_is_there_and_touches_no_word(text: str, body: str) -> None:
    assert write(text).body == body


def test_a_value_is_not_read_for_placeholders() -> None:
    assert write(business="{link} {sender}").body == f"Hello {{link}} {{sender}}: {LINK}"


def test_the_last_words_of_a_long_name_go_first_and_it_says_so() -> None:
    message = write_own(business="The Very Old and Famous Sunrise Bakery, Cafe & Catering Service of Springfield")
    assert message.count.segments == 1
    assert codes(message) == ["shortened"]
    assert "Hi The Very Old and" in message.body
    assert f" {LINK} " in message.body


def test_one_endless_word_is_cut() -> None:
    message = write_own(business="x" * 200)
    assert message.count.segments == 1
    assert "Hi " + "x" * 20 + "!" in message.body


def test_a_name_is_not_cut_for_its_letters() -> None:
    """It makes the message UCS-2 whatever is left out but itself."""
    message = write_own(business="Cafe Żabka")
    assert "Hi Cafe Żabka!" in message.body
    assert codes(message) == ["ucs2"]
    assert message.count.non_gsm == ("Ż",)


def test_a_custom_text_keeps_the_whole_name_while_it_can_be_sent() -> None:
    name = "The Very Old and Famous Sunrise Bakery, Cafe & Catering Service of Springfield"
    assert name in write("x" * 140 + " {business}", business=name).body


def test_a_custom_text_is_shortened_rather_than_refused() -> None:
    message = write("x" * 1_470 + " {business} {link}", business="Sunrise Bakery " + "and more " * 20)
    assert message.count.segments == 10
    assert codes(message) == ["shortened", "many_segments"]


def test_more_than_ten_segments_are_refused() -> None:
    with pytest.raises(ValidationFailed, match="takes 11 SMS; at most 10"):
        write("x" * 1_520)


@pytest.mark.parametrize(
    ("length", "warned"), [(153 * 3 - len(LINK) - 1, []), (153 * 3 - len(LINK), ["many_segments"])]
)
def test_the_fourth_segment_is_warned_of(length: int, warned: list[str]) -> None:
    assert codes(write("x" * length)) == warned


def test_typographic_characters_become_plain_in_our_own_texts() -> None:
    message = write_own(business="Joe’s “Diner”…")
    assert 'Hi Joe\'s "Diner"...!' in message.body
    assert message.count.encoding == "GSM-7"


def test_typographic_characters_stay_in_a_custom_text_and_are_named() -> None:
    message = write("It’s ready – ł {link}")
    assert "It’s ready – ł" in message.body
    [warning] = message.warnings
    assert warning.code == "ucs2"
    assert "’ – ł (plain: ’ → ' – → -)" in warning.detail


@pytest.mark.parametrize(
    ("name", "clean"),
    [
        ("Joe\r\nSTOP\tnow", "Joe STOP now"),
        ("Joe\u202eevil\u2066\u200b", "Joeevil"),
        ("https://evil.example/win", "https evil example/win"),
        ("evil\uff0eexample", "evil example"),
        ("evil。example", "evil example"),
        ("www.evil.co.uk", "www evil co uk"),
        ("mailto:a@evil.example", "mailto a@evil example"),
        ("Router 192.168.0.1", "Router 192 168 0 1"),
        ("J.P. Morgan & Sons", "J.P. Morgan & Sons"),
        ("Dr. Müller", "Dr. Müller"),
        ("Bar 2.0", "Bar 2.0"),
        ("\x00\x1b", ""),
        ("Cafe\u0301", "Café"),
    ],
)
def test_names_hold_nothing_that_can_be_tapped_or_hides(name: str, clean: str) -> None:
    assert clean_name(name) == clean


def test_a_workspace_called_by_an_address_is_called_by_its_first_part() -> None:
    assert write_own("friendly", "en", sender="ada@mail.test").body.count("ada ") == 1
    assert "mail" not in write_own("friendly", "en", sender="ada@mail.test").body
    assert "Tea @ Noon" in write(text="{business} {link} {sender}", sender="Tea @ Noon").body


def test_a_business_without_a_readable_name_is_called_something() -> None:
    assert write(business="\u202e\n").body == f"Hello business: {LINK}"


hostile = st.text(
    st.one_of(st.sampled_from("a.:/-\n\u202e{}€’é漢😀。\u200d 1"), st.characters(exclude_categories=["Cs"])),
    max_size=200,
)


@settings(max_examples=120, deadline=None)
@given(business=hostile, sender=hostile, category=hostile, locale=st.sampled_from(LOCALES))
def test_whatever_names_say_there_is_one_line_with_one_whole_link(
    business: str, sender: str, category: str, locale: str
) -> None:
    for variant in OWN_VARIANTS:
        body = write_own(variant, locale, business=business, sender=sender, category=category).body
        before, link, after = body.partition(f" {LINK} ")
        assert link
        assert not TAPPABLE.search(f"{before}\n{after}")
        assert (before + after).isprintable() or "\u200d" in body or "\u200c" in body
