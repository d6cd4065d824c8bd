"""The dashboard asks for what exists, in queries that parse."""

import json
import re
import subprocess
from pathlib import Path

import yaml

from scripts.write_dashboard import TARGET, WIDTH, queries, render
from tests.observability.test_alerts import metric_names

FOLDER = TARGET.parent.parent.parent


def test_every_metric_of_the_dashboard_exists() -> None:
    asked = set(re.findall(r"\bvayro_\w+", " ".join(queries())))
    known = metric_names()
    assert {name for name in asked if not known & {name, re.sub("_(bucket|count|sum)$", "", name)}} == set()


def test_every_metric_is_on_the_dashboard() -> None:
    asked = set(re.findall(r"\bvayro_\w+", " ".join(queries())))
    shown = asked | {re.sub("_(bucket|count|sum)$", "", name) for name in asked}
    assert metric_names() - shown == set()


def test_every_query_parses(tmp_path: Path) -> None:
    ready = [query.replace("$__rate_interval", "5m").replace("$__range", "3h") for query in queries()]
    rules = [{"record": f"query{number}", "expr": query} for number, query in enumerate(ready)]
    path = tmp_path / "rules.yml"
    path.write_text(json.dumps({"groups": [{"name": "queries", "rules": rules}]}))
    done = subprocess.run(["promtool", "check", "rules", path], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_file_is_what_the_script_writes() -> None:
    assert TARGET.read_text(encoding="utf-8") == render(), "stale: run `make docs`"


def test_panels_neither_overlap_nor_stick_out() -> None:
    taken: set[tuple[int, int]] = set()
    for panel in json.loads(render())["panels"]:
        place = panel["gridPos"]
        cells = {(place["x"] + column, place["y"] + row) for column in range(place["w"]) for row in range(place["h"])}
        assert place["x"] + place["w"] <= WIDTH
        assert not taken & cells
        taken |= cells


def test_prometheus_reads_its_configuration() -> None:
    config = FOLDER / "prometheus" / "prometheus.yml"
    done = subprocess.run(["promtool", "check", "config", config], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    jobs = {job["job_name"] for job in yaml.safe_load(config.read_text(encoding="utf-8"))["scrape_configs"]}
    assert jobs >= {"vayro-redirect", "vayro-api", "vayro-worker"}


def test_grafana_finds_source_and_dashboard() -> None:
    provisioning = FOLDER / "grafana" / "provisioning"
    (source,) = yaml.safe_load((provisioning / "datasources" / "prometheus.yml").read_text())["datasources"]
    assert source["type"] == "prometheus"
    (provider,) = yaml.safe_load((provisioning / "dashboards" / "vayro.yml").read_text())["providers"]
    assert provider["options"]["path"] == "/var/lib/grafana/dashboards"
