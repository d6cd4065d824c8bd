"""Where a site is on the web."""

from urllib.parse import urlsplit

from vayro.settings import Settings

PATH = "/s/"


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

    def subdomain_of(self, host: str) -> str | None:
        """Return the subdomain that a `Host` (lower case, with its port) names below the sites' domain, or None."""
        name, _, _ = host.partition(":")
        domain, _, _ = self._domain.partition(":")
        label = name.removesuffix(f".{domain}") if domain and name.endswith(f".{domain}") else ""
        return label if label and "." not in label else None
