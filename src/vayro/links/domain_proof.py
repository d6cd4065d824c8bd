"""The proof that a domain is its owner's: a TXT record that only who rules its DNS can make.

The token is made of the workspace and the name, not drawn: whoever claims a domain in between changes nothing for its
owner, who gets the same token again, and a record for one workspace proves nothing for another.
"""

import hashlib
from uuid import UUID

import dns.asyncresolver
import dns.exception
import dns.rdatatype
import dns.resolver

from vayro.errors import Unavailable

LABEL = "_vayro"
PREFIX = "vayro-verification="
ANSWER_SECONDS = 4.0


def proof_name(domain: str) -> str:
    """Return the name whose TXT record proves the domain."""
    return f"{LABEL}.{domain}"


def proof_token(workspace_id: UUID, domain: str) -> str:
    """Return what proves that the domain is this workspace's."""
    return hashlib.blake2b(domain.encode(), digest_size=16, key=workspace_id.bytes, person=b"vayro.domain").hexdigest()


class DnsProof:
    """Asks the DNS."""

    def __init__(self, resolver: str = "", answer_seconds: float = ANSWER_SECONDS) -> None:
        """Args: resolver, an address with a port or without; empty: those of the system."""
        self._resolver_address = resolver
        self._answer_seconds = answer_seconds
        self._resolver: dns.asyncresolver.Resolver | None = None

    async def is_there(self, domain: str, token: str) -> bool:
        """Return whether the record is there. Raises Unavailable when the DNS does not say."""
        try:
            answer = await self._open().resolve(
                proof_name(domain), "TXT", search=False, raise_on_no_answer=False, lifetime=self._answer_seconds
            )
        except (dns.resolver.NXDOMAIN, dns.exception.SyntaxError):
            return False
        except (dns.exception.DNSException, OSError) as error:
            raise Unavailable(
                f"The DNS does not say whether {proof_name(domain)} has a record.", retry_after_seconds=10
            ) from error
        if answer.rrset is None:
            return False
        wanted = (PREFIX + token).encode()
        return any(b"".join(record.strings).strip() == wanted for record in answer.rrset)

    def _open(self) -> dns.asyncresolver.Resolver:
        if self._resolver is None:
            self._resolver = dns.asyncresolver.Resolver(configure=not self._resolver_address)
            if self._resolver_address:
                has_port = self._resolver_address.count(":") == 1
                host, _, port = (
                    self._resolver_address.partition(":") if has_port else (self._resolver_address, "", "53")
                )
                self._resolver.nameservers = [host]
                self._resolver.port = int(port)
            self._resolver.cache = None
        return self._resolver
