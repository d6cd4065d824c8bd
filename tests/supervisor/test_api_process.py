"""`vayro api`: real processes on one socket."""

import http.client
import os
import signal
import socket
from contextlib import closing
from pathlib import Path

import pytest

from tests.conftest import SettingsFactory
from tests.processes import Process, run_vayro, vayro
from tests.servers import free_port, wait_until
from vayro.settings import Settings

KEY = "vk_given_by_the_operator"


@pytest.fixture
def settings(settings_factory: SettingsFactory, sqlite_url: str) -> Settings:
    return settings_factory(database_url=sqlite_url, bootstrap_api_key=KEY)


@pytest.fixture
def settings_of_each(settings_factory: SettingsFactory, database_url: str) -> Settings:
    """On each database in turn."""
    return settings_factory(database_url=database_url, bootstrap_email="ada@example.com", bootstrap_api_key=KEY)


def get(url: str, path: str, key: str = "") -> int:
    with closing(http.client.HTTPConnection(url.removeprefix("http://"), timeout=5)) as connection:
        connection.request("GET", path, headers={"Authorization": f"Bearer {key}"} if key else {})
        return connection.getresponse().status


def memory_mb(pid: int) -> float:
    """Memory that belongs to this process alone."""
    rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
    return sum(int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Private_")) / 1024


def test_the_operators_key_opens_the_api(settings_of_each: Settings) -> None:
    with vayro("api", settings_of_each) as api:
        assert get(api.url, "/v1/links", KEY) == 200
        assert get(api.url, "/v1/links", "vk_something_else_entirely") == 401


def test_parents_that_start_together_make_one_administrator(settings_of_each: Settings) -> None:
    with vayro("api", settings_of_each, "--workers", "2") as api, vayro("api", settings_of_each, api_port=free_port()):
        assert len(api.children) == 2
        assert run_vayro(settings_of_each, "users", "list").stdout.count("ada@example.com") == 1


def test_it_stops_within_ten_seconds_and_leaves_nothing(settings: Settings) -> None:
    with vayro("api", settings) as api:
        children = api.children
        assert api.stop(signal.SIGINT) == 0
        assert not any(Path(f"/proc/{pid}").exists() for pid in children)


def test_requests_go_on_while_one_of_its_processes_is_killed(settings: Settings) -> None:
    with vayro("api", settings, "--workers", "2") as api:
        first = api.children[0]
        os.kill(first, signal.SIGKILL)
        assert all(get(api.url, "/health/live") == 200 for _ in range(20))
        wait_until(lambda: first not in api.children and len(api.children) == 2, seconds=60)
        assert "starting it again" in api.log()


def test_its_parent_stays_small(settings: Settings) -> None:
    with vayro("api", settings) as api:
        assert get(api.metrics_url.removesuffix("/metrics"), "/metrics") == 200
        assert memory_mb(api.pid) < 45


def test_a_taken_port_is_one_line_and_status_1(settings: Settings) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", settings.api_port))
        taken.listen()
        done = run_vayro(settings, "api")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        f"vayro: Port {settings.api_port} on 127.0.0.1 is in use: stop what listens there, "
        "or choose another with VAYRO_API_PORT\n"
    )


def test_metrics_add_up_its_processes(settings: Settings) -> None:
    with vayro("api", settings, "--workers", "2") as api:
        for _ in range(10):
            get(api.url, "/v1/links", KEY)
        wait_until(lambda: "vayro_http_requests_total" in read(api), seconds=60)


def test_a_database_without_tables_is_one_line(settings_factory: SettingsFactory) -> None:
    done = run_vayro(settings_factory(bootstrap_api_key=KEY), "api")
    assert done.returncode == 1
    assert "vayro migrate" in done.stderr
    assert "Traceback" not in done.stderr


def read(process: Process) -> str:
    with closing(http.client.HTTPConnection(process.metrics_url.split("/")[2], timeout=5)) as connection:
        connection.request("GET", "/metrics")
        return connection.getresponse().read().decode()
