"""Each fault raises its alert and no other: Prometheus' own promtool plays the series that the fault would show."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from scripts.write_alerts import TARGET, names, render
from scripts.write_docs import FOLDER
from vayro.observability import get_metrics
from vayro.redirect.counters import DROP_REASONS

MINUTES = 120
FAULT_AT = 80
ENGINES = ('job="vayro-redirect",instance="a:9101"', 'job="vayro-redirect",instance="b:9101"')
API = 'job="vayro-api",instance="a:9102"'
WORKER = 'job="vayro-worker",instance="a:9103"'
SITES = 'job="vayro-sites",instance="a:9104"'
Series = dict[str, str]


def flat(value: float) -> str:
    return f"{value}x{MINUTES}"


def growing(step: float) -> str:
    return f"0+{step}x{MINUTES}"


def then(before: str, after: str, at: int = FAULT_AT) -> str:
    """The first notation up to a minute, then the second."""
    return f"{before}x{at - 1} {after}x{MINUTES - at}"


def slowing(before: float, after: float) -> str:
    """A counter that grows by another number from the fault on."""
    return then(f"0+{before}", f"{before * (FAULT_AT - 1)}+{after}")


def healthy() -> Series:
    """A day like any other: 200 redirects a second, each a click that is committed."""
    series: Series = {f"up{{{labels}}}": flat(1) for labels in (*ENGINES, API, WORKER, SITES)}
    for engine in ENGINES:
        series |= {
            f'vayro_redirects_total{{{engine},lane="fast",status="302"}}': growing(6000),
            f'vayro_redirects_total{{{engine},lane="app",status="404"}}': growing(60),
            f'vayro_redirects_total{{{engine},lane="app",status="503"}}': flat(0),
            f'vayro_redirect_duration_seconds_bucket{{{engine},le="0.01"}}': growing(6050),
            f"vayro_redirect_duration_seconds_count{{{engine}}}": growing(6060),
            f'vayro_edit_delay_seconds_bucket{{{engine},le="1.0"}}': growing(20),
            f"vayro_edit_delay_seconds_count{{{engine}}}": growing(20),
            f"vayro_clicks_accepted_total{{{engine}}}": growing(6000),
            f'vayro_clicks_dropped_total{{{engine},reason="spool_full"}}': flat(0),
            f"vayro_spool_bytes{{{engine}}}": flat(20e6),
            f"vayro_spool_limit_bytes{{{engine}}}": flat(1e9),
            f"vayro_spool_oldest_seconds{{{engine}}}": flat(45),
            f'vayro_breaker_open{{{engine},dependency="redis"}}': flat(0),
            f'vayro_breaker_open{{{engine},dependency="stream"}}': flat(0),
            f'vayro_breaker_open{{{engine},dependency="database"}}': flat(0),
            f'vayro_process_exits_total{{{engine},process="redirect"}}': flat(0),
            f'vayro_logs_dropped_total{{{engine},reason="full"}}': flat(0),
        }
    return series | {
        f"vayro_clicks_committed_total{{{WORKER}}}": growing(12000),
        f'vayro_click_delay_seconds_bucket{{{WORKER},le="10.0"}}': growing(12000),
        f"vayro_click_delay_seconds_count{{{WORKER}}}": growing(12000),
        f"vayro_click_dead_letters_total{{{WORKER}}}": flat(0),
        f"vayro_stream_backlog{{{WORKER}}}": flat(800),
        f'vayro_breaker_open{{{WORKER},dependency="database"}}': flat(0),
        f'vayro_breaker_open{{{WORKER},dependency="stream"}}': flat(0),
        f"vayro_default_partition_rows{{{WORKER}}}": flat(0),
        f"vayro_duplicate_canonical_links{{{WORKER}}}": flat(0),
        f"vayro_rollup_differences_total{{{WORKER}}}": flat(0),
        f'vayro_maintenance_runs_total{{{WORKER},chore="rollups",outcome="done"}}': growing(2),
        f'vayro_maintenance_runs_total{{{WORKER},chore="rollups",outcome="failed"}}': flat(0),
        f'vayro_http_requests_total{{{API},method="POST",route="/v1/links",status="201"}}': growing(300),
        f'vayro_http_requests_total{{{API},method="POST",route="/v1/links",status="500"}}': flat(0),
        f'vayro_replica_fallbacks_total{{{API},reason="lag"}}': flat(0),
        f'vayro_site_requests_total{{{SITES},status="200"}}': growing(300),
        f'vayro_site_requests_total{{{SITES},status="503"}}': flat(0),
    }


ONE = ENGINES[0]
COMMITS_STOP = {
    f"vayro_clicks_committed_total{{{WORKER}}}": slowing(12000, 0),
    f'vayro_click_delay_seconds_bucket{{{WORKER},le="10.0"}}': slowing(12000, 0),
    f"vayro_click_delay_seconds_count{{{WORKER}}}": slowing(12000, 0),
}
CLICKS_PILE_UP = {
    **{f"vayro_spool_bytes{{{engine}}}": then("20e6+0", "20e6+3e6") for engine in ENGINES},
    **{f"vayro_spool_oldest_seconds{{{engine}}}": then("45+0", "45+60") for engine in ENGINES},
}
REDIS_AWAY = {f'vayro_breaker_open{{{engine},dependency="redis"}}': then("0+0", "1+0") for engine in ENGINES} | {
    f'vayro_breaker_open{{{WORKER},dependency="stream"}}': then("0+0", "1+0")
}

FAULTS: dict[str, tuple[Series, set[str]]] = {
    "nothing": ({}, set()),
    "a quiet night": (
        {name: re.sub(r"^0\+\d+x", "1000+0x", notation) for name, notation in healthy().items()},
        set(),
    ),
    "an engine was restarted": (
        {
            f'vayro_redirects_total{{{ONE},lane="fast",status="302"}}': then("0+6000", "0+6000"),
            f"vayro_clicks_accepted_total{{{ONE}}}": then("0+6000", "0+6000"),
            f'vayro_process_exits_total{{{ONE},process="redirect"}}': then("0+0", "1+0"),
        },
        set(),
    ),
    "redirects fail": (
        {f'vayro_redirects_total{{{ONE},lane="app",status="503"}}': then("0+0", "0+120")},
        {"VayroRedirectErrors"},
    ),
    "redirects fail a little, for hours": (
        {f'vayro_redirects_total{{{ONE},lane="app",status="503"}}': growing(5)},
        {"VayroRedirectErrors"},
    ),
    "redirects are slow": (
        {f'vayro_redirect_duration_seconds_bucket{{{ONE},le="0.01"}}': slowing(6050, 2000)},
        {"VayroRedirectsSlow"},
    ),
    "announcements are cut": (
        {f'vayro_edit_delay_seconds_bucket{{{engine},le="1.0"}}': slowing(20, 4) for engine in ENGINES},
        {"VayroEditsSlow"},
    ),
    "workers are too few": (
        {
            f'vayro_click_delay_seconds_bucket{{{WORKER},le="10.0"}}': slowing(12000, 100),
            f"vayro_stream_backlog{{{WORKER}}}": then("800+0", "800+20000"),
        },
        {"VayroClicksLate", "VayroStreamBacklog"},
    ),
    "clicks come late": (
        {f'vayro_click_delay_seconds_bucket{{{WORKER},le="10.0"}}': slowing(12000, 100)},
        {"VayroClicksLate"},
    ),
    "the spool is full": (
        {
            f'vayro_clicks_dropped_total{{{ONE},reason="spool_full"}}': then("0+0", "0+500", at=MINUTES - 8),
            f"vayro_spool_bytes{{{ONE}}}": then("20e6+0", "20e6+17e6"),
        },
        {"VayroClicksLost"},
    ),
    "the disk refuses to sync": (
        {f'vayro_clicks_dropped_total{{{ONE},reason="sync_failed"}}': then("0+0", "0+5")},
        {"VayroClicksLost"},
    ),
    "the spool fills": ({f"vayro_spool_bytes{{{ONE}}}": then("20e6+0", "20e6+20e6")}, {"VayroSpoolFilling"}),
    "an engine's machine is gone": (
        {f"up{{{ENGINES[1]}}}": then("1+0", "0+0")}
        | {
            name: re.sub(rf"x{MINUTES}$", f"x{FAULT_AT - 1} _x{MINUTES - FAULT_AT}", notation)
            for name, notation in healthy().items()
            if ENGINES[1] in name and not name.startswith("up")
        },
        {"VayroInstanceDown"},
    ),
    "all workers are gone": (
        {f"up{{{WORKER}}}": then("1+0", "0+0")}
        | {
            name: re.sub(rf"x{MINUTES}$", f"x{FAULT_AT - 1} _x{MINUTES - FAULT_AT}", notation)
            for name, notation in healthy().items()
            if WORKER in name and not name.startswith("up")
        }
        | CLICKS_PILE_UP,
        {"VayroInstanceDown"},
    ),
    "PostgreSQL is dead": (
        {
            **{f'vayro_breaker_open{{{engine},dependency="database"}}': then("0+0", "1+0") for engine in ENGINES},
            f'vayro_breaker_open{{{WORKER},dependency="database"}}': then("0+0", "1+0"),
            f"vayro_stream_backlog{{{WORKER}}}": then("800+0", "800+12000"),
            f'vayro_http_requests_total{{{API},method="POST",route="/v1/links",status="503"}}': then("0+0", "0+300"),
            f'vayro_site_requests_total{{{SITES},status="503"}}': then("0+0", "0+300"),
            f'vayro_maintenance_runs_total{{{WORKER},chore="rollups",outcome="failed"}}': then("0+0", "0+2"),
            **COMMITS_STOP,
            **CLICKS_PILE_UP,
        },
        {"VayroDatabaseAway"},
    ),
    "Redis is dead, paused or a black hole": (REDIS_AWAY | COMMITS_STOP | CLICKS_PILE_UP, {"VayroRedisAway"}),
    "a worker hangs": (
        COMMITS_STOP | CLICKS_PILE_UP | {f"vayro_stream_backlog{{{WORKER}}}": then("800+0", "800+12000")},
        {"VayroWorkerStalled"},
    ),
    "a shipper hangs": (
        {f"vayro_spool_oldest_seconds{{{ONE}}}": then("45+0", "45+60")},
        {"VayroClicksWaiting"},
    ),
    "an event cannot be written": (
        {f"vayro_click_dead_letters_total{{{WORKER}}}": then("0+0", "1+0", at=MINUTES - 10)},
        {"VayroDeadLetters"},
    ),
    "a month has no partition": (
        {f"vayro_default_partition_rows{{{WORKER}}}": then("0+0", "5+9")},
        {"VayroDefaultPartition"},
    ),
    "the replica is behind": (
        {f'vayro_replica_fallbacks_total{{{API},reason="lag"}}': then("0+0", "0+3")},
        {"VayroReplicaFallback"},
    ),
    "a rollup was wrong": (
        {f"vayro_rollup_differences_total{{{WORKER}}}": then("0+0", "1+0", at=MINUTES - 10)},
        {"VayroRollupDifferences"},
    ),
    "a chore fails": (
        {f'vayro_maintenance_runs_total{{{WORKER},chore="rollups",outcome="failed"}}': then("0+0", "0+2")},
        {"VayroChoreFailing"},
    ),
    "messages are lost sight of": (
        {f'vayro_campaign_messages_total{{{WORKER},status="unknown"}}': then("0+0", "1+0", at=MINUTES - 10)},
        {"VayroMessagesUnknown"},
    ),
    "links are double": (
        {f"vayro_duplicate_canonical_links{{{WORKER}}}": then("0+0", "2+0")},
        {"VayroDuplicateCanonicalLinks"},
    ),
    "a process dies every minute": (
        {f'vayro_process_exits_total{{{ONE},process="redirect"}}': then("0+0", "0+1")},
        {"VayroProcessDies"},
    ),
    "the API has a bug": (
        {f'vayro_http_requests_total{{{API},method="POST",route="/v1/links",status="500"}}': then("0+0", "0+30")},
        {"VayroApiErrors"},
    ),
    "sites do not reach the database": (
        {f'vayro_site_requests_total{{{SITES},status="503"}}': then("0+0", "0+30")},
        {"VayroSitesErrors"},
    ),
    "the log collector is away": (
        {f'vayro_logs_dropped_total{{{ONE},reason="full"}}': then("0+0", "0+50")},
        {"VayroLogsDropped"},
    ),
}


@pytest.mark.timeout(600)  # 8 s of work, for whom two processors are too few
def test_every_fault_raises_its_alert_and_no_other(tmp_path: Path) -> None:
    shutil.copy(TARGET, tmp_path / "alerts.yml")
    tests = [
        {
            "name": fault,
            "interval": "1m",
            "input_series": [{"series": name, "values": values} for name, values in (healthy() | series).items()],
            "promql_expr_test": [
                {
                    "expr": 'group by (alertname) (ALERTS{alertstate="firing"})',
                    "eval_time": f"{MINUTES - 2}m",
                    "exp_samples": [
                        {"labels": json.dumps({"alertname": name}).replace('"alertname": ', "alertname="), "value": 1}
                        for name in sorted(alerts)
                    ],
                }
            ],
        }
        for fault, (series, alerts) in FAULTS.items()
    ]
    (tmp_path / "test.yml").write_text(
        json.dumps({"rule_files": ["alerts.yml"], "evaluation_interval": "2m", "tests": tests})
    )
    done = subprocess.run(
        ["promtool", "test", "rules", "test.yml"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_alert_is_raised_by_a_fault() -> None:
    assert set(names()) == set().union(*(alerts for _, alerts in FAULTS.values()))


def test_the_file_is_what_the_script_writes() -> None:
    assert TARGET.read_text(encoding="utf-8") == render(), "stale: run `make docs`"


@pytest.mark.parametrize("alert", names())
def test_the_runbook_says_what_to_do(alert: str) -> None:
    runbook = (FOLDER / "runbook.md").read_text(encoding="utf-8")
    section = runbook.partition(f"## {alert}\n")[2].partition("\n## ")[0]
    assert len(section) > 150


def test_alerts_ask_only_for_metrics_that_exist() -> None:
    known = metric_names()
    asked = set(re.findall(r"\bvayro_\w+", render()))
    assert {name for name in asked if not known & {name, re.sub("_(bucket|count|sum)$", "", name)}} == set()


def test_what_is_dropped_is_counted_from_zero() -> None:
    assert "spool_full" in DROP_REASONS


def metric_names() -> set[str]:
    metrics = vars(get_metrics()).values()
    return {f"{metric._name}_total" if metric._type == "counter" else metric._name for metric in metrics}
