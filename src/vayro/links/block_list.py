"""Domains that no link may lead to."""

from collections.abc import Iterable

from vayro.links.host_name import canonical_host
from vayro.settings import Settings

FILE_NAME = "blocked-domains.txt"


class BlockList:
    """Domains, each with all its subdomains."""

    def __init__(self, domains: Iterable[str] = ()) -> None:
        """Args: domains, host names in any form; a leading `*.` or `.` says nothing more."""
        names = (domain.strip().removeprefix("*").removeprefix(".") for domain in domains)
        self._domains = frozenset(filter(None, map(canonical_host, filter(None, names))))

    def find(self, host: str) -> str | None:
        """Return the entry that blocks a normalised host, or None."""
        while host:
            if host in self._domains:
                return host
            host = host.partition(".")[2]
        return None


def load_block_list(settings: Settings) -> BlockList:
    """Return the domains of VAYRO_BLOCKED_DOMAINS and of `blocked-domains.txt` in the data directory.

    The file has one domain a line; `#` begins a comment. It is read once, at start.
    """
    path = settings.data_dir / FILE_NAME
    lines = path.read_text("utf-8").splitlines() if path.exists() else []
    return BlockList([*settings.blocked_domains, *(line.partition("#")[0] for line in lines)])
