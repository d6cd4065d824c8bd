"""The closed list of metrics.

prometheus_client runs in multiprocess mode: the parent of a process kind sets PROMETHEUS_MULTIPROC_DIR for its
children and serves the sum on `GET /metrics`. Its `inc()` is too dear for the fast lane, which counts plain integers
and publishes them once a second. No short code, URL or address is ever a label.

Gauges are of the living processes alone (`live…`): what a dead one measured is gone with it. `livesum` where each
process holds a part of the whole, `livemax` where each measures the same thing and the worst is what matters.
"""

# ruff: noqa: RUF009  # the calls return `field(…)`, which is what a dataclass wants
from bisect import bisect_left
from collections import Counter as Counted
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from prometheus_client import Counter, Gauge, Histogram

from vayro.observability.reserved_file import reserve_files

# From 0.25 ms: a redirect takes 0.02 ms, so the usual buckets from 5 ms would show nothing.
REDIRECT_BUCKETS = (0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)
HTTP_BUCKETS = (0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
# 1 s and 10 s are what is promised of edits and of clicks.
EDIT_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
CLICK_BUCKETS = (0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 3600.0)

reserve_files()


def _counter(name: str, text: str, *labels: str) -> Any:
    return field(default_factory=lambda: Counter(name, text, labels))


def _gauge(mode: str, name: str, text: str, *labels: str) -> Any:
    return field(
        default_factory=lambda: Gauge(name, text, labels, multiprocess_mode=mode)  # type: ignore[arg-type]  # a Literal
    )


def _histogram(buckets: tuple[float, ...], name: str, text: str, *labels: str) -> Any:
    return field(default_factory=lambda: Histogram(name, text, labels, buckets=buckets))


CHORE_BUCKETS = (0.01, 0.1, 1.0, 10.0, 60.0, 600.0)


@dataclass(frozen=True)
class Metrics:
    """All metrics. Built once per process, after PROMETHEUS_MULTIPROC_DIR is set."""

    # ── redirects ──
    redirects: Counter = _counter("vayro_redirects", "Answers of the Redirect Engine.", "lane", "status")
    redirect_duration: Histogram = _histogram(
        REDIRECT_BUCKETS, "vayro_redirect_duration_seconds", "Time from the request head to the answer."
    )
    link_lookups: Counter = _counter("vayro_link_lookups", "Where a link was found.", "source")
    invalidation_lag: Gauge = _gauge(
        "livemax", "vayro_invalidation_lag_seconds", "Time from an edit to its arrival at an engine."
    )
    edit_delay: Histogram = _histogram(
        EDIT_BUCKETS, "vayro_edit_delay_seconds", "As the lag, of each edit that an engine heard of for the first time."
    )
    breaker_open: Gauge = _gauge(
        "livemax", "vayro_breaker_open", "1 while calls to a dependency are skipped.", "dependency"
    )

    # ── clicks ──
    clicks_accepted: Counter = _counter("vayro_clicks_accepted", "Clicks recorded in the spool.")
    clicks_dropped: Counter = _counter("vayro_clicks_dropped", "Clicks that were not kept.", "reason")
    spool_bytes: Gauge = _gauge("livesum", "vayro_spool_bytes", "Spooled events that are not yet committed, in bytes.")
    spool_limit: Gauge = _gauge(
        "livesum", "vayro_spool_limit_bytes", "How large the spools may grow; told by who tells `vayro_spool_bytes`."
    )
    spool_oldest: Gauge = _gauge("livemax", "vayro_spool_oldest_seconds", "Age of the oldest uncommitted segment.")
    clicks_committed: Counter = _counter("vayro_clicks_committed", "Clicks written to the database.")
    dead_letters: Counter = _counter("vayro_click_dead_letters", "Events that could not be written.")
    click_lag: Gauge = _gauge(
        "livemax", "vayro_click_lag_seconds", "Age of the newest committed click when it was committed."
    )
    click_delay: Histogram = _histogram(
        CLICK_BUCKETS, "vayro_click_delay_seconds", "Time from a click to its commit, of each click."
    )
    stream_backlog: Gauge = _gauge(
        "livemax", "vayro_stream_backlog", "Events in the stream that no worker has acknowledged."
    )
    default_partition_rows: Gauge = _gauge(
        "livemax", "vayro_default_partition_rows", "Clicks in the partition of no month; should be 0."
    )

    clicks_expired: Counter = _counter(
        "vayro_clicks_expired", "Clicks deleted because their plan keeps them no longer."
    )
    rollup_differences: Counter = _counter(
        "vayro_rollup_differences", "Sums that differed from their clicks, found by the daily check and made again."
    )

    # ── housekeeping ──
    maintenance_runs: Counter = _counter(
        "vayro_maintenance_runs", "Chores of the worker, by how they ended.", "chore", "outcome"
    )
    maintenance_last_success: Gauge = _gauge(
        "livemax",
        "vayro_maintenance_last_success_timestamp_seconds",
        "When a chore was done last, by anybody.",
        "chore",
    )
    maintenance_duration: Histogram = _histogram(
        CHORE_BUCKETS, "vayro_maintenance_duration_seconds", "How long a chore took.", "chore"
    )

    # ── links and the API ──
    links_created: Counter = _counter("vayro_links_created", "Links created.")
    code_collisions: Counter = _counter("vayro_code_collisions", "Generated codes that were already taken.")
    duplicate_canonical_links: Gauge = _gauge(
        "livemax",
        "vayro_duplicate_canonical_links",
        "Active links beyond the first of one workspace, destination and type, `standard` apart.",
    )
    replica_fallbacks: Counter = _counter(
        "vayro_replica_fallbacks", "Questions that the primary answered because the replica could not.", "reason"
    )
    http_requests: Counter = _counter(
        "vayro_http_requests", "Requests to the Dashboard API.", "method", "route", "status"
    )
    http_duration: Histogram = _histogram(
        HTTP_BUCKETS,
        "vayro_http_request_duration_seconds",
        "Time to answer a Dashboard API request.",
        "method",
        "route",
    )

    sign_ins: Counter = _counter("vayro_sign_ins", "Sign-ins, by how they ended.", "outcome")
    limiter_failures: Counter = _counter(
        "vayro_limiter_failures", "Times that limits were counted by one process alone, because Redis was away."
    )

    # ── sites ──
    site_requests: Counter = _counter("vayro_site_requests", "Requests to `vayro api --sites`.", "status")
    site_duration: Histogram = _histogram(
        REDIRECT_BUCKETS, "vayro_site_request_duration_seconds", "Time to answer a request to `vayro api --sites`."
    )

    # ── campaigns ──
    campaign_messages: Counter = _counter("vayro_campaign_messages", "Messages, by what became of them.", "status")
    campaign_queue_age: Gauge = _gauge(
        "livemax", "vayro_campaign_queue_age_seconds", "How long the oldest message of a running campaign has been due."
    )

    # ── the processes themselves ──
    build_info: Gauge = _gauge("livemax", "vayro_build_info", "Always 1; the version is in the label.", "version")
    process_exits: Counter = _counter(
        "vayro_process_exits", "Processes that ended though nobody asked them to; they are started again.", "process"
    )
    logs_shipped: Counter = _counter("vayro_logs_shipped", "Log records that the collector took.")
    logs_dropped: Counter = _counter("vayro_logs_dropped", "Log records that no collector got.", "reason")


def observe_many(histogram: Histogram, values: Sequence[float]) -> None:
    """Observe many values at once: 0.1 us each instead of 2. For a histogram without labels."""
    bounds = histogram._upper_bounds  # noqa: SLF001  # the library has no public way
    for position, count in Counted(bisect_left(bounds, value) for value in values).items():
        histogram._buckets[position].inc(count)  # noqa: SLF001
    histogram._sum.inc(sum(values))  # noqa: SLF001


_metrics: list[Metrics] = []


def get_metrics() -> Metrics:
    """Return this process's metrics. Prometheus allows one registration of a name in a process."""
    if not _metrics:
        _metrics.append(Metrics())
    return _metrics[0]
