"""Messages whose claimant died, or never heard what became of them."""

import datetime as dt
from collections.abc import Callable
from typing import Any

from sqlalchemy import Row, exists, select

from vayro.campaigns.claims import Outcome, find_abandoned, take_over
from vayro.campaigns.handover import UNKNOWN
from vayro.campaigns.providers.port import Outgoing, Provider
from vayro.database.engine import Database
from vayro.database.models import campaign_messages
from vayro.errors import SettingsError

OVER = frozenset({"cancelled", "completed"})


async def settle_abandoned(
    database: Database, provider_of: Callable[[str], Provider], price_micros: int
) -> list[Outcome]:
    """Let each be sent again under its identifier where that sends it once; else find out, or call it unknown."""
    async with database.read() as connection:
        found = await find_abandoned(connection, _now())
    settled = []
    for row in found:
        outcome = await _judge(database, provider_of, row, price_micros)
        async with database.transaction() as connection:
            if await take_over(connection, row, outcome, _now()):
                settled.append(outcome)
    return settled


async def _judge(
    database: Database, provider_of: Callable[[str], Provider], row: Row[Any], price_micros: int
) -> Outcome:
    try:
        provider = provider_of(row.provider)
    except SettingsError:
        return Outcome(row.id, "unknown", UNKNOWN)
    if provider.is_idempotent and row.campaign_status not in OVER:
        return Outcome(row.id, "queued", row.error)
    message = Outgoing(row.id, row.campaign_id, row.phone, row.body, row.segments)
    found = await provider.find(message, row.claimed_at)
    if found is None or await _is_known(database, found.provider_message_id):
        return Outcome(row.id, "unknown", UNKNOWN)
    cost = row.segments * price_micros if found.cost_micros is None else found.cost_micros
    return Outcome(row.id, "sent", None, found.provider_message_id, cost)


async def _is_known(database: Database, provider_message_id: str) -> bool:
    """Return whether it is another message, of the same words to the same number."""
    known = exists().where(campaign_messages.c.provider_message_id == provider_message_id)
    async with database.read() as connection:
        return bool(await connection.scalar(select(known)))


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
