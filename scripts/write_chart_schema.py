"""Write the schema of the chart's values: Helm then refuses a value that nothing reads, mostly a misspelt one.

`make docs` writes it; tests/deploy/test_chart.py fails while it is stale.
"""

import json
import sys
from pathlib import Path
from typing import Any

import yaml

CHART = Path(__file__).parent.parent / "deploy" / "helm" / "vayro"
SCHEMA = CHART / "values.schema.json"

# Passed on to Kubernetes as they are, or names that the operator chooses.
OPEN = {
    "settings", "values", "annotations", "podAnnotations", "labels", "matchLabels", "nodeSelector", "affinity",
    "resources", "podSecurityContext", "containerSecurityContext",
}  # fmt: skip
CHOICES = {
    "worker.autoscaling.mode": ["none", "external", "keda"],
    "redirect.spool.sync": ["process", "always"],
    "image.pullPolicy": ["Always", "IfNotPresent", "Never"],
}
SCALAR = {"type": ["string", "number", "boolean"]}
TYPES: dict[type, str] = {bool: "boolean", int: "integer", str: "string", list: "array"}


def schema_of(value: Any, path: str = "") -> dict[str, Any]:
    """Return the schema of a default value: the same keys, the same types."""
    name = path.rpartition(".")[2]
    if path in CHOICES:
        return {"enum": CHOICES[path]}
    if name in {"settings", "values"}:
        return {"type": "object", "additionalProperties": SCALAR}
    if name in OPEN:
        return {"type": "object"}
    if isinstance(value, dict):
        properties = {key: schema_of(found, f"{path}.{key}".lstrip(".")) for key, found in value.items()}
        return {"type": "object", "additionalProperties": False, "properties": properties}
    return {"type": TYPES[type(value)]}


def chart_schema() -> str:
    """Return the schema's text."""
    schema = schema_of(yaml.safe_load((CHART / "values.yaml").read_text()))
    schema["properties"]["global"] = {"type": "object"}  # Helm's own, for charts within charts
    return json.dumps({"$schema": "https://json-schema.org/draft-07/schema#", **schema}, indent=2) + "\n"


if __name__ == "__main__":
    SCHEMA.write_text(chart_schema())
    sys.stdout.write(f"{SCHEMA.relative_to(CHART.parents[2])}\n")
