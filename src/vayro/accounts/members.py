"""Who belongs to a workspace, and as what. Each method is one transaction, with its entry in the audit log."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection
from uuid_utils.compat import uuid7

from vayro.accounts import audit
from vayro.accounts import repository as accounts
from vayro.accounts import workspace_repository as repository
from vayro.accounts.names import NAME_MAX
from vayro.accounts.permissions import OWNER, Role
from vayro.accounts.records import Caller
from vayro.database.engine import Database
from vayro.errors import Forbidden, NotFound


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody who belongs to a workspace."""

    user_id: UUID
    email: str
    role: str
    created_at: dt.datetime


class MemberService:
    """The people of a workspace. Only an owner makes and unmakes owners, and the last one stays."""

    def __init__(self, database: Database, forget: Callable[[UUID], None]) -> None:
        """Args: forget, told of a user whose keys must be looked at again at once."""
        self._database = database
        self._forget = forget

    async def list_members(self, workspace_id: UUID) -> list[Member]:
        """Return the members, in the order in which they joined."""
        async with self._database.read() as connection:
            rows = await repository.find_members(connection, workspace_id)
        return [Member(row.user_id, row.email, row.role, row.created_at) for row in rows]

    async def change_role(self, caller: Caller, user_id: UUID, role: Role) -> Member:
        """Give a member another role. Keys follow within a second. Raises NotFound and Forbidden."""
        workspace_id = caller.workspace_id
        async with self._database.transaction() as connection:
            old = await self._hold(connection, caller, user_id, role)
            if old != role:
                await repository.update_role(connection, workspace_id, user_id, role)
                await audit.note(connection, caller, "member.change", user_id, {"from": old, "to": role})
            members = await repository.find_members(connection, workspace_id)
        self._forget(user_id)
        return next(Member(*row) for row in members if row.user_id == user_id)

    async def remove(self, caller: Caller, user_id: UUID) -> None:
        """Take a member out, with all their keys to the workspace. Raises NotFound and Forbidden."""
        async with self._database.transaction() as connection:
            role = await self._hold(connection, caller, user_id, None)
            await _take_out(connection, caller.workspace_id, user_id)
            await audit.note(connection, caller, "member.remove", user_id, {"role": role})
        self._forget(user_id)

    async def leave(self, caller: Caller) -> None:
        """Take the caller out. Raises Forbidden for the last owner, and for a key: only people leave."""
        if caller.key_id is not None:
            raise Forbidden("Sign in to leave a workspace; a key cannot do it.")
        async with self._database.transaction() as connection:
            await repository.lock_workspace(connection, caller.workspace_id)
            role = await repository.find_role(connection, caller.workspace_id, caller.user_id)
            await _keep_an_owner(connection, caller.workspace_id, role)
            await _take_out(connection, caller.workspace_id, caller.user_id)
            await audit.note(connection, caller, "member.leave", caller.user_id, {"role": role})
        self._forget(caller.user_id)

    async def _hold(self, connection: AsyncConnection, caller: Caller, user_id: UUID, role: Role | None) -> str:
        """Keep the members from changing; return the role that one has, who may be given this one (None: leaves)."""
        await repository.lock_workspace(connection, caller.workspace_id)
        old = await repository.find_role(connection, caller.workspace_id, user_id)
        if old is None:
            raise NotFound("There is no such member.")
        if OWNER in (old, role):
            await require_owner(connection, caller)
        if role != OWNER:
            await _keep_an_owner(connection, caller.workspace_id, old)
        return old


async def require_owner(connection: AsyncConnection, caller: Caller) -> None:
    """Raise Forbidden unless the caller owns the workspace now."""
    if await repository.find_role(connection, caller.workspace_id, caller.user_id) != OWNER:
        raise Forbidden("Only an owner makes and unmakes owners.")


async def _keep_an_owner(connection: AsyncConnection, workspace_id: UUID, role: str | None) -> None:
    if role == OWNER and await repository.count_owners(connection, workspace_id) == 1:
        raise Forbidden("The last owner stays: make somebody else one first.")


async def _take_out(connection: AsyncConnection, workspace_id: UUID, user_id: UUID) -> None:
    """Whoever belongs to no workspace any more is given one of their own."""
    now = dt.datetime.now(dt.UTC)
    await repository.delete_member(connection, workspace_id, user_id, now)
    if not await repository.count_memberships(connection, user_id):
        email = await repository.find_email(connection, user_id)
        plan = await repository.find_user_plan(connection, user_id)
        values = {"id": uuid7(), "name": email[:NAME_MAX], "plan": plan, "created_at": now}
        await accounts.insert_workspace(connection, values, user_id)
