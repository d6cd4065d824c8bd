"""`GET|HEAD /{code}`: what the fast lane does not answer.

Plain ASGI in front of FastAPI's routing: a route of FastAPI costs 169 us of CPU, this 38 us, and every miss in memory
comes through here.
"""

import datetime as dt
import re
from itertools import product
from time import monotonic
from typing import TYPE_CHECKING, Any

import structlog
from starlette.types import ASGIApp, Receive, Scope, Send

from vayro.cache.snapshot import LinkSnapshot
from vayro.clicks.event import UNTRACKED, encode_flags, encode_ip
from vayro.errors import RateLimited, Unavailable
from vayro.observability import RequestMark, current_request
from vayro.redirect.answer import Headers, Verdict, judge, location_headers, redirect_headers
from vayro.redirect.engine import Engine
from vayro.redirect.forms import FormRefused, read_form
from vayro.redirect.memory import MemoryEntry
from vayro.redirect.misses import answer_miss
from vayro.redirect.negotiation import names_html, prefers_json
from vayro.redirect.origin import Fields, read_address
from vayro.redirect.pages import (
    EXPIRED,
    METHOD_NOT_ALLOWED,
    PASSWORD_REQUIRED,
    REPORT_PATH,
    TAKEN_DOWN,
    UNAVAILABLE,
    USED_UP,
    WRONG_PASSWORD,
    Refusal,
    opened_response,
    password_response,
    refusal_response,
    too_many_tries,
)
from vayro.redirect.passwords import FIELD, MAX_FORM_BYTES
from vayro.redirect.usage import take_use

if TYPE_CHECKING:
    from opentelemetry.trace import Span

CODE = re.compile(r"/([A-Za-z0-9_-]{1,50})")
_PREFETCH_FIELDS = (b"sec-purpose", b"purpose", b"x-purpose", b"x-moz")
_NO_TRACKING_FIELDS = (b"dnt", b"sec-gpc")
_WORDS = ("head", "prefetch", UNTRACKED)
_FLAGS = {
    holds: encode_flags(*(word for word, is_so in zip(_WORDS, holds, strict=True) if is_so))
    for holds in product((False, True), repeat=len(_WORDS))
}
_log = structlog.get_logger(__name__)


class RedirectEndpoint:
    """Answers paths that have the form of a code; hands the rest to `app`. Nothing that `app` does becomes a 500."""

    def __init__(self, app: ASGIApp, engine: Engine) -> None:
        """Args: app, FastAPI's own routes."""
        self._app = app
        self._engine = engine

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = monotonic()
        current_request.set(RequestMark())
        answering = _Answering(send, self._engine)
        try:
            code = CODE.fullmatch(scope["path"])
            if code is None or scope["path"] == REPORT_PATH:
                await self._app(scope, receive, answering.forward)
            elif scope["method"] in {"GET", "HEAD"}:
                answering.begin_trace(scope)
                await self._redirect(scope, code[1], answering)
            elif scope["method"] == "POST":
                await self._open(scope, receive, code[1], answering)
            else:
                await answering.refuse(METHOD_NOT_ALLOWED, dict(scope["headers"]))
        except Exception as error:  # noqa: BLE001  # whatever it is, the visitor may try again
            if not isinstance(error, Unavailable):
                _log.exception("a request failed")
            if not answering.status:
                await answering.refuse(UNAVAILABLE, dict(scope["headers"]))
        self._engine.counters.observe(monotonic() - started)

    async def _redirect(self, scope: Scope, code: str, answering: "_Answering") -> None:
        fields: Fields = dict(scope["headers"])
        entry = await self._find(code, fields)
        snapshot = entry.snapshot
        verdict = judge(snapshot, dt.datetime.now(dt.UTC))
        if snapshot is None or verdict is Verdict.NOT_FOUND:
            refusal, elsewhere = answer_miss(self._engine, scope, fields)
            await answering.refuse(refusal, fields, elsewhere)
        elif verdict is Verdict.TAKEN_DOWN:
            await answering.refuse(TAKEN_DOWN, fields)
        elif verdict is Verdict.EXPIRED:
            await answering.refuse(EXPIRED, fields, snapshot.expired_url)
        elif verdict is Verdict.PROTECTED:
            await answering.ask(PASSWORD_REQUIRED, fields, code)
        elif await self._may_use(snapshot, fields, answering):
            await self._record(scope, fields, entry, answering)
            await answering.send(entry.status, redirect_headers(snapshot))

    async def _open(self, scope: Scope, receive: Receive, code: str, answering: "_Answering") -> None:
        """Answer who sent a password: only a link that has one takes a POST."""
        fields: Fields = dict(scope["headers"])
        entry = await self._find(code, fields)
        snapshot = entry.snapshot
        if snapshot is None or judge(snapshot, dt.datetime.now(dt.UTC)) is not Verdict.PROTECTED:
            await answering.refuse(METHOD_NOT_ALLOWED, fields)
            return
        address = read_address(self._engine.addresses, scope)
        try:
            form = await read_form(receive, fields, MAX_FORM_BYTES)
            is_right = await self._engine.passwords.opens(snapshot, address, form.get(FIELD, ""))
        except FormRefused as error:
            await answering.refuse(error.refusal, fields)
            return
        except RateLimited as error:
            await answering.refuse(too_many_tries(error.retry_after_seconds), fields)
            return
        if not is_right:
            await answering.ask(WRONG_PASSWORD, fields, code)
        elif await self._may_use(snapshot, fields, answering):
            await self._record(scope, fields | {b"referer": b""}, entry, answering)  # it names this very page
            await answering.lead_on(snapshot, fields)

    async def _find(self, code: str, fields: Fields) -> MemoryEntry:
        engine = self._engine
        return await engine.resolver.resolve(engine.domains.resolve(fields.get(b"host", b"")), code)

    async def _may_use(self, snapshot: LinkSnapshot, fields: Fields, answering: "_Answering") -> bool:
        """Return whether the link gives one redirect more; say so when it does not."""
        if snapshot.max_clicks is None or await take_use(self._engine.database, snapshot.link_id):
            return True
        await answering.refuse(USED_UP, fields, snapshot.expired_url)
        return False

    async def _record(self, scope: Scope, fields: Fields, entry: MemoryEntry, answering: "_Answering") -> None:
        recorder = self._engine.recorder
        is_head = scope["method"] == "HEAD"
        is_prefetch = any(b"prefe" in fields[name].lower() for name in _PREFETCH_FIELDS if name in fields)
        is_untracked = self._engine.settings.honour_dnt and any(
            fields.get(name, b"").strip() == b"1" for name in _NO_TRACKING_FIELDS
        )
        recorder.record(
            entry.link_chunk,
            encode_ip(read_address(self._engine.addresses, scope)),
            fields.get(b"user-agent", b""),
            fields.get(b"referer", b""),
            answering.add_trace(_FLAGS[is_head, is_prefetch, is_untracked]),
        )
        if recorder.is_durable:
            await recorder.wait_until_durable()


class _Answering:
    """Sends one answer, and counts it."""

    def __init__(self, send: Send, engine: Engine) -> None:
        self._send = send
        self._engine = engine
        self._span: Span | None = None
        self.status = 0

    def begin_trace(self, scope: Scope) -> None:
        traces = self._engine.traces
        if traces is None:
            return
        traceparent = b""
        if traces.follows_proxies and scope["client"] and self._engine.addresses.is_trusted(scope["client"][0]):
            traceparent = dict(scope["headers"]).get(b"traceparent", b"")
        self._span = traces.begin("app", traceparent)

    def add_trace(self, flags: bytes) -> bytes:
        traces = self._engine.traces
        return traces.flags_with(self._span, flags) if traces and self._span else flags

    async def forward(self, message: Any) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
        await self._send(message)

    async def send(self, status: int, headers: Headers, body: bytes = b"") -> None:
        self.status = status
        self._engine.counters.answers[status] += 1
        if self._span and self._engine.traces:
            self._engine.traces.finish(self._span, status)
            self._engine.traces.leave()
        await self._send({"type": "http.response.start", "status": status, "headers": headers})
        await self._send({"type": "http.response.body", "body": body})

    async def refuse(self, refusal: Refusal, fields: Fields, instead_url: str | None = None) -> None:
        if instead_url:
            await self.send(302, location_headers(instead_url))
            return
        headers, body = refusal_response(refusal, as_json=prefers_json(_accept(fields)))
        await self.send(refusal.status, headers, body)

    async def ask(self, refusal: Refusal, fields: Fields, code: str) -> None:
        """Ask for the password: a page with a form, or a problem document."""
        if prefers_json(_accept(fields)):
            await self.refuse(refusal, fields)
        else:
            await self.send(refusal.status, *password_response(refusal, code))

    async def lead_on(self, snapshot: LinkSnapshot, fields: Fields) -> None:
        """Lead to the destination after a form: by 303 whatever the link's status is, so that nothing is sent on."""
        headers = location_headers(snapshot.target_url)
        if names_html(_accept(fields)):
            await self.send(200, *opened_response(dict(headers)[b"location"].decode()))
        else:
            await self.send(303, headers)


def _accept(fields: Fields) -> str:
    return fields.get(b"accept", b"").decode("latin-1")
