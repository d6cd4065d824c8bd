"""Short domains: which are ours, and who may use which."""

import time
from urllib.parse import urlsplit
from uuid import UUID

from vayro.cache.snapshot import DEFAULT_DOMAIN
from vayro.database.engine import Database
from vayro.errors import Unavailable, ValidationFailed
from vayro.links import domain_repository as repository
from vayro.links.excerpt import excerpt
from vayro.links.host_name import canonical_own_hosts
from vayro.settings import Settings

REMEMBERED_SECONDS = 5.0
"""How long the list of domains is believed; a domain that it lacks is asked for at once."""


class DomainDirectory:
    """The default domain and the verified ones, by name and by who may use them."""

    def __init__(self, settings: Settings, database: Database) -> None:
        """Args: settings, which name the default domain; database, where the others are."""
        self._database = database
        self._default_name = settings.default_domain_name
        # With or without the port: `domain` names a host, and people leave the port away.
        self._default_names = {self._default_name, urlsplit(settings.short_url_base).hostname or ""}
        self._base = settings.short_url_base
        self._scheme = settings.short_url_base.partition("://")[0]
        self._owners: dict[str, UUID | None] = {}
        self._chosen: dict[UUID, str] = {}
        self._own_hosts = canonical_own_hosts([self._default_name])
        self._read_at = float("-inf")

    async def resolve(self, name: str | None, workspace_id: UUID) -> str:
        """Return the name under which links of this domain are stored; without a name, of the workspace's default.

        Raises ValidationFailed when it is not verified, or belongs to another workspace: the two look the same.
        """
        wanted = (name or "").lower()
        if not wanted:
            return await self._resolve_default(workspace_id)
        if wanted in self._default_names:
            return DEFAULT_DOMAIN
        if wanted not in self._owners:
            await self._read()
        if not self._may_use(wanted, workspace_id):
            raise ValidationFailed(f"The domain {excerpt(wanted)} is not registered here.", field="domain")
        return wanted

    async def own_hosts(self) -> frozenset[str]:
        """Return all short domains, in the form that `parse_destination` compares with."""
        await self._read_if_old()
        return self._own_hosts

    async def serves(self, host: str) -> bool:
        """Return whether links are served under this host name; while the database is away, by what was last known.

        Raises Unavailable when nothing was ever read.
        """
        try:
            await self._read_if_old()
        except Unavailable:
            if self._read_at == float("-inf"):
                raise
        name = host.lower().removesuffix(".")
        return name in self._default_names or name in self._owners

    def forget(self) -> None:
        """Something has changed: read again before the next answer."""
        self._read_at = float("-inf")

    def is_default_name(self, name: str) -> bool:
        """Return whether this is the default domain, with its port or without."""
        return name.lower() in self._default_names

    def stored_name(self, name: str) -> str:
        """Return the name under which a domain is stored, whether or not it is registered."""
        return DEFAULT_DOMAIN if self.is_default_name(name) else name.lower()

    def shown_name(self, domain: str) -> str:
        """Return what the API shows for a stored domain."""
        return domain or self._default_name

    def short_url(self, domain: str, short_code: str) -> str:
        """Return the address of a short link."""
        return f"{self._scheme}://{domain}/{short_code}" if domain else f"{self._base}/{short_code}"

    async def _resolve_default(self, workspace_id: UUID) -> str:
        await self._read_if_old()
        chosen = self._chosen.get(workspace_id, DEFAULT_DOMAIN)
        return chosen if self._may_use(chosen, workspace_id) else DEFAULT_DOMAIN

    def _may_use(self, name: str, workspace_id: UUID) -> bool:
        return name in self._owners and self._owners[name] in (None, workspace_id)

    async def _read_if_old(self) -> None:
        if time.monotonic() - self._read_at > REMEMBERED_SECONDS:
            await self._read()

    async def _read(self) -> None:
        async with self._database.read() as connection:
            self._owners = await repository.list_served(connection)
            self._chosen = await repository.list_defaults(connection)
        self._own_hosts = canonical_own_hosts([self._default_name, *self._owners])
        self._read_at = time.monotonic()
