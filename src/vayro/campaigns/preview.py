"""What a message would be: a preview reads one row, and writes nothing, ever."""

from functools import lru_cache
from typing import Any, Literal
from uuid import UUID

import msgspec

from vayro.campaigns import recipients
from vayro.campaigns.audience import has_site, url_to_send
from vayro.campaigns.message import Message, MessageWarning, Values, WarningCode, compose
from vayro.campaigns.placeholders import parse_text
from vayro.campaigns.texts import Variant
from vayro.campaigns.wordings import Choice, Wordings
from vayro.database.engine import Database
from vayro.database.shared_reads import SharedReads
from vayro.errors import NotFound, ValidationFailed
from vayro.sites.address import SiteAddresses

Kind = Literal["site", "business"]

_REASONS: dict[WarningCode, str] = {
    "no_short_url": "The site has no short link yet: the message shows its full address, and clicks are not counted.",
    "no_phone": "The business has no phone number: it would not get this message.",
    "opted_out": "This number wants no messages: it would not get this one.",
    "not_published": "The site cannot be visited now: messages are sent for published sites only.",
}

# The same few are looked at again and again, as tabs are clicked.
_compose = lru_cache(maxsize=1_024)(compose)
_FIND = {"site": recipients.find_recipient_of_site, "business": recipients.find_recipient}


class Wanted(msgspec.Struct, frozen=True):
    """What is to be previewed: of a site, or of a business. `text` is that of a custom message."""

    variant: Variant
    kind: Kind
    id: UUID
    text: str | None = None
    locale: str | None = None


class Preview(msgspec.Struct, frozen=True):
    """A message to a business, and what its sender should know of it."""

    site_id: UUID
    business_id: UUID
    variant: Variant
    locale: str
    url: str
    message: Message
    warnings: tuple[MessageWarning, ...]


class Previews:
    """Shows messages before there are any."""

    def __init__(self, database: Database, addresses: SiteAddresses) -> None:
        """Args: addresses, of sites that have no short link."""
        self._database = database
        self._addresses = addresses
        self._reads: SharedReads[tuple[Kind, UUID, UUID], Any] = SharedReads(self._find)

    async def show(self, workspace_id: UUID, wanted: Wanted) -> Preview:
        """Return the message that a business of the workspace would get. Raises NotFound and ValidationFailed."""
        row = await self._read(workspace_id, wanted)
        url = url_to_send(row, self._addresses)
        choice = _choose(wanted, wanted.locale or row.locale)
        values = Values(row.name, url, row.sender, row.category)
        message = _compose(choice.text, values, choice.locale, is_custom=choice.is_custom)
        known = tuple(MessageWarning(code, _REASONS[code]) for code in _find_reasons(row))
        return Preview(row.site_id, row.id, wanted.variant, choice.locale, url, message, known + message.warnings)

    async def _read(self, workspace_id: UUID, wanted: Wanted) -> Any:
        row = await self._reads.ask((wanted.kind, workspace_id, wanted.id))
        if row is None:
            raise NotFound(f"There is no such {wanted.kind}.")
        if row.site_id is None:
            raise ValidationFailed("This business has no site yet: generate one first.", field="business_id")
        return row

    async def _find(self, key: tuple[Kind, UUID, UUID]) -> Any:
        kind, workspace_id, wanted_id = key
        async with self._database.glance() as connection:
            return await _FIND[kind](connection, workspace_id, wanted_id)


def _choose(wanted: Wanted, locale: str) -> Choice:
    if wanted.variant != "custom" and wanted.text is not None:
        raise ValidationFailed("Only a custom message has a text of its own.", field="text")
    if wanted.variant == "custom" and wanted.text is None:
        raise ValidationFailed("A custom message needs a text.", field="text")
    if wanted.text is not None:
        return Choice(locale, parse_text(wanted.text), is_custom=True)
    return Wordings(wanted.variant, {}).choose(locale)


def _find_reasons(row: Any) -> list[WarningCode]:
    reasons: dict[WarningCode, bool] = {
        "no_short_url": not row.short_url,
        "no_phone": not row.phone,
        "opted_out": row.opted_out is not None,
        "not_published": not (row.is_published and has_site(row)),
    }
    return [code for code, is_so in reasons.items() if is_so]
