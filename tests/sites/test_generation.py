"""The port of generation: what every design and the offline writer make of a business."""

import pytest

from vayro.sites.content import Facts
from vayro.sites.copywriting.languages import is_in_language
from vayro.sites.copywriting.template import LANGUAGES, read_texts, write_content
from vayro.sites.copywriting.trades import TRADES, find_trade
from vayro.sites.generation import DESIGNS, check_page, choose_design, lay_out


def make_facts(**over) -> Facts:
    facts = {
        "name": "Rossi & Sons",
        "category": "Plumber",
        "phone": "+442071838750",
        "email": "hello@rossi.example",
        "address": "14 Mill Lane\nLondon SE1 2AB",
        "country": "GB",
        "locale": "en-GB",
        "brief": None,
    }
    return Facts(**{**facts, **over})


@pytest.mark.parametrize("design", DESIGNS)
def test_a_design_makes_a_page_that_may_be_served(design):
    facts = make_facts()
    page = lay_out(design, facts, write_content(facts))
    check_page(page)
    assert 'href="tel:+442071838750"' in page
    assert 'href="mailto:hello@rossi.example"' in page
    assert "Rossi &amp; Sons" in page
    assert len(page.encode()) < 16_384
    assert '<html lang="en-GB" dir="ltr">' in page


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("trade", TRADES)
def test_there_are_texts_of_every_trade_in_every_language(language, trade):
    assert trade in read_texts(language)
    assert len(read_texts(language)[trade]["offers"]) >= 4


@pytest.mark.parametrize(
    ("category", "trade"),
    [
        (None, "general"),
        ("", "general"),
        ("Something else", "general"),
        ("Plumber", "plumbing"),
        ("Zahnärztin", "dental"),
        ("Café", "cafe"),
        ("Pizzería", "restaurant"),
        ("Rechtsanwältin", "law"),
        ("Steuerberater", "accounting"),
        ("Coiffeur", "hair"),
        ("Autowerkstatt", "car"),
        ("Inmobiliaria", "estate"),
        ("Nettoyage", "cleaning"),
        ("Buchladen", "shop"),
    ],
)
def test_a_category_in_any_language_tells_its_trade(category, trade):
    assert find_trade(category) == trade


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("trade", TRADES)
def test_every_text_fits_and_is_in_its_language(language, trade):
    texts = read_texts(language)
    whole = {**texts["general"], **texts[trade]}
    for offer, limit in ((pair[part], (120, 300)[part]) for pair in whole["offers"] for part in (0, 1)):
        assert len(offer) <= limit
    content = write_content(make_facts(locale=language, category=whole["category"], name="Ö" * 60))
    assert content.offers[0].name == whole["offers"][0][0]
    assert "…" not in content.model_dump_json()
    assert is_in_language(f"{content.tagline} {content.about}", language)


@pytest.mark.parametrize(
    ("locale", "direction", "language"), [("de-CH", "ltr", "de-CH"), ("sv", "ltr", "en"), ("ar-EG", "ltr", "en")]
)
def test_a_page_says_which_language_it_is_in(locale, direction, language):
    facts = make_facts(locale=locale)
    page = lay_out("trade", facts, write_content(facts))
    assert f'<html lang="{language}" dir="{direction}">' in page


def test_arabic_runs_from_the_right():
    facts = make_facts(locale="ar-EG")
    content = write_content(facts).model_copy(update={"tagline": "نحن هنا من أجلك", "about": "نحن هنا من أجلك"})
    page = lay_out("studio", facts, content)
    assert '<html lang="ar-EG" dir="rtl">' in page
    assert "اتصل بنا" in page
    assert 'dir="ltr">+44 20 7183 8750<' in page


def test_a_design_is_chosen_for_every_trade():
    assert {choose_design(trade) for trade in (None, "Plumber", "Café", "law", "yoga", "\0")} <= set(DESIGNS)


def test_the_brief_is_a_paragraph_of_its_own():
    content = write_content(make_facts(brief="We repair <b>old</b> brass taps."))
    assert content.about.startswith("We repair old brass taps.\n\n")
