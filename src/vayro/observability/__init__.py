"""What a process tells about itself: metrics, logs, traces.

metrics.py     the closed list of metrics, in Prometheus' multiprocess mode
logs.py        JSON lines on stderr, with request and trace identifiers
"""

from vayro.observability.logs import configure_logging
from vayro.observability.metrics import HTTP_BUCKETS, REDIRECT_BUCKETS, Metrics, get_metrics, observe_many

__all__ = ["HTTP_BUCKETS", "REDIRECT_BUCKETS", "Metrics", "configure_logging", "get_metrics", "observe_many"]
