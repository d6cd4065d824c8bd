"""Every command explains itself, with an example that its own parser accepts."""

import subprocess
import sys
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from vayro import __version__
from vayro.cli.main import app

HEAVY = {"fastapi", "sqlalchemy", "pydantic", "asyncio", "structlog", "prometheus_client", "redis", "numpy"}


def commands(group: Any, path: tuple[str, ...] = ()) -> list[tuple[tuple[str, ...], Any]]:
    found = []
    for name, command in group.commands.items():
        inner = getattr(command, "commands", None)
        found += commands(command, (*path, name)) if inner else [((*path, name), command)]
    return found


ALL = commands(typer.main.get_command(app))
NAMES = [" ".join(path) for path, _ in ALL]


def test_the_contracts_commands_are_there() -> None:
    wanted = ["up", "redirect", "api", "worker", "migrate", "doctor", "stats", "geo update"]
    wanted += [f"users {name}" for name in ("create", "list", "set-plan", "export", "delete")]
    wanted += [f"users {name}" for name in ("sign-out", "disable", "enable", "reset-second-factor")]
    wanted += [f"keys {name}" for name in ("create", "list", "revoke")]
    wanted += ["backup", "restore", "codes skip", "spool status", "spool drain"]
    wanted += [f"clicks dead-letters {name}" for name in ("list", "show", "replay", "discard")]
    wanted += [f"domains {name}" for name in ("add", "list", "remove")]
    wanted += [f"sites {name}" for name in ("generate", "list", "backfill")]
    links = ("create", "list", "show", "update", "delete", "import", "export", "duplicates", "dedupe", "warm")
    links += ("disable", "enable", "reports")
    assert set(NAMES) == {*wanted, *(f"links {name}" for name in links)}


@pytest.mark.parametrize(("path", "command"), ALL, ids=NAMES)
def test_help_shows_an_example_that_is_accepted(path: tuple[str, ...], command: Any) -> None:
    shown = CliRunner().invoke(app, [*path, "--help"])
    assert shown.exit_code == 0
    assert "Example: " in shown.stdout
    words = command.epilog.removeprefix("Example: ").split()
    start = words.index("vayro")
    assert tuple(words[start + 1 : start + 1 + len(path)]) == path
    with command.make_context(path[-1], words[start + 1 + len(path) :]) as context:
        assert context.params is not None


@pytest.mark.parametrize(("path", "command"), ALL, ids=NAMES)
def test_every_option_says_what_it_is_for(path: tuple[str, ...], command: Any) -> None:
    silent = [parameter.name for parameter in command.params if not getattr(parameter, "help", None)]
    assert silent == []


def test_the_version_is_told_without_a_command() -> None:
    shown = CliRunner().invoke(app, ["--version"])
    assert (shown.exit_code, shown.stdout) == (0, f"{__version__}\n")


def test_help_loads_nothing_heavy() -> None:
    code = (
        "import sys\nfrom vayro.cli.main import app\n"
        f"print(sorted({HEAVY!r} & set(sys.modules)))\napp(['--help'], standalone_mode=False)\n"
        f"print(sorted({HEAVY!r} & set(sys.modules)), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.splitlines()[0] == "[]"
    assert done.stderr.strip() == "[]"
