"""The session's cookie: sent over TLS alone, to this host alone, read by no script, not sent by other sites' pages.

Browsers refuse `Secure` and `__Host-` over plain HTTP, but newcomers sign in at http://127.0.0.1:8080: there, and only
there, the cookie goes without.
"""

from urllib.parse import urlsplit

from fastapi import Request, Response

from vayro.settings import Settings
from vayro.settings.access import is_loopback

SESSION = "vayro_session"
OIDC = "vayro_oidc"
SECURE_PREFIX = "__Host-"


def read_cookie(request: Request, name: str) -> str:
    """Return the value of one of our cookies; nothing when there is none."""
    if "cookie" not in request.headers:
        return ""
    found = request.cookies.get(SECURE_PREFIX + name, "")
    if not found and _may_be_plain(_settings(request)):
        found = request.cookies.get(name, "")
    return found


def write_cookie(request: Request, response: Response, name: str, value: str, seconds: float) -> None:
    """Have the browser keep a cookie for so long."""
    is_plain = _may_be_plain(_settings(request)) and not _is_over_tls(request)
    full_name, end = (name, "") if is_plain else (SECURE_PREFIX + name, "; Secure")
    cookie = f"{full_name}={value}; Path=/; Max-Age={int(seconds)}; HttpOnly; SameSite=Lax{end}"
    response.headers.append("set-cookie", cookie)


def clear_cookie(request: Request, response: Response, name: str) -> None:
    """Have the browser forget a cookie."""
    write_cookie(request, response, name, "", 0)


def write_session(request: Request, response: Response, token: str) -> None:
    """Have the browser keep a session's token, for as long as the session may last."""
    write_cookie(request, response, SESSION, token, _settings(request).session_max_seconds)


def _settings(request: Request) -> Settings:
    settings: Settings = request.app.state.services.settings
    return settings


def _may_be_plain(settings: Settings) -> bool:
    """Return whether people reach the API over plain HTTP on the machine itself."""
    parts = urlsplit(settings.resolved_dashboard_url)
    return parts.scheme == "http" and is_loopback(parts.hostname or "")


def _is_over_tls(request: Request) -> bool:
    """Return whether the browser speaks TLS with a proxy, though the settings do not say so: then they are wrong.

    Whoever forges these headers only gets a cookie with more safety.
    """
    origin = request.headers.get("origin", "")
    return request.headers.get("x-forwarded-proto") == "https" or origin.startswith("https:")
