"""From entries to what is written: decode, enrich, and set apart what cannot become a row."""

import asyncio
import contextlib
import sys
from collections.abc import Collection
from hashlib import blake2b
from uuid import UUID

import structlog

from vayro.clicks.click import BadEvent, Click, EntryDecoder
from vayro.clicks.event import UNTRACKED, bulk
from vayro.clicks.repository import DeadLetter
from vayro.stream.port import Delivery, Entry
from vayro.visitor.stored_address import StoreIp, address_to_store
from vayro.worker.enrichment import Drop, Tools, enrich
from vayro.worker.salts import SaltRing

MAX_DELIVERIES = 5
_CLICKS_A_TURN = 500
DROPPED = "dropped:"
NEVER_SETTLED = "never settled: the process that had it alone ended, again and again"
_log = structlog.get_logger(__name__)

Outcome = Click | DeadLetter | None
"""A row, a dead letter, or None: something failed that may not fail next time."""


class Preparer:
    """Turns deliveries into outcomes, one for each entry and in their order."""

    def __init__(self, tools: Tools, salts: SaltRing) -> None:
        """Args: tools, for the steps; salts, the ring whose salts the tools use."""
        self._tools = tools
        self._salts = salts

    async def prepare(
        self, delivery: Delivery, *, buried: Collection[UUID] = (), fatal: int | None = None
    ) -> list[Outcome]:
        """Return the outcomes. Raises Unavailable when a salt is needed and the database is away.

        Args: buried, events that are dead letters already; fatal, the attempt at which an entry is one untried. Neither
        is looked into any further: they may end the process.
        """
        decoded = await self._decode(delivery, frozenset(map(str, buried)), fatal or sys.maxsize)
        await self._salts.provide({found.timestamp.date() for found in decoded if isinstance(found, Click)})
        outcomes: list[Outcome] = []
        for index, found in enumerate(decoded):
            if index % _CLICKS_A_TURN == 0:
                await asyncio.sleep(0)  # let the batch before this one be written meanwhile
            outcomes.append(self._enrich(found, delivery, index) if isinstance(found, Click) else found)
        return outcomes

    async def _decode(self, delivery: Delivery, buried: Collection[str], fatal: int) -> list[Click | DeadLetter]:
        decode = EntryDecoder().decode
        decoded: list[Click | DeadLetter] = []
        for index, entry in enumerate(delivery.entries):
            if index % _CLICKS_A_TURN == 0:
                await asyncio.sleep(0)
            if delivery.attempts[index] >= fatal:
                decoded.append(self.bury(delivery, index, NEVER_SETTLED))
                continue
            if buried and event_id_of(entry) in buried:
                decoded.append(self.bury(delivery, index, "known"))  # as which it is not written a second time
                continue
            try:
                decoded.append(decode(entry))
            except BadEvent as error:
                decoded.append(self.bury(delivery, index, error.reason))
        return decoded

    def _enrich(self, click: Click, delivery: Delivery, index: int) -> Outcome:
        try:
            enrich(click, self._tools)
        except Drop as drop:
            return self.bury(delivery, index, f"{DROPPED}{drop.reason}", with_content=False)
        except Exception as error:  # noqa: BLE001 -- one odd event must not stop the others
            if delivery.attempts[index] >= MAX_DELIVERIES:
                return self.bury(delivery, index, f"enrichment failed: {type(error).__name__}")
            _log.exception("a click could not be enriched; it will be tried again")
            return None
        return click

    def bury(self, delivery: Delivery, index: int, reason: str, *, with_content: bool = True) -> DeadLetter:
        """Return the dead letter of an entry."""
        entry = delivery.entries[index]
        fields = dict(zip(entry[::2], entry[1::2], strict=False))
        segment = _segment_of(entry, fields)
        payload = _encode(entry, "none" if UNTRACKED in fields.get("flags", "") else self._tools.store_ip)
        return DeadLetter(
            id=_identify(fields.get("event_id", ""), payload, segment),
            segment=segment,
            payload=payload if with_content else b"",
            reason=reason,
            deliveries=delivery.attempts[index],
        )


def event_id_of(entry: Entry) -> str:
    """Return the identifier that an entry claims to have."""
    return dict(zip(entry[::2], entry[1::2], strict=False)).get("event_id", "")


def _segment_of(entry: Entry, fields: dict[str, str]) -> str:
    """The last pair, where our own producer puts it; there it is found even when what precedes is no event."""
    name = entry[-1] if entry[-2:-1] == ["segment"] else fields.get("segment", "")
    return name[:80].replace("\0", "")


def parse_id(text: str) -> UUID | None:
    """Return the identifier that is written there, if it is one."""
    with contextlib.suppress(ValueError):
        return UUID(text)
    return None


def _identify(event_id: str, payload: bytes, segment: str) -> UUID:
    """The event's own identifier; without one, a name for its content: a repetition gets the same."""
    return parse_id(event_id) or UUID(
        bytes=blake2b(payload + segment.encode("latin-1", "replace"), digest_size=16).digest()
    )


def _encode(entry: Entry, store_ip: StoreIp) -> bytes:
    """Return the event as it came, but for its address: of that, no more than a row would keep."""
    values = list(entry)
    for index in range(0, len(values) - 1, 2):
        if values[index] == "ip":
            values[index + 1] = address_to_store(values[index + 1], store_ip) or ""
    return b"".join(bulk(value.encode("latin-1", "replace")) for value in values)
