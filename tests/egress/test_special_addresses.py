"""Which addresses are the Internet's."""

from ipaddress import ip_address, ip_network

import pytest

from vayro.egress.special_addresses import AddressRule, is_public

FORBIDDEN = [
    "0.0.0.0", "0.1.2.3", "10.0.0.1", "10.255.255.255", "100.64.0.1", "100.100.100.200", "100.127.255.255",
    "127.0.0.1", "127.255.255.254", "168.63.129.16", "169.254.0.1", "169.254.169.254", "172.16.0.1", "172.31.255.255",
    "192.0.0.1", "192.0.0.192", "192.0.2.1", "192.31.196.1", "192.52.193.1", "192.88.99.1", "192.168.0.1",
    "192.175.48.1", "198.18.0.1", "198.19.255.255", "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.255.255.255",
    "240.0.0.1", "255.255.255.255",
    "::", "::1", "::7f00:1", "::10.0.0.1", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "64:ff9b::7f00:1",
    "64:ff9b::8.8.8.8", "64:ff9b:1::1", "64:ff9b:1:ffff::a00:1", "100::1", "100:0:0:1::1", "2001::1", "2001:0:7f00:1::",
    "2001:2::1", "2001:3::1", "2001:4:112::1", "2001:10::1", "2001:20::1", "2001:30::1", "2001:db8::1",
    "2002:7f00:1::", "2002:a00:1::1", "2620:4f:8000::1", "3fff::1", "5f00::1", "4000::1", "fc00::1", "fd00:ec2::254",
    "fd20:ce::254", "fe80::1", "fe80::1%eth0", "febf::1", "fec0::1", "ff02::1", "ff0e::1", "1::", "1fff::1",
]  # fmt: skip
PUBLIC = [
    "1.1.1.1", "8.8.8.8", "9.255.255.255", "11.0.0.1", "100.63.255.255", "100.128.0.1", "126.255.255.255", "128.0.0.1",
    "169.253.255.255", "169.255.0.1", "172.15.255.255", "172.32.0.1", "192.0.1.1", "192.167.255.255", "192.169.0.1",
    "198.17.255.255", "198.20.0.1", "223.255.255.255", "2000::1", "2001:200::1", "2001:4860:4860::8888",
    "2606:4700::1111", "2a00:1450::1", "3ffe::1",
]  # fmt: skip


@pytest.mark.parametrize("address", FORBIDDEN)
def test_a_special_address_is_refused(address: str) -> None:
    assert not AddressRule().allows(ip_address(address))


@pytest.mark.parametrize("address", PUBLIC)
def test_an_address_of_the_internet_is_allowed(address: str) -> None:
    assert is_public(ip_address(address))


def test_every_network_that_the_library_calls_private_is_refused() -> None:
    """Our list is larger than Python's, never smaller."""
    for network in ("10.0.0.0/8", "192.168.0.0/16", "172.16.0.0/12", "127.0.0.0/8", "169.254.0.0/16", "fc00::/7"):
        found = ip_network(network)
        for address in (found[0], found[1], found[-1]):
            assert not is_public(address)


def test_what_is_denied_goes_before_what_is_allowed() -> None:
    rule = AddressRule(
        allowed=[ip_network("127.0.0.0/8")], denied=[ip_network("127.0.0.3/32"), ip_network("8.8.8.8/32")]
    )
    assert rule.allows(ip_address("127.0.0.2"))
    assert not rule.allows(ip_address("127.0.0.3"))
    assert not rule.allows(ip_address("8.8.8.8"))


def test_an_address_with_a_zone_is_refused_even_where_its_network_is_allowed() -> None:
    assert not AddressRule(allowed=[ip_network("fe80::/10")]).allows(ip_address("fe80::1%lo"))
