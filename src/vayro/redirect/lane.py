"""What all connections of a process share of the fast lane."""

import re
from typing import TYPE_CHECKING, NamedTuple

from vayro.clicks.event import NO_FLAGS, UNTRACKED, encode_flags
from vayro.redirect.answer import REDIRECT_STATUSES, Headers, header_lines, status_line
from vayro.redirect.counters import SAMPLE_EVERY
from vayro.redirect.engine import Engine
from vayro.redirect.memory import MemoryEntry

if TYPE_CHECKING:
    from opentelemetry.trace import Span

HEAD_FLAGS = encode_flags("head")
_UNTRACKED_FLAGS = encode_flags(UNTRACKED)
_UNTRACKED_HEAD_FLAGS = encode_flags("head", UNTRACKED)
# https://www.w3.org/TR/tracking-dnt/#dnt-header-field, https://w3c.github.io/gpc/#the-sec-gpc-header-field-for-http-requests
_ASKS_NOT_TO_BE_TRACKED = re.compile(rb"\r\n(?:dnt|sec-gpc):[ \t]*1[ \t]*\r\n", re.IGNORECASE).search


class PlainRequest(NamedTuple):
    """What a click needs of a plain request, and the request itself, should the application have to answer it."""

    domain: str
    code: bytes
    is_head: bytes
    ip: bytes
    user_agent: bytes
    referer: bytes
    data: bytes
    started: float


class FastLane:
    """The memory that is answered from, where clicks go, and the heads of the answers."""

    __slots__ = (
        "answers", "append", "counters", "encode", "engine", "follows_traces", "heads", "honours_dnt", "is_plain",
        "links", "traces",
    )  # fmt: skip

    def __init__(self, engine: Engine) -> None:
        """Args: engine, whose links these are."""
        self.engine = engine
        self.links: dict[bytes, MemoryEntry] = engine.memory.links
        self.traces = traces = engine.traces
        encode = engine.recorder.encoder.encode
        self.encode = traces.tracing_encode(encode) if traces else encode
        self.follows_traces = traces is not None and traces.follows_proxies
        self.append = engine.recorder.writer.append
        self.counters = engine.counters
        self.answers = engine.counters.lane
        self.honours_dnt = engine.settings.honour_dnt
        self.heads: dict[int, bytes] = {}
        self.is_plain = False
        """Whether nothing need be looked at but the code."""
        if engine.recorder.is_durable:
            self.links = {}  # nothing can be answered before the disk has it

    def renew(self, default_headers: Headers) -> None:
        """Take over uvicorn's default headers (`Date`) and what has changed elsewhere. Called once a second."""
        lines = header_lines(default_headers)[:-2]
        self.heads = {status: status_line(status) + lines for status in REDIRECT_STATUSES}
        self.is_plain = self.engine.domains.is_trivial and not self.honours_dnt
        if self.engine.is_draining:
            self.links = {}  # the application answers, and closes the connection

    def drop(self) -> None:
        """Count a click that the spool did not take. The lane's answers are counted as accepted, so take one back."""
        self.counters.dropped["spool_full"] += 1
        self.counters.accepted -= 1

    def record(self, entry: MemoryEntry, request: PlainRequest, span: "Span | None" = None) -> None:
        """Record the click of a request that waited. Args: span, of the request if it is traced."""
        flags = self.flags_of(request)
        if span and self.traces:
            flags = self.traces.flags_with(span, flags)
        self.engine.recorder.record(entry.link_chunk, request.ip, request.user_agent, request.referer, flags)

    def flags_of(self, request: PlainRequest) -> bytes:
        """Return what the event says of the kind of request."""
        if self.honours_dnt and _ASKS_NOT_TO_BE_TRACKED(request.data):
            return _UNTRACKED_HEAD_FLAGS if request.is_head else _UNTRACKED_FLAGS
        return HEAD_FLAGS if request.is_head else NO_FLAGS

    def sample(self, seconds: float) -> None:
        """Count one measured duration for all answers since the last one."""
        self.counters.observe(seconds, SAMPLE_EVERY)
