"""Signing up. There is no account before its address is proved, so nobody can take the address of somebody else."""

import datetime as dt
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection
from uuid_utils.compat import uuid7

from vayro.accounts import access_repository, audit, invitations, letters, repository, tokens
from vayro.accounts.email import normalise_email
from vayro.accounts.mail import Outbox
from vayro.accounts.passwords import accept_password
from vayro.accounts.quotas import Quotas
from vayro.accounts.sessions import Opened, Sessions
from vayro.database.engine import Database
from vayro.errors import Forbidden, ValidationFailed
from vayro.settings import Settings

NAME_MAX = 200
_BAD_INVITATION = "This invitation is not good for this address: it was withdrawn, is used, or has expired."
_OLD_LINK = "This link was used, or is too old: sign up again."


class SignUp:
    """Makes accounts, for whom VAYRO_SIGN_UP lets in."""

    def __init__(
        self,
        database: Database,
        settings: Settings,
        sessions: Sessions,
        outbox: Outbox,
        *,
        quotas: Quotas,
        clock: tokens.Clock = tokens.now,
    ) -> None:
        """Args: sessions, of which one is opened with a new account; outbox, for the mails that prove addresses."""
        self._database = database
        self._quotas = quotas
        self._settings = settings
        self._base = settings.resolved_dashboard_url
        self._sessions = sessions
        self._outbox = outbox
        self._clock = clock

    async def ask(self, email: str, password: str) -> None:
        """Send the link that makes the account. The answer is the same when there is one already: then a mail says so.

        Raises Forbidden where not anybody may sign up, ValidationFailed for what is no address, and for a password
        that is refused.
        """
        if self._settings.sign_up == "closed":
            raise Forbidden("Nobody can sign up here.")
        if self._settings.sign_up == "invitation":
            raise Forbidden("To sign up here, follow the link of an invitation.")
        address = normalise_email(email)
        password_hash = await accept_password(password, address)
        self._outbox.start(lambda: self._send_link(address, password_hash))

    async def with_invitation(self, email: str, password: str, invitation: str, browser: str) -> Opened:
        """Make an account, accept the invitation, and open a session: the token was mailed, so the address is proved.

        Raises Forbidden where nobody may sign up, and for an invitation that is not good for this address;
        QuotaExceeded when no seat is left; ValidationFailed as `ask`, and when there is such an account already.
        """
        if self._settings.sign_up == "closed":
            raise Forbidden("Nobody can sign up here.")
        address = normalise_email(email)
        async with self._database.read() as connection:
            offer = await invitations.look_at(connection, invitation)
        if offer is None or offer.email != address:
            raise Forbidden(_BAD_INVITATION)
        password_hash = await accept_password(password, address)
        async with self._database.transaction() as connection:
            person = await make_person(connection, address, password_hash, self._clock())
            if person is None:
                raise ValidationFailed("There is an account with this address already: sign in.", field="email")
            joined = await invitations.accept(connection, self._quotas, invitation, person.id)
            if joined is None:
                raise Forbidden(_BAD_INVITATION)
            return await self._sessions.open(connection, person, browser, by="invitation", workspace_id=joined)

    async def finish(self, token: str, browser: str) -> Opened:
        """Make the account whose link this is, and open a session. Raises ValidationFailed."""
        async with self._database.transaction() as connection:
            asked = await tokens.use(connection, "verify_email", token, self._clock())
            if asked is None:
                raise ValidationFailed(_OLD_LINK, field="token")
            email, password_hash = asked.payload["email"], asked.payload["password_hash"]
            person = await make_person(connection, email, password_hash, self._clock())
            if person is None:
                raise ValidationFailed("There is an account with this address already: sign in.", field="token")
            return await self._sessions.open(connection, person, browser, by="sign-up")

    async def _send_link(self, email: str, password_hash: str) -> None:
        async with self._database.transaction() as connection:
            if await access_repository.find_person(connection, email):
                self._outbox.post(letters.already_there(self._base, email))
                return
            payload = {"email": email, "password_hash": password_hash}
            token = await tokens.issue(connection, "verify_email", self._clock(), payload=payload)
        self._outbox.post(letters.verify_email(self._base, email, token))


async def make_person(connection: AsyncConnection, email: str, password_hash: str, at: dt.datetime) -> Any:
    """Make a user, whose address was just proved, with a workspace of their own; None when the address is taken."""
    user: dict[str, Any] = {"id": uuid7(), "email": email, "plan": "free", "is_admin": False}
    user |= {"password_hash": password_hash, "created_at": at, "email_verified_at": at}
    if not await repository.insert_user(connection, user):
        return None
    workspace: dict[str, Any] = {"id": uuid7(), "name": email[:NAME_MAX], "plan": "free", "created_at": at}
    await repository.insert_workspace(connection, workspace, user["id"])
    await audit.note(connection, None, "user.sign_up", user["id"], workspace_id=workspace["id"])
    return await access_repository.get_person(connection, user["id"])
