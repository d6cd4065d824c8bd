"""The few words of a page that are the same on each: headings and names of what stands below them."""

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

_DEFAULT = "en"


def read_labels(language: str) -> dict[str, str]:
    """Return the labels in a language, `en` where there are none in it."""
    every = _read()
    labels: dict[str, str] = every.get(language.partition("-")[0].lower(), every[_DEFAULT])
    return labels


@cache
def _read() -> dict[str, Any]:
    return tomllib.loads(files(__package__).joinpath("texts", "labels.toml").read_text(encoding="utf-8"))
