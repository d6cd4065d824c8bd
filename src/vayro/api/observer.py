"""The outermost layer of the app (plain ASGI): request identifiers, metrics, and the last net for errors."""

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

import structlog
from prometheus_client import Counter, Histogram
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from vayro.api.error_handlers import internal_problem
from vayro.observability import Metrics, RequestMark, current_request, get_tracing
from vayro.settings import Settings
from vayro.visitor.address import AddressReader

if TYPE_CHECKING:
    from opentelemetry.trace import Span

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_log = structlog.get_logger(__name__)


class Observer:
    """Gives each request an identifier, counts it by the template of its route, and answers what nobody caught.

    BaseHTTPMiddleware is not used: it runs each request in a task of its own, which costs 40 us and leaks database
    connections when the client goes away.
    """

    def __init__(self, app: ASGIApp, metrics: Metrics, settings: Settings) -> None:
        """Args: app, what it wraps; metrics, where it counts; settings, whose proxies may be believed."""
        self._app = app
        self._tracing = get_tracing()
        self._addresses = AddressReader(settings.trusted_proxies)
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
        mark = RequestMark()
        identifier = mark.identifier
        current_request.set(mark)
        span = self._begin_trace(scope)

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
            _log.exception("request failed", route=_template(scope), method=scope["method"])
            if status:
                raise
            await internal_problem()(scope, receive, send_observed)
        finally:
            self._count(scope, status, time.perf_counter() - started)
            if span:
                span.update_name(f"{scope['method']} {_template(scope)}")
                span.set_attributes({"http.route": _template(scope), "http.response.status_code": status})
                span.end()

    def _begin_trace(self, scope: Scope) -> "Span | None":
        if self._tracing is None:
            return None
        is_believed = self._tracing.follows_proxies and self._addresses.is_trusted((scope["client"] or ("",))[0])
        traceparent = dict(scope["headers"]).get(b"traceparent", b"").decode("latin-1") if is_believed else ""
        span = self._tracing.begin_request(scope["method"], traceparent)
        if span:
            span.set_attribute("http.request.method", scope["method"])
        return span

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
