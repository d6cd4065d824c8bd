"""Where a site is on the web."""

import re
from typing import NamedTuple
from urllib.parse import urlsplit

from vayro.settings import Settings

PATH = "/s/"
_HOST = re.compile(r"(?=.{1,253}\Z)[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*", re.ASCII)


class PageKey(NamedTuple):
    """How a site is asked for: by its subdomain, or by a custom domain of its own."""

    is_custom: bool
    name: str


class SiteAddresses:
    """The addresses of sites, as the settings have them."""

    def __init__(self, settings: Settings) -> None:
        """Args: settings, which name the sites' domain, or the dashboard that serves them where there is none."""
        self._scheme = settings.sites_scheme
        self._domain = settings.sites_domain
        self._dashboard = settings.resolved_dashboard_url

    def url_of(self, subdomain: str, custom_domain: str | None = None) -> str:
        """Return the address of a site. Args: custom_domain, only one that is verified."""
        if custom_domain:
            return f"https://{custom_domain}"
        if self._domain:
            return f"{self._scheme}://{subdomain}.{self._domain}"
        return f"{self._dashboard}{PATH}{subdomain}"

    def is_own(self, host: str) -> bool:
        """Return whether this host is the dashboard's, the sites' domain, or below that."""
        domain, _, _ = self._domain.partition(":")
        dashboard = urlsplit(self._dashboard).hostname or ""
        return host == dashboard or (bool(domain) and (host == domain or host.endswith(f".{domain}")))

    def find_key(self, host: str) -> PageKey | None:
        """Return which site a host name (lower case, without a port) asks for; None: it is none, or that of no site."""
        if not _HOST.fullmatch(host):
            return None
        if subdomain := self.subdomain_of(host):
            return PageKey(is_custom=False, name=subdomain)
        return None if self.is_own(host) else PageKey(is_custom=True, name=host)

    def subdomain_of(self, host: str) -> str | None:
        """Return the subdomain that a `Host` (lower case, with its port) names below the sites' domain, or None."""
        name, _, _ = host.partition(":")
        domain, _, _ = self._domain.partition(":")
        label = name.removesuffix(f".{domain}") if domain and name.endswith(f".{domain}") else ""
        return label if label and "." not in label else None
