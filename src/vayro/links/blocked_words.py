"""Words that no generated code may contain, nor a custom code consist of, in leet spelling too."""

import re
from itertools import chain

OFFENSIVE_WORDS = (
    *("anus", "asshole", "bastard", "bitch", "bollocks", "boner", "cock", "cunt", "dick", "dildo", "faggot", "fuck"),
    *("fuk", "fck", "fuq", "phuck", "gook", "jizz", "kike", "kkk", "nazi", "nigga", "nigger", "pedo", "penis", "porn"),
    *(
        "prick",
        "pussy",
        "rape",
        "retard",
        "shit",
        "slut",
        "tits",
        "tranny",
        "twat",
        "vagina",
        "wank",
        "wetback",
        "whore",
    ),
    *("arsch", "ficken", "fotze", "hure", "nutte", "wichser", "putain", "salope", "encule", "puta", "puto", "mierda"),
    *("cazzo", "merda", "kurwa", "blyat", "pizda"),
)
UNFORTUNATE_WORDS = (
    *("ass", "sex", "xxx", "gay", "jew", "fag", "fat", "cum", "coon", "dyke", "paki", "spic", "heil", "hell", "damn"),
    *("kill", "dead", "death", "hate", "ugly", "bite", "fick", "pute", "polla", "suka", "hui"),
)
"""Fine in a code that somebody chose ("magna-cum-laude"); embarrassing in one that we made up."""

# Letters and digits that are read alike fold to one: "5h1t" and "shlt" are both read as "shit".
_LOOKALIKES = {
    "i": "1l!",
    "o": "0",
    "e": "3",
    "a": "4@",
    "s": "52z$",
    "t": "7",
    "b": "8",
    "g": "96",
    "u": "v",
}
_FOLD = str.maketrans({like: letter for letter, likes in _LOOKALIKES.items() for like in likes})
FOLD_BYTES = bytes(range(256)).decode("latin-1").lower().translate(_FOLD).encode("latin-1", "replace")
"""The same folding for `bytes.translate`: one pass over a whole block of codes."""

_SEPARATORS = re.compile("[-_]+")
_OFFENSIVE = frozenset(word.translate(_FOLD) for word in OFFENSIVE_WORDS)
_BLOCKED = sorted({word.translate(_FOLD).encode() for word in chain(OFFENSIVE_WORDS, UNFORTUNATE_WORDS)})


def is_offensive(code: str) -> bool:
    """Return whether the code, or a part of it between `-` and `_`, reads as an offensive word.

    Whole parts only: a person who chose "scunthorpe" or "peacock-garden" meant nothing by it.
    """
    parts = _SEPARATORS.split(fold(code))
    return "".join(parts) in _OFFENSIVE or not _OFFENSIVE.isdisjoint(parts)


def fold(code: str) -> str:
    """Return the code as it is read: lower case, lookalikes made one."""
    return code.lower().translate(_FOLD)


def find_blocked_rows(text: bytes, width: int) -> set[int]:
    """Return which rows of `width` bytes (each ended by a line feed, which no word contains) hold a blocked word.

    Searching 1,000 codes at once for each word takes 0.2 us a code; each code for each word would take 5.
    """
    folded = text.translate(FOLD_BYTES)
    return {place // width for word in _BLOCKED for place in _find_all(folded, word)}


def _find_all(text: bytes, word: bytes) -> list[int]:
    places = []
    place = text.find(word)
    while place >= 0:
        places.append(place)
        place = text.find(word, place + 1)
    return places
