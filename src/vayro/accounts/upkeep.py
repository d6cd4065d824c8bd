"""What is forgotten in time: sessions that have ended, tokens that nobody can use any more."""

import datetime as dt

from vayro.accounts import access_repository as repository
from vayro.accounts.tokens import now
from vayro.database.engine import Database

TOKENS_KEPT = dt.timedelta(days=1)
"""Longer than wrong codes of a second factor count, which tokens hold."""

ROWS_AT_ONCE = 5_000


async def delete_ended(database: Database) -> None:
    """Delete ended sessions and old tokens, some thousand a transaction."""
    deleted = ROWS_AT_ONCE
    while deleted >= ROWS_AT_ONCE:
        at = now()
        async with database.transaction() as connection:
            deleted = await repository.delete_expired(connection, at, at - TOKENS_KEPT, ROWS_AT_ONCE)
