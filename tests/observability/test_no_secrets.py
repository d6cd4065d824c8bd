"""Whatever is sent to Vayro, in whatever place, at the most talkative level, with its stores failing: logs keep it."""

import asyncio
import json
import re
from pathlib import Path

import httpx
import pytest

from tests.conftest import SettingsFactory
from tests.flows.shapes import API_KEY
from tests.observability.pages import await_sample
from tests.processes import Process, vayro
from tests.servers import PostgresServer, RedisServer, running
from vayro.database.migrations import upgrade

# Whole families of processes start here, which may take a minute on a busy machine.
pytestmark = pytest.mark.timeout(300)
VISITOR = "203.0.113.77"
VISITOR_6 = "2001:db8:77:88::99"
PASSWORD = "Tr0ub4dor-and-3"
STORE_PASSWORD = "st0re-s3cret"
TOKEN = "tok-0123456789abcdef"
FOREIGN_KEY = "vk_foreign0000000000000000000000000"
SECRETS = (API_KEY, PASSWORD, STORE_PASSWORD, TOKEN, FOREIGN_KEY, VISITOR, VISITOR_6, b"203.0.113.77".hex())

ODD = {
    "X-Forwarded-For": f"{VISITOR}, {VISITOR_6}",
    "User-Agent": f"Mozilla/5.0 ({VISITOR}; {TOKEN}; {FOREIGN_KEY})",
    "Referer": f"https://ada:{PASSWORD}@example.com/?token={TOKEN}&ip={VISITOR}",
    "Cookie": f"session={TOKEN}",
    "Authorization": f"Bearer {FOREIGN_KEY}",
    "X-Api-Key": TOKEN,
}
TARGET = f"https://example.com/?password={PASSWORD}&token={TOKEN}&ip={VISITOR}"


async def visit(url: str, code: str) -> None:
    paths = [f"/{code}?token={TOKEN}", f"/{code}+", f"/{code}/qr", "/nothing-here", f"/{TOKEN}", f"/a/b/{PASSWORD}"]
    async with httpx.AsyncClient(base_url=url, headers=ODD, timeout=30) as visitor:
        for path in paths:
            await visitor.get(path)
            await visitor.post(path, content=f"password={PASSWORD}")
    port = int(url.rpartition(":")[2])
    for rubbish in (
        f"GET /{code} HTTP/9\r\n{TOKEN}\r\n\r\n",
        f"\0{PASSWORD}\r\n\r\n",
        f"GET /{TOKEN}\xff HTTP/1.1\r\n\r\n",
    ):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(rubbish.encode("latin-1"))
        writer.write_eof()
        await reader.read()
        writer.close()
        await writer.wait_closed()


async def manage(url: str) -> str:
    mine = {**ODD, "Authorization": f"Bearer {API_KEY}"}
    bodies = [
        {"target_url": TARGET},
        {"target_url": f"https://ada:{PASSWORD}@example.com/"},
        {"target_url": f"javascript:{TOKEN}"},
        {"target_url": TARGET, "password": PASSWORD, TOKEN: API_KEY},
        {"target_url": TARGET, "title": f"{PASSWORD}\0{VISITOR}", "metadata": {"key": FOREIGN_KEY}},
        {"target_url": TARGET, "short_code": f"{TOKEN}!", "tags": [API_KEY]},
        {"target_url": TARGET, "short_code": "taken-code"},
        {"target_url": TARGET, "short_code": "taken-code"},
    ]
    async with httpx.AsyncClient(base_url=url, timeout=30) as client:
        code = ""
        for body in bodies:
            answer = await client.post("/v1/links", json=body, headers=mine)
            code = code or answer.json().get("short_code", "")
            await client.post("/v1/links", json=body, headers=ODD)
        await client.post("/v1/links/bulk", json={"links": bodies}, headers=mine)
        await client.put("/v1/links/canonical", json=bodies[0], headers=mine)
        await client.post("/v1/links", content=f'{{"password": "{PASSWORD}"', headers=mine)
        for path in (f"/v1/links?q={TOKEN}", f"/v1/links/{TOKEN}", f"/v1/links?cursor={TOKEN}", f"/{PASSWORD}"):
            await client.get(path, headers=mine)
    assert code
    return code


def check(process: Process) -> None:
    log = process.log()
    for secret in SECRETS:
        assert secret not in log, next(line for line in log.splitlines() if secret in line)
    lines = [line for line in log.splitlines() if line.startswith("{")]
    assert lines
    assert all("event" in json.loads(line) for line in lines)


@pytest.mark.parametrize("shape", ["embedded", "production"])
async def test_no_secret_and_no_address_reaches_a_log(
    shape: str, settings_factory: SettingsFactory, tmp_path: Path
) -> None:
    administrator = {
        "bootstrap_email": "ada@example.com", "bootstrap_password": PASSWORD, "bootstrap_api_key": API_KEY,
    }  # fmt: skip
    common = {**administrator, "log_level": "debug", "log_format": "json", "trusted_proxies": "127.0.0.1/32"}
    if shape == "embedded":
        settings = settings_factory(**common)
        with vayro("up", settings, metrics_port=settings.metrics_port) as process:
            await exercise(process, settings)
            (settings.data_dir / "vayro.db").rename(tmp_path / "gone.db")  # every statement fails from now on
            await manage_badly(f"http://127.0.0.1:{settings.api_port}")
            assert process.stop() == 0
            check(process)
        return
    with running(PostgresServer()) as postgres, running(RedisServer()) as redis:
        redis.send(f"CONFIG SET requirepass {STORE_PASSWORD}")
        url = postgres.create_database()
        upgrade(url)
        settings = settings_factory(
            database_url=url.replace("postgres@", f"postgres:{STORE_PASSWORD}@"),
            redis_url=redis.url.replace("redis://", f"redis://:{STORE_PASSWORD}@"),
            **common,
        )
        with vayro("up", settings, metrics_port=settings.metrics_port) as process:
            await exercise(process, settings)
            postgres.kill()
            redis.kill()
            await manage_badly(f"http://127.0.0.1:{settings.api_port}")
            await visit(process.url, "never-seen")
            assert process.stop() == 0
            check(process)


async def exercise(process: Process, settings: object) -> None:
    first = int(process.environment["VAYRO_METRICS_PORT"])
    api = f"http://127.0.0.1:{process.environment['VAYRO_API_PORT']}"
    await eventually_ready(api)
    code = await manage(api)
    await visit(process.url, code)
    await asyncio.to_thread(
        await_sample, f"http://127.0.0.1:{first + 2}/metrics", "vayro_clicks_committed_total", lambda value: value > 0
    )


async def eventually_ready(url: str) -> None:
    async with asyncio.timeout(60), httpx.AsyncClient(base_url=url) as client:
        while True:
            try:
                if (await client.get("/health/ready")).status_code == 200:
                    return
            except httpx.TransportError:
                pass
            await asyncio.sleep(0.05)


async def manage_badly(url: str) -> None:
    """As `manage`, while the stores are away: answers do not matter, what is logged does."""
    headers = {**ODD, "Authorization": f"Bearer {API_KEY}"}
    async with httpx.AsyncClient(base_url=url, timeout=60, headers=headers) as client:
        answer = await client.post("/v1/links", json={"target_url": TARGET})
        assert re.fullmatch("[45]..|201", str(answer.status_code))
        await client.get(f"/v1/links?q={TOKEN}")
