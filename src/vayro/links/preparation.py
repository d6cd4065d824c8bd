"""From what a person asked for to the row that is written: every rule is applied here, before any statement."""

import asyncio
import datetime as dt
from collections.abc import Sequence
from typing import Any, Protocol
from uuid import UUID

import msgspec
from pydantic import SecretStr
from uuid_utils.compat import uuid7

from vayro.errors import ValidationFailed
from vayro.links.block_list import BlockList
from vayro.links.destination import parse_destination
from vayro.links.domains import DomainDirectory
from vayro.links.draft import ArchivedLink, LinkDraft
from vayro.links.lists import BlockLists
from vayro.links.password import hash_password
from vayro.links.record import LinkRecord
from vayro.links.short_code import validate_custom_code

FIRST_VERSION = 1
MAX_PASSWORDS = 40
"""In one bulk: each takes 25 ms of a processor."""


class Owner(Protocol):
    """Whose links: a caller of the API, or a user on the command line."""

    @property
    def workspace_id(self) -> UUID:
        """The workspace that owns the link."""

    @property
    def user_id(self) -> UUID | None:
        """The person who makes it."""

    @property
    def key_id(self) -> UUID | None:
        """The API key that they use, if they do."""

    @property
    def plan(self) -> str:
        """The plan of the workspace, where it is known."""


class Preparation:
    """Checks drafts and edits, and brings them into the form that is stored."""

    def __init__(self, domains: DomainDirectory, lists: BlockLists) -> None:
        """Args: domains, which must not be destinations; lists, of what nobody may link to."""
        self._domains = domains
        self._lists = lists
        self._blocked = BlockList()

    async def prepare(self, owner: Owner, draft: LinkDraft, *, canonical: bool = False) -> LinkRecord:
        """Return the row to be written; its code is empty when one must be generated.

        Raises the errors of destinations, codes and domains.
        """
        domain = await self._domains.resolve(draft.domain, owner.workspace_id)
        record = self._record(owner, draft, domain, await self._read_rules(), canonical=canonical)
        return await _with_password(record, draft.password)

    async def prepare_many(
        self, owner: Owner, drafts: Sequence[LinkDraft], *, hashing: bool = True
    ) -> list[LinkRecord | ValidationFailed]:
        """Return for each draft, in order, the row to be written, or what is wrong with it.

        Args: hashing, whether passwords are made into what is stored, which takes its time.
        """
        own_hosts = await self._read_rules()
        default = await self._domains.resolve(None, owner.workspace_id)
        prepared: list[LinkRecord | ValidationFailed] = []
        passwords = 0
        for draft in drafts:
            try:
                domain = await self._domains.resolve(draft.domain, owner.workspace_id) if draft.domain else default
                record = self._record(owner, draft, domain, own_hosts)
                if draft.password:
                    passwords += 1
                    password = _within_bulk(draft.password, passwords)
                    record = await _with_password(record, password) if hashing else record
                prepared.append(record)
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
            key_id=owner.key_id,
            plan=owner.plan,
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
            password_hash=None,
            disabled_reason=None,
            metadata=draft.metadata,
            created_at=now,
            updated_at=now,
        )

    async def prepare_changes(self, changes: dict[str, Any]) -> dict[str, Any]:
        """Return the columns that an edit writes. Raises the errors of destinations and codes."""
        prepared = dict(changes)
        own_hosts = await self._read_rules()
        for name in ("target_url", "expired_url"):
            if name in prepared:
                prepared[name] = self._parse_optional(prepared[name], own_hosts, name)
        if "short_code" in prepared:
            validate_custom_code(prepared["short_code"])
        if "password" in prepared:
            prepared["password_hash"] = await _hash(prepared.pop("password"))
        return prepared

    async def find_refused(self, records: Sequence[LinkRecord]) -> dict[UUID, ValidationFailed]:
        """Return, of links that were made once, those that may not be made now, and why not."""
        own_hosts = await self._read_rules()
        refused: dict[UUID, ValidationFailed] = {}
        for record in records:
            try:
                if record.domain:
                    await self._domains.resolve(record.domain, record.workspace_id)
                self._parse(record.target_url, own_hosts, "target_url")
                self._parse_optional(record.expired_url, own_hosts, "expired_url")
            except ValidationFailed as error:
                refused[record.id] = error
        return refused

    async def check_target(self, url: str) -> str:
        """Return the canonical form of a destination. Raises the errors of destinations."""
        return self._parse(url, await self._read_rules(), "target_url")

    async def find_domain(self, owner: Owner, name: str | None) -> str:
        """Return the name under which links of this domain are stored. Raises ValidationFailed."""
        return await self._domains.resolve(name, owner.workspace_id)

    async def check_address(self, url: str, field: str, own_host: str) -> str:
        """Return the canonical form of an address that is no link's, and must not lead to `own_host` either.

        Raises the errors of destinations.
        """
        return self._parse(url, await self._read_rules() | {own_host}, field)

    async def _read_rules(self) -> frozenset[str]:
        """Return our own hosts, and have the newest block list at hand."""
        self._blocked = await self._lists.current()
        return await self._domains.own_hosts()

    def _parse_optional(self, url: str | None, own_hosts: frozenset[str], field: str) -> str | None:
        return None if url is None else self._parse(url, own_hosts, field)

    def _parse(self, url: str, own_hosts: frozenset[str], field: str) -> str:
        return parse_destination(url, own_hosts=own_hosts, blocked=self._blocked, field=field).href


async def _with_password(record: LinkRecord, password: SecretStr | None) -> LinkRecord:
    return msgspec.structs.replace(record, password_hash=await _hash(password)) if password else record


async def _hash(password: SecretStr | None) -> str | None:
    return await asyncio.to_thread(hash_password, password.get_secret_value()) if password else None


def _within_bulk(password: SecretStr, number: int) -> SecretStr:
    if number > MAX_PASSWORDS:
        raise ValidationFailed(f"At most {MAX_PASSWORDS} links of a bulk may have a password.", field="password")
    return password


def require_active(record: LinkRecord) -> LinkRecord:
    """Return a canonical link to be made. Raises ValidationFailed when it is not active: it would be nobody's."""
    if not record.is_active:
        raise ValidationFailed("A canonical link is active; leave is_active away.", field="is_active")
    return record
