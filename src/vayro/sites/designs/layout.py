"""Laying out: content and facts into one page that needs nothing else.

Everything that varies is text, escaped by the templates, or a number of ours. Addresses in the page are `tel:` and
`mailto:` made here from what has the shape of one; styles hold nothing that anybody typed.
"""

import re
import zlib
from functools import cache
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, PackageLoader, StrictUndefined

from vayro.sites.content import Facts, SiteContent
from vayro.sites.copywriting.labels import read_labels
from vayro.sites.copywriting.template import LANGUAGES, write_content
from vayro.sites.designs.catalogue import DESIGNS, FALLBACK
from vayro.sites.sanitising import clean_content, clean_facts

PALETTES = 3
_E164 = re.compile(r"\+[1-9][0-9]{6,14}")
_EMAIL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63}){1,8}")
_FROM_RIGHT = frozenset({"ar", "fa", "he", "ur", "ps", "sd", "ug", "yi", "dv", "ckb"})
_FROM_RIGHT_LETTERS = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")


def lay_out(design: str, facts: Facts, content: SiteContent) -> str:
    """Return the page. A design that is not known is the general one.

    The same business, content and design give the same page: its colours and its ornament follow from its name.
    """
    facts, content = clean_facts(facts), clean_content(content, blank="-")
    name = design if design in DESIGNS else FALLBACK
    language = _language(facts, content)
    page = (
        _environment()
        .get_template(f"{name}.html.jinja")
        .render(
            name=facts.name,
            category=facts.category,
            content=content,
            paragraphs=[part.split("\n") for part in content.about.split("\n\n")],
            phone=_phone(facts.phone),
            email=_email(facts.email),
            address=facts.address.split("\n") if facts.address else [],
            labels=read_labels(language),
            language=language,
            direction="rtl" if language.partition("-")[0].lower() in _FROM_RIGHT else "ltr",
            seed=(seed := zlib.crc32(facts.name.encode())),
            palette=seed % PALETTES,
            has_contact=bool(facts.phone or facts.email or facts.address),
        )
    )
    return re.sub(r"\n\s*", "\n", page).strip() + "\n"


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("vayro.sites", "designs"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )


def _language(facts: Facts, content: SiteContent) -> str:
    """Return the language that the words are in: the business's, unless the offline writer had no texts in it."""
    language = facts.locale.partition("-")[0].lower()
    if language in LANGUAGES:
        return facts.locale
    if language in _FROM_RIGHT and not _FROM_RIGHT_LETTERS.search(content.about):
        return "en"
    return "en" if write_content(facts).tagline == content.tagline else facts.locale


def _phone(number: str | None) -> dict[str, Any] | None:
    if not number:
        return None
    if not _E164.fullmatch(number):
        return {"href": None, "text": number}
    return {"href": f"tel:{number}", "text": _grouped(number)}


def _grouped(number: str) -> str:
    """Return a number as people write it, with its country."""
    import phonenumbers  # noqa: PLC0415  # megabytes of metadata, for who lays pages out alone

    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return number
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


def _email(address: str | None) -> dict[str, Any] | None:
    if not address:
        return None
    is_one = _EMAIL.fullmatch(address) is not None
    return {"href": f"mailto:{quote(address, safe='@')}" if is_one else None, "text": address}
