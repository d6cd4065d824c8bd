"""The names of all metrics, as docs/metrics.md (which tests/test_docs.py holds to the code) lists them."""

import re
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "metrics.md"


def metric_names() -> set[str]:
    """Names as Prometheus shows them."""
    return set(re.findall(r"^\| `(vayro_\w+)`", PAGE.read_text(encoding="utf-8"), re.MULTILINE))
