"""Which Host belongs to which domain, and where a domain sends those who name no link of it."""

from collections.abc import Iterable
from typing import NamedTuple

from vayro.cache.snapshot import DEFAULT_DOMAIN
from vayro.errors import Unavailable
from vayro.redirect.lookup import LinkLookup

MAX_HOST_BYTES = 255


class ServedDomain(NamedTuple):
    """A verified domain. The addresses: where `/` and unknown codes lead, instead of our pages."""

    name: str
    root_url: str | None
    not_found_url: str | None


class DomainRegistry:
    """The verified domains, as last read. Any other Host means the default domain."""

    def __init__(self, default_domain_name: str) -> None:
        """Args: default_domain_name, the host of the short URLs, with its port if it has one."""
        self._default_names = {default_domain_name.encode(), _without_port(default_domain_name.encode())}
        self._names: dict[bytes, str] = {}
        self._served: dict[str, ServedDomain] = {}
        self.is_loaded = False
        self.is_trivial = False
        """Whether every Host means the default domain, so that nobody need look at it."""

    async def load(self, lookup: LinkLookup) -> None:
        """Read the list. Raises Unavailable; what was read before stays."""
        self.take(ServedDomain(*row) for row in await lookup.find_domains())

    def take(self, served: Iterable[ServedDomain]) -> None:
        """Know these from now on, and no others."""
        self._served = {one.name: one for one in served if one.name.lower().encode() not in self._default_names}
        self._names = {name.lower().encode(): name for name in self._served}
        self.is_loaded = True
        self.is_trivial = not self._names

    def find(self, domain: str) -> ServedDomain | None:
        """Return what is known of a domain, by the name that `resolve` gave; None for the default one."""
        return self._served.get(domain)

    def resolve(self, host: bytes) -> str:
        """Return the domain that a Host header names, as stored. A port does not matter.

        Raises Unavailable before the list was first read, unless the host is the default one: a code of another
        domain must not lead where the same code of the default domain leads.
        """
        if self.is_trivial:
            return DEFAULT_DOMAIN
        name = host[:MAX_HOST_BYTES].lower()
        found = self._names.get(name) or self._names.get(_without_port(name).removesuffix(b"."))
        if found is None and not self.is_loaded and not self._is_default(name):
            raise Unavailable("The domains are not known yet.")
        return found or DEFAULT_DOMAIN

    def _is_default(self, name: bytes) -> bool:
        return name in self._default_names or _without_port(name) in self._default_names


def _without_port(host: bytes) -> bytes:
    name, colon, port = host.rpartition(b":")
    return name if colon and port.isdigit() else host
