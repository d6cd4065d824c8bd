"""Readiness says whether a process wants requests: no longer once it is told to stop, and whatever its stores do."""

import asyncio
import http.client
import signal
from contextlib import closing

import pytest

from tests.chaos.parts import fetch
from tests.factories import make_link
from tests.processes import vayro
from tests.servers import wait_until
from vayro.database.engine import open_database

pytestmark = pytest.mark.xdist_group("stage")

SECONDS = 60


def ready(url: str) -> int:
    return fetch(f"{url}/health/ready", seconds=SECONDS)[0]


async def test_an_engine_that_is_told_to_stop_is_not_ready_while_it_still_redirects(settings_factory, sqlite_url):
    settings = settings_factory(database_url=sqlite_url, drain_seconds=300)
    database = open_database(settings)
    code = (await make_link(database)).short_code
    await database.close()
    with vayro("redirect", settings) as engine:
        assert await asyncio.to_thread(ready, engine.url) == 200
        engine.popen.send_signal(signal.SIGTERM)
        await asyncio.to_thread(wait_until, lambda: ready(engine.url) == 503, seconds=SECONDS)
        assert (await asyncio.to_thread(fetch, f"{engine.url}/{code}"))[0] == 302


def test_an_api_that_is_told_to_stop_is_not_ready_while_it_still_answers(settings_factory, sqlite_url):
    key = "vk_readiness00000000000000000000"
    settings = settings_factory(database_url=sqlite_url, drain_seconds=300, bootstrap_api_key=key)
    with vayro("api", settings) as api:
        assert ready(api.url) == 200
        api.popen.send_signal(signal.SIGTERM)
        wait_until(lambda: ready(api.url) == 503, seconds=SECONDS)
        with closing(http.client.HTTPConnection(api.url.removeprefix("http://"), timeout=SECONDS)) as connection:
            connection.request("GET", "/v1/links", headers={"Authorization": f"Bearer {key}"})
            answer = connection.getresponse()
            assert (answer.status, answer.headers["connection"]) == (200, "close")


def test_readiness_does_not_ask_the_stores(stage):
    for store in ("pgbouncer", "redis"):
        stage.proxy.black_hole(store)
    assert {
        name: ready(stage[name].address) for name in [*stage.names("engine"), *stage.names("api")]
    } == dict.fromkeys([*stage.names("engine"), *stage.names("api")], 200)
