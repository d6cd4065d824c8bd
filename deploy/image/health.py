#!/usr/bin/env python3
"""Exit with 0 when the Vayro of this container is ready, 1 (and one line) when it is not.

What to ask follows from the command that the container runs, /proc/1/cmdline. Only the standard library: this runs
every few seconds, and importing Vayro would cost more than the question.
"""

import http.client
import os
import sys
from pathlib import Path

TIMEOUT_SECONDS = 4
REDIRECT, API, SITES, WORKER = (
    ("VAYRO_REDIRECT_PORT", 8000, "/health/ready"),
    ("VAYRO_API_PORT", 8080, "/health/ready"),
    ("VAYRO_SITES_PORT", 8090, "/health/ready"),
    ("VAYRO_METRICS_PORT", 9103, "/metrics"),
)
QUESTIONS = {"redirect": [REDIRECT], "api": [API], "sites": [SITES], "worker": [WORKER], "up": [REDIRECT, API]}


def find_command(arguments: list[str]) -> str:
    """Return what `vayro` was told to do: the first word that is one of its processes, behind an init or not."""
    command = next((word for word in arguments if word in QUESTIONS), "up")
    return "sites" if command == "api" and "--sites" in arguments else command


def ask(setting: str, default: int, path: str) -> str:
    """Return why the answer is no; nothing when it is yes."""
    port = int(os.environ.get(setting) or default)
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=TIMEOUT_SECONDS)
    try:
        connection.request("GET", path)
        status = connection.getresponse().status
    except (OSError, http.client.HTTPException) as error:
        return f"127.0.0.1:{port}{path}: {error}"
    finally:
        connection.close()
    return "" if status == 200 else f"127.0.0.1:{port}{path}: {status}"


def main() -> int:
    """Ask; return the exit status."""
    words = sys.argv[1:] or Path("/proc/1/cmdline").read_bytes().decode(errors="replace").split("\0")
    failures = [failure for question in QUESTIONS[find_command(words)] if (failure := ask(*question))]
    if failures:
        sys.stdout.write("; ".join(failures) + "\n")
    return bool(failures)


if __name__ == "__main__":
    sys.exit(main())
