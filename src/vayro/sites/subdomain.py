"""Subdomains of sites: made from the business's name, or chosen."""

import re
import secrets
import unicodedata
from collections.abc import Iterator

from vayro.errors import ValidationFailed
from vayro.links.excerpt import excerpt

MAX_CHARACTERS = 40
_NUMBERED = 5
_DRAWN = 20
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
_SHAPE = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?")
_FALLBACK = "site"

_RESERVED = """
    abuse account accounts admin administrator api app apps assets auth autoconfig autodiscover beta billing
    blog cdn cname dashboard demo dev dns docs email ftp git go health help host hostmaster imap info internal
    link links localhost login mail metrics mx news noc ns ns1 ns2 pop pop3 postmaster preview redirect root s
    secure security sftp shop site sites smtp ssh ssl staging static stats status support sysadmin test tls
    vayro vpn web webmail webmaster wpad www www1 www2
"""
RESERVED = frozenset(_RESERVED.split())
"""Names that somebody might take for the service itself, or that programs look for by themselves."""

# What no decomposition turns into ASCII: letters of their own in Latin scripts, then Greek and Cyrillic by sound.
_BY_SOUND = """
    ß=ss æ=ae œ=oe ø=o đ=d ð=d þ=th ł=l ħ=h ı=i ĸ=k ŋ=n ŧ=t ə=e ’= '= `=
    α=a β=v γ=g δ=d ε=e ζ=z η=i θ=th ι=i κ=k λ=l μ=m ν=n ξ=x ο=o π=p ρ=r σ=s ς=s τ=t υ=y φ=f χ=ch ψ=ps ω=o
    а=a б=b в=v г=g д=d е=e ё=e ж=zh з=z и=i й=y к=k л=l м=m н=n о=o п=p р=r с=s т=t у=u ф=f х=kh ц=ts ч=ch ш=sh
    щ=shch ъ= ы=y ь= э=e ю=yu я=ya і=i ї=yi є=ye ґ=g
"""  # noqa: RUF001  # letters of other scripts are what it is about
_LETTERS = {"@": " at ", "+": " plus "} | {pair[0]: pair[2:] for pair in _BY_SOUND.split()}
_UMLAUTS = {"ä": "ae", "ö": "oe", "ü": "ue"}
_GERMAN = frozenset({"de", "gsw", "lb"})


def make_subdomain(name: str, locale: str = "en") -> str:
    """Return a subdomain of at most 40 letters, digits and hyphens that looks like the name; `site` for one without.

    Args: locale, of the business: an ü is `ue` in German, and `u` elsewhere.
    """
    language = locale.partition("-")[0].lower()
    text = unicodedata.normalize("NFC", name[:300].casefold())
    table = {**_LETTERS, **(_UMLAUTS if language in _GERMAN else {})}
    text = "".join(table.get(letter, letter) for letter in text)
    text = "".join(table.get(letter, letter) for letter in unicodedata.normalize("NFKD", text))
    plain = re.sub(r"[^a-z0-9]+", "-", text.encode("ascii", "ignore").decode()).strip("-")
    return _shorten(plain, MAX_CHARACTERS) or _FALLBACK


def list_candidates(name: str, locale: str = "en") -> Iterator[str]:
    """Yield subdomains for a name, the nicest first; the later ones are drawn, so that one is free."""
    base = make_subdomain(name, locale)
    if base not in RESERVED:
        yield base
    short = _shorten(base, MAX_CHARACTERS - 7)
    for number in range(2, _NUMBERED + 1):
        yield f"{short}-{number}"
    for _ in range(_DRAWN):
        yield f"{short}-{''.join(secrets.choice(_ALPHABET) for _ in range(6))}"


def check_subdomain(text: str) -> str:
    """Return a chosen subdomain in lower case. Raises ValidationFailed."""
    name = text.strip().lower()
    if not _SHAPE.fullmatch(name) or name[2:4] == "--":
        raise ValidationFailed(
            f"{excerpt(text)} is not a subdomain: up to 40 letters a to z, digits and hyphens, like joes-pizza.",
            field="subdomain",
        )
    if name in RESERVED:
        raise ValidationFailed(f"The subdomain {excerpt(name)} is reserved.", field="subdomain")
    return name


def _shorten(text: str, most: int) -> str:
    """Cut at a hyphen where one is near, so that no word is torn."""
    if len(text) <= most:
        return text
    cut = text[: most + 1].rpartition("-")[0]
    return (cut if len(cut) >= most // 2 else text[:most]).strip("-")
