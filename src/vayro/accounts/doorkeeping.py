"""What the operator does about people: shut them out, let them in again, help who lost their second factor."""

from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from vayro.accounts import access_repository as repository
from vayro.accounts import audit, factor_repository
from vayro.accounts.email import normalise_email
from vayro.accounts.tokens import now
from vayro.database.engine import Database
from vayro.errors import NotFound


class Doorkeeper:
    """Each method is one transaction, and raises NotFound for an address without account."""

    def __init__(self, database: Database) -> None:
        """Args: database, where accounts are."""
        self._database = database

    async def sign_out(self, email: str) -> int:
        """End all sessions of a user; return how many there were."""
        async with self._database.transaction() as connection:
            person = await _get(connection, email)
            ended = await repository.delete_sessions(connection, person.id)
            await _note(connection, "session.end_all", person, sessions=ended)
        return ended

    async def disable(self, email: str) -> None:
        """Refuse a user's password, sessions and keys; keys are refused within a second. What is theirs stays."""
        async with self._database.transaction() as connection:
            person = await _get(connection, email)
            await repository.set_disabled(connection, person.id, person.disabled_at or now())
            await repository.delete_sessions(connection, person.id)
            await _note(connection, "user.disable", person)

    async def enable(self, email: str) -> None:
        """Let a disabled user in again."""
        async with self._database.transaction() as connection:
            person = await _get(connection, email)
            await repository.set_disabled(connection, person.id, None)
            await _note(connection, "user.enable", person)

    async def reset_second_factor(self, email: str) -> None:
        """Forget a user's second factor and recovery codes, and end their sessions.

        Whoever asks for it must have proved who they are in some other way: the password alone opens the account now.
        """
        async with self._database.transaction() as connection:
            person = await _get(connection, email)
            await factor_repository.delete_second_factor(connection, person.id)
            await repository.delete_sessions(connection, person.id)
            await _note(connection, "second_factor.reset", person)


async def _get(connection: AsyncConnection, email: str) -> Any:
    address = normalise_email(email)
    person = await repository.find_person(connection, address)
    if person is None:
        raise NotFound(f"There is no user {address}.")
    return person


async def _note(connection: AsyncConnection, action: str, person: Any, **details: Any) -> None:
    home = await repository.find_home(connection, person.id)
    await audit.note(connection, None, action, person.id, details, workspace_id=home.id if home else None)
