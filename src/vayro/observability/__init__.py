"""What a process tells about itself: metrics, logs, traces.

metrics.py     the closed list of metrics, in Prometheus' multiprocess mode
logs.py        JSON lines on stderr, with request and trace identifiers (context.py), without secrets (redaction.py)
shipping.py    sends them to a collector (collector.py) as well, and never waits for it
tracing.py     switches traces on; spans.py, which loads OpenTelemetry, is imported only then
process.py     all of it together, for the life of a process
"""

from vayro.observability.context import RequestMark, current_request
from vayro.observability.logs import configure_logging
from vayro.observability.metrics import HTTP_BUCKETS, REDIRECT_BUCKETS, Metrics, get_metrics, observe_many
from vayro.observability.tracing import get_tracing

__all__ = [
    "HTTP_BUCKETS",
    "REDIRECT_BUCKETS",
    "Metrics",
    "RequestMark",
    "configure_logging",
    "current_request",
    "get_metrics",
    "get_tracing",
    "observe_many",
]
