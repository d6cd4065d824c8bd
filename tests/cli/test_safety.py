"""`vayro links disable|enable|reports`, and passwords on the command line."""

import json
import subprocess
import sys

import pytest

from tests.cli.conftest import Run
from tests.processes import environment_of
from vayro.settings import Settings

# Each command is a process: 2 s, or 15 beside much else.
pytestmark = [pytest.mark.usefixtures("ada"), pytest.mark.timeout(400)]


def shown(run: Run, code: str) -> tuple[bool, str | None]:
    link = json.loads(run("links", "show", code, "--json").stdout)
    return link["is_active"], link["disabled_reason"]


def test_a_link_is_taken_down_and_brought_back(run: Run) -> None:
    run("links", "create", "https://example.com/", "--code", "spring")
    run("links", "disable", "spring", "--reason", "phishing")
    assert shown(run, "spring") == (False, "phishing")
    run("links", "update", "spring", "--active", status=1)
    run("links", "enable", "spring")
    assert shown(run, "spring") == (True, None)
    run("links", "disable", "spring", "--reason", "because", status=1)
    run("links", "disable", "missing", status=1)


def test_an_administrator_deletes_what_was_taken_down(run: Run) -> None:
    run("links", "create", "https://example.com/", "--code", "spring")
    run("links", "disable", "spring")
    run("links", "delete", "spring")
    run("links", "show", "spring", status=1)


def test_there_are_no_reports_at_first(run: Run) -> None:
    run("links", "create", "https://example.com/", "--code", "spring")
    assert json.loads(run("links", "reports", "--json").stdout) == []
    assert "no open report" in run("links", "reports", "--close", "spring", status=1).stderr


def test_a_password_is_read_from_stdin_and_stands_in_no_list_of_processes(run: Run, settings: Settings) -> None:
    command = [
        sys.executable,
        "-m",
        "vayro",
        "links",
        "create",
        "https://example.com/",
        "--code",
        "spring",
        "--password",
    ]
    done = subprocess.run(
        command, input="open sesame\n", text=True, capture_output=True, env=environment_of(settings),
        cwd=settings.data_dir, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert json.loads(run("links", "show", "spring", "--json").stdout)["has_password"] is True
    run("links", "update", "spring", "--clear", "password")
    assert json.loads(run("links", "show", "spring", "--json").stdout)["has_password"] is False
