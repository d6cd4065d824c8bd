"""Reading what a model answered: JSON wherever it stands in the text, of the right form, in the right language."""

import json
import re
from typing import Any

from pydantic import ValidationError

from vayro.sites.content import SiteContent
from vayro.sites.copywriting.languages import is_in_language
from vayro.sites.sanitising import clean_content

_BEGINNINGS = 8
_decoder = json.JSONDecoder()


class BadAnswer(Exception):
    """The answer cannot be used; the message tells the model what is wrong with it."""


def read_answer(text: str, locale: str) -> SiteContent:
    """Return the content in an answer, cleaned. Raises BadAnswer."""
    try:
        content = clean_content(_find_object(text))
    except ValidationError as error:
        raise BadAnswer(_describe(error)) from None
    if not is_in_language(f"{content.tagline} {content.about} {content.description}", locale):
        raise BadAnswer(f"it is not written in the language of the locale {locale}.")
    return content


def _find_object(text: str) -> dict[str, Any]:
    """Return the first JSON object in a text: models like to put words or a fence around it."""
    for beginning in list(re.finditer(r"\{", text))[:_BEGINNINGS]:
        try:
            found, _ = _decoder.raw_decode(text, beginning.start())
        except (ValueError, RecursionError):
            continue
        if isinstance(found, dict):
            return found
    raise BadAnswer("there is no JSON object in it.")


def _describe(error: ValidationError) -> str:
    parts = [f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in error.errors()[:6]]
    return "; ".join(parts)[:800]
