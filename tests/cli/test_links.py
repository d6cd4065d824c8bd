import csv
import json
import os
import pty
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.processes import environment_of, run_vayro
from tests.servers import RedisServer
from vayro.cli.stats import _name
from vayro.settings import Settings

CONTRACT = (
    "id, short_code, short_url, domain, target_url, link_type, canonical, title, tags, is_active, version, "
    "redirect_status, cache_seconds, expires_at, expired_url, max_clicks, has_password, disabled_reason, metadata, "
    "clicks, created_at, updated_at"
)

# Each command is a process: 2 s, or 15 beside much else.
pytestmark = [pytest.mark.usefixtures("ada"), pytest.mark.timeout(400)]


def test_a_new_link_is_printed_as_its_short_url_alone(run: Run, settings: Settings) -> None:
    done = run("links", "create", "https://example.com/spring", "--code", "spring")
    assert done.stdout == f"{settings.short_url_base}/spring\n"


def test_json_shows_a_link_as_the_api_does(run: Run) -> None:
    link = json.loads(run("links", "create", "https://example.com/", "--tag", "a", "--tag", "b", "--json").stdout)
    assert list(link) == CONTRACT.split(", ")
    assert link["tags"] == ["a", "b"]


def test_a_canonical_link_is_made_once(run: Run) -> None:
    command = ("links", "create", "https://example.com/", "--type", "site", "--canonical")
    assert run(*command).stdout == run(*command).stdout


def test_a_link_is_found_by_code_and_by_id(run: Run) -> None:
    run("links", "create", "https://example.com/", "--code", "spring")
    link = json.loads(run("links", "show", "spring", "--json").stdout)
    assert json.loads(run("links", "show", link["id"], "--json").stdout) == link


def test_an_update_changes_what_it_names(run: Run) -> None:
    run("links", "create", "https://example.com/a", "--code", "spring", "--title", "Spring", "--max-clicks", "5")
    changed = run("links", "update", "spring", "--target", "https://example.com/b", "--clear", "title", "--json")
    link = json.loads(changed.stdout)
    assert (link["target_url"], link["title"], link["max_clicks"], link["version"]) == (
        "https://example.com/b",
        None,
        5,
        2,
    )


def test_a_deleted_link_is_gone(run: Run) -> None:
    run("links", "create", "https://example.com/a", "--code", "spring")
    run("links", "delete", "spring")
    run("links", "show", "spring", status=1)


def test_a_list_is_filtered_sorted_and_cut(run: Run) -> None:
    for number in range(3):
        run("links", "create", f"https://example.com/{number}", "--code", f"code{number}", "--tag", f"t{number % 2}")
    listed = json.loads(run("links", "list", "--tag", "t0", "--sort", "created_at", "--json").stdout)
    assert [link["short_code"] for link in listed] == ["code0", "code2"]
    cut = run("links", "list", "--limit", "1", "--json")
    assert [link["short_code"] for link in json.loads(cut.stdout)] == ["code2"]
    assert "Only 1 are shown" in cut.stderr


def test_another_users_links_are_not_seen(run: Run) -> None:
    run("users", "create", "bob@example.com")
    run("links", "create", "https://example.com/", "--code", "spring")
    run("links", "show", "spring", "--user", "bob@example.com", status=1)
    assert json.loads(run("links", "list", "--user", "bob@example.com", "--json").stdout) == []


@pytest.mark.parametrize("name", ["links.csv", "links.jsonl"])
def test_an_export_is_imported_as_it_was(run: Run, tmp_path: Path, name: str) -> None:
    title = '=HYPERLINK("x")'
    run("links", "create", "https://example.com/ä?a=1,2", "--code", "spring", "--title", title, "--tag", "x,y")
    file = tmp_path / name
    run("links", "export", str(file))
    before = json.loads(run("links", "show", "spring", "--json").stdout)
    run("links", "delete", "spring")
    assert "1 imported, 0 refused" in run("links", "import", str(file)).stderr
    after = json.loads(run("links", "show", "spring", "--json").stdout)
    changing = ("id", "version", "created_at", "updated_at")
    assert {k: v for k, v in after.items() if k not in changing} == {
        k: v for k, v in before.items() if k not in changing
    }


def test_an_exported_cell_is_no_formula(run: Run) -> None:
    run("links", "create", "https://example.com/", "--title", "=1+1")
    [row] = csv.DictReader(run("links", "export").stdout.splitlines())
    assert row["title"] == "'=1+1"


def test_an_import_names_each_bad_row_and_keeps_the_good_ones(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "links.csv"
    file.write_text("target_url,short_code\nhttps://example.com/1,one\nnot a url,two\nhttps://example.com/3,one\n")
    done = run("links", "import", str(file), "--json", status=1)
    assert json.loads(done.stdout) == {"imported": 1, "refused": 2}
    assert "row 2: " in done.stderr
    assert "row 3: " in done.stderr


def test_a_pipe_gets_no_progress_bar(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "links.csv"
    file.write_text("target_url\n" + "https://example.com/\n" * 2500)
    assert run("links", "import", str(file)).stderr == "2500 imported, 0 refused.\n"


def test_a_terminal_gets_a_progress_bar_on_stderr(settings: Settings, tmp_path: Path) -> None:
    file = tmp_path / "links.csv"
    file.write_text("target_url\n" + "https://example.com/\n" * 2500)
    terminal, inside = pty.openpty()
    command = [sys.executable, "-m", "vayro", "links", "import", str(file), "--json"]
    environment = environment_of(settings) | {"TERM": "xterm-256color", "COLUMNS": "100"}
    with subprocess.Popen(command, env=environment, cwd=tmp_path, stdout=subprocess.PIPE, stderr=inside) as process:
        os.close(inside)
        shown = read_terminal(terminal)
        assert process.stdout
        told = process.stdout.read()
    assert json.loads(told) == {"imported": 2500, "refused": 0}
    assert "importing" in shown
    assert "━" in shown


def read_terminal(terminal: int) -> str:
    """Return all that is shown until nobody writes to it any more: a terminal holds a few kilobytes."""
    shown = b""
    while True:
        try:
            shown += os.read(terminal, 1 << 16)
        except OSError:  # Linux's end of file, when the other side is closed
            break
    os.close(terminal)
    return shown.decode()


def test_dedupe_tells_first_and_does_then(run: Run) -> None:
    for code in ("first", "second", "third"):
        run("links", "create", "https://example.com/same", "--code", code, "--type", "site")
    [group] = json.loads(run("links", "duplicates", "--json").stdout)
    assert group["short_codes"] == ["first", "second", "third"]
    planned = json.loads(run("links", "dedupe", "--type", "site", "--dry-run", "--json").stdout)
    assert len(json.loads(run("links", "duplicates", "--json").stdout)) == 1
    done = json.loads(run("links", "dedupe", "--type", "site", "--json").stdout)
    assert (planned.pop("dry_run"), done.pop("dry_run")) == (True, False)
    assert planned == done
    assert [link["short_code"] for link in done["made_canonical"]] == ["first"]
    assert {link["short_code"] for link in done["deactivated"]} == {"second", "third"}
    assert json.loads(run("links", "duplicates", "--json").stdout) == []


def test_warm_fills_redis(settings: Settings, redis_server: RedisServer, redis_url: str) -> None:
    production = settings.model_copy(update={"redis_url": redis_url, "redis_timeout_ms": 10_000})
    run_vayro(production, "links", "create", "https://example.com/", "--code", "spring")
    with closing(sqlite3.connect(settings.resolved_database_url.removeprefix("sqlite:///"))) as connection:
        connection.execute("INSERT INTO link_stats SELECT id, 7, 0, created_at FROM links")
        connection.commit()
    redis_server.send("FLUSHALL")
    done = run_vayro(production, "links", "warm", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {"warmed": 1}
    assert redis_server.send("EXISTS url:spring") == b":1"


def test_warm_says_when_there_is_nothing_to_warm(settings: Settings, redis_url: str) -> None:
    embedded = run_vayro(settings, "links", "warm", "--json")
    assert (embedded.returncode, json.loads(embedded.stdout)) == (0, {"warmed": 0})
    assert "VAYRO_REDIS_URL" in embedded.stderr
    unclicked = run_vayro(settings.model_copy(update={"redis_url": redis_url}), "links", "warm")
    assert (unclicked.returncode, unclicked.stdout) == (0, "")
    assert "no active link has been clicked" in unclicked.stderr


def test_a_domain_has_links_of_its_own(run: Run) -> None:
    run("domains", "add", "Go.Example.com")
    [listed] = json.loads(run("domains", "list", "--json").stdout)
    assert (listed["domain"], listed["user"]) == ("go.example.com", None)
    assert listed["verified_at"]
    made = run("links", "create", "https://example.com/", "--domain", "go.example.com", "--code", "spring")
    assert made.stdout == "http://go.example.com/spring\n"
    run("links", "show", "spring", status=1)
    assert json.loads(run("links", "show", "spring", "--domain", "go.example.com", "--json").stdout)["clicks"] == 0


def test_a_domain_of_one_user_is_refused_to_others(run: Run) -> None:
    run("users", "create", "bob@example.com")
    run("domains", "add", "bob.example.com", "--user", "bob@example.com")
    refused = run("links", "create", "https://example.com/", "--domain", "bob.example.com", status=1)
    assert "is not registered here" in refused.stderr
    run("domains", "add", "bob.example.com", status=1)


def test_stats_name_what_has_no_name() -> None:
    assert (_name("referer", ""), _name("country", ""), _name("os", "Linux")) == ("direct", "unknown", "Linux")


def test_stats_have_the_shape_of_the_contract(run: Run) -> None:
    run("links", "create", "https://example.com/", "--code", "spring")
    stats = json.loads(
        run("stats", "spring", "--from", "2026-03-01", "--to", "2026-03-03", "--interval", "day", "--json").stdout
    )
    assert list(stats)[:7] == ["link_id", "from", "to", "interval", "timezone", "totals", "series"]
    assert set(stats) >= {"countries", "cities", "devices", "browsers", "os", "referers"}
    assert stats["totals"] == {"clicks": 0, "visitors": 0, "bots": 0}
    assert [point["start"][:10] for point in stats["series"]] == ["2026-03-01", "2026-03-02"]
