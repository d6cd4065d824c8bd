"""What the accounts feature hands out. None of it holds a secret."""

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

from vayro.accounts.permissions import ALL_SCOPES, Scope


@dataclass(frozen=True, slots=True)
class Caller:
    """Who makes a request, and in which workspace. `key_id` is None when no API key was used.

    `is_admin`: of the installation. `scopes`: what may be done in this workspace; see `permissions`. `plan`: of the
    workspace, where it is known.
    """

    workspace_id: UUID
    user_id: UUID
    key_id: UUID | None
    is_admin: bool
    scopes: frozenset[Scope] = ALL_SCOPES
    session_id: UUID | None = None
    plan: str = ""


@dataclass(frozen=True, slots=True)
class User:
    """A person, with the workspace that they own."""

    id: UUID
    email: str
    plan: str
    is_admin: bool
    created_at: dt.datetime
    workspace_id: UUID

    def as_caller(self) -> Caller:
        """Return the caller that this user is on the command line."""
        return Caller(self.workspace_id, self.id, None, self.is_admin)


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key as people may see it: `prefix` is its beginning; the scope `*` is all that its user may do."""

    id: UUID
    name: str
    prefix: str
    scopes: tuple[str, ...]
    created_at: dt.datetime
    last_used_at: dt.datetime | None
    expires_at: dt.datetime | None
    revoked_at: dt.datetime | None
    user_email: str
