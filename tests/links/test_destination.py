"""Destinations: what is accepted, what it becomes, and that every refusal says what was wrong with this URL."""

from itertools import product

import ada_url
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from vayro.errors import BlockedDomain, InvalidUrl, SelfLink, ValidationFailed
from vayro.links.block_list import BlockList
from vayro.links.destination import MAX_CHARACTERS, Destination, parse_destination, read_parts
from vayro.links.host_name import canonical_own_hosts
from vayro.links.lists import make_block_list

OWN = canonical_own_hosts(["go.example", "127.0.0.1:8000", "bücher.example", "10.1.2.3"])
BLOCKED = BlockList(["evil.test", "*.wild.test", " .dotted.test ", "кино.рф", "203.0.113.9", "", "not a host"])


def parse(url: str) -> Destination:
    return parse_destination(url, own_hosts=OWN, blocked=BLOCKED)


def detail_of_refusal(url: str) -> str:
    """The sentence, or nothing when the URL is accepted."""
    try:
        parse(url)
    except ValidationFailed as refused:
        return refused.detail
    return ""


# ── Accepted, and what becomes of it ─────────────────────────────────────────────────────────────────────────────

CANONICAL = {
    "https://example.com": "https://example.com/",
    "HTTPS://EXAMPLE.com/Path": "https://example.com/Path",
    "http://example.com:80/": "http://example.com/",
    "https://example.com:443/a": "https://example.com/a",
    "https://example.com:8443/a": "https://example.com:8443/a",
    "  https://example.com/  ": "https://example.com/",
    "https://example.com/a b": "https://example.com/a%20b",
    "https://example.com/ü?ß=ö#ä": "https://example.com/%C3%BC?%C3%9F=%C3%B6#%C3%A4",
    "https://example.com/a/../b/./c": "https://example.com/b/c",
    "https://example.com/%2e%2e/b": "https://example.com/b",
    "https://example.com?q=a+b&c=%20": "https://example.com/?q=a+b&c=%20",
    "https://bücher.de/": "https://xn--bcher-kva.de/",
    "https://xn--bcher-kva.de/": "https://xn--bcher-kva.de/",
    "https://例え.jp": "https://xn--r8jz45g.jp/",
    "https://exa%6dple.com/": "https://example.com/",
    "https://example.com./": "https://example.com./",
    "http:example.com": "http://example.com/",
    "http:/example.com": "http://example.com/",
    "http:///example.com": "http://example.com/",
    "http:\\\\example.com\\a": "http://example.com/a",
    "http://good.com\\@evil.com": "http://good.com/@evil.com",
    "http://@example.com/": "http://example.com/",
    "http://0x7f.1/": "http://127.0.0.1/",
    "http://2130706433:81/": "http://127.0.0.1:81/",
    "http://192.168.1": "http://192.168.0.1/",
    "http://[2001:DB8:0:0::1]/": "http://[2001:db8::1]/",
    "http://localhost:3000/": "http://localhost:3000/",
    "https://example.com/?u=http://user:pass@x.com": "https://example.com/?u=http://user:pass@x.com",
    "https://example.com/\u202etxt": "https://example.com/%E2%80%AEtxt",
    'https://example.com/"<>`{}': "https://example.com/%22%3C%3E%60%7B%7D",
    "https://example.com/%0d%0aX:1": "https://example.com/%0d%0aX:1",
    "https://example.com/" + "a" * (MAX_CHARACTERS - 20): "https://example.com/" + "a" * (MAX_CHARACTERS - 20),
}


@pytest.mark.parametrize(("url", "href"), CANONICAL.items())
def test_a_destination_gets_its_canonical_form(url: str, href: str) -> None:
    assert parse(url).href == href


@pytest.mark.parametrize("url", CANONICAL)
def test_parsing_again_changes_nothing(url: str) -> None:
    once = parse(url)
    assert parse(once.href) == once


# ── Refused: invalid_url ─────────────────────────────────────────────────────────────────────────────────────────

SCHEMES = ["javascript", "JaVaScRiPt", "data", "vbscript", "file", "ftp", "ws", "wss", "blob", "about", "mailto", "tel",
           "intent", "view-source", "chrome", "ssh", "gopher", "httpss", "http2"]  # fmt: skip
BODIES = ["alert(document.domain)", "//example.com/", "text/html,<script>alert(1)</script>"]
CONTROLS = [*map(chr, range(0x20)), *map(chr, range(0x7F, 0xA0)), "\u2028", "\u2029", "\ud800", "\udfff"]
WITH_CONTROL = ["https://example.com/{}", "{}https://example.com/", "https://exam{}ple.com/", "java{}script:alert(1)",
                "https://example.com/?a={}b"]  # fmt: skip
CREDENTIALS = ["https://user@example.com/", "https://user:hunter2@example.com/", "https://:hunter2@example.com/",
               "https:user:hunter2@example.com", "https://example.com@evil.com/", "https://a%40b:hunter2@example.com",
               "http://good.com#@hunter2:x@evil.com:99999999@"]  # fmt: skip
HOSTLESS = ["https:", "https://", "http:///", "https://?q", "https://#f", "https://:80/", "http://%", "http://%00/"]
BAD_HOSTS = ["exa mple.com", "exa<mple.com", "exa%20mple.com", "[::1", "[::g]", "::1", "1.2.3.4.5", "256.1.1.1",
             "0x100000000", "1.2.3.08", "xn--", "xn--a", "a.b.XN--pokxncvks", "\u200d.com", "\u00ad", "a^b", "a|b",
             "\u202emoc.elgoog", "[v1.a]", "[::1.2.3.4.5]", "a.com:65536", "a.com:-1", "a.com:http", "%zz"]  # fmt: skip
RELATIVE = ["", " ", "example.com", "//example.com/", "/path", "?q", "#f", "localhost:3000", "example.com:8080/a",
            "://a.com", "www", "not a url", ":", "1http://a.com", "ht tp://a.com", "\u00a0https://a.com",
            "\ufeffhttps://a.com"]  # fmt: skip
TOO_LONG = [
    "https://example.com/" + "a" * MAX_CHARACTERS,
    "https://example.com/" + "ü" * 400,
    " " * 3000,
    "x" * 1_000_000,
]

INVALID = [
    *(f"{scheme}:{body}" for scheme, body in product(SCHEMES, BODIES)),
    *(template.format(control) for template, control in product(WITH_CONTROL, CONTROLS)),
    *CREDENTIALS[:-1],
    *HOSTLESS,
    *(f"http://{host}/" for host in BAD_HOSTS),
    *RELATIVE,
    *TOO_LONG,
]


@pytest.mark.parametrize("url", INVALID, ids=lambda url: repr(url)[:40].replace("::", ": :"))
def test_a_bad_url_is_refused(url: str) -> None:
    with pytest.raises(InvalidUrl) as refused:
        parse(url)
    assert refused.value.code == "invalid_url"
    assert refused.value.field == "target_url"


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("javascript:alert(1)", 'scheme "javascript"'),
        ("example.com/x", '"example.com/x" does not begin with https://'),
        ("localhost:3000", '"localhost:3000" does not begin'),
        ("https://example.com/\r\nX: 1", "a carriage return in place 21"),
        ("https://example.com/\x1b[31m", r"U\+001B in place 21"),
        ("https://a.com/\ud800", r"U\+D800"),
        ("https://u:p@a.com/", 'before "@a.com"'),
        ("https://a.com:99999/", 'port "99999"'),
        ("https://exa mple.com/p", 'host "exa mple.com"'),
        ("https://", "no host"),
        ("", "is empty"),
        ("x" * 5000, "has 5000 characters; at most 2048"),
        ("https://a.com/" + "ü" * 500, "has 3014 characters once it is percent-encoded"),
        ("https://GO.example/x", '"go.example", a short domain'),
        ("https://a.evil.test/x", 'leads to "a.evil.test"; the domain "evil.test" is blocked'),
    ],
)
def test_the_refusal_says_what_is_wrong_with_this_url(url: str, words: str) -> None:
    with pytest.raises(ValidationFailed, match=words):
        parse(url)


@pytest.mark.parametrize("url", CREDENTIALS)
def test_a_password_is_never_repeated_in_the_refusal(url: str) -> None:
    assert "hunter2" not in detail_of_refusal(url)


# ── Refused: self_link, blocked_domain ───────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "url",
    [
        *(
            "https://go.example/a",
            "http://GO.EXAMPLE",
            "https://go.example./",
            "https://go.example..",
            "http:go.example",
        ),
        *("https://g%6f.example/", "https://go.example:8443/", "https://go。example/", "https://\uff27\uff2f.example/"),
        *("https://bücher.example/", "https://xn--bcher-kva.example", "https://BÜCHER.example/"),
        *("http://127.0.0.1:8000/", "http://localhost:8000/x", "http://127.1:8000", "http://0x7f000001:8000/"),
        *("http://017700000001:8000", "http://2130706433:8000", "http://127.9.9.9:8000/", "http://0:8000/"),
        *("http://[::1]:8000/", "http://[::ffff:127.0.0.1]:8000/", "http://[::]:8000", "http://a.localhost:8000/"),
        *("http://10.1.2.3/", "http://0xa.1.2.3/", "http://012.1.515/", "https://[::ffff:a01:203]:9/"),
    ],
)
def test_a_link_to_one_of_our_own_domains_is_refused(url: str) -> None:
    with pytest.raises(SelfLink):
        parse(url)


@pytest.mark.parametrize(
    "url", ["https://www.go.example/", "https://go.example.com", "http://localhost:8080/", "https://127.0.0.1/"]
)
def test_a_host_that_only_resembles_ours_is_accepted(url: str) -> None:
    assert parse(url).href


@pytest.mark.parametrize(
    "url",
    [
        *(
            "https://evil.test",
            "https://a.b.evil.test/",
            "https://EVIL.test.",
            "https://wild.test",
            "https://x.wild.test",
        ),
        *("https://dotted.test/", "https://кино.рф/", "https://www.xn--h1adke.xn--p1ai/", "http://203.0.113.9/"),
        "http://0xcb007109/",
    ],
)
def test_a_blocked_domain_is_refused_with_its_subdomains(url: str) -> None:
    with pytest.raises(BlockedDomain):
        parse(url)


@pytest.mark.parametrize(
    "url", ["https://notevil.test/", "https://evil.test.com/", "https://test/", "http://203.0.113.8"]
)
def test_a_domain_that_only_ends_alike_is_not_blocked(url: str) -> None:
    assert parse(url).href


def test_blocked_domains_come_from_the_setting_and_from_the_file(settings_factory: object) -> None:
    assert callable(settings_factory)
    settings = settings_factory(blocked_domains="a.test, b.test")
    (settings.data_dir / "blocked-domains.txt").write_text("# ours\nc.test  # since May\n\n")
    found = [make_block_list(settings).find(host) for host in ("x.a.test", "b.test", "c.test", "ours", "d.test")]
    assert found == ["a.test", "b.test", "c.test", None, None]


# ── Flagged ──────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("host", "is_confusable"),
    [
        ("p\u0430ypal.com", True),  # Cyrillic a among Latin letters
        ("\u0430\u0440\u0440\u04cf\u0435.com", True),  # all Cyrillic, reads "apple"
        ("www.g\u03bf\u03bfgle.com", True),  # Greek o
        ("g\u0131thub.com", True),  # dotless i
        ("пример.рф", False),
        ("сорока.рф", False),
        ("bücher.de", False),
        ("例え.jp", False),
        ("abcカナ漢字.jp", False),
        ("한국abc.kr", False),
        ("ελλάδα.gr", False),
        ("paypal.com", False),
    ],
)
def test_a_host_that_can_be_taken_for_another_is_flagged(host: str, is_confusable: bool) -> None:
    assert parse(f"https://{host}/").is_confusable is is_confusable


# ── Anything at all ──────────────────────────────────────────────────────────────────────────────────────────────

PIECES = st.sampled_from(
    ["http", "https", ":", "//", "\\", "/", "@", "?", "#", "%", "%0d%0a", "\r\n", "\t", " ", "[", "]", "::1", "127.1",
     "0x7f", ".", "..", "a", "Z", "example.com", "xn--", "ü", "漢", "\u202e", "\ud800", "\x00", "{", "|", "'", '"']
)  # fmt: skip
URLS = st.one_of(
    st.text(),
    st.lists(PIECES, max_size=12).map("".join),
    st.lists(PIECES, max_size=12).map(lambda pieces: "https://example.com" + "".join(pieces)),
    st.text(max_size=40).map(lambda text: f"http://{text}"),
)


@given(URLS)
@example("http://a/%\u0130")
@example("https://example.com/#\ufffe\uffff")
def test_whatever_comes_in_the_result_is_safe_in_a_header_and_stable(url: str) -> None:
    if detail := detail_of_refusal(url):
        assert detail.isprintable()
        assert len(detail) < 300
        return
    destination = parse(url)
    href = destination.href
    assert href.startswith(("http://", "https://"))
    assert all("!" <= character <= "~" for character in href)
    assert "@" not in href.split("/")[2]
    assert len(href) <= MAX_CHARACTERS
    assert parse(href) == destination


AUTHORITIES = st.text(alphabet="ab1.:@[]-%2fäß。\\/?#xn", max_size=24)


@given(st.sampled_from(["http", "HTTPS"]), AUTHORITIES, st.sampled_from(["", "/", "/p?q=@x:1/#f", "?x=http://u:p@h/"]))
@example("http", "[::1]:8080", "/")
@example("http", "@a", "/")
@example("http", ":@a:80", "/")
def test_host_and_port_are_those_that_the_parser_tells(scheme: str, authority: str, rest: str) -> None:
    try:
        parsed = ada_url.URL(f"{scheme}://{authority}{rest}")
    except ValueError:
        return
    if parsed.username or parsed.password:
        with pytest.raises(InvalidUrl, match="user name or password"):
            read_parts(f"{scheme}://{authority}{rest}")
    else:
        parts = (parsed.href, parsed.protocol.rstrip(":"), parsed.hostname, parsed.port)
        assert read_parts(f"{scheme}://{authority}{rest}") == parts
