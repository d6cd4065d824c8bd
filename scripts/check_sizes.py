"""Fail when a file has outgrown its one responsibility: 250 lines in src/vayro and the dashboard, 400 in tests."""

import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
LIMITS = {("src/vayro", "*.py"): 250, ("dashboard/src", "*.ts*"): 250, ("tests", "*.py"): 400}
GENERATED = ROOT / "dashboard" / "src" / "api" / "schema.d.ts"


def find_oversized() -> list[str]:
    """Return one line for each file that is too long."""
    return [
        f"{path.relative_to(ROOT)}: {lines} lines, at most {limit}"
        for (folder, names), limit in LIMITS.items()
        for path in sorted((ROOT / folder).rglob(names))
        if path != GENERATED and (lines := len(path.read_text(encoding="utf-8").splitlines())) > limit
    ]


if __name__ == "__main__":
    oversized = find_oversized()
    print("\n".join(oversized) or "All files are of a size that one can read.")
    sys.exit(bool(oversized))
