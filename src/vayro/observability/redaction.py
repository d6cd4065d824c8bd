"""The last guard of what is logged: no secret and no visitor's address, wherever it slipped in.

Nothing of ours logs either on purpose. But texts of exceptions come from drivers, and they repeat what they were given.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from vayro.settings import Settings

HIDDEN = "***"
_NAMES_OF_SECRETS = r"authorization|cookie|password|passwd|secret|token|api[_-]?key|session"
_SECRET_KEY = re.compile(_NAMES_OF_SECRETS, re.IGNORECASE)
_RULES: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"\bvk_[A-Za-z0-9_-]+"), f"vk_{HIDDEN}"),
    (re.compile(r"\b(bearer|basic)\s+[A-Za-z0-9._~+/=*-]+", re.IGNORECASE), rf"\1 {HIDDEN}"),
    (re.compile(r"(://[^\s:/@'\"]*):[^\s@'\"]*@"), rf"\1:{HIDDEN}@"),
    (re.compile(r"\$(?:argon2|scrypt|2[aby])[^\s'\"]*"), HIDDEN),
    (
        re.compile(
            rf"\b(\w*(?:{_NAMES_OF_SECRETS}))(['\"]?\s*[=:]\s*(?:b(?=['\"]))?['\"]?)[^\s'\",;&)}}]+", re.IGNORECASE
        ),
        rf"\1\2{HIDDEN}",
    ),
)
_ADDRESS = re.compile(
    r"(?<![\w.:-])(?:(?:[0-9A-Fa-f]{0,4}:){2,7}(?:\d{1,3}(?:\.\d{1,3}){3}|[0-9A-Fa-f]{0,4})|\d{1,3}(?:\.\d{1,3}){3})(?![\w.-])"
)
_DEEPEST = 4


class Redactor:
    """Takes secrets and addresses out of texts and of events."""

    def __init__(self, known_hosts: Iterable[str] = ()) -> None:
        """Args: known_hosts, the operator's own machines: where a database is must stay readable."""
        self._known = frozenset(known_hosts)

    def clean(self, text: str) -> str:
        """Return the text without secrets; of an address its network remains (/24, /48), as in the database."""
        for pattern, replacement in _RULES:
            text = pattern.sub(replacement, text)
        return _ADDRESS.sub(self._truncate, text)

    def clean_event(self, event: Mapping[str, Any], depth: int = 0) -> dict[str, Any]:
        """Return the event with all its texts cleaned, and nothing under names that say "secret"."""
        return {
            name: HIDDEN if _SECRET_KEY.search(name) else self._clean(value, depth) for name, value in event.items()
        }

    def _clean(self, value: Any, depth: int) -> Any:
        match value:
            case str():
                return self.clean(value)
            case bool() | int() | float() | None:
                return value
            case dict() if depth < _DEEPEST:
                return self.clean_event({str(name): item for name, item in value.items()}, depth + 1)
            case list() | tuple() | set() | frozenset() if depth < _DEEPEST:
                return [self._clean(item, depth + 1) for item in value]
        return self.clean(str(value))

    def _truncate(self, found: "re.Match[str]") -> str:
        text = found[0]
        try:
            address = ip_address(text)
        except ValueError:
            return text  # a time, a version
        if text in self._known or address.is_loopback or address.is_unspecified:
            return text
        mapped = getattr(address, "ipv4_mapped", None)
        return _network_of(mapped or address)


def build_redactor(settings: Settings) -> Redactor:
    """Return the redactor that knows the hosts which the settings name."""
    urls = (settings.database_url, settings.database_replica_url, settings.redis_url, settings.dashboard_url)
    hosts = [settings.redirect_host, settings.api_host, settings.metrics_host]
    return Redactor([*hosts, *(_host_of(url) for url in urls)])


def _host_of(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def _network_of(address: Any) -> str:
    if address.version == 4:
        return f"{str(address).rpartition('.')[0]}.0/24"
    return f"{':'.join(address.exploded.split(':')[:3])}::/48"


Processor = Callable[[Any, str, Any], Any]


def redact(redactor: Redactor) -> Processor:
    """Return the step of structlog that cleans an event before it is rendered."""

    def clean(_logger: Any, _method: str, event: dict[str, Any]) -> dict[str, Any]:
        return redactor.clean_event(event)

    return clean
