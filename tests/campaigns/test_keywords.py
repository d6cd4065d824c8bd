"""Which answers end what somebody gets, and which take it back."""

import pytest

from vayro.campaigns.keywords import START, STOP, read_wish


@pytest.mark.parametrize("word", sorted({word for words in STOP.values() for word in words}))
def test_every_word_that_ends_does_so_however_it_is_written(word: str) -> None:
    for text in (word, word.lower(), f"  {word.capitalize()}! ", f"«{word}».\n"):
        spoken = read_wish(text)
        assert spoken is not None
        assert spoken.wish == "stop"


@pytest.mark.parametrize("word", sorted({word for words in START.values() for word in words}))
def test_every_word_that_begins_does_so(word: str) -> None:
    spoken = read_wish(f" {word.lower()}.")
    assert spoken is not None
    assert spoken.wish == "start"


@pytest.mark.parametrize(
    "text",
    [
        "Stop please",
        "STOP ALL",
        "stop-all",
        "S T O P",
        "arrêt",
        "Arret svp",
        "STOP\nsent from my phone",
        "Opt out",
        "\N{FULLWIDTH LATIN CAPITAL LETTER S}top",
    ],
)
def test_these_end_too(text: str) -> None:
    spoken = read_wish(text)
    assert spoken is not None
    assert spoken.wish == "stop"


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "\0", "!!!", "Hello", "End of June suits me", "Cancel my visit on Monday", "please do not stop",
        "Start on Monday", "nonstop", "stopwatch", "STOPPED by your shop", "x" * 10_000, "yes",
    ],
)  # fmt: skip
def test_these_are_about_something_else(text: str) -> None:
    assert read_wish(text) is None


def test_the_word_is_kept_without_its_ornaments() -> None:
    spoken = read_wish(" Arrêt! ")
    assert spoken is not None
    assert spoken.keyword == "ARRET"
