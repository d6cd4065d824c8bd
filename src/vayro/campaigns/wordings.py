"""Which words a campaign has for whom: those of its variant, or its own where it has some in that language."""

from collections.abc import Mapping
from typing import NamedTuple

from vayro.campaigns.placeholders import parse_text
from vayro.campaigns.texts import OwnVariant, Variant, choose_locale, get_wording
from vayro.errors import ValidationFailed


class Choice(NamedTuple):
    """The words for one recipient. `is_custom`: somebody else wrote them."""

    locale: str
    text: str
    is_custom: bool


class Wordings:
    """The words of one campaign, or of one preview."""

    def __init__(self, variant: Variant, texts: Mapping[str, str]) -> None:
        """Args: texts, by locale. Raises ValidationFailed for a text that is none, and a custom message without one."""
        self._variant: OwnVariant | None = None if variant == "custom" else variant
        self._texts = {locale: parse_text(text, f"texts.{locale}") for locale, text in texts.items()}
        if self._variant is None and not texts:
            raise ValidationFailed("A custom message needs a text.", field="texts")

    @property
    def texts(self) -> dict[str, str]:
        """Return the texts that somebody wrote, as they are used."""
        return dict(self._texts)

    def choose(self, locale: str) -> Choice:
        """Return the words for a locale: a text of its language, those of the variant, or the text there is."""
        if self._texts:
            best = choose_locale(locale, self._texts)
            if self._variant is None or _language(best) == _language(locale):
                return Choice(best, self._texts[best], is_custom=True)
        assert self._variant
        wording = get_wording(self._variant, locale)
        return Choice(wording.locale, wording.text, is_custom=False)


def _language(locale: str) -> str:
    return locale.replace("_", "-").partition("-")[0].lower()
