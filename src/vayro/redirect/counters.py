"""Plain integers for the hot path, added to the Prometheus metrics once a second.

One `inc()` of prometheus_client's multiprocess mode costs about 1 us; `count += 1` on a slot costs 0.03 us.
"""

from bisect import bisect_left
from collections import Counter

from vayro.observability import REDIRECT_BUCKETS, Metrics
from vayro.redirect.answer import REDIRECT_STATUSES

# The lane times one answer in 64 and counts it 64 times: two clock readings on each would cost 0.1 us more.
SAMPLE_EVERY = 64
DROP_REASONS = ("spool_full", "sync_failed")


class EngineCounters:
    """What one engine process has counted since it last published."""

    __slots__ = (
        "_lane_published", "accepted", "answers", "buckets", "dropped", "lane", "lookups", "metrics", "seconds",
        "waited",
    )  # fmt: skip

    def __init__(self, metrics: Metrics) -> None:
        """Args: metrics, of this process."""
        self.metrics = metrics
        for reason in DROP_REASONS:  # from 0 on: Prometheus does not see the increase that makes a series
            metrics.clicks_dropped.labels(reason)
        self.lane: dict[int, int] = dict.fromkeys(REDIRECT_STATUSES, 0)
        """Answers of the fast lane by status, since the start. Each is a link found in memory and a click accepted."""
        self._lane_published = dict(self.lane)
        self.accepted = 0
        self.dropped: Counter[str] = Counter()
        self.waited: Counter[int] = Counter()
        """Answers of the fast lane that had to wait, for a lookup or for the disk."""
        self.answers: Counter[int] = Counter()
        self.lookups: Counter[str] = Counter()
        self.buckets = [0] * (len(REDIRECT_BUCKETS) + 1)
        self.seconds = 0.0

    def observe(self, seconds: float, weight: int = 1) -> None:
        """Count the duration of an answer, `weight` times."""
        self.buckets[bisect_left(REDIRECT_BUCKETS, seconds)] += weight
        self.seconds += seconds * weight

    def publish(self) -> None:
        """Add what was counted to the metrics, and start anew."""
        metrics = self.metrics
        for status, total in self.lane.items():
            if count := total - self._lane_published[status]:
                metrics.redirects.labels("fast", status).inc(count)
                self.lookups["memory"] += count
                self.accepted += count
                self._lane_published[status] = total
        for status, count in self.waited.items():
            metrics.redirects.labels("fast", status).inc(count)
        for status, count in self.answers.items():
            metrics.redirects.labels("app", status).inc(count)
        for source, count in self.lookups.items():
            metrics.link_lookups.labels(source).inc(count)
        for reason, count in self.dropped.items():
            metrics.clicks_dropped.labels(reason).inc(count)
        metrics.clicks_accepted.inc(max(0, self.accepted))
        self._publish_durations()
        self.accepted = min(0, self.accepted)
        self.waited.clear()
        self.answers.clear()
        self.lookups.clear()
        self.dropped.clear()

    def _publish_durations(self) -> None:
        # The library has no public way to add many observations at once.
        histogram = self.metrics.redirect_duration
        for position, count in enumerate(self.buckets):
            if count:
                histogram._buckets[position].inc(count)  # noqa: SLF001
                self.buckets[position] = 0
        histogram._sum.inc(self.seconds)  # noqa: SLF001
        self.seconds = 0.0
