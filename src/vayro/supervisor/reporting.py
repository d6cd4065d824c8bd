"""What a parent has to say, on stderr: a plain line on a terminal, a JSON line elsewhere, as the processes log.

Without structlog, which would double the memory of a parent.
"""

import contextlib
import datetime as dt
import json
import sys
from collections.abc import Callable

from vayro.settings import Settings

Report = Callable[[str], None]


def build_report(settings: Settings) -> Report:
    """Return the function that writes one line in the format that the settings ask for."""
    as_json = settings.log_format == "json" or (settings.log_format == "auto" and not sys.stderr.isatty())
    return _report_json if as_json else _report_text


def _report_text(line: str) -> None:
    with contextlib.suppress(OSError):  # a full disk under the log must not end the parent, and with it all children
        sys.stderr.write(f"{line}\n")
        sys.stderr.flush()


def _report_json(line: str) -> None:
    now = dt.datetime.now(dt.UTC).isoformat().replace("+00:00", "Z")
    _report_text(json.dumps({"event": line, "level": "info", "timestamp": now, "process": "supervisor"}))
