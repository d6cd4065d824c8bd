"""Renders deploy/helm/vayro with Helm's own engine. In a process of its own: it brings Go's runtime along."""

import json
import subprocess
import sys
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

CHART = Path(__file__).parents[2] / "deploy" / "helm" / "vayro"
RELEASE = "prod-vayro"
SECRET = {"secrets": {"existingSecret": "vayro-secrets"}}
_PROGRAM = """
import json, sys
import helm_python as helm
work = json.load(sys.stdin)
if work["task"] == "lint":
    answer = helm.lint(work["chart"], work["values"], strict=True)
else:
    with helm.Chart.load(work["chart"]) as chart:
        try:
            answer = chart.render(work["values"], name=work["name"], namespace="links")
        except helm.HelmError as error:
            answer = {"error": str(error)}
json.dump(answer, sys.stdout)
"""


def lint() -> dict[str, Any]:
    """Helm's findings, warnings counted as errors."""
    return _ask("lint", json.dumps(SECRET))


def render(**values: Any) -> dict[tuple[str, str], dict[str, Any]]:
    """The objects that an installation with these values makes, by kind and name without the release's."""
    rendered = _ask("render", json.dumps(SECRET | values, sort_keys=True))
    assert "error" not in rendered, rendered["error"]
    found = {}
    for name, text in sorted(rendered.items()):
        for document in yaml.safe_load_all(text) if name.endswith(".yaml") else []:
            if document:
                key = document["kind"], document["metadata"]["name"].removeprefix(RELEASE).removeprefix("-")
                assert key not in found, f"{key} is made twice"
                found[key] = document
    return found


def refusal(**values: Any) -> str:
    """Why Helm does not install these values."""
    return str(_ask("render", json.dumps(values, sort_keys=True))["error"])


@lru_cache
def _ask(task: str, values: str) -> dict[str, Any]:
    work = {"task": task, "chart": str(CHART), "values": json.loads(values), "name": RELEASE}
    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM],
        input=json.dumps(work),
        capture_output=True,
        text=True,
        check=False,
        timeout=90,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer
