"""`GET /metrics`: files of several processes, added up by their parent."""

import http.client
import socket
import struct
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.servers import free_port, wait_until
from vayro.observability.reserved_file import RESERVED_BYTES
from vayro.supervisor.metrics import MetricsDirectory, serve_metrics

COUNT = (
    "import sys; from vayro.observability import get_metrics; m = get_metrics();"
    "m.clicks_accepted.inc(int(sys.argv[1])); m.spool_bytes.set(int(sys.argv[1]));"
    "m.click_delay.observe(1)"
)


@pytest.fixture
def directory(tmp_path: Path) -> Iterator[MetricsDirectory]:
    made = MetricsDirectory(tmp_path / "metrics", "redirect")
    yield made
    made.remove()


def count(directory: MetricsDirectory, number: int) -> int:
    """Have another process count, and end; return its pid."""
    process = subprocess.Popen([sys.executable, "-c", COUNT, str(number)], env=directory.environment)
    assert process.wait(30) == 0
    return process.pid


def get(port: int, path: str = "/metrics") -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", path)
        response = connection.getresponse()
        return response.status, response.read().decode()
    finally:
        connection.close()


def test_the_page_adds_up_all_processes(directory: MetricsDirectory) -> None:
    port = free_port()
    serve_metrics(directory, "127.0.0.1", port, print)
    count(directory, 2)
    count(directory, 3)
    status, page = get(port)
    assert status == 200
    assert "vayro_clicks_accepted_total 5.0" in page
    assert "vayro_spool_bytes 5.0" in page


def test_a_dead_process_keeps_its_counts_and_loses_its_gauges(directory: MetricsDirectory) -> None:
    pid = count(directory, 2)
    count(directory, 3)
    directory.forget(pid)
    page = directory.render().decode()
    assert "vayro_clicks_accepted_total 5.0" in page
    assert "vayro_spool_bytes 3.0" in page


def test_nothing_else_is_served(directory: MetricsDirectory) -> None:
    port = free_port()
    serve_metrics(directory, "127.0.0.1", port, print)
    assert get(port, "/")[0] == 404


def test_a_taken_port_is_a_warning_and_no_death(directory: MetricsDirectory) -> None:
    port = free_port()
    lines: list[str] = []
    serve_metrics(directory, "127.0.0.1", port, lines.append)
    serve_metrics(directory, "127.0.0.1", port, lines.append)
    assert len(lines) == 1
    assert f"No metrics at http://127.0.0.1:{port}/metrics: Address already in use" in lines[0]


def test_a_start_deletes_what_a_dead_parent_left(tmp_path: Path) -> None:
    left = tmp_path / "metrics" / "redirect" / "1-dead"
    left.mkdir(parents=True)
    (left / "counter_1.db").touch()
    MetricsDirectory(tmp_path / "metrics", "redirect").remove()
    assert not left.exists()


def test_a_start_leaves_alone_what_another_parent_uses(tmp_path: Path, directory: MetricsDirectory) -> None:
    count(directory, 2)
    MetricsDirectory(tmp_path / "metrics", "redirect").remove()
    assert "vayro_clicks_accepted_total 2.0" in directory.render().decode()


def test_the_dead_share_their_files(directory: MetricsDirectory) -> None:
    for number in range(1, 4):
        directory.forget(count(directory, number))
    page = directory.render().decode()
    assert "vayro_clicks_accepted_total 6.0" in page
    assert 'vayro_click_delay_seconds_bucket{le="10.0"} 3.0' in page
    assert "vayro_click_delay_seconds_count 3.0" in page
    assert sorted(path.name for path in directory.path.glob("*.db")) == ["counter_0.db", "histogram_0.db"]


def test_deaths_are_counted_by_process(directory: MetricsDirectory) -> None:
    directory.count_exit("shipper")
    directory.count_exit("shipper")
    assert 'vayro_process_exits_total{process="shipper"} 2.0' in directory.render().decode()


def test_files_are_reserved_so_that_a_full_disk_kills_nobody(directory: MetricsDirectory) -> None:
    count(directory, 1)
    for path in directory.path.glob("*.db"):
        assert path.stat().st_blocks * 512 >= path.stat().st_size >= RESERVED_BYTES


def test_a_reader_that_goes_away_leaves_no_line_behind(
    directory: MetricsDirectory, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    port = free_port()
    serve_metrics(directory, "127.0.0.1", port, print)
    monkeypatch.setattr(MetricsDirectory, "render", lambda _: b"x" * (64 << 20))  # more than a socket holds
    with socket.create_connection(("127.0.0.1", port)) as reader:
        reader.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        reader.sendall(b"GET /metrics HTTP/1.0\r\n\r\n")
        reader.recv(100)
    monkeypatch.undo()
    assert get(port)[0] == 200  # it goes on, and the one before has ended or will without a word
    wait_until(lambda: not any("process_request" in thread.name for thread in threading.enumerate()), what="its end")
    assert capfd.readouterr().err == ""
