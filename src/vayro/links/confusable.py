"""Flags host names that can be taken for others: `paypal.com` with a Cyrillic a.

Two rules of Unicode Technical Standard 39, as browsers apply them: a label mixes scripts that no language mixes, or it
is written wholly in letters of one script that look like Latin ones under a Latin top-level domain. A flag is a warning
for the preview page, never a refusal: honest names may carry it.
"""

import unicodedata

import ada_url

# Scripts that are written together: Japanese, Chinese and Korean, each with Latin beside it.
_WRITTEN_TOGETHER = (
    frozenset({"LATIN", "CJK", "HIRAGANA", "KATAKANA"}),
    frozenset({"LATIN", "CJK", "BOPOMOFO"}),
    frozenset({"LATIN", "CJK", "HANGUL"}),
)
_SCRIPTS = frozenset(
    {
        *("LATIN", "CYRILLIC", "GREEK", "COPTIC", "ARMENIAN", "GEORGIAN", "HEBREW", "ARABIC", "SYRIAC", "THAANA"),
        *("DEVANAGARI", "BENGALI", "GURMUKHI", "GUJARATI", "ORIYA", "TAMIL", "TELUGU", "KANNADA", "MALAYALAM"),
        *("SINHALA", "THAI", "LAO", "TIBETAN", "MYANMAR", "ETHIOPIC", "CHEROKEE", "KHMER", "MONGOLIAN", "TIFINAGH"),
        *("CJK", "HIRAGANA", "KATAKANA", "BOPOMOFO", "HANGUL", "YI", "LISU", "VAI", "NKO", "CANADIAN", "OGHAM"),
    }
)
_LATIN_LOOKALIKES = {
    "CYRILLIC": frozenset("асԁеһіјӏкоорԛѕтԝхуүъьмнвгпѵԍ"),
    "GREEK": frozenset("αγεικνορτυχωϲϳη"),
    "ARMENIAN": frozenset("ցհոսօքյզ"),
    "CHEROKEE": frozenset("ꭺꭰꮯꭼꮋꭻꮶꮮꮇꮲꮪꭲꮃ"),
}
# Latin letters that pass for plain ones: dotless i, script g, long s, IPA letters, letters with a stroke.
_ODD_LATIN = frozenset("ıɡſɑɩʟɴʀʏᴀᴄᴅᴇᴋᴍᴏᴘᴛᴜᴠᴡᴢƙɓɗħłøƅ")


def is_confusable(host: str) -> bool:
    """Return whether a host (in the ASCII form that a WHATWG parser gives) can be taken for another."""
    if "xn--" not in host:
        return False
    labels = ada_url.idna_to_unicode(host).rstrip(".").split(".")
    top = labels[-1]
    return any(_mixes_scripts(label) or _looks_latin(label, top) for label in labels if not label.isascii())


def _mixes_scripts(label: str) -> bool:
    scripts = {script for script in map(_script_of, label) if script}
    return len(scripts) > 1 and not any(scripts <= together for together in _WRITTEN_TOGETHER)


def _looks_latin(label: str, top: str) -> bool:
    letters = [letter for letter in label if letter.isalpha()]
    if not _ODD_LATIN.isdisjoint(letters):
        return True
    script = _script_of(letters[0]) if letters else ""
    lookalikes = _LATIN_LOOKALIKES.get(script, frozenset())
    return bool(lookalikes) and lookalikes.issuperset(letters) and top.isascii()


def _script_of(character: str) -> str:
    """Return the script by the first word of the character's name; "" for digits, hyphens and marks of no script."""
    word = unicodedata.name(character, "").partition(" ")[0].partition("-")[0]
    return word if word in _SCRIPTS else ""
