"""Subdomains: made from any name, chosen within limits."""

import pytest

from vayro.errors import ValidationFailed
from vayro.sites.subdomain import MAX_CHARACTERS, RESERVED, check_subdomain, list_candidates, make_subdomain


@pytest.mark.parametrize(
    ("name", "locale", "made"),
    [
        ("Joe's Pizza", "en", "joes-pizza"),
        ("Müller & Söhne", "de-CH", "mueller-soehne"),
        ("Müller", "en", "muller"),
        ("Łódź Øl", "pl", "lodz-ol"),
        ("Ψητοπωλείο", "el", "psitopoleio"),
        ("日本", "ja", "site"),
        ("<script>alert(1)</script>", "en", "script-alert-1-script"),
        ("The Great Big Plumbing Company of Greater Manchester", "en", "the-great-big-plumbing-company-of"),
        ("\U0001f355 --- \U0001f355", "en", "site"),
    ],
)
def test_a_name_becomes_a_subdomain(name: str, locale: str, made: str) -> None:
    assert make_subdomain(name, locale) == made


def test_every_candidate_may_be_chosen() -> None:
    for name in ("www", "x" * 10_000, "ab--cd", "-", "xn--mller-kva"):
        found = list(list_candidates(name))
        assert len(set(found)) == len(found) >= 20
        assert all(check_subdomain(one) == one and len(one) <= MAX_CHARACTERS for one in found)
    assert not RESERVED & set(list_candidates("www"))


@pytest.mark.parametrize("text", ["", "-a", "a-", "a.b", "xn--a", "a" * 41, "www", "ä", "a b"])
def test_what_is_no_subdomain_is_refused(text: str) -> None:
    with pytest.raises(ValidationFailed):
        check_subdomain(text)
