"""What a destination alone says of itself, without asking anybody: warnings, never a refusal."""

from typing import NamedTuple

import ada_url

from vayro.errors import InvalidUrl
from vayro.links.confusable import is_confusable
from vayro.links.destination import read_parts
from vayro.links.host_name import normalise_host
from vayro.links.shorteners import is_shortener

CONFUSABLE_HOST = "confusable_host"
NESTED_SHORTENER = "nested_shortener"
ADDRESS_HOST = "address_host"


class Finding(NamedTuple):
    """One thing worth knowing. `kind` is stable, `text` is for people."""

    kind: str
    text: str


def inspect_destination(url: str) -> list[Finding]:
    """Return what to be careful about in a stored destination."""
    try:
        hostname = read_parts(url)[2]
    except InvalidUrl:
        return []
    host = normalise_host(hostname)
    found = []
    if is_confusable(host):
        shown = ada_url.idna_to_unicode(host)
        text = f"Browsers may show the host {host} as {shown}, in letters that can be taken for others."
        found.append(Finding(CONFUSABLE_HOST, text))
    if is_shortener(host):
        found.append(Finding(NESTED_SHORTENER, f"{host} shortens links, too: where it leads cannot be seen here."))
    if host.startswith("[") or host[-1:].isdigit():
        found.append(Finding(ADDRESS_HOST, f"The host {host} is an address without a name."))
    return found
