"""Which addresses belong to the Internet at large, and to nothing nearer.

A list of our own: `ipaddress.is_global` calls 64:ff9b::7f00:1 (loopback behind NAT64), 2002:7f00:1:: (the same in 6to4)
and 224.0.0.1 global. From IANA's registries of special-purpose addresses, of multicast and of IPv6 space; what clouds
answer metadata under lies within, but for one address.
"""

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_network

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

_SPECIAL_V4 = (
    "0.0.0.0/8",  # this network
    "10.0.0.0/8",  # private
    "100.64.0.0/10",  # shared by carriers; metadata of Alibaba is 100.100.100.200
    "127.0.0.0/8",  # loopback
    "168.63.129.16/32",  # the host of an Azure machine: public in form, and answers every machine about itself
    "169.254.0.0/16",  # link-local; metadata of most clouds is 169.254.169.254
    "172.16.0.0/12",  # private
    "192.0.0.0/24",  # protocol assignments; metadata of Oracle's first cloud is 192.0.0.192
    "192.0.2.0/24",  # documentation
    "192.31.196.0/24",  # AS112
    "192.52.193.0/24",  # automatic multicast tunnels
    "192.88.99.0/24",  # relays of 6to4
    "192.168.0.0/16",  # private
    "192.175.48.0/24",  # AS112
    "198.18.0.0/15",  # benchmarks
    "198.51.100.0/24",  # documentation
    "203.0.113.0/24",  # documentation
    "224.0.0.0/4",  # multicast
    "240.0.0.0/4",  # reserved, broadcast
)
# Of IPv6 only 2000::/3 is given out. Outside it lie loopback, mapped and embedded IPv4, NAT64 (64:ff9b::/96 and
# 64:ff9b:1::/48), unique local (metadata of EC2 is fd00:ec2::254), link-local, site-local and multicast. Within it:
_GIVEN_OUT = IPv6Network("2000::/3")
_SPECIAL_V6 = (
    "2001::/23",  # protocol assignments: Teredo, benchmarks, ORCHID, drone identifiers
    "2001:db8::/32",  # documentation
    "2002::/16",  # 6to4: any IPv4 address inside
    "2620:4f:8000::/48",  # AS112
    "3fff::/20",  # documentation
)
_SPECIAL: tuple[Network, ...] = tuple(map(ip_network, _SPECIAL_V4 + _SPECIAL_V6))


class AddressRule:
    """Decides which addresses may be connected to."""

    def __init__(self, allowed: Sequence[Network] = (), denied: Sequence[Network] = ()) -> None:
        """Args: allowed, networks that may be reached though they are special; denied, more that may not.

        What is in both is denied.
        """
        self._allowed = tuple(allowed)
        self._denied = tuple(denied)

    def allows(self, address: Address) -> bool:
        """Return whether this very address may be connected to. IPv4 inside IPv6 is never unwrapped: it is refused."""
        if isinstance(address, IPv6Address) and address.scope_id:
            return False
        if any(address in network for network in self._denied):
            return False
        return is_public(address) or any(address in network for network in self._allowed)


def is_public(address: Address) -> bool:
    """Return whether the address belongs to the Internet at large."""
    if isinstance(address, IPv6Address) and address not in _GIVEN_OUT:
        return False
    return not any(address in network for network in _SPECIAL)
