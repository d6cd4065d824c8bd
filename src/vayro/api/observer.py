"""The outermost layer of the app (plain ASGI): request identifiers, metrics, and the last net for errors."""

import secrets
import time
from collections.abc import Callable

import structlog
from prometheus_client import Counter, Histogram
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from vayro.api.error_handlers import internal_problem
from vayro.observability import Metrics

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_log = structlog.get_logger(__name__)


class Observer:
    """Gives each request an identifier, counts it by the template of its route, and answers what nobody caught.

    BaseHTTPMiddleware is not used: it runs each request in a task of its own, which costs 40 us and leaks database
    connections when the client goes away.
    """

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        """Args: app, what it wraps; metrics, where it counts."""
        self._app = app
        self._requests: Callable[..., Counter] = metrics.http_requests.labels
        self._durations: Callable[..., Histogram] = metrics.http_duration.labels
        # labels() takes a lock and hashes its values; a few dozen routes give a few hundred children at most.
        self._children: dict[tuple[str, str, int], tuple[Counter, Histogram]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = time.perf_counter()
        status = 0
        identifier = secrets.token_hex(8)

        async def send_observed(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [
                    *message.get("headers", ()),
                    (b"x-request-id", identifier.encode()),
                    (b"x-content-type-options", b"nosniff"),
                    *_farewell(scope),
                ]
            await send(message)

        try:
            await self._app(scope, receive, send_observed)
        except Exception:
            _log.exception("request failed", request_id=identifier, route=_template(scope), method=scope["method"])
            if status:
                raise
            await internal_problem()(scope, receive, send_observed)
        finally:
            self._count(scope, status, time.perf_counter() - started)

    def _count(self, scope: Scope, status: int, seconds: float) -> None:
        key = (scope["method"], _template(scope), status)
        children = self._children.get(key)
        if children is None:
            method = key[0] if key[0] in _METHODS else "other"
            children = self._requests(method, key[1], str(status)), self._durations(method, key[1])
            if method != "other":
                self._children[key] = children
        children[0].inc()
        children[1].observe(seconds)


def _farewell(scope: Scope) -> list[tuple[bytes, bytes]]:
    """While the process drains, have each client leave after its answer, and come back to another process."""
    services = getattr(scope["app"].state, "services", None)
    return [(b"connection", b"close")] if services is not None and services.draining.is_set() else []


def _template(scope: Scope) -> str:
    """Return `/v1/links/{link_id}`: the path itself would make a series of each link."""
    return getattr(scope.get("route"), "path", None) or "unknown"
