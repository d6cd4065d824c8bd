"""What remains of a visitor's address once the click is enriched."""

from ipaddress import IPv6Address, ip_address
from socket import AF_INET, inet_pton
from typing import Literal

StoreIp = Literal["none", "truncated", "full"]
"""Nothing; the /24 of an IPv4 address or the /48 of an IPv6 one, written as its first address; all of it."""


def address_to_store(address: str, mode: StoreIp) -> str | None:
    """Return what may be stored of this address by `VAYRO_STORE_IP`; None for what is no address."""
    if mode == "none" or not address:
        return None
    if _is_ipv4(address):
        return address if mode == "full" else f"{address[: address.rindex('.')]}.0"
    return _other_address(address, mode)


def _is_ipv4(address: str) -> bool:
    """Ask the system's own parser: 0.1 us where `ipaddress` takes 1.5; it accepts neither spaces nor leading zeros."""
    try:
        inet_pton(AF_INET, address)
    except (OSError, ValueError):
        return False
    return True


def _other_address(address: str, mode: StoreIp) -> str | None:
    """As `address_to_store`. An IPv4 address inside IPv6 (`::ffff:192.0.2.1`) is the IPv4 address."""
    try:
        found = ip_address(address)
    except ValueError:
        return None
    if not isinstance(found, IPv6Address):
        return None
    if found.ipv4_mapped:
        return address_to_store(str(found.ipv4_mapped), mode)
    return str(IPv6Address(int(found)) if mode == "full" else IPv6Address(int(found) >> 80 << 80))
