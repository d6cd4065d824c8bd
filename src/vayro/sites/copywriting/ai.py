"""The writer that asks a model. What it answers is data; where it gives nothing of use, the offline writer writes."""

import asyncio

from vayro.settings import Settings
from vayro.sites.content import Copy, Facts, SiteContent
from vayro.sites.copywriting.answers import BadAnswer, read_answer
from vayro.sites.copywriting.endpoint import Endpoint, NoWriting
from vayro.sites.copywriting.prompt import build_messages, build_schema, correct
from vayro.sites.copywriting.template import write_content
from vayro.sites.sanitising import clean_facts

CORRECTIONS = 2
"""How often a model is told what is wrong with its answer."""


class AiCopywriter:
    """Writes by a model, within a time and a cost; never fails, but says in `note` why a template wrote instead."""

    def __init__(self, settings: Settings) -> None:
        """Args: settings, which name the endpoint and the limits."""
        self._settings = settings

    async def write(self, facts: Facts, key: str) -> Copy:
        """Return the words of a site."""
        facts = clean_facts(facts)
        if not self._settings.is_ai_available:
            return _fall_back(facts, 0, "no AI writer is set up")
        bill = _Bill()
        try:
            async with asyncio.timeout(self._settings.ai_timeout_seconds), Endpoint(self._settings) as endpoint:
                content = await _converse(endpoint, facts, key, bill)
        except TimeoutError:
            return _fall_back(facts, bill.micros, "the endpoint did not answer in time")
        except NoWriting as error:
            return _fall_back(facts, bill.micros, str(error))
        return Copy(content=content, cost_micros=bill.micros)


class _Bill:
    """What was spent so far; it counts as well when nothing came of it."""

    micros = 0


async def _converse(endpoint: Endpoint, facts: Facts, key: str, bill: _Bill) -> SiteContent:
    messages, schema = build_messages(facts), build_schema()
    begun = messages
    for attempt in range(CORRECTIONS + 1):
        if not endpoint.may_ask(messages, bill.micros):
            raise NoWriting("it could have cost more than VAYRO_AI_MAX_COST_MICROS allows")
        said = await endpoint.ask(messages, schema, f"{key}-{attempt}")
        bill.micros += said.cost_micros
        try:
            return read_answer(said.text, facts.locale)
        except BadAnswer as error:
            messages = correct(begun, said.text, str(error))
    raise NoWriting(f"none of {CORRECTIONS + 1} answers could be used")


def _fall_back(facts: Facts, cost_micros: int, why: str) -> Copy:
    note = f"The template writer wrote this, because {why}."
    return Copy(content=write_content(facts), cost_micros=cost_micros, note=note)
