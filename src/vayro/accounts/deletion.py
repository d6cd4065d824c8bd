"""Erasing an account: the user, the workspaces that only they own, and what these have.

It may be killed anywhere and begun again: first nobody gets in any more, then the links go, some at a time, and the
user comes last. Clicks of deleted links are purged by the worker's chore, for a month, because some may come late.
"""

import datetime as dt
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from vayro.accounts import audit
from vayro.accounts import erasure_repository as repository
from vayro.accounts.permissions import OWNER
from vayro.accounts.repository import AnyRow
from vayro.cache.port import LinkCache
from vayro.cache.snapshot import LinkSnapshot
from vayro.database.engine import Database
from vayro.errors import ValidationFailed

LINKS_AT_ONCE = 500

EndBilling = Callable[[Sequence[UUID]], Awaitable[None]]


class Person(Protocol):
    """Whose account it is."""

    @property
    def id(self) -> UUID:
        """The user's."""

    @property
    def email(self) -> str:
        """The address, as it is stored."""

    @property
    def is_admin(self) -> bool:
        """Whether they administer the installation."""


@dataclass(frozen=True, slots=True)
class Erased:
    """What is gone."""

    workspaces: int
    links: int


class AccountErasure:
    """Erases accounts."""

    def __init__(self, database: Database, cache: LinkCache, end_billing: EndBilling | None = None) -> None:
        """Args: cache, where the links leave tombstones, so that no engine serves them any more.

        end_billing, which ends what is paid for these workspaces.
        """
        self._database = database
        self._cache = cache
        self._end_billing = end_billing

    async def erase(self, user: Person) -> Erased:
        """Erase a user and all workspaces that only they belong to; leave the others they belong to.

        Raises ValidationFailed, before anything is done, when a workspace would be left without an owner, or the
        installation without an administrator; Unavailable when what they pay for cannot be ended now.
        """
        if self._end_billing:
            async with self._database.read() as connection:
                own = await _find_own(connection, user)
            await self._end_billing(own)
        async with self._database.transaction() as connection:
            own = await _find_own(connection, user)
            await repository.disable_user(connection, user.id, dt.datetime.now(dt.UTC))
        deleted = sum([await self._delete_links(workspace_id) for workspace_id in own])
        async with self._database.transaction() as connection:
            for workspace_id in own:
                await repository.delete_workspace(connection, workspace_id)
            await repository.delete_user(connection, user.id, user.email)
            await audit.note(connection, None, "account.erase", repository.ERASED)
        return Erased(len(own), deleted)

    async def _delete_links(self, workspace_id: UUID) -> int:
        deleted = 0
        while True:
            now = dt.datetime.now(dt.UTC)
            async with self._database.transaction() as connection:
                some = await repository.lock_some_links(connection, workspace_id, LINKS_AT_ONCE)
                if some:
                    await repository.delete_links(connection, some, workspace_id, now)
            if not some:
                return deleted
            tombstones = [_tombstone(link) for link in some]
            await self._cache.store_many(tombstones)
            await self._cache.announce(tombstones)
            deleted += len(some)


async def _find_own(connection: AsyncConnection, user: Person) -> list[UUID]:
    """Return the workspaces that only they belong to. Raises ValidationFailed when they cannot be spared elsewhere."""
    theirs = await repository.find_workspaces_of(connection, user.id)
    _require_heirs(theirs)
    if user.is_admin and not await repository.has_other_admin(connection, user.id):
        raise ValidationFailed("This is the only administrator: make another first.")
    return [workspace.id for workspace in theirs if workspace.members == 1]


def _require_heirs(theirs: list[AnyRow]) -> None:
    for workspace in theirs:
        if workspace.role == OWNER and workspace.owners == 1 and workspace.members > 1:
            raise ValidationFailed(
                f"The workspace {workspace.name[:100]!r} has {workspace.members - 1} other members and no other owner: "
                "make one of them its owner, or take them out."
            )


def _tombstone(link: AnyRow) -> LinkSnapshot:
    return LinkSnapshot(
        domain=link.domain,
        short_code=link.short_code,
        target_url="",
        is_active=False,
        link_id=str(link.id),
        version=link.version + 1,
        is_deleted=True,
    )
