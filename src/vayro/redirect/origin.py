"""Where a request comes from: whose address, and which page sent it."""

from urllib.parse import urlsplit

from starlette.types import Scope

from vayro.visitor.address import AddressReader

Fields = dict[bytes, bytes]
_OWN_SITES = (b"same-origin", b"none")


def read_address(addresses: AddressReader, scope: Scope) -> str:
    """Return the visitor's address; "" when there is no peer."""
    peer = scope["client"][0] if scope["client"] else ""
    if not addresses.is_trusted(peer):
        return addresses.read_peer(peer)
    hops = [value.decode("latin-1") for name, value in scope["headers"] if name == b"x-forwarded-for"]
    return addresses.read(peer, ",".join(hops))


def is_own_form(fields: Fields) -> bool:
    """Return whether our own page may have sent this form, or a program; False for what another site's page sends.

    `Sec-Fetch-Site` cannot be forged by a page, so it decides. Browsers leave it away over plain HTTP: then `Origin`
    must name the host that was asked. Without either it is no browser, and there is no cookie to be abused.
    """
    site = fields.get(b"sec-fetch-site")
    if site is not None:
        return site in _OWN_SITES
    origin = fields.get(b"origin")
    if origin is None:
        return True
    try:
        return urlsplit(origin.decode("latin-1")).netloc.lower().encode("latin-1") == fields.get(b"host", b"").lower()
    except ValueError:
        return False
