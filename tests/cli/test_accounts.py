import json
import re
import subprocess
import sys

from tests.cli.conftest import Run
from tests.processes import environment_of
from vayro.settings import Settings


def test_a_key_is_printed_alone_on_stdout(run: Run, ada: str) -> None:
    done = run("keys", "create", "--user", ada, "--name", "laptop")
    assert re.fullmatch(r"vk_[0-9A-Za-z]{37}\n", done.stdout)


def test_a_key_is_listed_by_its_beginning_only(run: Run, ada: str) -> None:
    secret = run("keys", "create", "--user", ada, "--name", "laptop").stdout.strip()
    listed = run("keys", "list", "--json").stdout
    [key] = json.loads(listed)
    assert secret not in listed
    assert (key["name"], secret.startswith(key["prefix"]), key["revoked_at"]) == ("laptop", True, None)


def test_a_key_has_the_scopes_that_it_was_given(run: Run, ada: str) -> None:
    run("keys", "create", "--user", ada, "--name", "report", "--scope", "analytics:read", "--scope", "links:read")
    [key] = json.loads(run("keys", "list", "--json").stdout)
    assert key["scopes"] == "links:read analytics:read"


def test_an_unknown_scope_is_refused_in_one_line(run: Run, ada: str) -> None:
    done = run("keys", "create", "--user", ada, "--name", "report", "--scope", "everything", status=1)
    assert "links:read, links:write" in done.stderr


def test_a_key_to_a_workspace_is_for_its_members(run: Run, ada: str) -> None:
    workspace = json.loads(run("users", "list", "--json").stdout)[0]["workspace_id"]
    run("users", "create", "bob@example.com")
    run("keys", "create", "--user", ada, "--name", "own", "--workspace", workspace)
    done = run("keys", "create", "--user", "bob@example.com", "--name", "theirs", "--workspace", workspace, status=1)
    assert "Only members" in done.stderr


def test_a_revoked_key_is_listed_as_revoked(run: Run, ada: str) -> None:
    secret = run("keys", "create", "--user", ada, "--name", "laptop").stdout.strip()
    run("keys", "revoke", secret[:11])
    [key] = json.loads(run("keys", "list", "--user", ada, "--json").stdout)
    assert key["revoked_at"] is not None


def test_a_password_that_is_made_up_is_shown_once(run: Run) -> None:
    made = json.loads(run("users", "create", "bob@example.com", "--json").stdout)
    assert len(made["password"]) == 27
    [listed] = json.loads(run("users", "list", "--json").stdout)
    assert "password" not in listed
    assert made["password"] not in json.dumps(listed)


def test_a_password_may_come_from_stdin(run: Run, settings: Settings) -> None:
    command = [sys.executable, "-m", "vayro", "users", "create", "bob@example.com", "--password-stdin"]
    done = subprocess.run(
        command,
        env=environment_of(settings),
        cwd=settings.data_dir,
        input="correct horse\n",
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0
    assert "correct horse" not in done.stdout
    assert "password" not in done.stdout


def test_a_plan_is_set(run: Run, ada: str) -> None:
    run("users", "set-plan", ada, "pro")
    assert json.loads(run("users", "list", "--json").stdout)[0]["plan"] == "pro"


def test_a_list_for_programs_has_a_head_and_tabs(run: Run, ada: str) -> None:
    head, row = run("users", "list").stdout.splitlines()
    assert head.split("\t")[:2] == ["id", "email"]
    assert row.split("\t")[1] == ada


def test_a_user_is_disabled_and_enabled(run: Run, ada: str) -> None:
    assert "0 sessions" in run("users", "sign-out", ada).stderr
    assert f"{ada} is disabled" in run("users", "disable", ada).stderr
    assert f"{ada} is enabled" in run("users", "enable", ada).stderr
    assert "without a second factor" in run("users", "reset-second-factor", ada).stderr
