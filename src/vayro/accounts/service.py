"""The rules of accounts: users, their workspaces, their API keys."""

import asyncio
import datetime as dt
from collections.abc import Sequence
from dataclasses import fields
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection
from uuid_utils.compat import uuid7

from vayro.accounts import audit, credentials, repository
from vayro.accounts.authentication import KeyAuthenticator
from vayro.accounts.bootstrap import FirstAdministrator, plan_first_administrator
from vayro.accounts.email import normalise_email
from vayro.accounts.keys import KeyService, insert_key
from vayro.accounts.names import NAME_MAX
from vayro.accounts.permissions import EVERYTHING
from vayro.accounts.plans import parse_plan
from vayro.accounts.records import ApiKey, Caller, User
from vayro.accounts.repository import AnyRow
from vayro.database.dialect import lock_until_commit
from vayro.database.engine import Database
from vayro.errors import NotFound, SettingsError, Unauthenticated, ValidationFailed
from vayro.settings import Settings

__all__ = ["AccountService", "ApiKey", "Caller", "FirstAdministrator", "User"]

# Processes that start at once on an empty database wait for each other here; any constant that nobody else has does.
BOOTSTRAP_LOCK = 7_326_903


class AccountService:
    """Users and keys. Each method is one transaction."""

    def __init__(self, database: Database) -> None:
        """Args: database, where accounts are kept."""
        self._database = database
        self.authenticator = KeyAuthenticator(database)
        self.keys = KeyService(database, self.authenticator.forget)

    async def create_user(self, email: str, password: str, *, plan: str = "free", is_admin: bool = False) -> User:
        """Make a user with a workspace of their own.

        Raises ValidationFailed for an address that is wrong or taken, and for a password too short.
        """
        values = _user_values(normalise_email(email), parse_plan(plan), is_admin=is_admin)
        values["password_hash"] = await asyncio.to_thread(credentials.hash_password, password)
        async with self._database.transaction() as connection:
            return await _insert_with_workspace(connection, values)

    async def list_users(self) -> list[User]:
        """Return all users, oldest first."""
        async with self._database.read() as connection:
            return [_user(row) for row in await repository.find_users(connection)]

    async def get_user(self, email: str) -> User:
        """Return the user with this address. Raises NotFound."""
        async with self._database.read() as connection:
            row = await repository.find_user(connection, normalise_email(email))
        if row is None:
            raise NotFound(f"There is no user {normalise_email(email)}.")
        return _user(row)

    async def get_first_admin(self) -> User:
        """Return the administrator who has been there longest. Raises NotFound."""
        async with self._database.read() as connection:
            row = await repository.find_first_admin(connection)
        if row is None:
            raise NotFound("There is no administrator yet: make one with `vayro users create --admin`.")
        return _user(row)

    async def set_plan(self, email: str, plan: str) -> None:
        """Put a user, and all workspaces they own, on a plan.

        Raises NotFound, and ValidationFailed for a plan that does not exist.
        """
        async with self._database.transaction() as connection:
            owned = await repository.update_plan(connection, normalise_email(email), parse_plan(plan))
            if owned is None:
                raise NotFound(f"There is no user {normalise_email(email)}.")
            for workspace_id in owned:
                await audit.note(connection, None, "plan.set", plan, workspace_id=workspace_id)

    async def create_key(
        self,
        owner: Caller,
        name: str,
        *,
        scopes: Sequence[str] = (EVERYTHING,),
        expires_at: dt.datetime | None = None,
    ) -> str:
        """Make an API key and return it: the only time that it can be seen. As `KeyService.issue`."""
        return (await self.keys.issue(owner, name, scopes, expires_at)).secret

    async def list_keys(self, workspace_id: UUID | None = None) -> list[ApiKey]:
        """Return the keys of a workspace, or of all, oldest first; revoked ones too."""
        return await self.keys.list_keys(workspace_id)

    async def revoke_key(self, key: UUID | str, workspace_id: UUID | None = None) -> ApiKey:
        """Revoke the key with this id or prefix. As `KeyService.revoke`."""
        return await self.keys.revoke(key, workspace_id)

    async def authenticate_key(self, secret: str, *, is_use: bool = True) -> Caller:
        """Return whom an API key stands for. Raises Unauthenticated. Args: is_use, whether that is noted."""
        return await self.authenticator.authenticate(secret, is_use=is_use)

    async def verify_password(self, email: str, password: str) -> User:
        """Return the user. Raises Unauthenticated, in the same time whether the address or the password is wrong."""
        try:
            address = normalise_email(email)
        except ValidationFailed:
            address = ""
        async with self._database.read() as connection:
            row = await repository.find_user(connection, address)
            password_hash = await repository.find_password_hash(connection, address)
        is_right = await asyncio.to_thread(credentials.is_password, password, password_hash)
        if row is None or not is_right:
            raise Unauthenticated("The e-mail address or the password is wrong.")
        return _user(row)

    async def bootstrap(self, settings: Settings) -> FirstAdministrator | None:
        """Make the first administrator and their key; None, at once, when there is a user already.

        However many processes start together, one makes it. Raises SettingsError when the settings for it are wrong.
        """
        if await self._has_users():
            return None
        first = plan_first_administrator(settings)
        values = _user_values(first.email, "enterprise", is_admin=True)
        try:
            values["password_hash"] = await asyncio.to_thread(credentials.hash_password, first.password)
        except ValidationFailed as error:
            raise SettingsError(f"VAYRO_BOOTSTRAP_PASSWORD=(hidden) is not acceptable: {error.detail}") from error
        return first if await self._insert_first(values, first) else None

    async def close(self) -> None:
        """Wait for what is being written beside the requests."""
        await self.authenticator.close()

    async def _has_users(self) -> bool:
        async with self._database.read() as connection:
            return await repository.has_users(connection)

    async def _insert_first(self, values: dict[str, Any], first: FirstAdministrator) -> bool:
        async with self._database.transaction() as connection:
            await lock_until_commit(connection, BOOTSTRAP_LOCK)
            if await repository.has_users(connection):
                return False
            user = await _insert_with_workspace(connection, values)
            await insert_key(connection, first.key, user.as_caller(), "first key")
        return True


async def _insert_with_workspace(connection: AsyncConnection, values: dict[str, Any]) -> User:
    if not await repository.insert_user(connection, values):
        raise ValidationFailed(f"There is already a user {values['email']}.", field="email")
    workspace = {"id": uuid7(), "name": values["email"][:NAME_MAX]}
    workspace |= {"plan": values["plan"], "created_at": values["created_at"]}
    await repository.insert_workspace(connection, workspace, values["id"])
    shown = {key: value for key, value in values.items() if key not in {"password_hash", "email_verified_at"}}
    return User(**shown, workspace_id=workspace["id"])


def _user_values(email: str, plan: str, *, is_admin: bool) -> dict[str, Any]:
    # An operator makes these accounts, and vouches for the address.
    at = dt.datetime.now(dt.UTC)
    values = {"id": uuid7(), "email": email, "plan": plan, "is_admin": is_admin}
    return values | {"created_at": at, "email_verified_at": at}


def _user(row: AnyRow) -> User:
    return User(**{field.name: getattr(row, field.name) for field in fields(User)})
