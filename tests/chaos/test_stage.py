"""The stage stands, its parts can be harmed by name, and nothing of it is left afterwards."""

import time

import pytest

from tests.chaos import stage as stage_module
from tests.chaos.parts import fetch
from tests.chaos.stage import Stage
from tests.servers import is_gone, wait_until

pytestmark = pytest.mark.xdist_group("stage")

SECONDS = 60


def test_a_click_goes_through_nginx_engine_redis_worker_and_pgbouncer_to_the_replica(stage):
    link = stage.create_link("https://example.com/all-the-way")
    wait_until(lambda: fetch(link["short_url"])[0] == 302, seconds=SECONDS, what="it redirects")
    path = f"/v1/links/{link['id']}"
    wait_until(lambda: stage.call_api("GET", path)[1]["clicks"] == 1, seconds=SECONDS, what="the click is counted")
    stage.replica.catch_up(stage.primary)
    status, analytics = stage.call_api("GET", f"/v1/analytics/{link['id']}")
    assert (status, analytics["totals"]["clicks"] + analytics["totals"]["bots"]) == (200, 1)
    traffic = stage.proxy.status()
    assert traffic["pgbouncer>postgres"]["bytes_sent"] > 0
    assert traffic["pgbouncer>replica"]["bytes_sent"] > 0
    assert all(traffic[f"{name}>redis"]["bytes_sent"] > 0 for name in stage.names("engine"))


@pytest.mark.parametrize("name", ["postgres", "pgbouncer", "redis", "nginx"])
def test_a_server_that_was_killed_is_started_again_by_name(stage, name):
    pid = stage[name].server.pid
    stage.kill(name)
    assert is_gone(pid)
    assert not stage[name].is_running()
    stage.start(name)
    assert stage[name].server.pid != pid


def test_a_killed_engine_and_its_children_are_gone_and_the_other_one_serves(stage):
    link = stage.create_link("https://example.com/one-left")
    family = [stage.vayro("engine-1").pid, *stage.vayro("engine-1").children]
    stage.kill("engine-1")
    assert all(is_gone(pid) for pid in family)
    assert [fetch(link["short_url"])[0] for _ in range(4)] == [302] * 4
    stage.start("engine-1")
    assert fetch(f"{stage['engine-1'].address}/health/ready")[0] == 200


def test_a_paused_part_accepts_and_does_not_answer_until_it_is_resumed(stage):
    stage.pause("api-1")
    with pytest.raises(TimeoutError):
        fetch(f"{stage['api-1'].address}/health/live", seconds=0.5)
    stage.resume("api-1")
    assert fetch(f"{stage['api-1'].address}/health/live", seconds=SECONDS)[0] == 200


def test_a_slow_link_slows_those_who_use_it(stage):
    stage.proxy.slow("postgres", seconds=0.1)  # a new connection takes ten of it, and has three seconds
    started = time.monotonic()
    assert stage.call_api("GET", "/v1/links?limit=1")[0] == 200
    assert time.monotonic() - started >= 0.1


def test_a_name_that_is_none_is_refused_with_the_names_that_are(stage):
    with pytest.raises(KeyError, match="engine-2"):
        stage.kill("engine-9")


def test_a_stage_that_cannot_start_leaves_no_process_and_no_file(monkeypatch):
    servers = []

    def fail(_: str) -> None:
        servers.extend((part.server.pid, part.server.directory) for part in stage.parts.values() if part.is_running())
        raise RuntimeError("the migration failed")

    monkeypatch.setattr(stage_module, "upgrade", fail)
    stage = Stage(engines=1, apis=0, workers=0, replica=False, nginx=False)
    with pytest.raises(RuntimeError, match="the migration failed"), stage:
        pass
    assert len(servers) == 3
    assert all(is_gone(pid) and not directory.exists() for pid, directory in servers)
    assert not stage.directory.exists()
