"""Whose address a request came from: spoofed hops are never believed."""

from ipaddress import ip_network

import pytest

from vayro.visitor.address import AddressReader

PROXIES = [ip_network("10.0.0.0/8"), ip_network("2001:db8:ffff::/48")]


@pytest.mark.parametrize(
    ("peer", "forwarded", "expected"),
    [
        ("203.0.113.7", "", "203.0.113.7"),
        ("203.0.113.7", "198.51.100.1", "203.0.113.7"),  # no proxy of ours: whatever it says is its own invention
        ("10.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("10.0.0.1", "6.6.6.6, 198.51.100.1", "198.51.100.1"),  # the leftmost hop is the visitor's to invent
        ("10.0.0.1", "6.6.6.6, 198.51.100.1, 10.0.0.2", "198.51.100.1"),
        ("10.0.0.1", "10.0.0.3, 10.0.0.2", "10.0.0.3"),
        ("10.0.0.1", "", "10.0.0.1"),
        ("10.0.0.1", "garbage", "10.0.0.1"),
        ("10.0.0.1", "198.51.100.1, garbage", "10.0.0.1"),
        ("10.0.0.1", "198.51.100.1:4711", "198.51.100.1"),
        ("10.0.0.1", "[2001:db8::5]:443", "2001:db8::5"),
        ("2001:db8:ffff::9", "2001:db8::5", "2001:db8::5"),
        ("::ffff:10.0.0.1", "::ffff:198.51.100.1", "198.51.100.1"),
        ("", "198.51.100.1", ""),
    ],
)
def test_the_visitor_is_the_rightmost_hop_that_no_trusted_proxy_added(peer: str, forwarded: str, expected: str) -> None:
    assert AddressReader(PROXIES).read(peer, forwarded) == expected


def test_without_trusted_proxies_nothing_is_believed() -> None:
    assert AddressReader([]).read("10.0.0.1", "198.51.100.1") == "10.0.0.1"
