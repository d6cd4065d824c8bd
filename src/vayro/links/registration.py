"""Registering short domains besides the default one."""

import datetime as dt
from uuid import UUID

from vayro.database.engine import Database
from vayro.errors import ValidationFailed
from vayro.links import repository
from vayro.links.excerpt import excerpt
from vayro.links.host_name import LOOPBACK, canonical_host, is_valid_punycode
from vayro.settings import Settings

MAX_NAME = 253  # RFC 1035, 2.3.4, as text
_NOT_IN_A_NAME = frozenset("/\\?#@:[]%")


class DomainRegistry:
    """The domains, besides the default one, in which links may be made. DNS is its owner's affair."""

    def __init__(self, settings: Settings, database: Database) -> None:
        """Args: settings, which name the default domain; database, where the others are."""
        self._default_name = settings.default_domain_name
        self._database = database

    async def register(self, name: str, workspace_id: UUID | None = None) -> str:
        """Register a domain for one workspace, or for all; return its name as `Host` headers carry it, in punycode.

        Running processes know it within seconds. Raises ValidationFailed when it is no host name, or is taken.
        """
        host = "" if _NOT_IN_A_NAME & set(name) else canonical_host(name)
        if host in {"", LOOPBACK} or len(host) > MAX_NAME or not is_valid_punycode(host):
            raise ValidationFailed(f"{excerpt(name)} is not a domain, like go.example.com.", field="domain")
        if host == canonical_host(self._default_name):
            raise ValidationFailed(f"{host} is the default domain: it needs no registration.", field="domain")
        async with self._database.transaction() as connection:
            if not await repository.insert_domain(connection, host, workspace_id, dt.datetime.now(dt.UTC)):
                raise ValidationFailed(f"{host} is registered already.", field="domain")
        return host

    async def list_domains(self) -> dict[str, UUID | None]:
        """Return the names, each with the workspace that alone may use it."""
        async with self._database.read() as connection:
            return await repository.list_domains(connection)
