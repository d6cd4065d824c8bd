"""Planted secrets and addresses, searched for in every table, file, key of Redis and line of the logs."""

import asyncio
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from tests.conftest import SettingsFactory
from tests.flows.shapes import API_KEY
from tests.observability.pages import await_sample
from tests.observability.test_no_secrets import eventually_ready
from tests.processes import Process, vayro
from tests.servers import PostgresServer, RedisServer, running
from vayro.database.engine import open_database
from vayro.database.migrations import upgrade
from vayro.settings import Settings

pytestmark = pytest.mark.timeout(300)
EMAIL = "ada@example.com"
PASSWORD = "planted correct horse battery"
LINK_PASSWORD = "planted open sesame"
WRONG_PASSWORD = "planted mistaken password"
WRONG_TOKEN = "planted-wrong-token-of-a-page-01234567890123"
WRONG_KEY = "vk_planted-wrong-key-0123456789"
ADDRESSES = ("203.0.113.77", "2001:db8:77:88:99:aa:bb:cc")
PERSONAL = {"phone": "+493090182077", "e-mail": "planted.customer@rohr.example", "notes": "planted: asks for Ida"}
SAME_ORIGIN = {"Sec-Fetch-Site": "same-origin"}


async def plant(redirect_url: str, api_url: str) -> dict[str, str]:
    """Use every kind of secret once; return those that were made meanwhile, by what they are."""
    made = {"key": API_KEY, "password": PASSWORD, "link password": LINK_PASSWORD, "wrong password": WRONG_PASSWORD}
    made |= {"wrong key": WRONG_KEY, "wrong token": WRONG_TOKEN}
    async with httpx.AsyncClient(base_url=api_url, headers=SAME_ORIGIN, timeout=60) as browser:
        signed_in = await browser.post("/v1/auth/sign-in", json={"email": EMAIL, "password": PASSWORD})
        assert signed_in.status_code == 200, signed_in.text
        made["session"] = next(iter(browser.cookies.values()))
        await browser.post("/v1/auth/sign-in", json={"email": EMAIL, "password": WRONG_PASSWORD})
        made |= _texts(await browser.post("/v1/keys", json={"name": "planted", "scopes": ["links:read"]}), "second key")
        made |= _texts(await browser.post("/v1/auth/second-factor", json={"password": PASSWORD}), "second factor")
        link = await browser.post(
            "/v1/links", json={"target_url": "https://example.com/", "short_code": "locked", "password": LINK_PASSWORD}
        )
        assert link.status_code == 201, link.text
        shared = await browser.put(f"/v1/links/{link.json()['id']}/share")
        made["share token"] = shared.json()["url"].partition("#")[2]
        for token in (made["share token"], WRONG_TOKEN):
            await browser.get("/v1/shared", headers={"X-Share-Token": token})
        await browser.get("/v1/links", headers={"Authorization": f"Bearer {WRONG_KEY}"})
        await _plant_business(browser)
    async with httpx.AsyncClient(base_url=api_url, headers={"Authorization": f"Bearer {API_KEY}"}, timeout=60) as keyed:
        await keyed.post("/v1/links", json={"target_url": "https://example.com/", "short_code": "open"})
    for address in ADDRESSES:
        headers = {"X-Forwarded-For": address}
        async with httpx.AsyncClient(base_url=redirect_url, headers=headers, timeout=60) as visitor:
            assert (await visitor.get("/open")).status_code == 302
            assert (await visitor.post("/locked", data={"password": WRONG_PASSWORD})).status_code == 401
            assert (await visitor.post("/locked", data={"password": LINK_PASSWORD})).status_code in {200, 303}
            await visitor.get("/never-was")
    return made


async def _plant_business(browser: httpx.AsyncClient) -> None:
    """Keep, change, look for, bring in and refuse a business of which personal things are known."""
    personal = {"name": "Rohr", "phone": PERSONAL["phone"], "email": PERSONAL["e-mail"], "notes": PERSONAL["notes"]}
    made = await browser.post("/v1/businesses", json=personal)
    assert made.status_code == 201, made.text
    await browser.patch(f"/v1/businesses/{made.json()['id']}", json={**personal, "name": "Rohr & Co"})
    await browser.post("/v1/businesses", json={**personal, "country": "nowhere"})
    await browser.post("/v1/businesses/bulk", json={"businesses": [personal, {**personal, "phone": "1"}]})
    for name in ("phone", "e-mail"):
        found = await browser.get("/v1/businesses", params={"q": PERSONAL[name]})
        assert len(found.json()["data"]) == 1, found.text
    assert (await browser.post("/v1/opt-outs", json={"phone": PERSONAL["phone"]})).is_success
    await browser.delete(f"/v1/opt-outs/{PERSONAL['phone']}")


def _texts(answer: httpx.Response, name: str) -> dict[str, str]:
    """The long texts without spaces that an answer gives: the secrets among them are shown this once."""
    assert answer.is_success, answer.text
    shown = {key: value for key, value in answer.json().items() if isinstance(value, str)}
    secrets = {key: value for key, value in shown.items() if key in {"key", "secret", "token"}}
    assert secrets, shown.keys()
    return {f"{name}: {key}": value for key, value in secrets.items()}


async def read_tables(settings: Settings) -> str:
    """Every row of every table, as text."""
    database = open_database(settings)
    pieces = []
    async with database.read() as connection:
        names = (
            "SELECT name FROM sqlite_master WHERE type = 'table'"
            if database.is_sqlite
            else "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
        )
        for table in [row[0] for row in await connection.execute(text(names))]:
            rows = await connection.execute(text(f'SELECT * FROM "{table}"'))
            pieces += [f"{table}: " + " ".join(map(_show, row)) for row in rows]
    await database.close()
    return "\n".join(pieces)


def _show(value: Any) -> str:
    return bytes(value).decode("latin-1") if isinstance(value, bytes | memoryview) else str(value)


def read_files(folder: Path) -> dict[str, str]:
    """The content of every file below a folder."""
    return {
        str(path.relative_to(folder)): path.read_bytes().decode("latin-1")
        for path in folder.rglob("*")
        if path.is_file()
    }


def read_redis(redis: RedisServer) -> str:
    """Every key of Redis with its content."""
    pieces = []
    for key in redis.send("KEYS *", whole=True).decode("latin-1").split("\r\n"):
        if key and key[0] not in "*$":
            for command in (f"GET {key}", f"XRANGE {key} - +", f"HGETALL {key}", f"SMEMBERS {key}"):
                answer = redis.send(command, whole=True).decode("latin-1")
                pieces.append("" if answer.startswith("-WRONGTYPE") else f"{key}: {answer}")
    return "\n".join(pieces)


def search(secrets: dict[str, str], places: dict[str, str]) -> list[str]:
    """Which secret lies where."""
    return [
        f"{name} in {place}"
        for name, secret in secrets.items()
        for place, content in places.items()
        if secret in content
    ]


@pytest.mark.parametrize("shape", ["embedded", "production"])
async def test_no_secret_and_no_address_rests_anywhere(shape: str, settings_factory: SettingsFactory) -> None:
    administrator = {"bootstrap_email": EMAIL, "bootstrap_password": PASSWORD, "bootstrap_api_key": API_KEY}
    common = {**administrator, "log_level": "debug", "log_format": "json", "trusted_proxies": "127.0.0.1/32"}
    if shape == "embedded":
        await exercise(settings_factory(**common), None)
        return
    with running(PostgresServer()) as postgres, running(RedisServer()) as redis:
        url = postgres.create_database()
        upgrade(url)
        await exercise(settings_factory(database_url=url, redis_url=redis.url, **common), redis)


async def exercise(settings: Settings, redis: RedisServer | None) -> None:
    with vayro("up", settings, metrics_port=settings.metrics_port) as process:
        api_url = f"http://127.0.0.1:{settings.api_port}"
        await eventually_ready(api_url)
        secrets = await plant(process.url, api_url)
        metrics = f"http://127.0.0.1:{int(process.environment['VAYRO_METRICS_PORT']) + 2}/metrics"
        await asyncio.to_thread(await_sample, metrics, "vayro_clicks_committed_total", lambda value: value >= 4)
        if redis:
            await until_trimmed(redis)
        await check(process, settings, redis, secrets)


async def until_trimmed(redis: RedisServer) -> None:
    """Wait until what was committed has left the stream."""
    async with asyncio.timeout(120):
        while redis.send("XLEN stream:clicks").strip() != b":0":
            await asyncio.sleep(0.2)


async def check(process: Process, settings: Settings, redis: RedisServer | None, secrets: dict[str, str]) -> None:
    kept = read_redis(redis) if redis else ""
    tables = await read_tables(settings)
    assert process.stop() == 0
    files = read_files(settings.data_dir)
    places = {"tables": tables, "redis": kept, "log": process.log(), **files}
    assert search({"control": EMAIL}, {"tables": tables}) == ["control in tables"]
    assert "limit:" in kept or not redis
    assert search(secrets, places) == []
    assert search(PERSONAL, {"tables": tables}) == [f"{name} in tables" for name in PERSONAL]
    # What is sent in an address is written otherwise there: %2B49…, …%40rohr.example.
    words = PERSONAL | {"digits": PERSONAL["phone"][1:], "mailbox": PERSONAL["e-mail"].partition("@")[0]}
    elsewhere = {name: content for name, content in files.items() if not name.startswith("vayro.db")}
    rows = [row for row in tables.split("\n") if not row.startswith("businesses: ")]
    assert search(words, {"tables": "\n".join(rows), "redis": kept, "log": process.log(), **elsewhere}) == []
    # A spool has what is not committed yet, and nothing else has a whole address.
    rest = {place: content for place, content in places.items() if not place.startswith("spool/")}
    assert search({address: address for address in ADDRESSES}, rest) == []
