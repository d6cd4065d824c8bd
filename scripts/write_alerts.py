"""Write deploy/prometheus/alerts.yml: the promises as burn rates, and the faults that have a name.

An alert stands for one fault. What a fault drags along with it is silenced by `unless`, so that who is woken reads
what to mend and not everything that hangs on it. tests/observability/test_alerts.py lets promtool prove it.

Burn rates: https://sre.google/workbook/alerting-on-slos/ (multi-window, multi-burn-rate). A page comes when 2 % of a
month's budget is gone in an hour, or 5 % in six; a ticket when 10 % is gone in three days.
"""

import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

TARGET = Path(__file__).parent.parent / "deploy" / "prometheus" / "alerts.yml"
RUNBOOK = "docs/runbook.md"
WINDOWS = ("5m", "30m", "1h", "2h", "6h", "1d", "3d")
BURNS = (("page", "1h", "5m", 14.4), ("page", "6h", "30m", 6), ("ticket", "1d", "2h", 3), ("ticket", "3d", "6h", 1))


@dataclass(frozen=True)
class Promise:
    """A service level objective: the part of events that may be bad, and how both are counted."""

    alert: str
    record: str
    budget: float
    bad_ratio: str
    summary: str


@dataclass(frozen=True)
class Fault:
    """Something that is wrong, and how one sees it."""

    alert: str
    expression: str
    lasting: str
    severity: str
    summary: str


def _slow(histogram: str, seconds: str) -> str:
    return f'1 - sum(rate({histogram}_bucket{{le="{seconds}"}}[WINDOW])) / sum(rate({histogram}_count[WINDOW]))'


PROMISES = (
    Promise(
        "VayroRedirectErrors",
        "vayro:redirect_errors:ratio",
        0.0001,
        '(sum(rate(vayro_redirects_total{status=~"5.."}[WINDOW])) or vector(0))'
        " / sum(rate(vayro_redirects_total[WINDOW]))",
        "Redirects fail: the promise is 99.99 %",
    ),
    Promise(
        "VayroRedirectsSlow",
        "vayro:redirect_slow:ratio",
        0.01,
        _slow("vayro_redirect_duration_seconds", "0.01"),
        "Redirects take longer than 10 ms: the promise is 99 % of them below",
    ),
    Promise(
        "VayroEditsSlow",
        "vayro:edit_slow:ratio",
        0.01,
        _slow("vayro_edit_delay_seconds", "1.0"),
        "Engines hear of edits later than after a second: the promise is 99 % of them within",
    ),
    Promise(
        "VayroClicksLate",
        "vayro:click_late:ratio",
        0.01,
        _slow("vayro_click_delay_seconds", "10.0"),
        "Clicks reach the dashboard later than after ten seconds: the promise is 99 % of them within",
    ),
)
_REDIS_AWAY = 'max(vayro_breaker_open{dependency!="database"})'
_DATABASE_AWAY = 'max(vayro_breaker_open{dependency="database"})'
_WORKERS_DOWN = 'max(up{job="vayro-worker"}) == 0'

FAULTS = (
    Fault(
        "VayroClicksLost",
        "sum by (reason) (increase(vayro_clicks_dropped_total[10m])) > 0",
        "0m", "page", "Clicks are lost: the promise is none",
    ),
    Fault(
        "VayroInstanceDown",
        'up{job=~"vayro-.*"} == 0',
        "1m", "page", "A Vayro process does not answer Prometheus",
    ),
    Fault(
        "VayroDatabaseAway",
        f"{_DATABASE_AWAY} == 1",
        "1m", "page", "The database does not answer",
    ),
    Fault(
        "VayroRedisAway",
        f"{_REDIS_AWAY} == 1",
        "1m", "page", "Redis does not answer",
    ),
    Fault(
        "VayroSpoolFilling",
        "max by (job, instance) (vayro_spool_bytes / vayro_spool_limit_bytes) > 0.5"
        " unless on () (sum(increase(vayro_clicks_dropped_total[10m])) > 0)",
        "2m", "page", "A spool is half full: when it is full, clicks are lost",
    ),
    Fault(
        "VayroWorkerStalled",
        "sum(rate(vayro_clicks_accepted_total[5m])) > 0 and sum(rate(vayro_clicks_committed_total[5m])) == 0"
        f" unless ({_DATABASE_AWAY} == 1 or {_REDIS_AWAY} == 1 or {_WORKERS_DOWN})",
        "5m", "page", "Clicks come in and none is written, though the stores answer",
    ),
    Fault(
        "VayroClicksWaiting",
        "max by (job, instance) (vayro_spool_oldest_seconds) > 600"
        f" unless on () ({_DATABASE_AWAY} == 1 or {_REDIS_AWAY} == 1 or {_WORKERS_DOWN}"
        " or sum(rate(vayro_clicks_committed_total[5m])) == 0)",
        "2m", "ticket", "Clicks have waited on an engine's disk for ten minutes, though others are written",
    ),
    Fault(
        "VayroStreamBacklog",
        "max(vayro_stream_backlog) > 100000 and deriv(max(vayro_stream_backlog)[15m:1m]) > 0"
        f" unless ({_DATABASE_AWAY} == 1 or {_WORKERS_DOWN} or sum(rate(vayro_clicks_committed_total[5m])) == 0)",
        "10m", "ticket", "More clicks come in than the workers write",
    ),
    Fault(
        "VayroDeadLetters",
        "sum(increase(vayro_click_dead_letters_total[15m])) > 0",
        "0m", "ticket", "Events could not be written and lie in click_dead_letters",
    ),
    Fault(
        "VayroDefaultPartition",
        "max(vayro_default_partition_rows) > 0",
        "5m", "ticket", "Clicks fall into the partition of no month",
    ),
    Fault(
        "VayroReplicaFallback",
        "sum(increase(vayro_replica_fallbacks_total[10m])) > 0",
        "10m", "ticket", "Analytics are read from the primary: the replica is away or too far behind",
    ),
    Fault(
        "VayroRollupDifferences",
        "sum(increase(vayro_rollup_differences_total[1h])) > 0",
        "0m", "ticket", "Rollups differed from their clicks and were made again",
    ),
    Fault(
        "VayroChoreFailing",
        'sum by (chore) (increase(vayro_maintenance_runs_total{outcome="failed"}[3h])) > 2'
        f" unless on () ({_DATABASE_AWAY} == 1)",
        "0m", "ticket", "A chore of the worker fails again and again",
    ),
    Fault(
        "VayroMessagesUnknown",
        'sum(increase(vayro_campaign_messages_total{status="unknown"}[15m])) > 0',
        "0m", "ticket", "Nobody knows whether some messages of campaigns were sent",
    ),
    Fault(
        "VayroDuplicateCanonicalLinks",
        "max(vayro_duplicate_canonical_links) > 0",
        "30m", "ticket", "There are active links that should be one",
    ),
    Fault(
        "VayroProcessDies",
        "sum by (process) (increase(vayro_process_exits_total[15m])) > 2",
        "0m", "page", "A process dies again and again",
    ),
    Fault(
        "VayroApiErrors",
        'sum(rate(vayro_http_requests_total{status=~"5.."}[5m])) / sum(rate(vayro_http_requests_total[5m])) > 0.01'
        f" unless ({_DATABASE_AWAY} == 1)",
        "5m", "page", "The Dashboard API answers more than 1 % of its requests with an error of its own",
    ),
    Fault(
        "VayroSitesErrors",
        'sum(rate(vayro_site_requests_total{status=~"5.."}[5m])) / sum(rate(vayro_site_requests_total[5m])) > 0.01'
        f" unless ({_DATABASE_AWAY} == 1)",
        "5m", "page", "More than 1 % of the requests to sites of businesses end in an error of ours",
    ),
    Fault(
        "VayroLogsDropped",
        "sum by (reason) (increase(vayro_logs_dropped_total[15m])) > 0",
        "5m", "ticket", "The log collector does not take what is logged",
    ),
)  # fmt: skip


def render() -> str:
    """Return the file."""
    lines = ["# Made by `make docs` from scripts/write_alerts.py: change that, not this.", "groups:"]
    lines += ["  - name: vayro-promises-measured", "    rules:"]
    lines += [line for promise in PROMISES for window in WINDOWS for line in _recording(promise, window)]
    lines += ["  - name: vayro-promises", "    rules:"]
    lines += [line for promise in PROMISES for severity in ("page", "ticket") for line in _burning(promise, severity)]
    lines += ["  - name: vayro-faults", "    rules:"]
    for fault in FAULTS:
        lines += _rule(fault.alert, fault.expression, fault.lasting, fault.severity, fault.summary)
    return "\n".join(lines) + "\n"


def names() -> list[str]:
    """Return the name of every alert."""
    return [promise.alert for promise in PROMISES] + [fault.alert for fault in FAULTS]


def _recording(promise: Promise, window: str) -> Iterator[str]:
    yield f"      - record: {promise.record}_{window}"
    yield f"        expr: {json.dumps(promise.bad_ratio.replace('WINDOW', window))}"


def _burning(promise: Promise, severity: str) -> list[str]:
    record, budget = promise.record, promise.budget
    both = [
        f"({record}_{long} > {rate * budget:g} and {record}_{short} > {rate * budget:g})"
        for kind, long, short, rate in BURNS
        if kind == severity
    ]
    lasting = "2m" if severity == "page" else "15m"
    return _rule(promise.alert, " or ".join(both), lasting, severity, promise.summary)


def _rule(alert: str, expression: str, lasting: str, severity: str, summary: str) -> list[str]:
    return [
        f"      - alert: {alert}",
        f"        expr: {json.dumps(expression)}",
        f"        for: {lasting}",
        f"        labels: {{ severity: {severity} }}",
        "        annotations:",
        f"          summary: {json.dumps(summary)}",
        f"          runbook: {RUNBOOK}#{alert.lower()}",
    ]


if __name__ == "__main__":
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    TARGET.write_text(render(), encoding="utf-8")
    sys.stdout.write("deploy/prometheus/alerts.yml\n")
