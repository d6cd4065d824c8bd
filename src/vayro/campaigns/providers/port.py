"""What a provider is: somebody who carries one message at a time, and says what became of it.

SendingTrouble
├── Refused    it will never carry this message, and says why
├── Unsure     it was asked and the answer was lost: the message may be on its way
└── TryLater   it was not taken; the same may be tried again
"""

import datetime as dt
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message as a provider gets it. `id` is the same however often it is handed over."""

    id: UUID
    campaign_id: UUID
    phone: str
    body: str
    segments: int


@dataclass(frozen=True, slots=True)
class Accepted:
    """The provider has it. `cost_micros`: in millionths of the currency, None when it does not tell."""

    provider_message_id: str
    cost_micros: int | None = None


class SendingTrouble(Exception):
    """The root. Its sentence is for people and ends up beside the message; it holds no secret."""

    def __init__(self, reason: str) -> None:
        """Args: reason, one sentence."""
        super().__init__(reason)
        self.reason = reason[:500]


class Refused(SendingTrouble):
    """Final. `is_opted_out`: because who has the number wants no messages of this sender."""

    def __init__(self, reason: str, *, is_opted_out: bool = False) -> None:
        """Args: reason, one sentence."""
        super().__init__(reason)
        self.is_opted_out = is_opted_out


class Unsure(SendingTrouble):
    """It may be on its way, or not."""


class TryLater(SendingTrouble):
    """It was not taken. `is_for_all`: no other message would be taken now either."""

    def __init__(self, reason: str, *, seconds: float = 1.0, is_for_all: bool = False) -> None:
        """Args: reason, one sentence; seconds, when to come back at the earliest."""
        super().__init__(reason)
        self.seconds = min(max(seconds, 0.1), 3_600.0)
        self.is_for_all = is_for_all


class Provider(Protocol):
    """Carries messages. Built once per process, and closed."""

    is_idempotent: bool
    """Whether handing a message over again under its identifier sends it once."""
    at_once: int
    """How many it is handed at the same time."""
    seconds: float
    """How long one may take."""

    async def send(self, message: Outgoing) -> Accepted:
        """Hand a message over. Raises Refused, Unsure and TryLater."""

    async def find(self, message: Outgoing, since: dt.datetime) -> Accepted | None:
        """Return what it has of a message that it was handed since; None when it has none, or cannot tell."""

    async def close(self) -> None:
        """Close what is open."""
