"""What is read from the head of a strange page."""

import pytest

from vayro.links.page_head import MAX_DESCRIPTION, MAX_TITLE, PageHead, clean, read_head


def test_what_is_meant_for_other_sites_goes_before_what_is_meant_for_browsers() -> None:
    page = """<!doctype html><html><head><title>For browsers</title>
        <meta name="description" content="For searches">
        <meta property="og:title" content="For others"><meta property='og:description' content='Told
        in lines'>
        <meta content="The site" property="og:site_name"><meta property=og:image content=/a.png>
        </head><body></body></html>"""
    assert read_head(page) == PageHead("For others", "Told in lines", "The site", "/a.png")


def test_a_plain_page_has_its_title_and_description() -> None:
    page = "<TITLE lang=en>\n A &amp; B &lt;3 </TITLE><META NAME=Description CONTENT='what it is'>"
    assert read_head(page) == PageHead("A & B <3", "what it is")


@pytest.mark.parametrize(
    "page",
    [
        "",
        "<title></title>",
        "<title>   </title>",
        "<!-- <title>no</title> -->",
        "<script>'<title>no</title>'</script>",
        "<style><title>no</title></style>",
        "<SCRIPT><title>no</title>",
        "<!-- <title>no</title>",
        "<body><title>no</title>",
        "<titles>no</titles>",
        '<meta property="og:title">',
        '<meta content="no">',
        '<meta property="og:title" content="">',
        "<title",
        "text",
    ],
)
def test_what_is_no_title_is_none(page: str) -> None:
    assert read_head(page) == PageHead()


def test_the_first_of_two_counts() -> None:
    page = "<title>one</title><title>two</title><meta name=description content=1><meta name=description content=2>"
    assert read_head(page) == PageHead("one", "1")


def test_texts_are_cut() -> None:
    head = read_head(f"<title>{'t' * 5_000}</title><meta name=description content='{'d ' * 3_000}'>")
    assert head.title is not None
    assert head.description is not None
    assert (len(head.title), head.title[-2:]) == (MAX_TITLE, "t…")
    assert len(head.description) <= MAX_DESCRIPTION


def test_what_does_not_show_or_turns_the_text_is_taken_out() -> None:
    assert clean("a\0b\u202ec&#x202e;d&#0;\ud800e\tf\u00a0g", 100) == "a b c d� e f g"


@pytest.mark.parametrize("piece", ["<meta ", "<!--", "<title>", '<meta "', "<meta a='", "<meta a a a a ", "<", "&"])
def test_a_page_that_means_harm_is_read_as_quickly_as_any(piece: str) -> None:
    # The time-out of tests is what fails here: read tag by tag and each to its end, this would take hours.
    read_head(piece * (2_000_000 // len(piece)))
