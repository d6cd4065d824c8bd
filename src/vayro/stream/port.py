"""The port: where the worker's clicks come from. Its adapters: the spool itself (embedded), and a Redis stream.

Delivery is at least once: what is not acknowledged comes again, perhaps to another worker. That the effect is exactly
once is the work of the transaction that commits the clicks.
"""

from dataclasses import dataclass, field
from typing import Any, Protocol

Entry = list[str]
"""One event: its field names and values in turn. Each character stands for one byte (Latin-1), so nothing is lost
of what the engine received; whoever shows a value decodes it."""


@dataclass(slots=True)
class Delivery:
    """Entries handed to a worker, those of one stream in order. `marks` are the source's own notes about each."""

    entries: list[Entry] = field(default_factory=list)
    marks: list[Any] = field(default_factory=list)
    attempts: list[int] = field(default_factory=list)
    """How often each entry was delivered, this time included."""

    def __len__(self) -> int:
        """Return the number of entries."""
        return len(self.entries)

    def part(self, start: int, end: int) -> "Delivery":
        """Return the entries from `start` up to `end` as a delivery of their own."""
        return Delivery(self.entries[start:end], self.marks[start:end], self.attempts[start:end])


class ClickSource(Protocol):
    """Where clicks come from. One per worker process, used by one task at a time per method."""

    async def read(self, limit: int) -> Delivery:
        """Return about `limit` entries at most, as soon as there are any; after a while without any, none.

        Rejected entries, and those that another worker took and never acknowledged, come again. Never raises for a
        store that does not answer: it waits, tries again, and returns none.
        """

    def positions(self, delivery: Delivery) -> dict[str, int]:
        """Return the read offset of each segment that must be committed together with these entries.

        Parts of a delivery must be written in order. Empty when the source keeps its place itself.
        """

    async def acknowledge(self, delivery: Delivery) -> None:
        """Never deliver these entries again; call it after the commit. Losing it costs a repetition."""

    async def reject(self, delivery: Delivery) -> None:
        """Deliver these entries again later, with one attempt more: they could not be written."""

    async def close(self) -> None:
        """Release what is held; unacknowledged entries go to the next worker."""
