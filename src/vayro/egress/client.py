"""Fetching what people name, from the Internet and from nowhere else.

Of each hop, from the first URL to the last redirect:

    parse as browsers do ─ scheme and port are ours to use ─ look the host up, once ─ every address it has is public
        ─ connect to one of these very addresses (TLS still checks the name) ─ read so much, for so long

A name that has one forbidden address is forbidden, and what was looked up is what is connected to: a name server that
answers differently the second time is not asked a second time. Proxies of the environment are not used.
"""

import asyncio
import ssl
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

import ada_url

from vayro.egress.exchange import Request, Response, exchange
from vayro.egress.refusals import ForbiddenAddress, ForbiddenUrl, NoAnswer, NotConnected, TooFar
from vayro.egress.resolution import DnsResolver, Resolve
from vayro.egress.special_addresses import Address, AddressRule
from vayro.settings import Settings

REDIRECTS = frozenset({301, 302, 303, 307, 308})
_DEFAULT_PORTS = {"http": 80, "https": 443}
MAX_URL = 8_192
# Of a host that has many; a second one is for who has lost his IPv6.
ADDRESSES_TRIED = 3
SECONDS = 10.0
# Of the time for a post, so that all addresses can be tried before it is over.
CONNECT_PART = 8


@dataclass(frozen=True, slots=True)
class EgressLimits:
    """How far a fetch may go. `seconds` is for all hops together."""

    seconds: float = SECONDS
    max_bytes: int = 1 << 20
    max_hops: int = 5
    ports: Sequence[int] = (80, 443)


class EgressClient:
    """Fetches URLs. Holds nothing open between two of them."""

    def __init__(
        self,
        rule: AddressRule,
        resolve: Resolve | None = None,
        limits: EgressLimits | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        """Args: rule, where connections may go; resolve, DNS; tls, whom to believe, by default the system's roots."""
        self._rule = rule
        self._resolve = resolve or DnsResolver()
        self._limits = limits or EgressLimits()
        self._tls = tls

    async def fetch(
        self,
        url: str,
        *,
        method: str = "GET",
        headers: Mapping[str, str] | None = None,
        max_bytes: int | None = None,
        follow: bool = True,
        cut: bool = False,
    ) -> Response:
        """Return the answer, after redirects; `url` in it is where they ended. Raises NotFetched.

        Args: cut, whether the first `max_bytes` will do; else more is an error.
        """
        limit = self._limits.max_bytes if max_bytes is None else max_bytes
        try:
            async with asyncio.timeout(self._limits.seconds):
                for _ in range(self._limits.max_hops + 1):
                    response = await self._ask(url, method, headers or {}, limit, cut=cut)
                    location = response.headers.get("location", "")
                    if not (follow and response.status in REDIRECTS and location):
                        return response
                    url = _join(url, location)
                    headers = {}  # what was meant for the first host is not for the second
        except TimeoutError:
            raise NoAnswer(f"There was no answer within {self._limits.seconds:g} s.") from None
        raise TooFar(f"There are more than {self._limits.max_hops} redirects.")

    async def post(self, url: str, body: bytes, *, headers: Mapping[str, str], max_bytes: int = 65_536) -> Response:
        """Hand a body in, once, and return the answer; redirects are answers, and are not followed.

        Raises NotConnected, NoAddress, ForbiddenAddress and ForbiddenUrl when nothing was sent, and other kinds of
        NotFetched when it was sent and nobody knows what became of it.
        """
        request, href = self._parse(url, "POST", headers)
        request = replace(request, body=body)
        failed: NotConnected | None = None
        try:
            async with asyncio.timeout(self._limits.seconds):
                for address in (await self.find_addresses(request.host))[:ADDRESSES_TRIED]:
                    try:
                        response = await exchange(
                            request,
                            address,
                            self._context(),
                            max_bytes,
                            connect_seconds=self._limits.seconds / CONNECT_PART,
                        )
                    except NotConnected as error:  # whoever got it, even in part, may have done what it asks for
                        failed = failed or error
                    else:
                        response.url = href
                        return response
        except TimeoutError:
            raise NoAnswer(f"There was no answer within {self._limits.seconds:g} s.") from None
        assert failed is not None
        raise failed

    async def find_addresses(self, host: str) -> list[Address]:
        """Return the addresses of a host, all of which may be connected to. Raises NoAddress and ForbiddenAddress."""
        addresses = await self._resolve(host)
        for address in addresses:
            if not self._rule.allows(address):
                raise ForbiddenAddress(f"{host} has the address {address}, which is not the Internet's.")
        return addresses

    async def _ask(self, url: str, method: str, headers: Mapping[str, str], max_bytes: int, *, cut: bool) -> Response:
        request, href = self._parse(url, method, headers)
        failed: NoAnswer | None = None
        for address in (await self.find_addresses(request.host))[:ADDRESSES_TRIED]:
            try:
                response = await exchange(request, address, self._context(), max_bytes, cut=cut)
            except NoAnswer as error:
                failed = failed or error
            else:
                response.url = href
                return response
        assert failed is not None
        raise failed

    def _parse(self, url: str, method: str, headers: Mapping[str, str]) -> tuple[Request, str]:
        try:
            parsed = ada_url.URL(url[: MAX_URL + 1])
        except (ValueError, UnicodeEncodeError):
            raise ForbiddenUrl("It leads to what is no URL.") from None
        scheme = parsed.protocol.removesuffix(":")
        if scheme not in _DEFAULT_PORTS or parsed.username or parsed.password or len(parsed.href) > MAX_URL:
            raise ForbiddenUrl("It leads to a URL that is not http or https, carries a password, or is too long.")
        port = int(parsed.port or _DEFAULT_PORTS[scheme])
        if port not in self._limits.ports:
            raise ForbiddenUrl(f"It leads to the port {port}.")
        host = parsed.hostname.rstrip(".")
        return Request(method, scheme, host, port, parsed.pathname + parsed.search, headers), parsed.href

    def _context(self) -> ssl.SSLContext:
        if self._tls is None:
            self._tls = ssl.create_default_context()
        return self._tls


def open_egress(settings: Settings, operators_urls: Iterable[str] = (), *, seconds: float = SECONDS) -> EgressClient:
    """Return the client that the settings describe; nothing is connected.

    Args: operators_urls, of the settings, whose ports may be used as well as 80 and 443; seconds, for one fetch.
    """
    named = (urlsplit(url).port for url in operators_urls)
    limits = EgressLimits(seconds, ports=(80, 443, *(port for port in named if port)))
    return EgressClient(AddressRule(settings.egress_allow, settings.egress_deny), limits=limits)


def _join(base: str, location: str) -> str:
    try:
        return str(ada_url.URL(location, base=base).href)
    except (ValueError, UnicodeEncodeError):
        raise ForbiddenUrl("It leads to what is no URL.") from None
