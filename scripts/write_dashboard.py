"""Write deploy/grafana/dashboards/vayro.json: what to look at first, and behind it each part of Vayro in a row."""

import itertools
import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

TARGET = Path(__file__).parent.parent / "deploy" / "grafana" / "dashboards" / "vayro.json"
SOURCE = {"type": "prometheus", "uid": "${datasource}"}
WIDTH = 24
GREEN, AMBER, RED, BLUE, GREY = "#3ba272", "#f2a93b", "#e0524d", "#3d5afe", "#8e94a3"
Query = tuple[str, str]
Steps = Sequence[tuple[float | None, str]]

_QUANTILE = "histogram_quantile({0}, sum by (le) (rate({1}_bucket[$__rate_interval])))"
_ERRORS = '(sum(rate(vayro_redirects_total{status=~"5.."}[$__range])) or vector(0))'
_CLICKED, _WRITTEN = "sum(vayro_clicks_accepted_total)", "sum(vayro_clicks_committed_total)"
_DROPPED, _DEAD = "(sum(vayro_clicks_dropped_total) or vector(0))", "(sum(vayro_click_dead_letters_total) or vector(0))"


def quantile(share: float, histogram: str) -> str:
    """Return the query for a quantile of a histogram, over all processes."""
    return _QUANTILE.format(share, histogram)


def rate(counter: str, *labels: str, where: str = "") -> str:
    """Return the query for a counter's increase a second."""
    by = f" by ({', '.join(labels)})" if labels else ""
    return f"sum{by} (rate({counter}{where}[$__rate_interval]))"


def stat(
    title: str, query: str, unit: str, steps: Steps, about: str = "", *, decimals: int | None = None
) -> dict[str, Any]:
    """Return a number with a sparkline, in the colour of its state. Eight fit beside each other."""
    defaults = {"unit": unit, "color": {"mode": "thresholds"}, "thresholds": _thresholds(steps)}
    if decimals is not None:
        defaults["decimals"] = decimals
    options = {"colorMode": "background_solid", "graphMode": "area", "reduceOptions": {"calcs": ["lastNotNull"]}}
    return _panel(
        "stat",
        title,
        [(query, "")],
        about,
        size=(3, 4),
        fields={"defaults": defaults, "overrides": []},
        options=options,
    )


def graph(
    title: str, queries: Sequence[Query], unit: str, about: str = "", *, width: int = 8, is_stacked: bool = False,
    limit: float | None = None, colors: dict[str, str] | None = None, is_log: bool = False,
) -> dict[str, Any]:  # fmt: skip
    """Return lines over time. Args: limit, what is promised, drawn as a dashed line."""
    custom = {
        "lineWidth": 2, "fillOpacity": 35 if is_stacked else 8, "gradientMode": "opacity", "showPoints": "never",
        "lineInterpolation": "smooth", "stacking": {"mode": "normal" if is_stacked else "none"},
        "scaleDistribution": {"type": "log", "log": 10} if is_log else {"type": "linear"},
        "thresholdsStyle": {"mode": "dashed" if limit is not None else "off"},
    }  # fmt: skip
    steps: Steps = [(None, "transparent"), (limit, RED)] if limit is not None else [(None, GREEN)]
    defaults = {
        "unit": unit, "min": None if is_log else 0, "custom": custom, "thresholds": _thresholds(steps),
        "color": {"mode": "palette-classic-by-name"},
    }  # fmt: skip
    overrides = [
        {
            "matcher": {"id": "byName", "options": name},
            "properties": [{"id": "color", "value": {"mode": "fixed", "fixedColor": color}}],
        }
        for name, color in (colors or {}).items()
    ]
    options = {
        "legend": {"displayMode": "list", "placement": "bottom"},
        "tooltip": {"mode": "multi", "sort": "desc"},
    }
    fields = {"defaults": defaults, "overrides": overrides}
    return _panel("timeseries", title, queries, about, size=(width, 8), fields=fields, options=options)


def _panel(
    kind: str, title: str, queries: Sequence[Query], about: str, *, size: tuple[int, int], fields: Any, options: Any
) -> dict[str, Any]:
    targets = [
        {"refId": chr(65 + number), "expr": query, "legendFormat": legend or "__auto", "datasource": SOURCE}
        for number, (query, legend) in enumerate(queries)
    ]
    return {
        "type": kind, "title": title, "description": about, "datasource": SOURCE, "targets": targets,
        "gridPos": dict(zip("wh", size, strict=True)), "fieldConfig": fields, "options": options,
    }  # fmt: skip


def _thresholds(steps: Steps) -> dict[str, Any]:
    return {"mode": "absolute", "steps": [{"value": value, "color": color} for value, color in steps]}


def above(amber: float, red: float) -> Steps:
    """Good while small."""
    return [(None, GREEN), (amber, AMBER), (red, RED)]


def below(red: float, amber: float) -> Steps:
    """Good while large."""
    return [(None, RED), (red, AMBER), (amber, GREEN)]


ROWS: tuple[tuple[str, list[dict[str, Any]]], ...] = (
    (
        "At a glance",
        [
            stat("Availability", f"1 - {_ERRORS} / sum(rate(vayro_redirects_total[$__range]))", "percentunit",
                 below(0.9995, 0.9999), "Redirects without an error of ours. Promised: 99.99 %", decimals=3),
            stat("p99 of a redirect", quantile(0.99, "vayro_redirect_duration_seconds"), "s", above(0.005, 0.01),
                 "Promised: 10 ms"),
            stat("Redirects", rate("vayro_redirects_total"), "reqps", [(None, BLUE)]),
            stat("Clicks lost", "sum(increase(vayro_clicks_dropped_total[$__range])) or vector(0)", "none",
                 [(None, GREEN), (1, RED)], "Promised: none", decimals=0),
            stat("Click to dashboard, p99", quantile(0.99, "vayro_click_delay_seconds"), "s", above(5, 10),
                 "Promised: 10 s"),
            stat("Edit to engine, p99", quantile(0.99, "vayro_edit_delay_seconds"), "s", above(0.5, 1),
                 "Promised: 1 s"),
            stat("Stores away", "count(max by (dependency) (vayro_breaker_open) == 1) or vector(0)", "none",
                 [(None, GREEN), (1, RED)], "Dependencies whose breaker is open", decimals=0),
            stat("Processes down", 'count(up{job=~"vayro-.*"} == 0) or vector(0)', "none",
                 [(None, GREEN), (1, RED)], "As Prometheus sees them", decimals=0),
        ],
    ),
    (
        "Redirects",
        [
            graph("Answers", [(rate("vayro_redirects_total", "status"), "{{status}}")], "reqps",
                  "By HTTP status", is_stacked=True, colors={"302": BLUE, "404": GREY, "410": AMBER, "503": RED}),
            graph("Duration", [(quantile(share, "vayro_redirect_duration_seconds"), f"p{share * 100:g}")
                               for share in (0.5, 0.9, 0.99, 0.999)], "s", "Promised: 99 % within 10 ms",
                  limit=0.01, is_log=True),
            graph("Where links are found", [(rate("vayro_link_lookups_total", "source"), "{{source}}")], "ops",
                  "Memory answers at once; `stale`: no store could be asked", is_stacked=True,
                  colors={"memory": GREEN, "redis": BLUE, "database": AMBER, "negative": GREY, "stale": RED}),
            graph("Share of memory", [
                (('sum(rate(vayro_link_lookups_total{source=~"memory|negative"}[$__rate_interval]))'
                  " / sum(rate(vayro_link_lookups_total[$__rate_interval]))"), "answered from memory"),
                (('sum(rate(vayro_redirects_total{lane="fast"}[$__rate_interval]))'
                  " / sum(rate(vayro_redirects_total[$__rate_interval]))"), "by the fast lane")], "percentunit"),
            graph("Edits reach engines", [(quantile(0.5, "vayro_edit_delay_seconds"), "p50"),
                                          (quantile(0.99, "vayro_edit_delay_seconds"), "p99"),
                                          ("max(vayro_invalidation_lag_seconds)", "last one, slowest engine")], "s",
                  "Promised: 99 % within 1 s", limit=1),
            graph("Breakers", [("max by (job, dependency) (vayro_breaker_open)", "{{dependency}} ({{job}})")], "none",
                  "1 while calls are skipped because the dependency does not answer"),
        ],
    ),
    (
        "Clicks",
        [
            graph("Clicks through the pipeline", [
                (rate("vayro_clicks_accepted_total"), "accepted by engines"),
                (rate("vayro_clicks_committed_total"), "written by workers")], "cps",
                "The two lines lie on each other, but for what waits", width=12,
                colors={"accepted by engines": BLUE, "written by workers": GREEN}),
            graph("Balance of the pipeline", [
                (f"{_CLICKED} - {_WRITTEN} - {_DEAD} - {_DROPPED}", "accepted, not yet accounted for"),
                ("max(vayro_stream_backlog)", "of these in the stream")], "short",
                "accepted = committed + spooled + streamed + dead-lettered + dropped. Counters begin anew with a "
                "parent process, so look at where the line goes, and not at its level", width=12),
            graph("Spool", [("sum by (instance) (vayro_spool_bytes)", "{{instance}}"),
                            ("min(vayro_spool_limit_bytes > 0)", "limit")], "bytes",
                  "What is not yet committed, on each machine", colors={"limit": RED}),
            graph("Oldest in the spool", [("max by (instance) (vayro_spool_oldest_seconds)", "{{instance}}")], "s",
                  "About a minute is normal: segments are sealed after one"),
            graph("From click to row", [(quantile(share, "vayro_click_delay_seconds"), f"p{share * 100:g}")
                                        for share in (0.5, 0.9, 0.99)]
                  + [("max(vayro_click_lag_seconds)", "newest of the last batch")], "s",
                  "Promised: 99 % within 10 s", limit=10, is_log=True),
            graph("Lost and put aside", [
                ("sum by (reason) (increase(vayro_clicks_dropped_total[$__rate_interval]))", "dropped: {{reason}}"),
                ("sum(increase(vayro_click_dead_letters_total[$__rate_interval]))", "dead letters")], "short",
                "Should be empty"),
            graph("Default partition, duplicates", [
                ("max(vayro_default_partition_rows)", "rows of no month"),
                ("max(vayro_duplicate_canonical_links)", "links that should be one")], "short", "Should be 0"),
            graph("Retention and rollups", [
                ("sum(increase(vayro_clicks_expired_total[$__rate_interval]))", "clicks expired by plan"),
                ("sum(increase(vayro_rollup_differences_total[$__rate_interval]))", "wrong rollups found")], "short"),
        ],
    ),
    (
        "Links and the API",
        [
            graph("Requests", [(rate("vayro_http_requests_total", "status"), "{{status}}")], "reqps", is_stacked=True),
            graph("Slowest routes, p99", [(
                ("topk(8, histogram_quantile(0.99, sum by (le, method, route) "
                 "(rate(vayro_http_request_duration_seconds_bucket[$__rate_interval]))))"),
                "{{method}} {{route}}")], "s"),
            graph("Links made", [(rate("vayro_links_created_total"), "created"),
                                 (rate("vayro_code_collisions_total"), "collisions of codes")], "cps"),
            graph("Replica", [("sum by (reason) (increase(vayro_replica_fallbacks_total[$__rate_interval]))",
                               "primary asked instead: {{reason}}")], "short"),
            graph("Sign-ins", [("sum by (outcome) (increase(vayro_sign_ins_total[$__rate_interval]))",
                                "{{outcome}}")], "short"),
            graph("Limits counted without Redis", [
                ("sum by (job) (increase(vayro_limiter_failures_total[$__rate_interval]))", "{{job}}")], "short",
                "Each process then counts alone"),
        ],
    ),
    (
        "Sites",
        [
            graph("Requests to sites", [(rate("vayro_site_requests_total", "status"), "{{status}}")], "reqps",
                  "By HTTP status, of `vayro api --sites`", is_stacked=True, width=12,
                  colors={"200": GREEN, "304": BLUE, "404": GREY, "503": RED}),
            graph("Duration of sites", [(quantile(share, "vayro_site_request_duration_seconds"), f"p{share * 100:g}")
                                        for share in (0.5, 0.9, 0.99)], "s",
                  "A page that is in memory takes a fraction of a millisecond", width=12, is_log=True),
        ],
    ),
    (
        "Campaigns",
        [
            graph("Messages", [(rate("vayro_campaign_messages_total", "status"), "{{status}}")], "cps",
                  "What became of them; `unknown`: perhaps sent, and never sent again by themselves", is_stacked=True,
                  width=12, colors={"sent": BLUE, "delivered": GREEN, "failed": AMBER, "unknown": RED}),
            graph("Queue", [("max(vayro_campaign_queue_age_seconds)", "oldest message that is due")], "s",
                  "How long it has been due: rates are too low, or the provider takes nothing", width=12),
        ],
    ),
    (
        "Upkeep and processes",
        [
            graph("Chores done and failed", [
                ("sum by (chore, outcome) (increase(vayro_maintenance_runs_total[$__rate_interval]))",
                 "{{chore}}: {{outcome}}")], "short"),
            graph("Age of each chore's last success", [
                ("time() - max by (chore) (vayro_maintenance_last_success_timestamp_seconds)", "{{chore}}")], "s",
                is_log=True),
            graph("How long chores take, p99", [(
                ("histogram_quantile(0.99, sum by (le, chore) "
                 "(rate(vayro_maintenance_duration_seconds_bucket[$__rate_interval])))"), "{{chore}}")], "s"),
            graph("Ends that nobody asked for", [
                ("sum by (process) (increase(vayro_process_exits_total[$__rate_interval]))", "{{process}}")], "short"),
            graph("Versions", [("count by (version, job) (vayro_build_info)", "{{version}} ({{job}})")], "short",
                  "Two lines for a job during a rolling upgrade", is_stacked=True),
            graph("Log records", [(rate("vayro_logs_shipped_total"), "shipped"),
                                  (rate("vayro_logs_dropped_total", "reason"), "dropped: {{reason}}")], "cps"),
        ],
    ),
)  # fmt: skip


def render() -> str:
    """Return the dashboard as Grafana reads it."""
    dashboard = {
        "uid": "vayro", "title": "Vayro", "tags": ["vayro"], "schemaVersion": 39, "editable": True, "refresh": "10s",
        "time": {"from": "now-3h", "to": "now"}, "timezone": "", "graphTooltip": 1,
        "templating": {"list": [{"name": "datasource", "type": "datasource", "query": "prometheus"}]},
        "panels": list(_laid_out()),
    }  # fmt: skip
    return json.dumps(dashboard, indent=1, ensure_ascii=False) + "\n"


def queries() -> list[str]:
    """Return every query of the dashboard."""
    return [target["expr"] for _, panels in ROWS for panel in panels for target in panel["targets"]]


def _laid_out() -> Iterator[dict[str, Any]]:
    """Put panels from left to right, each row under a title that folds."""
    numbers, top = itertools.count(1), 0
    for title, panels in ROWS:
        yield {"id": next(numbers), "type": "row", "title": title, "gridPos": {"x": 0, "y": top, "w": WIDTH, "h": 1}}
        left, top, height = 0, top + 1, 0
        for panel in panels:
            size = panel["gridPos"]
            if left + size["w"] > WIDTH:
                left, top = 0, top + height
            yield {**panel, "id": next(numbers), "gridPos": {"x": left, "y": top, **size}}
            left, height = left + size["w"], size["h"]
        top += height


if __name__ == "__main__":
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    TARGET.write_text(render(), encoding="utf-8")
    sys.stdout.write("deploy/grafana/dashboards/vayro.json\n")
