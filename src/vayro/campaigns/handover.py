"""One message and its provider: what each answer means for the message."""

import datetime as dt
import time
from dataclasses import dataclass
from uuid import UUID

from vayro.campaigns.claims import Outcome
from vayro.campaigns.providers.port import Outgoing, Provider, Refused, TryLater, Unsure

# With pauses that grow to five minutes, some three hours: a provider that is away for longer is away.
MAX_ATTEMPTS = 40
_LONGEST_PAUSE = 300.0
UNKNOWN = (
    "It may have been sent: the process that sent it died, or the provider's answer was lost. "
    "It is not sent again by itself."
)


@dataclass
class Handed:
    """What came of one message, and what it tells of the rest."""

    outcome: Outcome
    is_opted_out: bool = False
    rest_seconds: float = 0.0


async def hand_over(
    provider: Provider, message: Outgoing, attempt: int, price_micros: int, *, deadline: float
) -> Handed:
    """Ask the provider to carry a message; it is not asked after the deadline (of `time.monotonic`)."""
    if time.monotonic() > deadline:
        return Handed(Outcome(message.id, "queued"))
    try:
        accepted = await provider.send(message)
    except Refused as error:
        status = "opted_out" if error.is_opted_out else "failed"
        return Handed(Outcome(message.id, status, error.reason), is_opted_out=error.is_opted_out)
    except TryLater as error:
        rest = error.seconds if error.is_for_all else 0.0
        return Handed(_later(message.id, attempt, error.reason, error.seconds), rest_seconds=rest)
    except Unsure as error:
        if provider.is_idempotent:
            return Handed(_later(message.id, attempt, error.reason, 1.0, last="unknown"))
        # In a while it is looked for at the provider; until then it stays in our hands.
        return Handed(Outcome(message.id, "sending", error.reason))
    cost = message.segments * price_micros if accepted.cost_micros is None else accepted.cost_micros
    name = accepted.provider_message_id or str(message.id)
    return Handed(Outcome(message.id, "sent", None, name, cost))


def _later(message_id: UUID, attempt: int, reason: str, seconds: float, last: str = "failed") -> Outcome:
    if attempt >= MAX_ATTEMPTS:
        return Outcome(message_id, last, f"{reason} It was tried {attempt} times.")
    pause = max(seconds, min(_LONGEST_PAUSE, 2.0 ** min(attempt, 9) / 2))
    return Outcome(message_id, "queued", reason, due_at=dt.datetime.now(dt.UTC) + dt.timedelta(seconds=pause))
