"""What came from outside, as plain text; and the last look at a page."""

import re

import pytest

from tests.sites.hostile import STRINGS, make_hostile_content, make_hostile_facts
from tests.sites.test_generation import make_facts
from vayro.sites import generation
from vayro.sites.content import SiteContent, SiteRefused
from vayro.sites.copywriting.template import write_content
from vayro.sites.designs import layout
from vayro.sites.generation import DESIGNS, check_page, lay_out
from vayro.sites.page_check import MAX_PAGE_BYTES
from vayro.sites.sanitising import clean_content, clean_facts, clean_locale, plain

PAGE = lay_out("trade", make_facts(), write_content(make_facts()))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Smith & Sons", "Smith & Sons"),
        ("Tom &amp; Jerry", "Tom & Jerry"),
        ("2 < 3", "2 < 3"),
        ("a <b>bold</b> claim", "a bold claim"),
        ("<script>alert(1)</script>Hi", "Hi"),
        ("&lt;script&gt;alert(1)&lt;/script&gt;Hi", "Hi"),
        ("&amp;lt;b&amp;gt;Hi", "Hi"),
        ("one\ttwo\r\nthree", "one two three"),
        ("\u202eevil\u202c", "evil"),
        ("zero\u200bwidth", "zerowidth"),
        ("क\u200dष", "क\u200dष"),
        ("NUL\0 gone", "NUL gone"),
        ("\ud800half", "half"),
        ("a" + "\u0301" * 50, "á" + "\u0301" * 4),
        ("Kurz und gut", "Kurz und…"),
    ],
)
def test_text_becomes_plain(text, expected):
    limit = 9 if expected.endswith("…") else 100
    assert plain(text, limit) == expected


def test_cleaning_twice_is_cleaning_once():
    for text in STRINGS:
        once = plain(text, 300)
        assert plain(once, 300) == once
        assert len(once) <= 300


def test_paragraphs_stay_where_text_is_long():
    assert plain("one\u2028two\n\n\n\nthree", 100, is_long=True) == "one\ntwo\n\nthree"


def test_facts_are_cleaned_and_a_name_is_never_empty():
    facts = clean_facts(make_facts(name="<b></b>", country="<x>", locale='de" x="'))
    assert (facts.name, facts.country, facts.locale) == ("-", None, "en")


@pytest.mark.parametrize(
    ("locale", "expected"), [("de-AT", "de-AT"), ("zh-Hant-TW", "zh-Hant-TW"), ("x y", "en"), ("", "en")]
)
def test_a_locale_is_a_tag_or_english(locale, expected):
    assert clean_locale(locale) == expected


@pytest.mark.parametrize("data", [{}, {"offers": "x"}, {"offers": [1, None]}, {"headline": 5}, {"about": {"a": 1}}])
def test_what_is_no_content_is_refused_not_a_fault(data):
    with pytest.raises(ValueError, match="validation error"):
        clean_content(data)


@pytest.mark.parametrize("design", DESIGNS)
@pytest.mark.parametrize("number", range(9))
def test_hostile_text_makes_a_page_that_may_be_served(design, number):
    page = lay_out(design, make_hostile_facts(number), make_hostile_content(number))
    check_page(page)
    assert not re.search(r"<script|<img|<iframe|<object|<form|<base", page, re.IGNORECASE)
    assert "1787569" not in page


@pytest.mark.parametrize("design", DESIGNS)
def test_the_templates_alone_let_nothing_through(design, monkeypatch):
    monkeypatch.setattr(layout, "clean_facts", lambda facts: facts)
    monkeypatch.setattr(layout, "clean_content", lambda content, **_: content)
    facts = make_facts(name=STRINGS[0], category=STRINGS[9], address=STRINGS[5])
    check_page(generation.lay_out(design, facts, make_hostile_content(1)))


@pytest.mark.parametrize(
    "addition",
    [
        "<script>1</script>",
        "<SCRIPT src=//evil.test></SCRIPT>",
        '<p onclick="x()">',
        '<p style="color:red">',
        '<a href="http://evil.test/">',
        '<a href="javascript:x()">',
        '<a href="//evil.test">',
        '<a href="tel:+1;x">',
        '<img src="data:,">',
        "<iframe></iframe>",
        "<form></form>",
        "<base href=/>",
        '<meta http-equiv="refresh" content="0;url=/">',
        '<meta http-equiv="content-security-policy" content="">',
        '<meta name="referrer" content="unsafe-url">',
        "<link rel=stylesheet href=x>",
        '<link rel="preload" href="data:image/svg+xml,%3Csvg x%3E%3C/svg%3E">',
        '<svg><use href="http://evil.test/#x"/></svg>',
        "<svg><foreignObject></foreignObject></svg>",
        '<svg><path fill="url(http://evil.test/)"/></svg>',
        "<svg><animate/></svg>",
        "<style>p{}</style>",
        "<!-- x -->",
        "<?x?>",
        "<!x>",
        "<template></template>",
        "<x-y></x-y>",
    ],
)
def test_a_page_with_what_no_design_has_is_refused(addition):
    with pytest.raises(SiteRefused):
        check_page(PAGE.replace("</main>", f"{addition}</main>"))


@pytest.mark.parametrize(
    "rule", ["a{background:url(//evil.test)}", "@import 'x';", "p{color:\\72}", "a{b:expression(1)}"]
)
def test_a_style_that_loads_or_runs_is_refused(rule):
    with pytest.raises(SiteRefused, match="style"):
        check_page(PAGE.replace("</style>", f"{rule}</style>"))


def test_the_largest_content_makes_a_page_that_may_be_served():
    filled = {"offers": [{"name": "&" * 120, "text": "'" * 300}] * 8, "highlights": ["&" * 120] * 6}
    filled |= {"questions": [{"question": "&" * 120, "answer": "'" * 300}] * 8, "about": "&\n\n" * 666}
    check_page(
        lay_out(
            "trade", make_hostile_facts(0), SiteContent.model_validate(make_hostile_content(0).model_dump() | filled)
        )
    )


def test_a_page_that_is_too_large_or_no_page_is_refused():
    with pytest.raises(SiteRefused, match="bytes"):
        check_page(PAGE.replace("</main>", f"<p>{'x' * MAX_PAGE_BYTES}</p></main>"))
    with pytest.raises(SiteRefused):
        check_page("")
