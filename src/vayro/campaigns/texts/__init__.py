"""The words of each variant, one file a language: in one SMS of 160 septets with a usual name and a short link."""

import tomllib
from collections.abc import Collection
from functools import cache
from importlib.resources import files
from typing import Literal, NamedTuple

OwnVariant = Literal["friendly", "professional", "urgent"]
Variant = Literal["friendly", "professional", "urgent", "custom"]

OWN_VARIANTS: tuple[OwnVariant, ...] = ("friendly", "professional", "urgent")
LOCALES = ("en", "de", "es", "fr", "it", "nl", "pt")
FALLBACK = "en"


class Wording(NamedTuple):
    """A text with placeholders, its language, and what a nameless business is called in it."""

    locale: str
    text: str
    business: str


def get_wording(variant: OwnVariant, locale: str) -> Wording:
    """Return a variant in the language of a locale; in English when it is not there in that one."""
    language = choose_locale(locale, LOCALES)
    words = _read(language)
    return Wording(language, words[variant], words["business"])


def name_business(locale: str) -> str:
    """Return what a business without a name, or a category without one, is called."""
    return _read(choose_locale(locale, LOCALES))["business"]


def choose_locale(locale: str, available: Collection[str]) -> str:
    """Return the best of the locales there are: the same, its language, English, or the first. None may be wanted."""
    tags = {tag.replace("_", "-").lower(): tag for tag in available}
    wanted = locale.replace("_", "-").lower()
    language = wanted.partition("-")[0]
    for known in (wanted, language, FALLBACK):
        if known in tags:
            return tags[known]
    return next(iter(available))


@cache
def _read(language: str) -> dict[str, str]:
    text = files(__name__).joinpath(f"{language}.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)
