"""Who a visitor is, on the network: the peer, or what a trusted proxy says of it."""

from collections.abc import Sequence
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
REMEMBERED_PEERS = 10_000


class AddressReader:
    """Believes `X-Forwarded-For` only as far as trusted proxies wrote it: each hop on its left end may be invented."""

    def __init__(self, trusted: Sequence[Network]) -> None:
        """Args: trusted, the proxies' networks (`VAYRO_TRUSTED_PROXIES`)."""
        self._trusted = tuple(trusted)
        self.is_trusted = lru_cache(REMEMBERED_PEERS)(self._is_trusted)
        self.read_peer = lru_cache(REMEMBERED_PEERS)(self._read_peer)

    def read(self, peer: str, forwarded_for: str) -> str:
        """Return the visitor's address: the rightmost hop that no trusted proxy added; "" when there is no peer."""
        address = _parse(peer)
        if address is None:
            return ""
        if self.is_trusted(peer):
            for hop in reversed(forwarded_for.split(",")):
                found = _parse(hop)
                if found is None:
                    break
                address = found
                if not self._contains(found):
                    break
        return str(address)

    def _read_peer(self, peer: str) -> str:
        """Return the peer's own address, in its canonical form; "" when it is none."""
        address = _parse(peer)
        return "" if address is None else str(address)

    def _is_trusted(self, peer: str) -> bool:
        address = _parse(peer)
        return address is not None and self._contains(address)

    def _contains(self, address: Address) -> bool:
        return any(address in network for network in self._trusted)


def _parse(text: str) -> Address | None:
    """Read `192.0.2.1`, `192.0.2.1:80`, `2001:db8::1`, `[2001:db8::1]:80`; IPv4 inside IPv6 comes out as IPv4."""
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return (address.ipv4_mapped or address) if isinstance(address, IPv6Address) else address
