"""Logging set-up, and the closed list of metrics.

prometheus_client runs in multiprocess mode: the parent of a process kind sets PROMETHEUS_MULTIPROC_DIR for its
children and serves the sum on `GET /metrics`. Its `inc()` is too dear for the fast lane, which counts plain integers
and publishes them once a second. No short code, URL or address is ever a label.
"""

import logging
import sys
from dataclasses import dataclass, field

import structlog
from prometheus_client import Counter, Gauge, Histogram

from vayro.settings import Settings

# From 0.25 ms: a redirect takes 0.02 ms, so the usual buckets from 5 ms would show nothing.
REDIRECT_BUCKETS = (0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)
HTTP_BUCKETS = (0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


def _counter(name: str, text: str, *labels: str) -> Counter:
    return Counter(name, text, labels)


def _gauge(name: str, text: str, *labels: str, mode: str = "livesum") -> Gauge:
    return Gauge(name, text, labels, multiprocess_mode=mode)  # type: ignore[arg-type]  # a Literal of the library


@dataclass(frozen=True)
class Metrics:
    """All metrics. Built once per process, after PROMETHEUS_MULTIPROC_DIR is set."""

    redirects: Counter = field(
        default_factory=lambda: _counter("vayro_redirects", "Answers of the Redirect Engine.", "lane", "status")
    )
    redirect_duration: Histogram = field(
        default_factory=lambda: Histogram(
            "vayro_redirect_duration_seconds",
            "Time from the request head to the answer.",
            buckets=REDIRECT_BUCKETS,
        )
    )
    link_lookups: Counter = field(
        default_factory=lambda: _counter("vayro_link_lookups", "Where a link was found.", "source")
    )
    clicks_accepted: Counter = field(
        default_factory=lambda: _counter("vayro_clicks_accepted", "Clicks recorded in the spool.")
    )
    clicks_dropped: Counter = field(
        default_factory=lambda: _counter("vayro_clicks_dropped", "Clicks that were not kept.", "reason")
    )
    spool_bytes: Gauge = field(
        default_factory=lambda: _gauge("vayro_spool_bytes", "Spooled events that are not yet committed, in bytes.")
    )
    spool_oldest: Gauge = field(
        default_factory=lambda: _gauge(
            "vayro_spool_oldest_seconds", "Age of the oldest uncommitted segment.", mode="livemax"
        )
    )
    clicks_committed: Counter = field(
        default_factory=lambda: _counter("vayro_clicks_committed", "Clicks written to the database.")
    )
    dead_letters: Counter = field(
        default_factory=lambda: _counter("vayro_click_dead_letters", "Events that could not be written.")
    )
    click_lag: Gauge = field(
        default_factory=lambda: _gauge(
            "vayro_click_lag_seconds",
            "Age of the newest committed click when it was committed.",
            mode="livemax",
        )
    )
    invalidation_lag: Gauge = field(
        default_factory=lambda: _gauge(
            "vayro_invalidation_lag_seconds", "Time from an edit to its arrival at an engine.", mode="livemax"
        )
    )
    duplicate_canonical_links: Gauge = field(
        default_factory=lambda: _gauge(
            "vayro_duplicate_canonical_links",
            "Active links beyond the first of one workspace, destination and type, `standard` apart.",
            mode="livemax",
        )
    )
    default_partition_rows: Gauge = field(
        default_factory=lambda: _gauge(
            "vayro_default_partition_rows",
            "Clicks in the partition of no month; should be 0.",
            mode="livemax",
        )
    )
    links_created: Counter = field(default_factory=lambda: _counter("vayro_links_created", "Links created."))
    code_collisions: Counter = field(
        default_factory=lambda: _counter("vayro_code_collisions", "Generated codes that were already taken.")
    )
    breaker_open: Gauge = field(
        default_factory=lambda: _gauge(
            "vayro_breaker_open", "1 while calls to a dependency are skipped.", "dependency", mode="livemax"
        )
    )
    http_requests: Counter = field(
        default_factory=lambda: _counter(
            "vayro_http_requests", "Requests to the Dashboard API.", "method", "route", "status"
        )
    )
    http_duration: Histogram = field(
        default_factory=lambda: Histogram(
            "vayro_http_request_duration_seconds",
            "Time to answer a Dashboard API request.",
            ("method", "route"),
            buckets=HTTP_BUCKETS,
        )
    )


_metrics: list[Metrics] = []


def get_metrics() -> Metrics:
    """Return this process's metrics. Prometheus allows one registration of a name in a process."""
    if not _metrics:
        _metrics.append(Metrics())
    return _metrics[0]


def configure_logging(settings: Settings, process: str) -> None:
    """Log to stderr: readable on a terminal, JSON lines elsewhere. Standard-library logs take the same way."""
    as_json = settings.log_format == "json" or (settings.log_format == "auto" and not sys.stderr.isatty())
    renderer = structlog.processors.JSONRenderer() if as_json else structlog.dev.ConsoleRenderer()
    shared: list[structlog.types.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.make_filtering_bound_logger(_level(settings)),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                renderer,
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(_level(settings))
    structlog.contextvars.bind_contextvars(process=process)


def _level(settings: Settings) -> int:
    return int(logging.getLevelNamesMapping()[settings.log_level.upper()])
