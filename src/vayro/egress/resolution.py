"""From a host name to addresses, by DNS alone: what this machine's hosts file calls by name is nobody's to ask for."""

import asyncio
from collections.abc import Awaitable, Callable
from ipaddress import IPv4Address, IPv6Address, ip_address

import dns.asyncresolver
import dns.exception
import dns.resolver

from vayro.egress.refusals import NoAddress
from vayro.egress.special_addresses import Address

Resolve = Callable[[str], Awaitable[list[Address]]]
"""Returns the addresses of a name, IPv4 first; raises NoAddress."""

LOOKUP_SECONDS = 4.0
MAX_ADDRESSES = 16


class DnsResolver:
    """Asks the resolvers of this machine, or those that are given. Nothing is remembered."""

    def __init__(self, nameservers: list[str] | None = None, port: int = 53) -> None:
        """Args: nameservers, addresses to ask instead of those in /etc/resolv.conf."""
        self._nameservers = nameservers
        self._port = port
        self._resolver: dns.asyncresolver.Resolver | None = None

    async def __call__(self, host: str) -> list[Address]:
        """Return the addresses of a host. Raises NoAddress."""
        literal = parse_literal(host)
        if literal is not None:
            return [literal]
        answers = await asyncio.gather(self._ask(host, "A"), self._ask(host, "AAAA"))
        addresses = [ip_address(text) for found in answers for text in found]
        if not addresses:
            raise NoAddress(f"{host} has no address.")
        return addresses[:MAX_ADDRESSES]

    async def _ask(self, host: str, kind: str) -> list[str]:
        try:
            answer = await self._opened().resolve(
                host, kind, search=False, lifetime=LOOKUP_SECONDS, raise_on_no_answer=False
            )
        except (dns.resolver.NXDOMAIN, dns.resolver.YXDOMAIN, ValueError, dns.exception.SyntaxError):
            return []
        except (dns.exception.DNSException, OSError) as error:
            raise NoAddress(f"{host} cannot be looked up: {type(error).__name__}.") from error
        return [record.to_text() for record in answer]

    def _opened(self) -> dns.asyncresolver.Resolver:
        if self._resolver is None:
            resolver = dns.asyncresolver.Resolver(configure=self._nameservers is None)
            if self._nameservers is not None:
                resolver.nameservers, resolver.port = list(self._nameservers), self._port
            self._resolver = resolver
        return self._resolver


def parse_literal(host: str) -> Address | None:
    """Return the address that a host is, as a WHATWG parser writes it; None for a name."""
    try:
        return IPv6Address(host[1:-1]) if host.startswith("[") else IPv4Address(host)
    except ValueError:
        return None
