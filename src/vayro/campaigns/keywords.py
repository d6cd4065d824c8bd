"""Words by which people end what they get, and take that back: of the carriers, and of their own languages.

A message is compared without case, accents and punctuation. It counts when it is a word alone; the unmistakable ones
count as the first word of a longer message, too ("STOP please"), which "End of June suits me" must not.
"""

import re
import unicodedata
from typing import Literal, NamedTuple

Wish = Literal["stop", "start"]

STOP: dict[str, tuple[str, ...]] = {
    "en": ("STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT", "REMOVE"),
    "de": ("STOPP", "ABMELDEN", "ABBESTELLEN", "ENDE", "AUFHOEREN", "AUFHÖREN"),
    "fr": ("ARRET", "ARRÊT", "ARRETER", "ARRÊTER", "DESABONNER", "DÉSABONNER", "DESINSCRIRE", "DÉSINSCRIRE"),
    "es": ("BAJA", "PARAR", "PARE", "ALTO", "CANCELAR", "DETENER"),
    "pt": ("PARAR", "PARE", "SAIR", "CANCELAR", "DESCADASTRAR"),
    "it": ("CANCELLA", "CANCELLAMI", "FERMA", "BASTA", "DISISCRIVI"),
    "nl": ("AFMELDEN", "STOPPEN", "UITSCHRIJVEN"),
    "pl": ("STOP", "WYPISZ", "REZYGNUJE", "REZYGNUJĘ"),
    "sv": ("STOPPA", "AVSLUTA", "SLUTA"),
    "da": ("AFMELD", "STOP"),
    "nb": ("STOPP", "AVSLUTT"),
    "fi": ("LOPETA", "PERU"),
    "cs": ("STOP", "ODHLASIT", "ODHLÁSIT"),
    "tr": ("DUR", "IPTAL", "İPTAL", "RET"),
    "ru": ("СТОП", "ОТПИСАТЬСЯ", "ОТПИСКА"),
    "uk": ("СТОП", "ВІДПИСАТИСЯ"),
    "el": ("ΣΤΟΠ", "ΔΙΑΓΡΑΦΗ"),
    "ja": ("停止", "ストップ", "配信停止"),
    "zh": ("停止", "退订", "退訂", "取消"),
    "ko": ("중지", "수신거부"),
    "ar": ("توقف", "إيقاف", "الغاء", "إلغاء"),
    "he": ("הסר", "עצור"),
}  # fmt: skip
START: dict[str, tuple[str, ...]] = {
    "en": ("START", "UNSTOP", "RESUME", "OPTIN"),
    "de": ("STARTEN", "ANMELDEN"),
    "fr": ("REPRENDRE", "DEMARRER", "DÉMARRER"),
    "es": ("ALTA", "INICIAR", "COMENZAR"),
    "pt": ("INICIAR", "VOLTAR"),
    "it": ("INIZIA", "RIPRENDI"),
    "nl": ("AANMELDEN",),
    "ru": ("СТАРТ",),  # noqa: RUF001  # Cyrillic, as people write it
}
# They mean nothing else at the head of a sentence, in any of these languages.
_UNMISTAKABLE = (
    "STOP", "STOPALL", "STOPP", "UNSUBSCRIBE", "OPTOUT", "ARRET", "DESABONNER", "DESINSCRIRE", "AFMELDEN",
    "UITSCHRIJVEN", "ABMELDEN", "ABBESTELLEN", "СТОП", "ΣΤΟΠ", "退订", "退訂", "配信停止", "수신거부",
)  # fmt: skip
_LONGEST = 1_600
KEYWORD_MAX = 50


class Spoken(NamedTuple):
    """What somebody wishes, and the word that said so."""

    wish: Wish
    keyword: str


def read_wish(text: str) -> Spoken | None:
    """Return what a message asks for; None when it is about something else."""
    words = _normalise(text[:_LONGEST]).split()
    whole = "".join(words)
    if whole in _STOPS:
        return Spoken("stop", whole.upper()[:KEYWORD_MAX])
    if whole in _STARTS:
        return Spoken("start", whole.upper()[:KEYWORD_MAX])
    if words and words[0] in _FIRST:
        return Spoken("stop", words[0].upper()[:KEYWORD_MAX])
    return None


def _normalise(text: str) -> str:
    """Return small letters without accents, and spaces for whatever is no letter."""
    apart = unicodedata.normalize("NFKD", text.casefold().replace("ß", "ss"))
    letters = "".join(letter for letter in apart if not unicodedata.combining(letter))
    return unicodedata.normalize("NFKC", re.sub(r"[\W_]+", " ", letters)).strip()


def _all(words: "dict[str, tuple[str, ...]]") -> frozenset[str]:
    return frozenset("".join(_normalise(word).split()) for group in words.values() for word in group)


_STOPS, _STARTS = _all(STOP), _all(START)
_FIRST = frozenset(map(_normalise, _UNMISTAKABLE))
