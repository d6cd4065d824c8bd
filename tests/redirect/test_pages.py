"""What a visitor reads."""

from vayro.redirect.pages import preview_response


def test_the_preview_warns_of_a_host_that_can_be_taken_for_another():
    page = preview_response("https://go.test/a", "https://xn--pypal-4ve.com/", "a")[1].decode()
    assert "Careful" in page
    assert "https://xn--pypal-4ve.com/" in page


def test_the_preview_of_an_ordinary_host_does_not_warn():
    for url in ("https://example.com/", "https://xn--mnchen-3ya.de/"):
        assert "Careful" not in preview_response("https://go.test/a", url, "a")[1].decode()


def test_the_preview_shows_the_punycode_beside_what_browsers_show():
    page = preview_response("https://go.test/a", "https://xn--pypal-4ve.com/", "a")[1].decode()
    assert "the host xn--pypal-4ve.com as p\u0430ypal.com" in page


def test_the_preview_warns_of_a_link_that_leads_to_another_short_link():
    assert "shortens links, too" in preview_response("https://go.test/a", "https://www.bit.ly/x", "a")[1].decode()


def test_the_preview_warns_of_an_address_without_a_name():
    for url in ("https://192.0.2.1/", "https://[2001:db8::1]/"):
        assert "an address without a name" in preview_response("https://go.test/a", url, "a")[1].decode()


def test_the_preview_leads_to_the_form_for_reports():
    assert '<a href="/report?link=a"' in preview_response("https://go.test/a", "https://example.com/", "a")[1].decode()
