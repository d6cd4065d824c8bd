"""Host names in one form, so that two ways of writing the same host compare equal."""

from collections.abc import Iterable
from ipaddress import AddressValueError, IPv6Address

import ada_url

LOOPBACK = "localhost"
_THIS_MACHINE = frozenset({LOOPBACK, "0.0.0.0"})  # noqa: S104 (compared with, never bound to)


def canonical_host(host: str) -> str:
    """Return the form in which hosts are compared; "" when this is no host.

    Case, punycode, percent-encoding, trailing dots, IPv4 in octal, hexadecimal or one number, and IPv4 inside IPv6 make
    no difference. Every way of saying "this machine" is `localhost`. A port is not part of it.
    """
    try:
        parsed = ada_url.URL(f"http://{host.strip()}/")
    except (ValueError, UnicodeEncodeError):
        return ""
    return normalise_host(parsed.hostname)


def normalise_host(hostname: str) -> str:
    """Return the compared form of a host that came out of a WHATWG parser."""
    host = hostname.rstrip(".")
    if host.startswith("["):
        host = _normalise_ipv6(host[1:-1])
    if host in _THIS_MACHINE or host.endswith(".localhost") or _is_ipv4_loopback(host):
        return LOOPBACK
    return host


def is_valid_punycode(hostname: str) -> bool:
    """Return whether each `xn--` label of a host, as a parser gives it, can be decoded."""
    if "xn--" not in hostname:
        return True
    return not any(label.startswith("xn--") for label in ada_url.idna_to_unicode(hostname).split("."))


def canonical_own_hosts(names: Iterable[str]) -> frozenset[str]:
    """Return what `parse_destination` wants as `own_hosts`, from names like `go.example.com` and `localhost:8000`."""
    return frozenset(filter(None, map(_canonical_authority, names)))


def _canonical_authority(name: str) -> str:
    """Return `host:port` when an unusual port is named, for only that one is ours; else `host`, for any port."""
    try:
        parsed = ada_url.URL(f"http://{name.strip()}/")
    except (ValueError, UnicodeEncodeError):
        return ""
    host = normalise_host(parsed.hostname)
    return host if parsed.port in {"", "443"} else f"{host}:{parsed.port}"


def _normalise_ipv6(text: str) -> str:
    try:
        address = IPv6Address(text)
    except AddressValueError:
        return f"[{text}]"
    inner = address.ipv4_mapped
    if inner is not None:
        return str(inner)
    return LOOPBACK if address.is_loopback or address.is_unspecified else f"[{address.compressed}]"


def _is_ipv4_loopback(host: str) -> bool:
    """A WHATWG parser writes every IPv4 address as four numbers, and lets no other host end in a number."""
    return host.startswith("127.") and host[-1].isdigit()
