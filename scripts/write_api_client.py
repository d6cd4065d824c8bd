"""Writes dashboard/src/api/schema.d.ts, the dashboard's types of the API, from the OpenAPI document.

With `--check` it writes nothing, and fails when the file is not what it would write.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from vayro.api.app import build_app
from vayro.settings import Settings

DASHBOARD = Path(__file__).parent.parent / "dashboard"
TARGET = DASHBOARD / "src" / "api" / "schema.d.ts"


def render() -> str:
    """Return the types of the API as it is now. Raises CalledProcessError when openapi-typescript fails."""
    with tempfile.TemporaryDirectory() as folder:
        document, types = Path(folder, "openapi.json"), Path(folder, "schema.d.ts")
        document.write_text(json.dumps(build_app(Settings(_env_file=None)).openapi()), encoding="utf-8")
        command = ["node", "node_modules/openapi-typescript/bin/cli.js", str(document), "--output", str(types)]
        subprocess.run(command, cwd=DASHBOARD, check=True, capture_output=True)  # noqa: S603  # all of it is ours
        return types.read_text(encoding="utf-8")


def main() -> int:
    """Write the file, or check it."""
    rendered = render()
    if "--check" in sys.argv:
        if TARGET.read_text(encoding="utf-8") == rendered:
            return 0
        print(f"{TARGET.name} is not what the API says: run `make api-client`.", file=sys.stderr)
        return 1
    TARGET.write_text(rendered, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
