"""The rules of accounts: users, their workspaces, their API keys."""

import asyncio
import datetime as dt
from dataclasses import fields
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection
from uuid_utils.compat import uuid7

from vayro.accounts import credentials, repository
from vayro.accounts.authentication import KeyAuthenticator
from vayro.accounts.bootstrap import FirstAdministrator, plan_first_administrator
from vayro.accounts.email import normalise_email
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
NAME_MAX = 200

Record = TypeVar("Record", User, ApiKey)


class AccountService:
    """Users and keys. Each method is one transaction."""

    def __init__(self, database: Database) -> None:
        """Args: database, where accounts are kept."""
        self._database = database
        self._keys = KeyAuthenticator(database)

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
            return [_record(User, row) for row in await repository.find_users(connection)]

    async def get_user(self, email: str) -> User:
        """Return the user with this address. Raises NotFound."""
        async with self._database.read() as connection:
            row = await repository.find_user(connection, normalise_email(email))
        if row is None:
            raise NotFound(f"There is no user {normalise_email(email)}.")
        return _record(User, row)

    async def get_first_admin(self) -> User:
        """Return the administrator who has been there longest. Raises NotFound."""
        async with self._database.read() as connection:
            row = await repository.find_first_admin(connection)
        if row is None:
            raise NotFound("There is no administrator yet: make one with `vayro users create --admin`.")
        return _record(User, row)

    async def set_plan(self, email: str, plan: str) -> None:
        """Put a user on a plan. Raises NotFound, and ValidationFailed for a plan that does not exist."""
        async with self._database.transaction() as connection:
            if not await repository.update_plan(connection, normalise_email(email), parse_plan(plan)):
                raise NotFound(f"There is no user {normalise_email(email)}.")

    async def create_key(self, owner: Caller, name: str, *, expires_at: dt.datetime | None = None) -> str:
        """Make an API key and return it: the only time that it can be seen."""
        key = credentials.generate_key()
        async with self._database.transaction() as connection:
            await _insert_key(connection, key, owner, _check_name(name), expires_at)
        return key.secret

    async def list_keys(self, workspace_id: UUID | None = None) -> list[ApiKey]:
        """Return the keys of a workspace, or of all, oldest first; revoked ones too."""
        async with self._database.read() as connection:
            return [_record(ApiKey, row) for row in await repository.find_keys(connection, workspace_id)]

    async def revoke_key(self, key: UUID | str, workspace_id: UUID | None = None) -> ApiKey:
        """Revoke the key with this id or prefix; revoking it again changes nothing.

        Other processes refuse it within a second. Raises NotFound, and ValidationFailed when a prefix fits several.
        """
        async with self._database.transaction() as connection:
            found = _pick_key(await repository.find_keys(connection, workspace_id), key)
            await repository.revoke_key(connection, found.id, dt.datetime.now(dt.UTC))
        self._keys.forget(found.id)
        return found

    async def authenticate_key(self, secret: str) -> Caller:
        """Return whom an API key stands for. Raises Unauthenticated."""
        return await self._keys.authenticate(secret)

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
        return _record(User, row)

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
        await self._keys.close()

    async def _has_users(self) -> bool:
        async with self._database.read() as connection:
            return await repository.has_users(connection)

    async def _insert_first(self, values: dict[str, Any], first: FirstAdministrator) -> bool:
        async with self._database.transaction() as connection:
            await lock_until_commit(connection, BOOTSTRAP_LOCK)
            if await repository.has_users(connection):
                return False
            user = await _insert_with_workspace(connection, values)
            await _insert_key(connection, first.key, user.as_caller(), "first key", None)
        return True


async def _insert_with_workspace(connection: AsyncConnection, values: dict[str, Any]) -> User:
    if not await repository.insert_user(connection, values):
        raise ValidationFailed(f"There is already a user {values['email']}.", field="email")
    workspace = {"id": uuid7(), "name": values["email"][:NAME_MAX]}
    workspace |= {"plan": values["plan"], "created_at": values["created_at"]}
    await repository.insert_workspace(connection, workspace, values["id"])
    shown = {key: value for key, value in values.items() if key not in {"password_hash", "email_verified_at"}}
    return User(**shown, workspace_id=workspace["id"])


async def _insert_key(
    connection: AsyncConnection, key: credentials.NewKey, owner: Caller, name: str, expires_at: dt.datetime | None
) -> None:
    values = {
        "id": uuid7(),
        "workspace_id": owner.workspace_id,
        "user_id": owner.user_id,
        "name": name,
        "prefix": key.prefix,
        "key_hash": key.key_hash,
        "created_at": dt.datetime.now(dt.UTC),
        "expires_at": expires_at,
    }
    await repository.insert_key(connection, values)


def _user_values(email: str, plan: str, *, is_admin: bool) -> dict[str, Any]:
    # An operator makes these accounts, and vouches for the address.
    at = dt.datetime.now(dt.UTC)
    values = {"id": uuid7(), "email": email, "plan": plan, "is_admin": is_admin}
    return values | {"created_at": at, "email_verified_at": at}


def _check_name(name: str) -> str:
    if not 1 <= len(name.strip()) <= NAME_MAX or not name.isprintable():
        raise ValidationFailed(f"A key's name is 1 to {NAME_MAX} printable characters.", field="name")
    return name.strip()


def _pick_key(rows: list[AnyRow], key: UUID | str) -> ApiKey:
    found = [row for row in rows if key in (row.id, row.prefix)]
    if not found:
        raise NotFound("There is no such key.")
    if len(found) > 1:
        raise ValidationFailed(f"{len(found)} keys begin with {key}: name one by its id.")
    return _record(ApiKey, found[0])


def _record(kind: type[Record], row: AnyRow) -> Record:
    return kind(**{field.name: getattr(row, field.name) for field in fields(kind)})
