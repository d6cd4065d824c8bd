"""Passwords of people who have an account: changed, or forgotten and chosen anew."""

import asyncio
from typing import Any

from vayro.accounts import access_repository as repository
from vayro.accounts import audit, credentials, letters, tokens
from vayro.accounts.email import normalise_email
from vayro.accounts.mail import Outbox
from vayro.accounts.password_rules import check_password
from vayro.accounts.proof import prove, renew_others
from vayro.accounts.records import Caller
from vayro.accounts.sessions import Opened, Sessions
from vayro.database.engine import Database
from vayro.errors import ValidationFailed
from vayro.settings import Settings

_CHANGED = "The password of your account was changed, and all other sessions were ended."


class Passwords:
    """Changes passwords. Every change ends the sessions that others may hold, and is told by mail."""

    def __init__(
        self,
        database: Database,
        settings: Settings,
        sessions: Sessions,
        outbox: Outbox,
        clock: tokens.Clock = tokens.now,
    ) -> None:
        """Args: sessions, which end with the password; outbox, for the mails."""
        self._database = database
        self._base = settings.resolved_dashboard_url
        self._sessions = sessions
        self._outbox = outbox
        self._clock = clock

    async def change(self, caller: Caller, current: str, new: str) -> Opened:
        """Change the caller's password, end all their other sessions, renew this one.

        Raises ValidationFailed for a wrong current password, and for a new one that is refused.
        """
        person = await prove(self._database, caller, current, "current_password", self._clock)
        password_hash = await accept_password(new, person.email, "new_password")
        async with self._database.transaction() as connection:
            await repository.set_password(connection, caller.user_id, password_hash)
            await repository.drop_tokens(connection, caller.user_id, "reset_password")
            ended = await renew_others(connection, caller)
            await audit.note(connection, caller, "password.change", caller.user_id, {"sessions_ended": ended})
            opened = await self._sessions.rotate(connection, caller)
        self._outbox.post(letters.security_changed(self._base, person.email, _CHANGED))
        return opened

    def forget(self, email: str) -> None:
        """Send a link for a new password, if there is such an account. Returns at once: nothing tells whether.

        Raises ValidationFailed for what is no address.
        """
        address = normalise_email(email)
        self._outbox.start(lambda: self._send_link(address))

    async def reset(self, token: str, new: str) -> None:
        """Set the password of whom the link was sent to, and end all their sessions.

        A second factor stays: it is asked for at the next sign-in. Raises ValidationFailed for a link that is used or
        old, and for a password that is refused, after which the link still works.
        """
        async with self._database.read() as connection:
            person = await self._find_person(connection, token)
        password_hash = await accept_password(new, person.email, "password")
        async with self._database.transaction() as connection:
            if not await tokens.use(connection, "reset_password", token, self._clock()):
                raise ValidationFailed(_OLD_LINK, field="token")
            await repository.set_password(connection, person.id, password_hash)
            await repository.set_email_verified(connection, person.id, self._clock())
            await repository.drop_tokens(connection, person.id, "reset_password")
            ended = await repository.delete_sessions(connection, person.id)
            await _note_reset(connection, person, ended)
        self._outbox.post(letters.security_changed(self._base, person.email, _CHANGED))

    async def _find_person(self, connection: Any, token: str) -> Any:
        link = await tokens.look_at(connection, "reset_password", token, self._clock())
        if link is None or link.user_id is None:
            raise ValidationFailed(_OLD_LINK, field="token")
        return await repository.get_person(connection, link.user_id)

    async def _send_link(self, address: str) -> None:
        async with self._database.transaction() as connection:
            person = await repository.find_person(connection, address)
            if person is None or person.disabled_at:
                return
            # One link at a time: of several, people follow the wrong one.
            await repository.drop_tokens(connection, person.id, "reset_password")
            token = await tokens.issue(connection, "reset_password", self._clock(), user_id=person.id)
        self._outbox.post(letters.reset_password(self._base, person.email, token))


_OLD_LINK = "This link was used, or is too old: ask for another."


async def accept_password(password: str, email: str, field: str = "password") -> str:
    """Return the hash of a password that somebody chooses. Raises ValidationFailed, about `field`."""
    check_password(password, email, field)
    try:
        return await asyncio.to_thread(credentials.hash_password, password)
    except ValidationFailed as error:
        raise ValidationFailed(error.detail, field=field) from error


async def _note_reset(connection: Any, person: Any, ended: int) -> None:
    home = await repository.find_home(connection, person.id)
    workspace_id = home.id if home else None
    details = {"sessions_ended": ended}
    await audit.note(connection, None, "password.reset", person.id, details, workspace_id=workspace_id)
