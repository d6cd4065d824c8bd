"""Sites by Host, for `vayro api --sites`: plain ASGI, for it answers thousands of times a second with what it has.

It reads no cookie and sets none, runs nothing of the Dashboard API, and should have a domain of its own.
"""

import asyncio
import contextlib
import time

import structlog
from prometheus_client import Counter
from starlette.types import Message, Receive, Scope, Send

from vayro.api.site_answers import Answer, answer_broken, answer_missing, answer_page, answer_text, answer_unavailable
from vayro.database.engine import open_database
from vayro.errors import Unavailable
from vayro.observability import Metrics
from vayro.settings import Settings
from vayro.sites.address import PageKey, SiteAddresses
from vayro.sites.pages import SitePages

_MAX_HOSTS = 50_000
# What is longer is no name with a port, and cutting it makes it none.
_LONGEST_HOST = 300
_FAREWELL = (b"connection", b"close")
_log = structlog.get_logger(__name__)


class SitesApp:
    """The ASGI application of one process. `draining` is set when it stops."""

    def __init__(self, settings: Settings, metrics: Metrics) -> None:
        """Nothing is connected before the lifespan begins. Args: metrics, where it counts."""
        self.settings = settings
        self.draining = asyncio.Event()
        self._addresses = SiteAddresses(settings)
        self._keys: dict[bytes, PageKey | None] = {}
        self._pages: SitePages
        self._requests: dict[int, Counter] = {}
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, or the lifespan."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
            return
        started = time.perf_counter()
        answer = await self._answer_whatever_happens(scope)
        # While the process drains, each answer is its connection's last: visitors come back to another process.
        headers = [*answer.headers, _FAREWELL] if self.draining.is_set() else answer.headers
        await send({"type": "http.response.start", "status": answer.status, "headers": headers})
        body = b"" if scope["method"] == "HEAD" else answer.body
        await send({"type": "http.response.body", "body": body})
        if not scope["path"].startswith("/health/"):
            self._count(answer.status, time.perf_counter() - started)

    def _count(self, status: int, seconds: float) -> None:
        requests = self._requests.get(status)
        if requests is None:  # labels() takes a lock and hashes its values
            requests = self._requests[status] = self._metrics.site_requests.labels(str(status))
        requests.inc()
        self._metrics.site_duration.observe(seconds)

    async def _live(self, receive: Receive, send: Send) -> None:
        database = open_database(self.settings)
        self._pages = SitePages(database)
        message: Message = await receive()
        if message["type"] == "lifespan.startup":
            await send({"type": "lifespan.startup.complete"})
            await receive()
        with contextlib.suppress(Unavailable):
            await self._pages.close()
            await database.close()
        await send({"type": "lifespan.shutdown.complete"})

    async def _answer_whatever_happens(self, scope: Scope) -> Answer:
        try:
            return await self._answer(scope)
        except Exception:  # noqa: BLE001  # the last net: what nobody thought of is logged, and counted as a 500
            _log.exception("request failed", method=scope["method"])
            return answer_broken()

    async def _answer(self, scope: Scope) -> Answer:
        if scope["method"] not in ("GET", "HEAD"):
            return answer_text(405, b"Only GET and HEAD.", (b"allow", b"GET, HEAD"))
        path = scope["path"]
        if path != "/":
            return self._answer_beside(path)
        headers = scope["headers"]
        hosts = [value for name, value in headers if name == b"host"]
        if len(hosts) > 1:
            return answer_text(400, b"More than one Host.")
        key = self._key_of(hosts[0]) if hosts else None
        if key is None:
            return answer_missing()
        try:
            page = self._pages.find_fresh(key) or await self._pages.find(key)
        except Unavailable as error:
            return answer_unavailable(error)
        return answer_page(page, headers) if page else answer_missing()

    def _answer_beside(self, path: str) -> Answer:
        if path == "/health/live" or (path == "/health/ready" and not self.draining.is_set()):
            return answer_text(200, b"ok")
        if path == "/health/ready":
            return answer_text(503, b"The process is stopping.", (b"retry-after", b"1"))
        if path == "/robots.txt":
            return answer_text(200, b"User-agent: *\nAllow: /\n")
        return answer_missing()

    def _key_of(self, host: bytes) -> PageKey | None:
        """Return what a Host asks for, remembered: reading it costs as much as all the rest of an answer."""
        host = host[:_LONGEST_HOST]
        if host not in self._keys:
            if len(self._keys) >= _MAX_HOSTS:
                self._keys.clear()
            self._keys[host] = read_host(host, self._addresses)
        return self._keys[host]


def read_host(host: bytes, addresses: SiteAddresses) -> PageKey | None:
    """Return which site a `Host` names: in any case, with or without a port, or a dot at its end. None: no site."""
    name, colon, port = host.decode("latin-1").lower().partition(":")
    name = name.removesuffix(".")
    if colon and not (port.isascii() and port.isdigit() and len(port) <= 5):
        return None
    return addresses.find_key(name)
