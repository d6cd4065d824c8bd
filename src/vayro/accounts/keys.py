"""API keys: made with scopes, shown once, listed by their beginnings, revoked. Each method is one transaction."""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection
from uuid_utils.compat import uuid7

from vayro.accounts import audit, credentials, repository
from vayro.accounts import workspace_repository as workspaces
from vayro.accounts.names import check_name
from vayro.accounts.permissions import EVERYTHING, parse_scopes, scopes_of
from vayro.accounts.records import ApiKey, Caller
from vayro.accounts.repository import AnyRow
from vayro.database.engine import Database
from vayro.errors import Forbidden, NotFound, ValidationFailed


@dataclass(frozen=True, slots=True)
class IssuedKey:
    """A key that was just made. `secret` can be seen this once."""

    key: ApiKey
    secret: str

    def __repr__(self) -> str:
        """Show no more than may be logged."""
        return f"IssuedKey({self.key.prefix}…)"


class KeyService:
    """The keys of workspaces."""

    def __init__(self, database: Database, forget: Callable[[UUID], None]) -> None:
        """Args: forget, told of a key that must be refused at once."""
        self._database = database
        self._forget = forget

    async def issue(
        self, caller: Caller, name: str, scopes: Sequence[str], expires_at: dt.datetime | None = None
    ) -> IssuedKey:
        """Make a key of the caller for their workspace. It never allows more than they may do when it is used.

        Raises ValidationFailed; Forbidden for scopes that the caller's own key lacks.
        """
        name, granted = check_name(name, "key"), parse_scopes(scopes)
        if expires_at and expires_at <= dt.datetime.now(dt.UTC):
            raise ValidationFailed("A key expires in the future, or never.", field="expires_at")
        key = credentials.generate_key()
        async with self._database.transaction() as connection:
            await _require_own_scopes(connection, caller, granted)
            made = await insert_key(connection, key, caller, name, scopes=granted, expires_at=expires_at)
            details = {"name": name, "scopes": granted.split(), "expires_at": expires_at and expires_at.isoformat()}
            await audit.note(connection, caller, "key.create", made, details)
            [row] = await repository.find_keys(connection, caller.workspace_id, made)
        return IssuedKey(as_key(row), key.secret)

    async def list_keys(self, workspace_id: UUID | None = None) -> list[ApiKey]:
        """Return the keys of a workspace, or of all, oldest first; revoked ones too."""
        async with self._database.read() as connection:
            return [as_key(row) for row in await repository.find_keys(connection, workspace_id)]

    async def revoke(self, key: UUID | str, workspace_id: UUID | None = None, caller: Caller | None = None) -> ApiKey:
        """Revoke the key with this id or prefix; revoking it again changes nothing.

        Other processes refuse it within a second. Raises NotFound, and ValidationFailed when a prefix fits several.
        """
        async with self._database.transaction() as connection:
            found = _pick(await repository.find_keys(connection, workspace_id), key)
            owner = await repository.revoke_key(connection, found.id, dt.datetime.now(dt.UTC))
            if owner:
                details = {"name": found.name, "of": found.user_email}
                await audit.note(connection, caller, "key.revoke", found.id, details, workspace_id=owner)
        self._forget(found.id)
        return found


async def insert_key(
    connection: AsyncConnection,
    key: credentials.NewKey,
    owner: Caller,
    name: str,
    *,
    scopes: str = EVERYTHING,
    expires_at: dt.datetime | None = None,
) -> UUID:
    """Store a key of a user for a workspace, and return its id."""
    key_id = uuid7()
    values = {
        "id": key_id,
        "workspace_id": owner.workspace_id,
        "user_id": owner.user_id,
        "name": name,
        "prefix": key.prefix,
        "key_hash": key.key_hash,
        "scopes": scopes,
        "created_at": dt.datetime.now(dt.UTC),
        "expires_at": expires_at,
    }
    await repository.insert_key(connection, values)
    return key_id


def as_key(row: AnyRow) -> ApiKey:
    """Return the key of a row of `repository.find_keys`."""
    values = {field.name: getattr(row, field.name) for field in fields(ApiKey)}
    return ApiKey(**{**values, "scopes": tuple(row.scopes.split())})


async def _require_own_scopes(connection: AsyncConnection, caller: Caller, granted: str) -> None:
    """A key makes no key that allows more than itself, a person none that allows more than they may do."""
    role = await workspaces.find_role(connection, caller.workspace_id, caller.user_id)
    if role is None:
        raise Forbidden("Only members of a workspace have keys to it.")
    wanted = scopes_of(role) if granted == EVERYTHING else frozenset(granted.split())
    if lacking := wanted - (caller.scopes if caller.key_id else scopes_of(role)):
        raise Forbidden(f"You cannot give the scope {min(lacking)}: you do not have it.")


def _pick(rows: list[AnyRow], key: UUID | str) -> ApiKey:
    found = [row for row in rows if key in (row.id, row.prefix)]
    if not found:
        raise NotFound("There is no such key.")
    if len(found) > 1:
        raise ValidationFailed(f"{len(found)} keys begin with {key}: name one by its id.")
    return as_key(found[0])
