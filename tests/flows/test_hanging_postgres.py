"""A PostgreSQL that takes connections and never answers: callers of the API hear so within seconds."""

import asyncio
import time

import httpx

from tests.api.conftest import client, make_key
from tests.conftest import SettingsFactory
from tests.machines import hanging
from tests.processes import vayro
from tests.servers import PostgresServer
from vayro.database.migrations import upgrade

LINK = {"target_url": "https://example.com/"}


async def timed(call: "asyncio.Future[httpx.Response]") -> tuple[int, float]:
    started = time.monotonic()
    answer = await call
    assert answer.status_code != 503 or int(answer.headers["retry-after"]) > 0
    return answer.status_code, time.monotonic() - started


async def test_creates_and_reads_are_refused_within_seconds_and_work_again_afterwards(
    own_postgres: PostgresServer, settings_factory: SettingsFactory
) -> None:
    settings = settings_factory(database_url=own_postgres.create_database())
    upgrade(settings.database_url)
    key = await make_key(settings)
    with vayro("api", settings) as process:
        async with client(process.url, key) as api:
            assert (await api.post("/v1/links", json=LINK)).status_code == 201
            with hanging(own_postgres):
                # The second round finds the connections given up, and nobody who greets a new one.
                for _ in range(2):
                    chosen = {**LINK, "short_code": "own"}
                    calls = api.post("/v1/links", json=LINK), api.post("/v1/links", json=chosen), api.get("/v1/links")
                    answers = await asyncio.gather(*map(timed, [*calls, api.get("/v1/analytics")]))
                    assert {status for status, _ in answers} == {503}
                    assert max(seconds for _, seconds in answers) < 20  # 5 s; it was 20, or for ever
            assert (await api.post("/v1/links", json=LINK)).status_code == 201
            assert (await api.get("/v1/analytics")).status_code == 200
