"""Traces of redirects. None of this is reached while tracing is off."""

from collections.abc import Callable

from opentelemetry.trace import Span

from vayro.clicks.event import NO_FLAGS, add_trace
from vayro.observability.spans import Tracing, end, traceparent_of

Encode = Callable[[bytes, bytes, bytes, bytes, bytes], bytes]


class RedirectTraces:
    """Spans of the redirects that are traced; their clicks carry the `traceparent` on."""

    def __init__(self, tracing: Tracing) -> None:
        """Args: tracing, of this process."""
        self._tracing = tracing
        self.follows_proxies = tracing.follows_proxies

    def tracing_encode(self, encode: Encode) -> Encode:
        """Return `encode` of the fast lane, which now and then records a span as well. Costs the others 0.1 us."""
        tracing, left = self._tracing, self._tracing.gap()

        def encode_some_traced(
            link: bytes, ip: bytes, user_agent: bytes, referer: bytes, flags: bytes = NO_FLAGS
        ) -> bytes:
            nonlocal left
            left -= 1
            if not left:
                left = tracing.gap()
                # 36 characters and a line end close the chunk: the link's identifier.
                about = {"vayro.lane": "fast", "vayro.source": "memory", "vayro.link_id": link[-38:-2].decode()}
                flags = add_trace(flags, tracing.record_instant("redirect", about))
            return encode(link, ip, user_agent, referer, flags)

        return encode_some_traced

    def begin(self, lane: str, traceparent: bytes = b"") -> Span | None:
        """Begin the span of a redirect that takes its time; None for most. Args: traceparent, a trusted proxy's."""
        span = self._tracing.begin_request("redirect", traceparent.decode("latin-1"))
        if span:
            span.set_attributes({"vayro.lane": lane, "http.route": "/{code}"})
        return span

    def leave(self) -> None:
        """What this task starts from now on belongs to no trace."""
        self._tracing.leave()

    def flags_with(self, span: Span, flags: bytes) -> bytes:
        """Return the flags of the click, which carry the span on."""
        return add_trace(flags, traceparent_of(span))

    def finish(self, span: Span, status: int) -> None:
        """End the span of a redirect that was answered."""
        span.set_attribute("http.response.status_code", status)
        end(span)
