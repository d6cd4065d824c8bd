"""Whom a campaign would write to, and what that would come to. Writes nothing."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import msgspec

from vayro.campaigns import recipients
from vayro.campaigns.audience import REASONS, audience_conditions, find_reason, url_to_send
from vayro.campaigns.message import Values, compose
from vayro.campaigns.wordings import Wordings
from vayro.database.engine import Database
from vayro.errors import ValidationFailed
from vayro.settings import Settings
from vayro.sites.address import SiteAddresses

SAMPLE = 200

_SENTENCES = {
    "no_phone": "{} without a phone number",
    "no_site": "{} without a site",
    "not_published": "{} whose site is not published",
    "opted_out": "{} whose number wants no messages",
    "duplicate": "{} with the number of another",
}


class Estimate(msgspec.Struct, frozen=True):
    """How many businesses there are, how many would get a message, and why the others would not."""

    businesses: int
    ready: int
    skipped: dict[str, int]
    currency: str
    segments_estimate: int
    cost_micros_estimate: int


class Estimator:
    """Looks at audiences."""

    def __init__(self, settings: Settings, database: Database) -> None:
        """Args: settings, for the price of a segment and the addresses of sites."""
        self._settings = settings
        self._database = database
        self._addresses = SiteAddresses(settings)

    async def estimate(self, workspace_id: UUID, audience: Mapping[str, Any], wordings: Wordings) -> Estimate:
        """Return what an audience comes to. Segments are those of 200 messages, projected onto all."""
        conditions = audience_conditions(audience)
        async with self._database.read() as connection:
            found = await recipients.count_by_reason(connection, workspace_id, conditions)
            sample = await recipients.find_recipients(connection, workspace_id, conditions, SAMPLE)
        ready = found.get("ready", (0, 0))[1]
        skipped: dict[str, int] = {reason: found.get(reason, (0, 0))[0] for reason in REASONS}
        skipped["opted_out"] = found.get("opted_out", (0, 0))[1]
        skipped["duplicate"] = sum(
            businesses - numbers for reason, (businesses, numbers) in found.items() if reason in {"ready", "opted_out"}
        )
        segments = round(ready * self._average(sample, wordings))
        cost = segments * self._settings.sms_price_micros
        businesses = sum(number for number, _ in found.values())
        return Estimate(businesses, ready, skipped, self._settings.currency, segments, cost)

    def _average(self, rows: Sequence[Any], wordings: Wordings) -> float:
        """Return how many segments a message takes; 1 when there is none to look at.

        Raises ValidationFailed when none of them could be sent: it is the text then, not somebody's name.
        """
        ready = [row for row in rows if find_reason(row) is None]
        sizes: list[int] = []
        for row in ready:
            try:
                sizes.append(self._size(row, wordings))
            except ValidationFailed:
                if row is ready[-1] and not sizes:
                    raise
        return sum(sizes) / len(sizes) if sizes else 1.0

    def _size(self, row: Any, wordings: Wordings) -> int:
        choice = wordings.choose(row.locale)
        values = Values(row.name, url_to_send(row, self._addresses), row.sender, row.category)
        return compose(choice.text, values, choice.locale, is_custom=choice.is_custom).count.segments


def require_somebody(found: Estimate) -> None:
    """Raise ValidationFailed, which says why, when nobody would get a message."""
    if found.ready:
        return
    reasons = [_SENTENCES[reason].format(number) for reason, number in found.skipped.items() if number]
    why = f"Of {found.businesses}: {', '.join(reasons)}." if reasons else "There is no such business."
    raise ValidationFailed(f"Nobody would get this campaign. {why}", field="audience")
