"""Headers that every answer has (plain ASGI): what browsers must not do with it, and how the caller's budget stands."""

from collections.abc import Sequence

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from vayro.api.limits import limit_headers
from vayro.settings import Settings
from vayro.visitor.address import AddressReader

# For what is no page, and should it be taken for one all the same: it may load nothing and be framed by nobody.
_DEFAULTS = {
    b"content-security-policy": b"default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    b"x-content-type-options": b"nosniff",
    b"referrer-policy": b"no-referrer",
    b"x-frame-options": b"DENY",
    b"cross-origin-resource-policy": b"same-origin",
}
# What the API says is for its caller alone; pages and what they load say themselves what may be kept.
_PRIVATE = {**_DEFAULTS, b"cache-control": b"private, no-store"}
# A year, without subdomains: of those we know nothing.
_HSTS = (b"strict-transport-security", b"max-age=31536000")


class SafetyHeaders:
    """Adds what an answer lacks; a page's own policy stays."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        """Args: settings, whose proxies may say that a request came over TLS."""
        self._app = app
        self._addresses = AddressReader(settings.trusted_proxies)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_safely(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = message.get("headers", ())
                message["headers"] = [*headers, *_missing(scope, headers), *limit_headers(scope)]
                if self._is_secure(scope):
                    message["headers"].append(_HSTS)
            await send(message)

        await self._app(scope, receive, send_safely)

    def _is_secure(self, scope: Scope) -> bool:
        if scope["scheme"] == "https":
            return True
        if not scope["client"] or not self._addresses.is_trusted(scope["client"][0]):
            return False
        return any(name == b"x-forwarded-proto" and value == b"https" for name, value in scope["headers"])


def _missing(scope: Scope, headers: Sequence[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    present = {name.lower() for name, _ in headers}
    wanted = _PRIVATE if scope["path"].startswith("/v1/") else _DEFAULTS
    return [(name, value) for name, value in wanted.items() if name not in present]
