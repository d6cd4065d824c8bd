"""What remains of a visitor's address once the click is enriched."""

from ipaddress import IPv6Address, ip_address
from socket import AF_INET, inet_pton
from typing import Literal

StoreIp = Literal["none", "truncated", "full"]


def truncate_address(address: str) -> str | None:
    """Return the /24 of an IPv4 address or the /48 of an IPv6 one, as its first address; None for what is neither.

    An IPv4 address inside IPv6 (`::ffff:192.0.2.1`) is the IPv4 address.
    """
    # The system's own parser: 0.1 us where `ipaddress` takes 1.5; it accepts neither spaces nor leading zeros.
    try:
        inet_pton(AF_INET, address)
    except (OSError, ValueError, UnicodeError):
        return _truncate_other(address)
    return address[: address.rindex(".")] + ".0"


def _truncate_other(address: str) -> str | None:
    try:
        found = ip_address(address)
    except ValueError:
        return None
    if isinstance(found, IPv6Address):
        if found.ipv4_mapped is None:
            return str(IPv6Address(int(found) >> 80 << 80))
        found = found.ipv4_mapped
    return f"{str(found).rpartition('.')[0]}.0"


def address_to_store(address: str, mode: StoreIp) -> str | None:
    """Return what may be stored of this address by `VAYRO_STORE_IP`."""
    if mode == "none" or not address:
        return None
    return address[:45] if mode == "full" else truncate_address(address)
