r"""What no link may lead to: domains with their subdomains, single hosts, regular expressions.

evil.example                 the domain and all below it; also as *.evil.example, .evil.example, ||evil.example^
=host.evil.example           this host alone; also as in a hosts file: 0.0.0.0 host.evil.example
/evil\.example/.*login/       every destination in whose canonical form this occurs, in small letters or capitals
# a comment; also behind an entry, and ! at the beginning of a line
"""

import hashlib
import re
from collections.abc import Iterable

from vayro.links.expressions import Expressions
from vayro.links.host_name import canonical_host

FILE_NAME = "blocked-domains.txt"
MAX_ENTRIES = 2_000_000
# Names that need no parser to be canonical: nearly all of a long list, at a twentieth of the time.
_PLAIN = re.compile(r"(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]")
_HOSTS_LINE = re.compile(r"(?:0\.0\.0\.0|127\.0\.0\.1|::1?)\s+(\S+)")
_THIS_MACHINE = frozenset({"localhost", "localhost.localdomain", "local", "broadcasthost", "0.0.0.0"})  # noqa: S104


class BlockList:
    """Entries of any form. To ask for a host costs as many looks into a table as it has dots, expressions apart."""

    def __init__(self, entries: Iterable[str] = ()) -> None:
        """Args: entries, lines of a list; what is none of the forms above is passed over."""
        domains: set[str] = set()
        hosts: set[str] = set()
        patterns: list[str] = []
        digest = hashlib.sha256()
        for _, entry in zip(range(MAX_ENTRIES), entries, strict=False):
            digest.update(entry.encode("utf-8", "replace") + b"\n")
            _add(entry.strip(), domains, hosts, patterns)
        self.digest = digest.hexdigest()
        """The same for lists of the same lines."""
        self._domains = frozenset(domains)
        self._hosts = frozenset(hosts)
        self._expressions = Expressions(patterns)
        self._has_expressions = len(self._expressions) > 0

    def __len__(self) -> int:
        """Return how many entries are in force."""
        return len(self._domains) + len(self._hosts) + len(self._expressions)

    def find(self, host: str, href: str = "") -> str | None:
        """Return the entry that blocks a normalised host, or a destination in its canonical form; None for neither."""
        if self._has_expressions and (pattern := self._expressions.find(href)):
            return f"/{pattern}/"
        if host in self._hosts:
            return host
        while host:
            if host in self._domains:
                return host
            host = host.partition(".")[2]
        return None


def _add(entry: str, domains: set[str], hosts: set[str], patterns: list[str]) -> None:
    if len(entry) > 2 and entry.startswith("/") and entry.endswith("/"):
        patterns.append(entry[1:-1])
        return
    if entry.startswith(("!", "#")):
        return
    entry = entry.partition("#")[0].strip()
    if line := _HOSTS_LINE.fullmatch(entry):
        if line[1] not in _THIS_MACHINE:
            _add_name(line[1], hosts)
    elif entry.startswith("="):
        _add_name(entry[1:], hosts)
    elif entry:
        _add_name(entry.removeprefix("||").removesuffix("^").removeprefix("*").removeprefix("."), domains)


def _add_name(name: str, names: set[str]) -> None:
    found = name if _PLAIN.fullmatch(name) else canonical_host(name)
    if found:
        names.add(found)
