"""OpenTelemetry, set up for Vayro. Imported only when traces are on.

Whether a request is traced is decided here, at its beginning, by the ratio of the settings; a visitor's `traceparent`
(https://www.w3.org/TR/trace-context/) decides nothing, unless a trusted proxy sent it and the settings say so. The SDK
records whatever it is given.
"""

import math
import os
import random
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from opentelemetry import context, trace
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter
from opentelemetry.sdk.trace.sampling import ALWAYS_ON
from opentelemetry.trace import Link, Span, SpanContext, SpanKind, Status, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from opentelemetry.util.types import AttributeValue

import vayro
from vayro.observability.context import install_trace_ids
from vayro.settings import Settings

CLOSE_SECONDS = 2.0
DEFAULT_RATIO = 0.01
LONGEST_STATEMENT = 2_000
EXPORT_SECONDS = 5.0
_NEVER = 1 << 62
_NOBODY = Context()
_propagator = TraceContextTextMapPropagator()
Attributes = Mapping[str, AttributeValue]


class Tracing:
    """Begins spans, and decides which requests get one. One per process."""

    def __init__(self, settings: Settings, process: str, exporter: SpanExporter) -> None:
        """Args: exporter, called by a thread of the SDK's; what it takes too slowly is dropped."""
        self.ratio = sampling_ratio(settings)
        self.follows_proxies = settings.trace_parents == "proxies"
        self._provider = TracerProvider(sampler=ALWAYS_ON, resource=_resource(process), shutdown_on_exit=False)
        self._provider.add_span_processor(BatchSpanProcessor(exporter))
        self._tracer = self._provider.get_tracer("vayro", vayro.__version__)
        install_trace_ids(_current_ids)

    def gap(self) -> int:
        """Return how many requests further the next traced one is: a number to count down from costs 0.03 us."""
        if self.ratio <= 0:
            return _NEVER
        if self.ratio >= 1:
            return 1
        return 1 + int(math.log(1 - random.random()) / math.log(1 - self.ratio))  # noqa: S311  # no secret

    def begin_request(self, name: str, traceparent: str = "") -> Span | None:
        """Begin the span of a request and make it current in this task; None, and none current, for most.

        Args: traceparent, of a proxy that is believed: it decides. Give nobody else's.
        """
        parent = _propagator.extract({"traceparent": traceparent}, _NOBODY) if traceparent else _NOBODY
        remote = trace.get_current_span(parent).get_span_context()
        is_traced = remote.trace_flags.sampled if remote.is_valid else random.random() < self.ratio  # noqa: S311
        if not is_traced:
            context.attach(_NOBODY)
            return None
        span = self._tracer.start_span(name, parent, SpanKind.SERVER)
        context.attach(trace.set_span_in_context(span, _NOBODY))
        return span

    def leave(self) -> None:
        """No span is current any more in this task, nor in those that it starts from now on."""
        context.attach(_NOBODY)

    def record_instant(self, name: str, attributes: Attributes) -> str:
        """Record something too short to measure, in a trace of its own; return its `traceparent`."""
        span = self._tracer.start_span(name, _NOBODY, SpanKind.SERVER, attributes)
        span.end()
        return traceparent_of(span)

    @contextmanager
    def statement(self, system: str, statement: str) -> Iterator[None]:
        """Run the block, which sends the statement, as a span below the current one, if there is one."""
        if not trace.get_current_span().is_recording():
            yield
            return
        name, about = _describe(system, statement)
        with self._current(name, None, SpanKind.CLIENT, about, ()):
            yield

    def begin_statement(self, system: str, statement: str) -> Span | None:
        """Begin the span of a database statement below the current one, without making it current; `end` ends it.

        Args: statement, with placeholders; values are never recorded.
        """
        if not trace.get_current_span().is_recording():
            return None
        name, about = _describe(system, statement)
        return self._tracer.start_span(name, kind=SpanKind.CLIENT, attributes=about)

    @contextmanager
    def batch(self, name: str, traceparents: Sequence[str], attributes: Attributes) -> Iterator[SpanContext]:
        """Run the block as the span of a batch, linked to spans of other traces."""
        links = [Link(found) for found in map(_span_context, traceparents) if found.is_valid]
        with self._current(name, _NOBODY, SpanKind.CONSUMER, attributes, links) as span:
            yield span.get_span_context()

    @contextmanager
    def _current(
        self, name: str, parent: Context | None, kind: SpanKind, attributes: Attributes | None, links: Sequence[Link]
    ) -> Iterator[Span]:
        # The SDK would record the text of an exception, in which drivers repeat values.
        span = self._tracer.start_span(name, parent, kind, attributes, links)
        with trace.use_span(span, record_exception=False, set_status_on_exception=False):
            try:
                yield span
            except BaseException as error:
                end(span, error)
                raise
        end(span)

    def record_past(self, name: str, traceparent: str, batch: SpanContext, start_ns: int, end_ns: int) -> None:
        """Record what has happened to one member of a batch, in that member's own trace. Times are Unix time."""
        parent = _propagator.extract({"traceparent": traceparent}, _NOBODY)
        span = self._tracer.start_span(name, parent, SpanKind.CONSUMER, links=[Link(batch)], start_time=start_ns)
        span.end(end_ns)

    def close(self) -> None:
        """Send what is left, for two seconds at most."""
        install_trace_ids(None)
        # In a thread: the SDK waits for the exporter, which waits for a collector that may never answer.
        closing = threading.Thread(target=self._provider.shutdown, name="tracing-end", daemon=True)
        closing.start()
        closing.join(CLOSE_SECONDS)


def end(span: Span, error: BaseException | None = None) -> None:
    """End a span. Of an error the class is told, and not its text, which may repeat values."""
    if error is not None:
        span.set_status(Status(StatusCode.ERROR, type(error).__name__))
    span.end()


def traceparent_of(span: Span) -> str:
    """Return the W3C header that stands for the span."""
    ours = span.get_span_context()
    return f"00-{ours.trace_id:032x}-{ours.span_id:016x}-01"


def build_tracing(settings: Settings, process: str) -> Tracing:
    """Return the tracing that the settings, and the standard OTEL_* variables, describe."""
    endpoint = f"{settings.otlp_endpoint}/v1/traces" if settings.otlp_endpoint else None
    return Tracing(settings, process, OTLPSpanExporter(endpoint=endpoint, timeout=EXPORT_SECONDS))


def sampling_ratio(settings: Settings) -> float:
    """Return the setting's ratio, or what OTEL_TRACES_SAMPLER says without the setting."""
    if settings.trace_ratio is not None:
        return settings.trace_ratio
    match os.environ.get("OTEL_TRACES_SAMPLER", "").removeprefix("parentbased_"):
        case "always_on":
            return 1.0
        case "always_off":
            return 0.0
        case "traceidratio":
            return float(os.environ.get("OTEL_TRACES_SAMPLER_ARG") or 1)
    return DEFAULT_RATIO


def _describe(system: str, statement: str) -> tuple[str, Attributes]:
    """Return the name and the attributes of a statement's span."""
    operation = (statement.split(None, 1) or ["?"])[0].upper()
    about = {
        "db.system.name": system,
        "db.operation.name": operation,
        "db.query.text": statement[:LONGEST_STATEMENT],
    }
    return f"{operation} {system}", about


def _resource(process: str) -> Resource:
    named = {"service.version": vayro.__version__}
    if not os.environ.get("OTEL_SERVICE_NAME"):
        named["service.name"] = f"vayro-{process}"
    return Resource.create(named)


def _current_ids() -> tuple[str, str] | None:
    current = trace.get_current_span().get_span_context()
    return (f"{current.trace_id:032x}", f"{current.span_id:016x}") if current.is_valid else None


def _span_context(traceparent: str) -> SpanContext:
    return trace.get_current_span(_propagator.extract({"traceparent": traceparent}, _NOBODY)).get_span_context()
