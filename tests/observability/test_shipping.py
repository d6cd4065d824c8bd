"""Logs go to a collector as well; one that is slow, dead or silent costs counted drops and nothing else."""

import collections
import contextlib
import http.client
import json
import threading
from collections.abc import Iterator, Sequence

import pytest

from tests.conftest import SettingsFactory
from tests.factories import make_link
from tests.observability.collectors import ReceivingCollector, black_hole, eventually, receiving
from tests.observability.pages import await_sample, read_sample
from tests.processes import vayro
from vayro.database.engine import open_database
from vayro.observability import shipping
from vayro.observability.collector import Collector, CollectorAway, encode_lines, otlp_encoder
from vayro.observability.shipping import LogShipper, Outcome

LINE = json.dumps({"event": "it rains", "level": "warning", "timestamp": "2026-11-22T11:55:03.000001Z", "drops": 3})


class Counts:
    def __init__(self) -> None:
        self.shipped = 0
        self.dropped: collections.Counter[str] = collections.Counter()

    @property
    def outcome(self) -> Outcome:
        return Outcome(self._ship, self._drop)

    def _ship(self, count: int) -> None:
        self.shipped += count

    def _drop(self, reason: str, count: int) -> None:
        self.dropped[reason] += count


class Blocked:
    """A collector in whose hands a batch stays until it is let go."""

    def __init__(self) -> None:
        self.asked, self.may_go = threading.Event(), threading.Event()

    def send(self, _records: Sequence[str]) -> None:
        self.asked.set()
        self.may_go.wait(60)
        raise CollectorAway

    def close(self) -> None:
        pass


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shipping, "GATHER_SECONDS", 0.01)
    monkeypatch.setattr(shipping, "FIRST_PAUSE_SECONDS", 0.01)


@pytest.fixture
def collector() -> Iterator[ReceivingCollector]:
    with receiving() as made:
        yield made


@contextlib.contextmanager
def shipper(collector: object, counts: Counts, seconds: float = 10) -> Iterator[LogShipper]:
    made = LogShipper(collector, counts.outcome)  # type: ignore[arg-type]
    try:
        yield made
    finally:
        made.close(seconds)


def otlp(collector: ReceivingCollector, **headers: str) -> Collector:
    return Collector(f"{collector.url}/v1/logs", otlp_encoder("redirect"), "application/json", headers)


def test_records_arrive_as_otlp(collector: ReceivingCollector) -> None:
    counts = Counts()
    with shipper(otlp(collector, Authorization="Bearer x"), counts) as made:
        made.offer(LINE)
    ((path, headers, body),) = collector.requests
    (resource,) = json.loads(body)["resourceLogs"]
    (record,) = resource["scopeLogs"][0]["logRecords"]
    assert (path, headers["Authorization"], headers["Content-Type"]) == ("/v1/logs", "Bearer x", "application/json")
    assert {"key": "service.name", "value": {"stringValue": "vayro-redirect"}} in resource["resource"]["attributes"]
    assert record["body"] == {"stringValue": "it rains"}
    assert (record["severityText"], record["severityNumber"]) == ("WARNING", 13)
    assert record["timeUnixNano"] == "1795348503000001000"
    assert record["attributes"] == [{"key": "drops", "value": {"intValue": "3"}}]
    assert counts.shipped == 1


def test_records_arrive_as_lines_and_in_batches(collector: ReceivingCollector) -> None:
    counts = Counts()
    lines = Collector(collector.url, encode_lines, "application/x-ndjson", {})
    with shipper(lines, counts) as made:
        for _ in range(1_200):
            made.offer(LINE)
    assert collector.bodies().count(b"it rains") == 1_200
    assert len(collector.requests) < 100
    assert (counts.shipped, counts.dropped) == (1_200, {})


def test_a_collector_that_asks_for_patience_gets_the_same_again(collector: ReceivingCollector) -> None:
    collector.statuses = [503, 429, 503]
    counts = Counts()
    with shipper(otlp(collector), counts) as made:
        made.offer(LINE)
        eventually(lambda: counts.shipped == 1)
    assert len(collector.requests) == 1


def test_what_is_refused_is_counted_and_given_up(collector: ReceivingCollector) -> None:
    collector.statuses = [400]
    counts = Counts()
    with shipper(otlp(collector), counts) as made:
        made.offer(LINE)
        eventually(lambda: counts.dropped)
        made.offer(LINE)
        eventually(lambda: counts.shipped == 1)
    assert counts.dropped == {"refused": 1}


def test_a_dead_collector_is_tried_again_until_it_lives() -> None:
    counts = Counts()
    with receiving() as first:
        target = otlp(first)
    with shipper(target, counts, seconds=0.1) as made:
        made.offer(LINE)
        eventually(lambda: target._connection is None)
        assert (counts.shipped, counts.dropped) == (0, {})
    assert counts.dropped == {"stopped": 1}


def test_the_queue_is_bounded_in_number_and_in_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    counts, blocked, shipping_capacity = Counts(), Blocked(), shipping.MOST_RECORDS
    with shipper(blocked, counts, seconds=0.1) as made:
        made.offer("first")
        blocked.asked.wait(60)
        for _ in range(shipping.MOST_RECORDS + 5):
            made.offer("x")
        assert counts.dropped == {"full": 6}
        monkeypatch.setattr(shipping, "MOST_RECORDS", 1 << 40)
        for _ in range(20):
            made.offer("x" * (1 << 20))
        assert counts.dropped["full"] == 6 + 20 - 7  # 8 MiB, less those that are there
        assert made._bytes <= shipping.MOST_BYTES
    assert counts.dropped["stopped"] == shipping_capacity + 7
    blocked.may_go.set()


def test_closing_does_not_wait_for_a_collector_that_never_answers() -> None:
    counts, blocked = Counts(), Blocked()
    with shipper(blocked, counts, seconds=0.1) as made:
        made.offer(LINE)
        blocked.asked.wait(60)
    assert counts.dropped == {"stopped": 1}
    made.offer(LINE)
    assert counts.dropped == {"stopped": 2}
    blocked.may_go.set()


async def _make_code(settings: object) -> str:
    database = open_database(settings)  # type: ignore[arg-type]
    code = str((await make_link(database)).short_code)
    await database.close()
    return code


async def test_a_silent_collector_costs_no_redirect_and_no_end(
    settings_factory: SettingsFactory, sqlite_url: str
) -> None:
    with black_hole() as url:
        settings = settings_factory(
            database_url=sqlite_url, log_ship_url=f"{url}/v1/logs", otlp_endpoint=url, trace_ratio=1.0
        )
        code = await _make_code(settings)
        with vayro("redirect", settings, log_level="debug") as engine:
            host = engine.url.removeprefix("http://")
            with contextlib.closing(http.client.HTTPConnection(host, timeout=30)) as visitor:
                for _ in range(500):
                    visitor.request("GET", f"/{code}")
                    answer = visitor.getresponse()
                    answer.read()
                    assert answer.status == 302
            assert engine.stop() == 0
            assert "does not end" not in engine.log()


async def test_a_process_ships_what_it_logs(settings_factory: SettingsFactory, sqlite_url: str) -> None:
    with receiving() as collector:
        settings = settings_factory(database_url=sqlite_url, log_ship_url=f"{collector.url}/v1/logs")
        with vayro("worker", settings) as worker:
            eventually(lambda: b"the worker runs" in collector.bodies())
            await_sample(worker.metrics_url, "vayro_logs_shipped_total", lambda value: value > 0)
            assert read_sample(worker.metrics_url, "vayro_logs_dropped_total") == 0
            assert worker.stop() == 0
