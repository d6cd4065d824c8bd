"""What a destination is: judged by itself, by the block list, by what others know, and by asking it."""

from typing import Literal, NamedTuple

from vayro.egress.client import EgressClient
from vayro.egress.refusals import ForbiddenAddress, ForbiddenUrl, NotFetched, TooFar, TooMuch
from vayro.errors import InvalidUrl
from vayro.links.destination import read_parts
from vayro.links.host_name import normalise_host
from vayro.links.inspection import Finding, inspect_destination
from vayro.links.lists import BlockLists
from vayro.links.reputation import WebRisk

Verdict = Literal["unchecked", "fine", "unreachable", "suspect", "dangerous"]
VERDICTS: tuple[Verdict, ...] = ("unchecked", "fine", "unreachable", "suspect", "dangerous")
"""From the mildest to the worst; `unchecked`: nobody asked yet."""

BLOCKED = "blocked"
# Only that there is an answer matters.
MAX_PAGE_BYTES = 65_536


class Outcome(NamedTuple):
    """What was found."""

    verdict: Verdict
    findings: list[Finding]

    def and_then(self, other: "Outcome") -> "Outcome":
        """Return both together: the worse verdict, all findings."""
        return Outcome(max(self.verdict, other.verdict, key=VERDICTS.index), [*self.findings, *other.findings])


class DestinationChecker:
    """Checks destinations. What asks others is done by the worker alone, never in a request."""

    def __init__(
        self,
        lists: BlockLists,
        egress: EgressClient,
        reputation: WebRisk | None = None,
        *,
        asks_dns: bool = False,
        asks_host: bool = False,
    ) -> None:
        """Args: asks_dns, whether names are looked up; asks_host, whether destinations are fetched."""
        self._lists = lists
        self._egress = egress
        self._reputation = reputation
        self._asks_dns = asks_dns
        self._asks_host = asks_host

    async def check(self, url: str) -> Outcome:
        """Return what is known of a stored destination. Raises NotFetched when Web Risk does not answer."""
        outcome = await judge_locally(self._lists, url)
        if outcome.verdict == "dangerous":
            return outcome
        outcome = outcome.and_then(await self._ask_others(url))
        if self._asks_host:
            return outcome.and_then(await self._ask_host(url))
        return outcome.and_then(await self._ask_dns(url)) if self._asks_dns else outcome

    async def _ask_others(self, url: str) -> Outcome:
        threats = await self._reputation.find_threats(url) if self._reputation else []
        found = [
            Finding("reputation", f"Web Risk knows it for {threat.lower().replace('_', ' ')}.") for threat in threats
        ]
        return Outcome("dangerous" if threats else "fine", found)

    async def _ask_dns(self, url: str) -> Outcome:
        try:
            await self._egress.find_addresses(read_parts(url)[2])
        except NotFetched as error:
            return _refused(error)
        return Outcome("fine", [])

    async def _ask_host(self, url: str) -> Outcome:
        try:
            answer = await self._egress.fetch(url, max_bytes=MAX_PAGE_BYTES)
        except TooMuch:
            return Outcome("fine", [])  # it answers, with more than we want
        except NotFetched as error:
            return _refused(error)
        if answer.url != url:
            end = await judge_locally(self._lists, answer.url)
            if end.verdict == "dangerous":
                return Outcome("dangerous", [Finding("redirects_to_blocked", f"It redirects. {end.findings[0].text}")])
        if answer.status >= 500 or answer.status in {404, 410}:
            return Outcome("unreachable", [Finding("status", f"It answers with the status {answer.status}.")])
        return Outcome("fine", [])


async def judge_locally(lists: BlockLists, url: str) -> Outcome:
    """Return what can be said without asking anybody."""
    found = inspect_destination(url)
    try:
        _, _, hostname, _ = read_parts(url)
    except InvalidUrl:
        return Outcome("suspect", [Finding("invalid_url", "It is no URL in canonical form.")])
    if entry := (await lists.current()).find(normalise_host(hostname), url):
        return Outcome("dangerous", [Finding(BLOCKED, f"The block list has {entry}."), *found])
    return Outcome("suspect" if found else "fine", found)


def _refused(error: NotFetched) -> Outcome:
    is_odd = isinstance(error, ForbiddenAddress | ForbiddenUrl | TooFar)
    return Outcome("suspect" if is_odd else "unreachable", [Finding(error.kind, str(error))])
