"""A whole Vayro behind PgBouncer in transaction mode, where no two transactions need meet the same session."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator

import httpx
import psycopg
import pytest

from tests.flows.shapes import API_KEY, make_standing_settings
from tests.machines import PgBouncerServer
from tests.processes import run_vayro, start_vayro
from tests.servers import PostgresServer, RedisServer, running
from vayro.settings import Settings


@pytest.fixture(scope="module")
def bouncer(postgres_server: PostgresServer) -> Iterator[PgBouncerServer]:
    # Three sessions for everybody: whoever needs one for himself, or leaves something behind in one, is found out.
    with running(PgBouncerServer(postgres_server.url, pool_size=3)) as server:
        yield server


@pytest.fixture(scope="module")
def settings(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, bouncer: PgBouncerServer
) -> Iterator[Settings]:
    with running(RedisServer()) as redis, contextlib.ExitStack() as processes:
        direct = make_standing_settings("production", request, tmp_path_factory.mktemp("vayro"), redis.url)
        pooled = bouncer.in_front_of(direct.database_url)
        settings = direct.model_copy(update={"database_url": pooled, "code_allocator": "snowflake"})
        processes.callback(start_vayro("up", settings).kill)
        yield settings


@pytest.fixture
async def api(settings: Settings) -> AsyncIterator[httpx.AsyncClient]:
    headers = {"Authorization": f"Bearer {API_KEY}"}
    url = f"http://127.0.0.1:{settings.api_port}"
    async with httpx.AsyncClient(base_url=url, headers=headers, timeout=60) as client:
        yield client


async def test_links_are_made_followed_edited_and_counted(api: httpx.AsyncClient) -> None:
    bodies = [{"target_url": f"https://example.com/{number}"} for number in range(60)]
    answers = await asyncio.gather(*(api.post("/v1/links", json=body) for body in bodies))
    assert {answer.status_code for answer in answers} == {201}
    canonical = {"target_url": "https://example.com/one", "link_type": "site"}
    answers = await asyncio.gather(*(api.put("/v1/links/canonical", json=canonical) for _ in range(30)))
    link = answers[0].json()
    assert {answer.json()["id"] for answer in answers} == {link["id"]}
    answer = await api.patch(f"/v1/links/{link['id']}", json={"title": "one"})
    assert answer.json()["version"] == 2
    limited = await api.post("/v1/links", json={"target_url": "https://example.com/", "max_clicks": 20})
    link = limited.json()
    async with httpx.AsyncClient(timeout=60) as visitor, asyncio.timeout(60):
        # Counted one by one in the database, so through PgBouncer, too.
        while (await visitor.get(link["short_url"])).status_code != 410:
            await asyncio.sleep(0)
        while (await api.get(f"/v1/analytics/{link['id']}")).json()["totals"]["bots"] != 20:
            await asyncio.sleep(0.1)
    events = await api.get(f"/v1/analytics/{link['id']}/events", params={"format": "csv"})
    assert len(events.text.splitlines()) == 21


async def test_the_commands_work(settings: Settings) -> None:
    for command in (["migrate"], ["links", "dedupe", "--type", "site"], ["doctor"]):
        done = await asyncio.to_thread(run_vayro, settings, *command)
        assert done.returncode == 0, (command, done.stdout, done.stderr)


async def test_nothing_stays_in_a_session(settings: Settings, bouncer: PgBouncerServer) -> None:
    direct = settings.database_url.replace(f":{bouncer.port}/", f":{_port_of(bouncer)}/")
    name = direct.rsplit("/", 1)[1]
    async with await psycopg.AsyncConnection.connect(direct, autocommit=True) as connection:
        held = (
            "SELECT count(*) FROM pg_locks JOIN pg_stat_activity USING (pid) WHERE locktype = 'advisory'"
            f" AND datname = '{name}' AND state = 'idle'"
        )
        listening = f"SELECT count(*) FROM pg_stat_activity WHERE datname = '{name}' AND query ILIKE 'listen%'"
        async with asyncio.timeout(30):  # one that has just committed may seem idle with its lock
            while await (await connection.execute(f"SELECT ({held}) + ({listening})")).fetchone() != (0,):
                await asyncio.sleep(0.1)
    async with await psycopg.AsyncConnection.connect(settings.database_url, autocommit=True) as connection:
        for setting, default in (("jit", "on"), ("lock_timeout", "0"), ("statement_timeout", "0")):
            assert await (await connection.execute(f"SHOW {setting}")).fetchone() == (default,)
        assert await (await connection.execute("SELECT count(*) FROM pg_prepared_statements")).fetchone() == (0,)


def _port_of(bouncer: PgBouncerServer) -> int:
    """The port of the PostgreSQL behind it."""
    text = (bouncer.directory / "pgbouncer.ini").read_text()
    return int(text.split("port=")[1].split()[0])


async def test_a_site_is_generated(api: httpx.AsyncClient) -> None:
    business = (await api.post("/v1/businesses", json={"name": "Joe's Pizza"})).json()
    site = (await api.post("/v1/sites", json={"business_id": business["id"]})).json()
    async with asyncio.timeout(90):
        while site["status"] in ("queued", "generating"):
            await asyncio.sleep(0.1)
            site = (await api.get(f"/v1/sites/{site['id']}")).json()
    assert (site["status"], site["error"]) == ("completed", None)
    async with httpx.AsyncClient(timeout=60) as visitor:
        assert (await visitor.get(site["short_url"])).headers["location"] == site["url"]
