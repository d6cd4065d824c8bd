"""Registering short domains besides the default one, as their operator does."""

import datetime as dt
from uuid import UUID

from vayro.accounts import audit
from vayro.database.engine import Database
from vayro.errors import NotFound, ValidationFailed
from vayro.links import domain_repository as repository
from vayro.links.domain_repository import DomainRecord
from vayro.links.excerpt import excerpt
from vayro.links.host_name import LOOPBACK, canonical_host, is_valid_punycode
from vayro.settings import Settings

MAX_NAME = 253  # RFC 1035, 2.3.4, as text
_NOT_IN_A_NAME = frozenset("/\\?#@:[]%")


def parse_domain_name(name: str) -> str:
    """Return the name as `Host` headers carry it, in punycode. Raises ValidationFailed when it is no host name."""
    host = "" if _NOT_IN_A_NAME & set(name) else canonical_host(name)
    if host in {"", LOOPBACK} or len(host) > MAX_NAME or not is_valid_punycode(host):
        raise ValidationFailed(f"{excerpt(name)} is not a domain, like go.example.com.", field="domain")
    return host


class DomainRegistry:
    """The domains, besides the default one, in which links may be made. The operator's word needs no proof."""

    def __init__(self, settings: Settings, database: Database) -> None:
        """Args: settings, which name the default domain; database, where the others are."""
        self._default_name = settings.default_domain_name
        self._database = database

    async def register(self, name: str, workspace_id: UUID | None = None) -> str:
        """Register a domain for one workspace, or for all; return its name as `Host` headers carry it, in punycode.

        A claim that nobody has proved gives way. Running processes know it within seconds. Raises ValidationFailed when
        it is no host name, or is taken.
        """
        host, now = parse_domain_name(name), dt.datetime.now(dt.UTC)
        if host == canonical_host(self._default_name):
            raise ValidationFailed(f"{host} is the default domain: it needs no registration.", field="domain")
        record = DomainRecord(host, workspace_id, "", now, now, None, None, now)
        async with self._database.transaction() as connection:
            found = await repository.find_domain(connection, host, lock=True)
            if found and not found.verified_at:
                await repository.delete_domain(connection, host)
            if not await repository.insert_domain(connection, record):
                raise ValidationFailed(f"{host} is registered already.", field="domain")
            await audit.note(connection, None, "domain.add", host, workspace_id=workspace_id)
        return host

    async def remove(self, name: str) -> str:
        """Take a domain out. Raises NotFound; ValidationFailed while it has links."""
        host = parse_domain_name(name)
        async with self._database.transaction() as connection:
            found = await repository.find_domain(connection, host, lock=True)
            if found is None:
                raise NotFound(f"There is no domain {host}.")
            if await repository.count_links(connection, host, 1):
                raise ValidationFailed(f"{host} has links: delete them first.", field="domain")
            await repository.forget_default(connection, host)
            await repository.delete_domain(connection, host)
            await audit.note(connection, None, "domain.delete", host, workspace_id=found.workspace_id)
        return host

    async def list_domains(self) -> list[DomainRecord]:
        """Return all domains, by name."""
        async with self._database.read() as connection:
            return await repository.list_domains(connection)
