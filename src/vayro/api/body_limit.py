"""How large a body may be (plain ASGI). Whoever sends more gets a problem document, and the rest is not read.

Starlette's own limit answers in plain text and ends the request by an exception that other layers take for a failure.
"""

from collections.abc import Mapping

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from vayro.api.error_handlers import http_problem


class BodyLimit:
    """Refuses a body by its Content-Length, or in the middle when it has none."""

    def __init__(self, app: ASGIApp, max_bytes: int, exceptions: Mapping[str, int]) -> None:
        """Args: max_bytes, for all paths but the `exceptions`."""
        self._app = app
        self._max_bytes = max_bytes
        self._exceptions = exceptions

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http" or scope["method"] in {"GET", "HEAD"}:
            await self._app(scope, receive, send)
            return
        limit = self._exceptions.get(scope["path"], self._max_bytes)
        announced = _announced_bytes(scope)
        if announced is None:
            await self._app(scope, _limited(receive, limit), send)
        elif announced > limit:
            await http_problem(413)(scope, receive, send)
        else:
            # The server reads no more than was announced.
            await self._app(scope, receive, send)


def _announced_bytes(scope: Scope) -> int | None:
    for name, value in scope["headers"]:
        if name == b"content-length":
            return int(value) if value.isdigit() else None
    return None


def _limited(receive: Receive, limit: int) -> Receive:
    seen = 0

    async def receive_limited() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        if seen > limit:
            raise HTTPException(413)
        return message

    return receive_limited
