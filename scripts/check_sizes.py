"""Fail when a file has outgrown its one responsibility: 250 lines in src/vayro, 400 in tests."""

import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
LIMITS = {"src/vayro": 250, "tests": 400}


def find_oversized() -> list[str]:
    """Return one line for each Python file that is too long."""
    return [
        f"{path.relative_to(ROOT)}: {lines} lines, at most {limit}"
        for folder, limit in LIMITS.items()
        for path in sorted((ROOT / folder).rglob("*.py"))
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > limit
    ]


if __name__ == "__main__":
    oversized = find_oversized()
    print("\n".join(oversized) or "All files are of a size that one can read.")
    sys.exit(bool(oversized))
