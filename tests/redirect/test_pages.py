"""What a visitor reads."""

from vayro.redirect.pages import preview_response


def test_the_preview_warns_of_a_host_that_can_be_taken_for_another():
    page = preview_response("https://go.test/a", "https://xn--pypal-4ve.com/")[1].decode()
    assert "Careful" in page
    assert "https://xn--pypal-4ve.com/" in page


def test_the_preview_of_an_ordinary_host_does_not_warn():
    for url in ("https://example.com/", "https://xn--mnchen-3ya.de/"):
        assert "Careful" not in preview_response("https://go.test/a", url)[1].decode()
