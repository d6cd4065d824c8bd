"""The rules of a workspace's own domains: claimed by anybody, served once their DNS proves them."""

import datetime as dt
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from vayro.accounts import audit
from vayro.accounts.quotas import Quotas
from vayro.accounts.records import Caller
from vayro.database.engine import Database
from vayro.database.models import domains
from vayro.errors import NotFound, ValidationFailed
from vayro.links import domain_repository as repository
from vayro.links.domain_proof import DnsProof, proof_name, proof_token
from vayro.links.domain_repository import DomainRecord
from vayro.links.domains import DomainDirectory
from vayro.links.excerpt import excerpt
from vayro.links.registration import parse_domain_name
from vayro.links.service import LinkService
from vayro.settings import Settings

CheckAddress = Callable[[str, str, str], Awaitable[str]]
"""Returns the canonical form of a URL, given the field's name and the domain's. Raises the errors of destinations."""
_COUNTED_LINKS = 1_000


@dataclass(frozen=True, slots=True)
class OwnDomain:
    """A domain as its workspace sees it."""

    record: DomainRecord
    is_default: bool


class DomainService:
    """Claims, proofs, choices. Each method is one transaction; engines and APIs follow within five seconds."""

    def __init__(
        self,
        database: Database,
        directory: DomainDirectory,
        proof: DnsProof,
        quotas: Quotas,
        check_address: CheckAddress,
    ) -> None:
        """Args: directory, of this process; check_address, the rules that links have."""
        self._database = database
        self._directory = directory
        self._proof = proof
        self._quotas = quotas
        self._check_address = check_address

    async def list_own(self, workspace_id: UUID) -> list[OwnDomain]:
        """Return the domains that the workspace has, verified or not, and those that everybody may use."""
        async with self._database.read() as connection:
            chosen = await repository.find_default(connection, workspace_id)
            records = await repository.list_domains(connection, workspace_id)
        return [OwnDomain(record, record.name == chosen) for record in records]

    async def get(self, workspace_id: UUID, name: str) -> OwnDomain:
        """Return a domain that the workspace has or may use. Raises NotFound."""
        async with self._database.read() as connection:
            record = await repository.find_domain(connection, _key(name))
            chosen = await repository.find_default(connection, workspace_id)
        if record is None or record.workspace_id not in (None, workspace_id):
            raise _not_found(name)
        return OwnDomain(record, record.name == chosen)

    async def claim(self, caller: Caller, name: str) -> OwnDomain:
        """Claim a domain; claiming it again changes nothing. It serves once it is proved.

        A claim that was never proved gives way to another's. Raises ValidationFailed, QuotaExceeded.
        """
        host = parse_domain_name(name)
        if self._directory.is_default_name(host):
            raise ValidationFailed(f"{host} is the default domain: it needs no registration.", field="domain")
        now = dt.datetime.now(dt.UTC)
        token = proof_token(caller.workspace_id, host)
        async with self._database.transaction() as connection:
            found = await repository.find_domain(connection, host, lock=True)
            if found and found.workspace_id == caller.workspace_id:
                return OwnDomain(found, await repository.find_default(connection, caller.workspace_id) == host)
            if await repository.count_links(connection, host, 1, but=caller.workspace_id):
                # They would be served under a name that is not theirs any more.
                raise ValidationFailed(f"{excerpt(host)} has links of somebody else: ask the operator.", field="domain")
            await self._quotas.require_domain(connection, caller.workspace_id)
            if found and not found.verified_at:
                await repository.delete_domain(connection, host)
            record = DomainRecord(host, caller.workspace_id, token, None, None, None, None, now)
            if not await repository.insert_domain(connection, record):
                raise ValidationFailed(f"{excerpt(host)} is registered already.", field="domain")
            await audit.note(connection, caller, "domain.add", host)
        return OwnDomain(record, is_default=False)

    async def prove(self, caller: Caller, name: str) -> OwnDomain:
        """Look for the proof now. Raises NotFound; ValidationFailed when it is not there; Unavailable."""
        found = (await self._get_own(caller, name)).record
        is_proved = not found.verification_token or await self._proof.is_there(found.name, found.verification_token)
        now = dt.datetime.now(dt.UTC)
        changes = {"checked_at": now} | ({"verified_at": found.verified_at or now} if is_proved else {})
        if is_proved or not found.verified_at:
            async with self._database.transaction() as connection:
                mine = domains.c.workspace_id == caller.workspace_id
                if not await repository.update_domain(connection, found.name, changes, mine):
                    raise _not_found(name)
                if is_proved and not found.verified_at:
                    await audit.note(connection, caller, "domain.verify", found.name)
            self._directory.forget()
        if not is_proved:
            raise ValidationFailed(
                f"{proof_name(found.name)} has no TXT record with the text that is asked for. A new record can take "
                "as long to be seen as the old answer was to be kept.",
                field="domain",
            )
        return await self.get(caller.workspace_id, found.name)

    async def edit(self, caller: Caller, name: str, changes: Mapping[str, Any]) -> OwnDomain:
        """Change `root_url`, `not_found_url` and `is_default`; null clears an address.

        Any domain that the workspace may use can be its default once it is verified; addresses are its owner's.
        Raises NotFound, ValidationFailed, and the errors of destinations.
        """
        found = await self.get(caller.workspace_id, name)
        if changes.keys() - {"is_default"} and found.record.workspace_id is None:
            raise ValidationFailed(f"{found.record.name} is everybody's: its addresses are the operator's.")
        columns = await self._prepare(found.record, changes)
        async with self._database.transaction() as connection:
            if columns:
                mine = domains.c.workspace_id == caller.workspace_id
                if not await repository.update_domain(connection, found.record.name, columns, mine):
                    raise _not_found(name)
            if "is_default" in changes:
                await self._choose(connection, caller, found, is_default=changes["is_default"])
            await audit.note(connection, caller, "domain.update", found.record.name, {"changed": sorted(changes)})
        self._directory.forget()
        return await self.get(caller.workspace_id, found.record.name)

    async def remove(self, caller: Caller, name: str) -> None:
        """Give a domain up. Raises NotFound; ValidationFailed while it has links: nobody should meet them elsewhere."""
        host = _key(name)
        async with self._database.transaction() as connection:
            found = await repository.find_domain(connection, host, lock=True)
            if found is None or found.workspace_id != caller.workspace_id:
                raise _not_found(name)
            if count := await repository.count_links(connection, host, _COUNTED_LINKS):
                more = " or more" if count == _COUNTED_LINKS else ""
                raise ValidationFailed(f"{host} has {count}{more} links: delete them first.", field="domain")
            await repository.forget_default(connection, host)
            await repository.delete_domain(connection, host)
            await audit.note(connection, caller, "domain.delete", host)
        self._directory.forget()

    async def _get_own(self, caller: Caller, name: str) -> OwnDomain:
        found = await self.get(caller.workspace_id, name)
        if found.record.workspace_id is None:
            raise ValidationFailed(f"{found.record.name} is everybody's: it needs no proof.", field="domain")
        return found

    async def _prepare(self, record: DomainRecord, changes: Mapping[str, Any]) -> dict[str, str | None]:
        columns: dict[str, str | None] = {}
        for field in ("root_url", "not_found_url"):
            if field in changes:
                url = changes[field]
                columns[field] = url and await self._check_address(url, field, record.name)
        return columns

    async def _choose(self, connection: AsyncConnection, caller: Caller, found: OwnDomain, *, is_default: bool) -> None:
        if is_default and not found.record.verified_at:
            raise ValidationFailed(f"{found.record.name} is not verified yet.", field="is_default")
        if is_default or found.is_default:
            await repository.set_default(connection, caller.workspace_id, found.record.name if is_default else None)


def open_domains(settings: Settings, database: Database, links: LinkService) -> DomainService:
    """Return the service that the settings describe; addresses obey the rules that links have."""
    proof, quotas = DnsProof(settings.domain_resolver), Quotas(settings.plan_table)
    return DomainService(database, links.domains, proof, quotas, links.check_address)


def _key(name: str) -> str:
    """Return the name under which a domain would be stored; what is no domain has no such name."""
    try:
        return parse_domain_name(name)
    except ValidationFailed:
        return ""


def _not_found(name: str) -> NotFound:
    return NotFound(f"There is no domain {excerpt(name)}.")
