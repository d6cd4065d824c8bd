r"""Destinations: parsed once, by WHATWG rules, and from then on known by their canonical form alone.

What a browser would read differently from us cannot hurt, because what we store, show and send is what the parser
made of it: `http://good.com\@evil.com` is stored as `http://good.com/@evil.com`, where a browser goes too.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

import ada_url

from vayro.errors import BlockedDomain, InvalidUrl, SelfLink
from vayro.links.block_list import BlockList
from vayro.links.confusable import is_confusable
from vayro.links.excerpt import excerpt
from vayro.links.host_name import is_valid_punycode, normalise_host

MAX_CHARACTERS = 2048
FIELD = "target_url"

DEFAULT_PORTS = {"http": "80", "https": "443"}

# A WHATWG parser drops tabs and line breaks in silence: "java\nscript:" becomes "javascript:". We refuse all controls,
# C1 and the two Unicode line ends with them, and surrogates, which have no UTF-8 form.
_FORBIDDEN = re.compile("[\\x00-\\x1f\\x7f-\\x9f\\u2028\\u2029\\ud800-\\udfff]")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*(?=:)")
_CANONICAL = re.compile(r"(https?)://(?:([^/@]+)@)?(\[[^\]/]*\]|[^/:@?#\[\]]+)(?::([0-9]+))?/")
_AUTHORITY_END = re.compile(r"[/\\?#]")
_NAMES = {"\r": "a carriage return", "\n": "a line feed", "\t": "a tab", "\0": "a NUL"}


@dataclass(frozen=True, slots=True)
class Destination:
    """Where a link leads. `href` is stored, shown and sent: printable ASCII, safe in a Location header."""

    href: str
    host: str
    is_confusable: bool


def parse_destination(
    url: str, *, own_hosts: frozenset[str] = frozenset(), blocked: BlockList | None = None, field: str = FIELD
) -> Destination:
    """Return the canonical form of a destination; parsing that again changes nothing.

    Spaces around it are dropped, as people paste them; control characters are refused wherever they stand. Addresses
    in private networks are allowed: nothing here connects to them.
    Args: own_hosts, from `canonical_own_hosts`; field, the input that errors name.
    Raises InvalidUrl, SelfLink or BlockedDomain; the message says what is wrong with this URL.
    """
    try:
        return _parse(url, own_hosts, blocked)
    except (InvalidUrl, SelfLink, BlockedDomain) as error:
        error.field = field
        raise


def _parse(url: str, own_hosts: frozenset[str], blocked: BlockList | None) -> Destination:
    _check_characters(url)
    text = url.strip(" ")
    _check_scheme(text)
    href, scheme, hostname, port = read_parts(text)
    is_punycode_valid, host, confusable = _judge_host(hostname)
    shown = f"{hostname}:{port}" if port else hostname
    if not is_punycode_valid:  # the standard refuses it; ada 4.0 lets it pass
        raise InvalidUrl(f"The URL has the host {excerpt(hostname)}, whose xn-- part stands for no letters.")
    if host in own_hosts or f"{host}:{port or DEFAULT_PORTS[scheme]}" in own_hosts:
        raise SelfLink(f"The URL leads to {excerpt(shown)}, a short domain of this service: it would loop.")
    if blocked is not None and (entry := blocked.find(host, href)):
        raise BlockedDomain(f"The URL leads to {excerpt(hostname)}; the domain {excerpt(entry)} is blocked.")
    return Destination(_check_canonical(href), host, confusable)


@lru_cache(maxsize=4096)
def _judge_host(hostname: str) -> tuple[bool, str, bool]:
    """Return whether its punycode is valid, the form in which it is compared, and whether it can be mistaken.

    Remembered: of a thousand links sent at once most lead to a few hosts.
    """
    if not is_valid_punycode(hostname):
        return False, "", False
    host = normalise_host(hostname)
    return True, host, is_confusable(host)


def _check_characters(url: str) -> None:
    if len(url) > MAX_CHARACTERS:
        raise InvalidUrl(f"The URL has {len(url)} characters; at most {MAX_CHARACTERS} are accepted.")
    if url.isascii() and url.isprintable():  # nearly all are, and this takes a tenth of the search
        return
    if forbidden := _FORBIDDEN.search(url):
        character = forbidden[0]
        name = _NAMES.get(character, f"the character U+{ord(character):04X}")
        raise InvalidUrl(f"The URL has {name} in place {forbidden.start() + 1}; that is not accepted.")


def _check_scheme(text: str) -> str:
    found = _SCHEME.match(text)
    scheme = found[0].lower() if found else ""
    if scheme in DEFAULT_PORTS:
        return scheme
    # "example.com:8080" and "localhost:3000" are hosts whose scheme was forgotten, not schemes.
    if scheme and not ("." in scheme or text[len(scheme) + 1 :][:1].isdigit()):
        raise InvalidUrl(f"The URL has the scheme {excerpt(scheme)}; http and https are accepted.")
    if not text:
        raise InvalidUrl("The URL is empty.")
    raise InvalidUrl(f"The URL {excerpt(_after_credentials(text))} does not begin with https:// or http://.")


def read_parts(text: str) -> tuple[str, str, str, str]:
    """Return the canonical form, and its scheme, host and port ("" for the scheme's own).

    They are cut out of the canonical form, where each has one place: to ask the parser for each costs 0.7 us.
    """
    try:
        href = ada_url.URL(text).href
    except ValueError:
        raise InvalidUrl(_host_message(text)) from None
    parts = _CANONICAL.match(href)
    if parts is None:
        raise InvalidUrl("The URL has no canonical form.")
    scheme, credentials, hostname, port = parts.groups("")
    if credentials:
        shown = f"{hostname}:{port}" if port else hostname
        raise InvalidUrl(f"The URL carries a user name or password before {excerpt('@' + shown)}: remove it.")
    return href, scheme, hostname, port


def _host_message(text: str) -> str:
    authority = _after_credentials(_AUTHORITY_END.split(text.partition(":")[2].lstrip("/\\"), maxsplit=1)[0])
    host, colon, port = authority.rpartition(":")
    if not authority:
        return "The URL has no host."
    if colon and ada_url.check_url(f"http://{host}/"):
        return f"The URL has the port {excerpt(port)}; a number up to 65535 is accepted."
    return f"The URL has the host {excerpt(authority)}, which is not a host name or an address."


def _after_credentials(text: str) -> str:
    """Return what may be quoted: what stands before an @ may be somebody's password."""
    return text.rpartition("@")[2]


def _check_canonical(href: str) -> str:
    if len(href) > MAX_CHARACTERS:
        raise InvalidUrl(
            f"The URL has {len(href)} characters once it is percent-encoded; at most {MAX_CHARACTERS} are accepted."
        )
    if not (href.isascii() and href.isprintable()) or " " in href:  # what the parser promises, and headers rest on
        raise InvalidUrl("The URL has no canonical form.")
    return href
