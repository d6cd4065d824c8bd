"""Asking again who somebody is, before what is dangerous: a session may have been left open on another's machine."""

import asyncio
import datetime as dt
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from vayro.accounts import access_repository as repository
from vayro.accounts import credentials
from vayro.accounts.records import Caller
from vayro.accounts.sessions import has_password, session_of
from vayro.accounts.tokens import Clock, now
from vayro.database.engine import Database
from vayro.errors import Forbidden, ValidationFailed

RECENT = dt.timedelta(minutes=10)


async def prove(database: Database, caller: Caller, password: str, field: str, clock: Clock = now) -> Any:
    """Return the caller's row once they proved again who they are. Blocks for a password's hash, in a thread.

    Who has no password, for they sign in elsewhere, must have done so within ten minutes. Raises Forbidden for a key,
    for those who must sign in again, and ValidationFailed, about `field`, for a wrong password.
    """
    session_id = session_of(caller)
    async with database.read() as connection:
        person = await repository.get_person(connection, caller.user_id)
        proved_at = await repository.find_authenticated_at(connection, session_id)
    if has_password(person):
        if not await asyncio.to_thread(credentials.is_password, password, person.password_hash):
            raise ValidationFailed("The password is wrong.", field=field)
    elif proved_at is None or proved_at < clock() - RECENT:
        raise Forbidden("Sign in again first: this needs a sign-in within the last ten minutes.")
    return person


async def renew_others(connection: AsyncConnection, caller: Caller) -> int:
    """End all sessions of the caller but this one; return how many."""
    return await repository.delete_sessions(connection, caller.user_id, spare=session_of(caller))
