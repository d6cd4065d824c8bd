"""The offline writer: texts of a trade in the business's language, with what is known of the business in them.

It claims nothing that is not known: no years, prices, prizes, opening hours or customers' words.
"""

import tomllib
from functools import lru_cache
from importlib.resources import files
from typing import Any

from vayro.sites.content import Copy, Facts, SiteContent
from vayro.sites.copywriting.trades import GENERAL, find_trade
from vayro.sites.sanitising import clean_content, clean_facts, plain

LANGUAGES = ("en", "de", "es", "fr")


class TemplateCopywriter:
    """Writes from the texts in `texts/`, one file a language. Costs nothing and asks nobody."""

    async def write(self, facts: Facts, key: str) -> Copy:  # noqa: ARG002  # the port's
        """Return the words of a site; `key` is of no use here."""
        return Copy(content=write_content(facts))


def write_content(facts: Facts) -> SiteContent:
    """Return the words of a site. In English where there are no texts in the business's language."""
    facts = clean_facts(facts)
    texts = read_texts(find_language(facts.locale))
    trade = find_trade(facts.category)
    words = {**texts[GENERAL], **texts.get(trade, {})}
    known = {"name": facts.name, "category": facts.category or words["category"]}
    filled = {part: _fill(words[part], known) for part in ("headline", "tagline", "about", "description")}
    return clean_content(
        {
            **filled,
            "headline": plain(filled["headline"], 120),
            "about": _join(filled["about"], facts.brief),
            "offers": [dict(zip(("name", "text"), offer, strict=True)) for offer in words["offers"]],
            "highlights": words["highlights"],
            "questions": [{"question": q, "answer": _fill(a, known)} for q, a in _questions(words, facts)],
            "call_to_action": words["call" if facts.phone else "write" if facts.email else "come"],
        }
    )


def find_language(locale: str) -> str:
    """Return the language of a locale, or `en` where there are no texts in it."""
    language = locale.partition("-")[0].lower()
    return language if language in LANGUAGES else "en"


@lru_cache(maxsize=len(LANGUAGES))
def read_texts(language: str) -> dict[str, Any]:
    """Return the texts of a language."""
    return tomllib.loads(files(__package__).joinpath("texts", f"{language}.toml").read_text(encoding="utf-8"))


def _fill(text: str, known: dict[str, str]) -> str:
    """Put what is known into its places. Not `str.format`: names may hold braces of their own."""
    before, *parts = text.split("{")
    return before + "".join(known[place] + rest for place, _, rest in (part.partition("}") for part in parts))


def _join(about: str, brief: str | None) -> str:
    """The brief is what somebody said of this very business: it stands first, and whole as far as there is room."""
    return f"{plain(brief, 1_900 - len(about), is_long=True)}\n\n{about}" if brief else about


def _questions(words: dict[str, Any], facts: Facts) -> list[list[str]]:
    """The questions that can be answered truthfully."""
    ways = [way for way in ("phone", "email") if getattr(facts, way)]
    reach = [words["reach"][f"by_{'_and_'.join(ways)}"]] if ways else []
    place = [words["reach"]["place"]] if facts.address else []
    return [*words["questions"], *reach, *place]
