"""What remains of an address."""

from ipaddress import IPv4Address, IPv6Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vayro.visitor.stored_address import address_to_store


@pytest.mark.parametrize(
    ("address", "truncated", "full"),
    [
        ("203.0.113.77", "203.0.113.0", "203.0.113.77"),
        ("2001:db8:1234:5678::1", "2001:db8:1234::", "2001:db8:1234:5678::1"),
        ("::ffff:203.0.113.77", "203.0.113.0", "203.0.113.77"),
        ("::1", "::", "::1"),
        ("", None, None),
        ("unknown", None, None),
        ("203.0.113.77\t", None, None),
        ("203.0.113", None, None),
        ("203.0.113.77\0", None, None),
    ],
)
def test_an_address_is_cut_kept_or_left_out(address: str, truncated: str | None, full: str | None) -> None:
    assert address_to_store(address, "truncated") == truncated
    assert address_to_store(address, "full") == full
    assert address_to_store(address, "none") is None


@given(st.integers(0, 2**32 - 1))
def test_a_truncated_ipv4_address_is_its_24(number: int) -> None:
    assert address_to_store(str(IPv4Address(number)), "truncated") == str(IPv4Address(number >> 8 << 8))


@given(st.integers(0, 2**128 - 1))
def test_a_truncated_ipv6_address_never_tells_more_than_its_48(number: int) -> None:
    address = IPv6Address(number)
    stored = address_to_store(str(address), "truncated")
    expected = address.ipv4_mapped and IPv4Address(int(address.ipv4_mapped) >> 8 << 8)
    assert stored == str(expected or IPv6Address(number >> 80 << 80))
