"""Every metric of the contract moves, in the process that it belongs to, when something happens that it counts."""

import asyncio
import itertools
import os
import signal
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import httpx
import psycopg
import pytest
from redis import Redis

from tests.factories import make_link
from tests.flows.shapes import API_KEY, make_standing_settings
from tests.observability.pages import await_sample, read_page, read_sample
from tests.processes import Process, start_vayro
from tests.servers import PostgresServer, RedisServer, children_of, running, wait_until
from vayro.database.engine import open_database
from vayro.database.migrations import upgrade
from vayro.settings import Settings
from vayro.stream.redis_client import GROUP, STREAM

# Some fifty tests share what runs: under xdist they stay together.
pytestmark = [pytest.mark.xdist_group("metrics"), pytest.mark.timeout(300)]
PAGES = ("redirect", "api", "worker")
_numbers = itertools.count()


@dataclass
class Standing:
    """A running Vayro of the production shape, and what it stands on."""

    settings: Settings
    process: Process
    postgres: PostgresServer
    redis: RedisServer
    client: httpx.Client
    codes: list[str] = field(default_factory=list)

    def page(self, kind: str) -> str:
        """Where the metrics of a kind of process are."""
        return f"http://127.0.0.1:{(self.settings.metrics_port or 0) + PAGES.index(kind)}/metrics"

    def create(self, **body: object) -> dict:
        answer = self.client.post("/v1/links", json={"target_url": "https://example.com/a", **body})
        assert answer.status_code == 201, answer.text
        return answer.json()

    def follow(self, code: str, **headers: str) -> int:
        return httpx.get(f"{self.settings.short_url_base}/{code}", headers=headers, timeout=10).status_code

    def database(self, statement: str) -> None:
        with psycopg.connect(self.settings.database_url, autocommit=True) as connection:
            connection.execute(statement)  # type: ignore[arg-type]

    def child(self, kind: str) -> int:
        """The process id of a child of this kind."""
        return next(pid for pid, found in self.process.kinds.items() if found == kind)


@pytest.fixture(scope="module")
def standing(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[Standing]:
    with running(PostgresServer()) as postgres, running(RedisServer()) as redis:
        directory = tmp_path_factory.mktemp("vayro")
        made = make_standing_settings("embedded", request, directory, redis.url)
        settings = made.model_copy(update={"database_url": postgres.create_database(), "redis_url": redis.url})
        upgrade(settings.database_url)
        asyncio.run(_sow(settings))
        process = start_vayro("up", settings, metrics_port=settings.metrics_port, redirect_workers=2)
        headers = {"Authorization": f"Bearer {API_KEY}"}
        try:
            base = f"http://127.0.0.1:{settings.api_port}"
            wait_until(lambda: "dashboard http" in process.log(), seconds=60, what="vayro up")
            with httpx.Client(base_url=base, headers=headers, timeout=20) as client:
                yield Standing(settings, process, postgres, redis, client)
        finally:
            process.kill()


async def _sow(settings: Settings) -> None:
    """What a chore of the worker counts: two links that should be one."""
    database = open_database(settings)
    first = await make_link(database, link_type="page", target_url="https://example.com/twice")
    await make_link(database, workspace_id=first.workspace_id, link_type="page", target_url="https://example.com/twice")
    await database.close()


def follow(standing: Standing) -> None:
    assert standing.follow(standing.create()["short_code"]) == 302


def follow_twice(standing: Standing) -> None:
    code = standing.create()["short_code"]
    for _ in range(8):  # two engines: one of them has it in memory by the third at the latest
        assert standing.follow(code) == 302


def follow_in_the_app(standing: Standing) -> None:
    """A field that says that it is no person's click takes a request out of the fast lane."""
    assert standing.follow(standing.create()["short_code"], Purpose="prefetch") == 302


def follow_nothing(standing: Standing) -> None:
    code = f"nothing-{next(_numbers)}"
    for _ in range(8):
        assert standing.follow(code) == 404


def follow_after_a_flush(standing: Standing) -> None:
    code = standing.create()["short_code"]
    Redis.from_url(standing.redis.url).delete(f"url:{code}")
    assert standing.follow(code) == 302


def edit(standing: Standing) -> None:
    link = standing.create()
    assert standing.follow(link["short_code"]) == 302
    answer = standing.client.patch(f"/v1/links/{link['id']}", json={"target_url": "https://example.com/b"})
    assert answer.status_code == 200


def create(standing: Standing) -> None:
    standing.create()


def send_rubbish(standing: Standing) -> None:
    Redis.from_url(standing.redis.url).xadd(STREAM, {"no": "event"})


def leave_pending(standing: Standing) -> None:
    """Another consumer takes an entry and dies; ours will claim it after ten seconds."""
    client = Redis.from_url(standing.redis.url)
    os.kill(standing.child("worker"), signal.SIGSTOP)
    try:
        taken = None
        while not taken:  # the first goes to our worker, whose question waits at Redis
            client.xadd(STREAM, {"no": "event"})
            taken = client.xreadgroup(GROUP, "dead", {STREAM: ">"}, count=1)
    finally:
        os.kill(standing.child("worker"), signal.SIGCONT)


def kill_the_api(standing: Standing) -> None:
    pid = standing.child("api")
    os.kill(pid, signal.SIGKILL)
    wait_until(lambda: pid not in children_of(standing.process.pid), what="its end")
    wait_until(lambda: standing.process.popen.poll() is None and _answers(standing), seconds=60, what="its return")


def give_out_codes_again(standing: Standing) -> None:
    """As if the counter had been set back by a restored backup."""
    standing.create()
    standing.database("UPDATE code_blocks SET next = 0")
    kill_the_api(standing)
    standing.create()


def nothing(_standing: Standing) -> None:
    """It was there from the start."""


def _answers(standing: Standing) -> bool:
    try:
        return standing.client.get("/health/ready").status_code == 200
    except httpx.TransportError:
        return False


MOVES: dict[str, tuple[str, Callable[[Standing], None]]] = {
    'vayro_redirects_total{lane="fast",status="302"}': ("redirect", follow),
    'vayro_redirects_total{lane="app",status="302"}': ("redirect", follow_in_the_app),
    'vayro_redirects_total{lane="app",status="404"}': ("redirect", follow_nothing),
    "vayro_redirect_duration_seconds_count": ("redirect", follow),
    'vayro_redirect_duration_seconds_bucket{le="+Inf"}': ("redirect", follow),
    "vayro_redirect_duration_seconds_sum": ("redirect", follow),
    'vayro_link_lookups_total{source="memory"}': ("redirect", follow_twice),
    'vayro_link_lookups_total{source="redis"}': ("redirect", follow),
    'vayro_link_lookups_total{source="database"}': ("redirect", follow_after_a_flush),
    'vayro_link_lookups_total{source="negative"}': ("redirect", follow_nothing),
    "vayro_clicks_accepted_total": ("redirect", follow),
    "vayro_spool_bytes": ("redirect", follow),
    "vayro_spool_oldest_seconds": ("redirect", follow),
    "vayro_spool_limit_bytes": ("redirect", nothing),
    "vayro_clicks_committed_total": ("worker", follow),
    "vayro_click_dead_letters_total": ("worker", send_rubbish),
    "vayro_click_lag_seconds": ("worker", follow),
    "vayro_click_delay_seconds_count": ("worker", follow),
    "vayro_stream_backlog": ("worker", leave_pending),
    "vayro_invalidation_lag_seconds": ("redirect", edit),
    "vayro_edit_delay_seconds_count": ("redirect", edit),
    "vayro_duplicate_canonical_links": ("worker", nothing),
    'vayro_maintenance_runs_total{chore="duplicate_links",outcome="done"}': ("worker", nothing),
    'vayro_maintenance_last_success_timestamp_seconds{chore="duplicate_links"}': ("worker", nothing),
    'vayro_maintenance_duration_seconds_count{chore="duplicate_links"}': ("worker", nothing),
    "vayro_links_created_total": ("api", create),
    "vayro_code_collisions_total": ("api", give_out_codes_again),
    'vayro_http_requests_total{method="POST",route="/v1/links",status="201"}': ("api", create),
    'vayro_http_request_duration_seconds_count{method="POST",route="/v1/links"}': ("api", create),
    'vayro_process_exits_total{process="api"}': ("api", kill_the_api),
    "vayro_build_info": ("worker", nothing),
}
SET_NOT_ADDED = {"vayro_spool_bytes", "vayro_spool_oldest_seconds", "vayro_click_lag_seconds", "vayro_stream_backlog"}


@pytest.mark.parametrize("sample", MOVES)
def test_it_moves(standing: Standing, sample: str) -> None:
    kind, cause = MOVES[sample]
    is_gauge = cause is nothing or sample in SET_NOT_ADDED or sample == "vayro_invalidation_lag_seconds"
    before = 0.0 if is_gauge else read_sample(standing.page(kind), sample)
    cause(standing)
    assert await_sample(standing.page(kind), sample, lambda value: value > before) > before


def test_the_contract_is_covered() -> None:
    # The breaker and what is dropped: below, and in test_metrics_of_faults.py.
    contract = [
        "vayro_redirects_total", "vayro_redirect_duration_seconds", "vayro_link_lookups_total",
        "vayro_clicks_accepted_total", "vayro_spool_bytes", "vayro_spool_oldest_seconds",
        "vayro_clicks_committed_total", "vayro_click_dead_letters_total", "vayro_click_lag_seconds",
        "vayro_invalidation_lag_seconds", "vayro_duplicate_canonical_links", "vayro_links_created_total",
        "vayro_code_collisions_total",
    ]  # fmt: skip
    assert [name for name in contract if not any(sample.startswith(name) for sample in MOVES)] == []


def test_no_page_names_a_code_an_address_or_a_key(standing: Standing) -> None:
    link = standing.create(target_url="https://example.com/secret-destination")
    standing.follow(link["short_code"])
    for kind in PAGES:
        page = read_page(standing.page(kind))
        for word in (link["short_code"], link["id"], "secret-destination", API_KEY, "127.0.0.1"):
            assert word not in page


def test_a_killed_engine_leaves_counts_and_no_gauge(standing: Standing) -> None:
    follow(standing)
    page = standing.page("redirect")
    accepted = await_sample(page, "vayro_clicks_accepted_total", lambda value: value > 0)
    os.kill(standing.child("shipper"), signal.SIGKILL)
    await_sample(page, 'vayro_process_exits_total{process="shipper"}', lambda value: value == 1)
    assert read_sample(page, "vayro_clicks_accepted_total") >= accepted  # the last ones may be told only now
    # One shipper again, not the sum of a dead one and a living one.
    limit = standing.settings.spool_max_bytes * 2
    assert await_sample(page, "vayro_spool_limit_bytes", lambda value: value > 0) == limit


def test_breakers_open_while_a_store_is_away(standing: Standing) -> None:
    standing.redis.kill()
    try:
        follow(standing)
        for kind, dependency in (("redirect", "redis"), ("redirect", "stream"), ("worker", "stream")):
            await_sample(
                standing.page(kind), f'vayro_breaker_open{{dependency="{dependency}"}}', lambda value: value == 1
            )
        await_sample(standing.page("redirect"), "vayro_spool_bytes", lambda value: value > 0)
    finally:
        standing.redis.start()
    await_sample(standing.page("redirect"), 'vayro_breaker_open{dependency="redis"}', lambda value: value == 0)
    await_sample(standing.page("worker"), 'vayro_breaker_open{dependency="stream"}', lambda value: value == 0)
    standing.postgres.kill()
    try:
        assert standing.follow("never-seen") == 503
        await_sample(standing.page("redirect"), 'vayro_breaker_open{dependency="database"}', lambda value: value == 1)
        send_rubbish(standing)
        await_sample(standing.page("worker"), 'vayro_breaker_open{dependency="database"}', lambda value: value == 1)
    finally:
        standing.postgres.start()
    await_sample(standing.page("worker"), 'vayro_breaker_open{dependency="database"}', lambda value: value == 0)
