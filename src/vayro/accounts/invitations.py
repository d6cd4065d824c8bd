"""Invitations: an address is mailed a token, and whoever has that address and the token may join the workspace."""

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection
from uuid_utils.compat import uuid7

from vayro.accounts import audit, tokens
from vayro.accounts import workspace_repository as repository
from vayro.accounts.email import normalise_email
from vayro.accounts.letters import SIGNATURE
from vayro.accounts.mail import Mail
from vayro.accounts.members import require_owner
from vayro.accounts.permissions import OWNER, Role
from vayro.accounts.quotas import Quotas
from vayro.accounts.records import Caller
from vayro.accounts.repository import AnyRow
from vayro.database.engine import Database
from vayro.errors import Forbidden, NotFound, ValidationFailed

LIFETIME = dt.timedelta(days=7)
NAME_SHOWN = 60


@dataclass(frozen=True, slots=True)
class Invitation:
    """An address that may join. Its token is in the mail alone."""

    id: UUID
    email: str
    role: str
    created_at: dt.datetime
    expires_at: dt.datetime


@dataclass(frozen=True, slots=True)
class Offer:
    """What a token is good for, to be shown to whoever has it."""

    email: str
    workspace_name: str
    role: str


class InvitationService:
    """Invites people, and lets them in. Each method is one transaction, with its entry in the audit log."""

    def __init__(self, database: Database, quotas: Quotas, post: Callable[[Mail], None], dashboard_url: str) -> None:
        """Args: quotas, which count seats; post, which sends a mail; dashboard_url, where tokens are taken."""
        self._database = database
        self._quotas = quotas
        self._post = post
        self._dashboard_url = dashboard_url

    async def invite(self, caller: Caller, email: str, role: Role) -> Invitation:
        """Invite an address and mail it; an earlier invitation of it is void.

        Raises ValidationFailed, QuotaExceeded, and Forbidden when somebody who is no owner invites one.
        """
        address, token, now = normalise_email(email), tokens.new_token(), dt.datetime.now(dt.UTC)
        values = {"id": uuid7(), "workspace_id": caller.workspace_id, "email": address, "role": role}
        values |= {"token_hash": tokens.hash_token(token), "invited_by": caller.user_id}
        values |= {"created_at": now, "expires_at": now + LIFETIME}
        async with self._database.transaction() as connection:
            await self._quotas.require_seat(connection, caller.workspace_id, address)
            if role == OWNER:
                await require_owner(connection, caller)
            if any(row.email == address for row in await repository.find_members(connection, caller.workspace_id)):
                raise ValidationFailed(f"{address} belongs to the workspace already.", field="email")
            found = await repository.upsert_invitation(connection, values)
            workspace = await repository.find_workspace(connection, caller.workspace_id)
            inviter = await repository.find_email(connection, caller.user_id)
            await audit.note(connection, caller, "invitation.create", address, {"role": role})
        name = workspace.name if workspace else ""
        self._post(_letter(self._dashboard_url, inviter, Offer(address, name, role), token))
        return Invitation(found, address, role, now, now + LIFETIME)

    async def list_invitations(self, workspace_id: UUID) -> list[Invitation]:
        """Return the invitations that can still be accepted, oldest first."""
        async with self._database.read() as connection:
            rows = await repository.find_invitations(connection, workspace_id, dt.datetime.now(dt.UTC))
        return [Invitation(row.id, row.email, row.role, row.created_at, row.expires_at) for row in rows]

    async def withdraw(self, caller: Caller, invitation_id: UUID) -> None:
        """Take an invitation back. Raises NotFound."""
        async with self._database.transaction() as connection:
            email = await repository.delete_invitation(connection, caller.workspace_id, invitation_id)
            if email is None:
                raise NotFound("There is no such invitation.")
            await audit.note(connection, caller, "invitation.withdraw", email)

    async def accept(self, caller: Caller, token: str) -> UUID:
        """Let the caller join; return the workspace. Raises NotFound, QuotaExceeded, and Forbidden for a key."""
        if caller.key_id is not None:
            raise Forbidden("Sign in to accept an invitation; a key cannot do it.")
        async with self._database.transaction() as connection:
            workspace_id = await accept(connection, self._quotas, token, caller.user_id)
        if workspace_id is None:
            raise NotFound("There is no such invitation for you: it was withdrawn, is used, or has expired.")
        return workspace_id


async def accept(connection: AsyncConnection, quotas: Quotas, token: str, user_id: UUID) -> UUID | None:
    """Let a user join, in that transaction; return the workspace, or None when the token is not good for them.

    It is good once, and for the address that it was mailed to. Raises QuotaExceeded when no seat is left.
    """
    now = dt.datetime.now(dt.UTC)
    found = await _find(connection, token, now)
    if found is None or found.email != await repository.find_email(connection, user_id):
        return None
    await quotas.require_place(connection, found.workspace_id)
    if not await repository.accept_invitation(connection, found.id, now):
        return None
    await repository.insert_member(connection, found.workspace_id, user_id, found.role, now)
    workspace_id: UUID = found.workspace_id
    entrant = Caller(workspace_id, user_id, None, is_admin=False)
    await audit.note(connection, entrant, "member.join", user_id, {"role": found.role})
    return workspace_id


async def look_at(connection: AsyncConnection, token: str) -> Offer | None:
    """Return what a token is good for, without using it; None when it is good for nothing."""
    found = await _find(connection, token, dt.datetime.now(dt.UTC))
    return Offer(found.email, found.workspace_name, found.role) if found else None


async def _find(connection: AsyncConnection, token: str, now: dt.datetime) -> AnyRow | None:
    if not tokens.is_plausible_token(token):
        return None
    return await repository.find_invitation(connection, tokens.hash_token(token), now)


def _letter(base: str, inviter: str, offer: Offer, token: str) -> Mail:
    text = (
        f"{inviter} invites you to the workspace “{_plain(offer.workspace_name)}”, as {offer.role}.\n\n"
        f"To join, follow this link within {LIFETIME.days} days, and sign in or sign up with this address:\n\n"
        f"{base}/join#{token}\n\n"
        "If you do not know them, do nothing."
    )
    return Mail(offer.email, "You are invited to a workspace", text + SIGNATURE.format(base=base))


def _plain(name: str) -> str:
    """Return a name that no mail program makes a link of: strangers choose it, and it goes out in our name."""
    return re.sub(r"[.:/@\\]+(?=\S)", " ", name)[:NAME_SHOWN]
