"""From what a person asked for to the row that is written: every rule is applied here, before any statement."""

import datetime as dt
from collections.abc import Sequence
from typing import Any, Protocol
from uuid import UUID

from uuid_utils.compat import uuid7

from vayro.cache.snapshot import DEFAULT_DOMAIN
from vayro.errors import ValidationFailed
from vayro.links.block_list import BlockList
from vayro.links.destination import parse_destination
from vayro.links.domains import DomainDirectory
from vayro.links.draft import ArchivedLink, LinkDraft
from vayro.links.record import LinkRecord
from vayro.links.short_code import validate_custom_code

FIRST_VERSION = 1


class Owner(Protocol):
    """Whose links: a caller of the API, or a user on the command line."""

    @property
    def workspace_id(self) -> UUID:
        """The workspace that owns the link."""

    @property
    def user_id(self) -> UUID | None:
        """The person who makes it."""


class Preparation:
    """Checks drafts and edits, and brings them into the form that is stored."""

    def __init__(self, domains: DomainDirectory, blocked: BlockList) -> None:
        """Args: domains, which must not be destinations; blocked, hosts that nobody may link to."""
        self._domains = domains
        self._blocked = blocked

    async def prepare(self, owner: Owner, draft: LinkDraft, *, canonical: bool = False) -> LinkRecord:
        """Return the row to be written; its code is empty when one must be generated.

        Raises the errors of destinations, codes and domains.
        """
        domain = await self._domains.resolve(draft.domain, owner.workspace_id)
        return self._record(owner, draft, domain, await self._domains.own_hosts(), canonical=canonical)

    async def prepare_many(self, owner: Owner, drafts: Sequence[LinkDraft]) -> list[LinkRecord | ValidationFailed]:
        """Return for each draft, in order, the row to be written, or what is wrong with it."""
        own_hosts = await self._domains.own_hosts()
        prepared: list[LinkRecord | ValidationFailed] = []
        for draft in drafts:
            try:
                domain = (
                    await self._domains.resolve(draft.domain, owner.workspace_id) if draft.domain else DEFAULT_DOMAIN
                )
                prepared.append(self._record(owner, draft, domain, own_hosts))
            except ValidationFailed as error:
                prepared.append(error)
        return prepared

    def _record(
        self, owner: Owner, draft: LinkDraft, domain: str, own_hosts: frozenset[str], *, canonical: bool = False
    ) -> LinkRecord:
        now = dt.datetime.now(dt.UTC)
        return LinkRecord(
            id=uuid7(),
            workspace_id=owner.workspace_id,
            user_id=owner.user_id,
            domain=domain,
            short_code="" if draft.short_code is None else validate_custom_code(draft.short_code),
            target_url=self._parse(draft.target_url, own_hosts, "target_url"),
            link_type=draft.link_type,
            canonical=canonical or (isinstance(draft, ArchivedLink) and draft.canonical),
            title=draft.title,
            tags=draft.tags,
            is_active=draft.is_active,
            version=FIRST_VERSION,
            redirect_status=draft.redirect_status,
            cache_seconds=draft.cache_seconds,
            expires_at=draft.expires_at,
            expired_url=self._parse_optional(draft.expired_url, own_hosts, "expired_url"),
            max_clicks=draft.max_clicks,
            metadata=draft.metadata,
            created_at=now,
            updated_at=now,
        )

    async def prepare_changes(self, changes: dict[str, Any]) -> dict[str, Any]:
        """Return the columns that an edit writes. Raises the errors of destinations and codes."""
        prepared = dict(changes)
        own_hosts = await self._domains.own_hosts()
        for name in ("target_url", "expired_url"):
            if name in prepared:
                prepared[name] = self._parse_optional(prepared[name], own_hosts, name)
        if "short_code" in prepared:
            validate_custom_code(prepared["short_code"])
        return prepared

    def _parse_optional(self, url: str | None, own_hosts: frozenset[str], field: str) -> str | None:
        return None if url is None else self._parse(url, own_hosts, field)

    def _parse(self, url: str, own_hosts: frozenset[str], field: str) -> str:
        return parse_destination(url, own_hosts=own_hosts, blocked=self._blocked, field=field).href


def require_active(record: LinkRecord) -> LinkRecord:
    """Return a canonical link to be made. Raises ValidationFailed when it is not active: it would be nobody's."""
    if not record.is_active:
        raise ValidationFailed("A canonical link is active; leave is_active away.", field="is_active")
    return record
