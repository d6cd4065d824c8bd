"""`vayro up`: one command, three services, on a machine where nothing was before."""

import http.client
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.conftest import SettingsFactory
from tests.processes import READY_SECONDS, Process, environment_of, run_vayro, vayro
from tests.servers import children_of, is_gone, is_listening, wait_until
from vayro.settings import Settings


@pytest.fixture
def settings(settings_factory: SettingsFactory) -> Settings:
    """Of an installation that has never run: no database, no folder but the empty data directory."""
    return settings_factory()


@pytest.fixture
def up(settings: Settings) -> Iterator[Process]:
    with vayro("up", settings, metrics_port=settings.metrics_port) as process:
        try:
            wait_until(lambda: "dashboard http" in process.log(), seconds=READY_SECONDS)
        except TimeoutError:
            raise TimeoutError(process.log()) from None
        yield process


def get(url: str, path: str, key: str = "") -> tuple[int, str]:
    with closing(http.client.HTTPConnection(url.removeprefix("http://"), timeout=5)) as connection:
        connection.request("GET", path, headers={"Authorization": f"Bearer {key}"} if key else {})
        response = connection.getresponse()
        return response.status, response.read().decode()


def is_answered(url: str, path: str, content: str = "") -> bool:
    """Whether it answers 200 with this in it; a process that starts may let a connection wait, or drop it."""
    try:
        status, found = get(url, path)
    except (OSError, http.client.HTTPException):
        return False
    return status == 200 and content in found


def stdout_until_ready(settings: Settings, lines: int) -> list[str]:
    """Start, read so many lines from stdout alone, stop; return all of stdout."""
    process = subprocess.Popen(
        [sys.executable, "-m", "vayro", "up"],
        env=Process._without_developer() | environment_of(settings),
        cwd=settings.data_dir.parent,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert process.stdout is not None
        shown = [process.stdout.readline() for _ in range(lines)]
        process.terminate()
        return (("".join(shown)) + process.communicate(timeout=15)[0]).splitlines()
    finally:
        process.kill()
        process.wait()


def test_the_first_start_says_where_it_is_and_how_to_sign_in(settings: Settings) -> None:
    shown = stdout_until_ready(settings, 8)
    assert shown[:3] == [
        f"redirect  http://127.0.0.1:{settings.redirect_port}",
        f"dashboard http://127.0.0.1:{settings.api_port}",
        "",
    ]
    assert shown[3] == "administrator admin@localhost"
    assert re.fullmatch(r"password      (\w{6}-){3}\w{6}", shown[4])
    assert re.fullmatch(r"API key       vk_[0-9A-Za-z]{37}", shown[5])


def test_a_later_start_says_only_where_it_is(settings: Settings) -> None:
    stdout_until_ready(settings, 8)
    assert stdout_until_ready(settings, 2) == [
        f"redirect  http://127.0.0.1:{settings.redirect_port}",
        f"dashboard http://127.0.0.1:{settings.api_port}",
    ]


def test_the_key_that_is_shown_opens_the_api(up: Process, settings: Settings) -> None:
    wait_until(lambda: "API key" in up.log())
    key = re.search(r"vk_\w+", up.log())
    assert key is not None
    assert get(f"http://127.0.0.1:{settings.api_port}", "/v1/links", key[0])[0] == 200


def test_the_data_directory_is_nobody_elses_to_read(settings: Settings) -> None:
    settings.data_dir.rmdir()
    stdout_until_ready(settings, 8)
    assert settings.data_dir.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_everything_within_ten_seconds(up: Process, settings: Settings, sent: signal.Signals) -> None:
    # What is still being started heeds a signal once it runs.
    wait_until(lambda: "the worker runs" in up.log() and "the jobs run" in up.log(), seconds=READY_SECONDS)
    family = up.children
    with socket.create_connection(("127.0.0.1", settings.redirect_port)):  # a visitor who stays must not hold it up
        began = time.monotonic()
        assert up.stop(sent) == 0
        assert time.monotonic() - began < 10
    assert not any(Path(f"/proc/{pid}").exists() for pid in family)
    assert "does not end" not in up.log()


def test_an_interrupt_before_it_is_ready_ends_it_without_a_traceback(settings: Settings) -> None:
    process = Process(["up"], environment_of(settings), settings.data_dir)
    try:
        wait_until(lambda: is_listening(settings.api_port), seconds=READY_SECONDS)
        family = process.children
        process.popen.send_signal(signal.SIGINT)
        process.popen.wait(30)
        wait_until(lambda: all(map(is_gone, family)), seconds=30)
        assert "Traceback" not in process.log()
    finally:
        process.kill()


@pytest.mark.parametrize("kind", ["redirect", "api", "worker", "jobs"])
def test_a_child_that_is_killed_is_started_again_and_it_says_so(up: Process, settings: Settings, kind: str) -> None:
    [killed] = [pid for pid, name in up.kinds.items() if name == kind]
    os.kill(killed, signal.SIGKILL)
    wait_until(lambda: "runs again" in up.log(), seconds=60)
    assert f"(pid {killed}) was killed by SIGKILL; starting it again in 0.1 s" in up.log()
    for port in (settings.redirect_port, settings.api_port):
        url = f"http://127.0.0.1:{port}"
        wait_until(lambda url=url: is_answered(url, "/health/ready"), seconds=READY_SECONDS)
    assert sorted(up.kinds.values()) == ["api", "jobs", "redirect", "worker"]


def test_no_process_and_no_port_outlives_a_killed_parent(up: Process, settings: Settings) -> None:
    family = children_of(up.pid)
    assert len(family) >= 3
    os.kill(up.pid, signal.SIGKILL)
    up.popen.wait()
    wait_until(lambda: all(map(is_gone, family)), seconds=30, what="no orphan")
    for port in (settings.redirect_port, settings.api_port):
        wait_until(lambda port=port: not is_listening(port), seconds=20, what="no port")


def test_workers_sets_the_number_of_engines(settings: Settings) -> None:
    with vayro("up", settings, "--workers", "2") as process:
        assert sorted(process.kinds.values()) == ["api", "jobs", "redirect", "redirect", "worker"]


@pytest.mark.parametrize("name", ["redirect", "api"])
def test_a_taken_port_is_one_line_and_nothing_is_left_behind(settings: Settings, name: str) -> None:
    with socket.socket() as taken:
        port = getattr(settings, f"{name}_port")
        taken.bind(("127.0.0.1", port))
        taken.listen()
        done = run_vayro(settings, "up")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"vayro: Port {port} on 127.0.0.1 is in use: ")
    assert done.stderr.count("\n") == 1
    assert list(settings.data_dir.iterdir()) == []


def test_each_service_has_its_page_of_metrics(up: Process, settings: Settings) -> None:
    assert settings.metrics_port is not None
    get(up.url, "/nothing")  # a metric with labels appears with its first count
    for offset, metric in enumerate(("vayro_redirects", "vayro_http_requests", "vayro_clicks_committed")):
        url = f"http://127.0.0.1:{settings.metrics_port + offset}"
        wait_until(lambda url=url, metric=metric: is_answered(url, "/metrics", metric), seconds=60, what=metric)


def test_a_taken_metrics_port_stops_nobody(settings: Settings) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", settings.metrics_port))
        taken.listen()
        with vayro("up", settings, metrics_port=settings.metrics_port) as process:
            assert f"No metrics at http://127.0.0.1:{settings.metrics_port}/metrics" in process.log()
            assert get(process.url, "/health/ready")[0] == 200
