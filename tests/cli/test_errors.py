"""Data on stdout, the rest on stderr; 0 done, 1 failed with one line, 2 wrong usage."""

import os
import subprocess
import sys

import pytest

from tests.cli.conftest import Run
from tests.conftest import SettingsFactory
from tests.processes import environment_of, run_vayro
from vayro.settings import Settings


@pytest.mark.parametrize(
    "arguments",
    [
        ["nonsense"],
        ["users", "create"],
        ["keys", "create", "--user", "ada@example.com"],
        ["up", "--workers", "0"],
        ["redirect", "--port", "99999"],
        ["links", "list", "--sort", "title"],
        ["links", "update", "abc", "--clear", "target_url"],
        ["links", "import", "file.txt"],
    ],
    ids=" ".join,
)
def test_wrong_usage_is_status_2(run: Run, arguments: list[str]) -> None:
    done = run(*arguments, status=2)
    assert done.stdout == ""
    assert "Usage: vayro" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["users", "create", "nobody"], "'nobody' is not an e-mail address."),
        (["keys", "create", "--user", "b@example.com", "--name", "x"], "There is no user b@example.com."),
        (["keys", "revoke", "vk_nothing"], "There is no such key."),
        (["links", "create", "javascript:alert(1)"], 'The URL has the scheme "javascript"'),
        (["links", "create", "https://example.com", "--metadata", "{"], "metadata: it is not JSON"),
        (["links", "create", "https://example.com", "--status", "200"], "redirect_status: "),
        (["links", "show", "nothing"], "There is no such link."),
        (["links", "import", "nothing.csv"], "nothing.csv: No such file or directory"),
        (["domains", "add", "a b"], '"a b" is not a domain'),
        (["geo", "update", "--file", "nothing.mmdb"], "nothing.mmdb is not there."),
        (["users", "set-plan", "ada@example.com", "gold"], "There is no plan 'gold'; there are free, pro, enterprise."),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_a_failure_is_one_clear_line_and_status_1(run: Run, ada: str, arguments: list[str], line: str) -> None:
    done = run(*arguments, status=1)
    assert done.stdout == ""
    assert done.stderr.startswith(f"vayro: {line}")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("command", [["up"], ["redirect"], ["api"], ["worker"], ["migrate"], ["users", "list"]])
def test_a_wrong_setting_is_one_line_that_names_it(settings: Settings, command: list[str]) -> None:
    done = run_with(settings, command, VAYRO_STORE_IP="some")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("vayro: VAYRO_STORE_IP='some' is not acceptable: ")
    assert "'none', 'truncated' or 'full'" in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_database_that_is_not_migrated_says_so(settings_factory: SettingsFactory) -> None:
    done = run_vayro(settings_factory(), "users", "list")
    assert (done.returncode, done.stderr) == (
        1,
        "vayro: The database is not up to date: run `vayro migrate` first\n",
    )


def test_a_database_that_is_not_there_says_so(settings_factory: SettingsFactory) -> None:
    done = run_vayro(settings_factory(database_url="postgresql://127.0.0.1:1/x"), "users", "list")
    assert done.returncode == 1
    assert done.stderr.startswith("vayro: The database does not answer: ")
    assert done.stderr.count("\n") == 1


def run_with(settings: Settings, command: list[str], **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "vayro", *command],
        cwd=settings.data_dir,
        env=os.environ | environment_of(settings) | environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
