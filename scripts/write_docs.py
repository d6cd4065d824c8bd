"""Write the reference pages from the code that they describe: settings, metrics, commands.

`make docs` writes them; tests/test_docs.py fails while one is stale.
"""

import dataclasses
import inspect
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import typer
from pydantic import SecretStr

from vayro.cli.main import app
from vayro.observability import get_metrics
from vayro.settings import Settings

FOLDER = Path(__file__).parent.parent / "docs"
PACKAGE = Path(inspect.getfile(Settings)).parents[1]
MADE_BY = "<!-- Made by `make docs` from {source}: change that, not this. -->\n\n"
NONE = "none"

# Where a setting stands, by the beginning of its name; the first that fits.
SECTIONS = {
    "Where data rests": ("data_dir", "database_", "redis_", "stream_"),
    "Redirect Engine": ("redirect_", "fast_lane", "memory_", "trusted_proxies"),
    "Dashboard API": ("api_", "dashboard_", "short_url_base"),
    "Accounts": ("sign_up", "session_", "second_", "secret_", "smtp_", "mail_", "oidc_"),
    "The first administrator": ("bootstrap_",),
    "Plans and billing": ("plans", "retention_", "audit_", "stripe_"),
    "Short codes and destinations": ("code_", "blocked_"),
    "Limits": ("rate_limits", "limit_", "miss_budget_"),
    "Domains": ("domain_",),
    "Safety of links": ("report_", "block_", "web_risk_", "check_", "egress_"),
    "Sites": ("sites_", "ai_", "jobs_", "currency"),
    "Campaigns": ("sms_", "twilio_"),
    "Clicks and privacy": ("store_ip", "honour_dnt", "spool_", "worker_", "geoip_"),
    "Metrics, logs and traces": ("metrics_", "log_", "otlp_", "trace_"),
    "More": ("",),
}

SETTINGS_INTRO = """\
# Configuration

Every option is an environment variable, or a line of a `.env` file in the folder where the command starts; the
environment wins. A wrong one stops the process at start with one line that names the setting, its value and what is
accepted. Without any, `vayro up` runs the embedded shape: SQLite and the spool in `./vayro-data`.
"""
METRICS_INTRO = """\
# Metrics

`GET /metrics` in Prometheus' text format: one page for each kind of process, all its workers added up (ports:
redirect 9101, api 9102, worker 9103, sites 9104). No short code, URL or address is ever a label, so the number of
series is fixed.
"""
COMMANDS_INTRO = """\
# Commands

Data goes to stdout, everything else to stderr. `--json` prints data as JSON. Exit status: 0 done, 1 failed (with one
line that says why), 2 wrong usage. Commands read the same settings as the processes: see
[configuration.md](configuration.md).
"""


def configuration() -> str:
    """Return the page of settings."""
    lines = [SETTINGS_INTRO]
    left = dict(Settings.model_fields)
    schema = Settings.model_json_schema()["properties"]
    for title, beginnings in SECTIONS.items():
        names = [name for name in left if name.startswith(beginnings)]
        if not names:
            continue
        lines += [f"## {title}\n", "| setting | default | accepts | |", "|---|---|---|---|"]
        for name in names:
            field = left.pop(name)
            cells = (f"`VAYRO_{name.upper()}`", _default(field.default), _accepts(schema[name]), field.description)
            lines.append(_row(cells))
        lines.append("")
    return MADE_BY.format(source="src/vayro/settings/") + "\n".join(lines).rstrip() + "\n"


def metrics() -> str:
    """Return the page of metrics."""
    lines = [METRICS_INTRO, "| metric | type | labels | |", "|---|---|---|---|"]
    for field in dataclasses.fields(found := get_metrics()):
        metric = getattr(found, field.name)
        name = f"{metric._name}_total" if metric._type == "counter" else metric._name  # noqa: SLF001  # no public way
        labels = ", ".join(f"`{label}`" for label in metric._labelnames) or NONE  # noqa: SLF001
        lines.append(_row((f"`{name}`", metric._type, labels, metric._documentation)))  # noqa: SLF001
    return MADE_BY.format(source="src/vayro/observability/metrics.py") + "\n".join(lines).rstrip() + "\n"


def commands() -> str:
    """Return the page of commands."""
    lines = [COMMANDS_INTRO]
    for path, command in _walk(typer.main.get_command(app), "vayro"):
        context = command.make_context(path, [], resilient_parsing=True)
        usage = command.get_usage(context).removeprefix("Usage:").split()
        lines += [f"## {path}\n", inspect.cleandoc(command.help or ""), "", "```console", f"$ {' '.join(usage)}"]
        lines += [f"$ {(command.epilog or '').removeprefix('Example: ')}", "```"] if command.epilog else ["```"]
        records = [param.get_help_record(context) for param in command.get_params(context)]
        rows = [_row((f"`{record[0]}`", record[1])) for record in records if record and "--help" not in record[0]]
        lines += ["", "| | |", "|---|---|", *rows] if rows else []
        lines.append("")
    return MADE_BY.format(source="src/vayro/cli") + "\n".join(lines).rstrip() + "\n"


PAGES: dict[str, Callable[[], str]] = {
    "configuration.md": configuration,
    "metrics.md": metrics,
    "cli.md": commands,
}


def _walk(command: Any, path: str) -> Iterator[tuple[str, Any]]:
    """Yield every command that does something, with its full name, in the order of the help page."""
    children = getattr(command, "commands", None)
    if children is None:
        yield path, command
        return
    for name, child in children.items():
        yield from _walk(child, f"{path} {name}")


def _default(value: object) -> str:
    match value:
        case None | "" | () | SecretStr():
            return NONE
        case Path() if value.is_relative_to(PACKAGE):
            return "the bundled data"
        case Path():
            return f"`./{value}`"
        case bool():
            return f"`{str(value).lower()}`"
        case int() if value >= 1 << 20 and value % (1 << 20) == 0:
            return f"`{value}` ({value >> 30} GiB)" if value % (1 << 30) == 0 else f"`{value}` ({value >> 20} MiB)"
    return f"`{value}`"


def _accepts(schema: dict[str, Any]) -> str:
    schema = schema.get("anyOf", [schema])[0]
    if "enum" in schema:
        return ", ".join(f"`{choice}`" for choice in schema["enum"])
    if schema["type"] == "integer":
        low = schema.get("minimum", schema.get("exclusiveMinimum", -1) + 1)
        return f"{low} to {schema['maximum']}" if "maximum" in schema else f"{low} or more"
    if schema["type"] == "number" and "maximum" in schema:
        return f"{schema['minimum']:g} to {schema['maximum']:g}"
    names = {"boolean": "`true`, `false`", "array": "a list", "string": "text", "number": "seconds, like `2.5`"}
    return "a path" if schema.get("format") == "path" else names[schema["type"]]


def _row(cells: tuple[str | None, ...]) -> str:
    return "| " + " | ".join((cell or "").replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"


if __name__ == "__main__":
    for page, render in PAGES.items():
        (FOLDER / page).write_text(render(), encoding="utf-8")
        sys.stdout.write(f"docs/{page}\n")
