"""Ended sessions and used tokens do not pile up."""

import datetime as dt
from typing import Any

from sqlalchemy import select, update

from tests.accounts.ways_in import EMAIL, make_ada, open_ways
from tests.conftest import SettingsFactory
from vayro.accounts.tokens import now
from vayro.accounts.upkeep import delete_ended
from vayro.database.engine import Database
from vayro.database.models import sessions, single_use_tokens


async def test_what_has_expired_is_deleted_and_nothing_else(
    database: Database, settings_factory: SettingsFactory, cheap_hashes: None
) -> None:
    await make_ada(database)
    async with open_ways(settings_factory(), database) as ways:
        ways.clock.at = now()
        kept = await ways.sign_in()
        await ways.sign_in()
        for _ in range(2):
            ways.access.passwords.forget(EMAIL)
            await ways.settle()
        old = now() - dt.timedelta(days=2)
        async with database.transaction() as connection:
            others = sessions.c.id != kept.caller.session_id
            await connection.execute(update(sessions).where(others).values(expires_at=old))
            await connection.execute(update(single_use_tokens).values(expires_at=old))
        ways.access.passwords.forget("nobody@example.com")
        await delete_ended(database)
        assert await _all(database, sessions) == [kept.caller.session_id]
        assert await _all(database, single_use_tokens) == []


async def _all(database: Database, table: Any) -> list[Any]:
    async with database.read() as connection:
        return list(await connection.scalars(select(table)))
