"""Taking links down, and what their owners may then still do.

A link taken down is inactive, has a `disabled_reason`, and answers 410 with a page that says no more. Its code stays
with it: freed, it could be made again, and the mails that carry it would lead on.
"""

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from vayro.accounts import audit
from vayro.accounts.records import Caller
from vayro.cache.port import LinkCache
from vayro.database.engine import Database
from vayro.errors import Forbidden, LinkInUse, NotFound, ValidationFailed
from vayro.links import editing, repository
from vayro.links.publication import publish
from vayro.links.record import LinkRecord

REASONS = ("abuse", "phishing", "malware", "spam", "legal")


class Takedown:
    """Disables and enables links of any workspace. Engines follow as they follow any edit: within 5 s at most."""

    def __init__(self, database: Database, cache: LinkCache) -> None:
        """Args: cache, what engines read."""
        self._database = database
        self._cache = cache

    async def disable(
        self, link_id: UUID, reason: str, caller: Caller | None = None, details: Mapping[str, Any] | None = None
    ) -> LinkRecord:
        """Take a link down; once it is down, a new reason replaces the old one.

        Args: caller, None for Vayro itself; details, for the audit log. Raises NotFound, and ValidationFailed for a
        reason that does not exist.
        """
        if reason not in REASONS:
            raise ValidationFailed(f"The reason is one of {', '.join(REASONS)}.", field="reason")
        told = {"reason": reason, **(details or {})}
        return await self._change(link_id, {"is_active": False, "disabled_reason": reason}, caller, told)

    async def enable(self, link_id: UUID, caller: Caller | None = None) -> LinkRecord:
        """Let a link redirect again that was taken down; another stays as it is.

        Raises NotFound, and CanonicalTaken when another link took its place.
        """
        return await self._change(link_id, {"is_active": True, "disabled_reason": None}, caller, {})

    async def _change(
        self, link_id: UUID, changes: Mapping[str, Any], caller: Caller | None, details: Mapping[str, Any]
    ) -> LinkRecord:
        action = "link.enable" if changes["is_active"] else "link.disable"
        async with self._database.transaction() as connection:
            old = await repository.lock_any_link(connection, link_id)
            if old is None:
                raise NotFound("There is no such link.")
            if old.disabled_reason == changes["disabled_reason"]:
                return old
            new = await editing.rewrite(connection, old, changes)
            about = {"short_code": old.short_code, **details}
            await audit.note(connection, caller, action, old.id, about, workspace_id=old.workspace_id)
        await publish(self._cache, [new.snapshot()])
        return new


def require_edit_allowed(link: LinkRecord, changes: Mapping[str, Any]) -> None:
    """Raise Forbidden when the edit would bring back a link that was taken down, or free its code."""
    if changes.get("is_active") or "short_code" in changes:
        require_standing(link)


def require_standing(link: LinkRecord) -> None:
    """Raise Forbidden when the link was taken down."""
    if link.disabled_reason is not None:
        raise Forbidden(f"The link was taken down ({link.disabled_reason}): only an administrator can change that.")


def require_unneeded(link: LinkRecord, needed: Collection[UUID]) -> None:
    """Raise LinkInUse when a link that is to be deleted is among those that belong to something."""
    if link.id in needed:
        raise LinkInUse("The link belongs to a site, and ends with it: delete the site, or deactivate the link.")
