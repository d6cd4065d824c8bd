"""Whether a text is in a language, by its script and its commonest words: enough to see that a model mixed it up."""

import re

_COMMON = {
    "en": "the and of to is you your with for are we what our from that this it on as be",
    "de": "und der die das ist sie wir mit für ein eine nicht auf von zu im den dem ihre ihr",
    "es": "y el la los las de que es con para una un por su en nuestro lo se del más",
    "fr": "et le la les des est vous nous avec pour une un dans votre ce qui que du sur au",
    "it": "e il la di che è con per una un del nostro si le gli da non più sono nel",
    "pt": "e o a de que é com para uma um do da os nosso em não por se você mais",
    "nl": "en de het een van is wij met voor u niet op te dat uw zijn ons aan bij wat",
}
_WORDS = {language: frozenset(words.split()) for language, words in _COMMON.items()}
_SCRIPTS = {
    "Cyrillic": ("[\u0400-\u052f]", {"ru", "uk", "bg", "be", "mk"}),
    "Greek": ("[\u0370-\u03ff]", {"el"}),
    "Hebrew": ("[\u0590-\u05ff]", {"he", "yi"}),
    "Arabic": ("[\u0600-\u06ff\u0750-\u077f]", {"ar", "fa", "ur", "ps"}),
    "Devanagari": ("[\u0900-\u097f]", {"hi", "mr", "ne"}),
    "Thai": ("[\u0e00-\u0e7f]", {"th"}),
    "East Asian": ("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]", {"ja", "zh", "ko"}),
}
_ENOUGH = 6


def is_in_language(text: str, locale: str) -> bool:
    """Return False only when the text is plainly in another language than the locale's; in doubt, True."""
    language = locale.partition("-")[0].lower()
    letters = max(1, sum(map(str.isalpha, text)))
    for pattern, languages in _SCRIPTS.values():
        share = len(re.findall(pattern, text)) / letters
        if language in languages:
            return share > 0.3
        if share > 0.5 and language in _WORDS:
            return False
    if language not in _WORDS:
        return True
    words = re.findall(r"\w+", text.lower())
    counts = {name: sum(word in common for word in words) for name, common in _WORDS.items()}
    best = max(counts.values())
    return best < _ENOUGH or counts[language] * 2 >= best
