"""Exports of any size take constant memory, and end when the client goes."""

import asyncio
import datetime as dt
import time
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest

from bench.analytics_rows import fill
from tests.processes import vayro
from tests.servers import children_of, free_port
from vayro.database.engine import open_database
from vayro.settings import Settings

ROWS = 60_000
NOW = dt.datetime.now(dt.UTC)


def memory_kb(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0])


def cpu_ticks(pid: int) -> int:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])


async def make_busy_link(ada: httpx.AsyncClient, settings: Settings) -> dict[str, Any]:
    link: dict[str, Any] = (await ada.post("/v1/links", json={"target_url": "https://example.com/"})).json()
    database = open_database(settings)
    await fill(database, UUID(link["id"]), ROWS, NOW - dt.timedelta(days=2), NOW)
    await database.close()
    return link


@pytest.mark.parametrize("form", ["csv", "json"])
async def test_memory_does_not_grow_with_the_export(ada: httpx.AsyncClient, settings: Settings, form: str) -> None:
    """As objects all at once the rows would take some 60 MB, as text 9."""
    link = await make_busy_link(ada, settings)
    with vayro("api", settings, api_port=free_port()) as process:
        worker = max(children_of(process.pid), key=memory_kb)
        url = f"{process.url}/v1/analytics/{link['id']}/events"
        samples, size, ends = [], 0, 0
        async with ada.stream("GET", url, params={"format": form}) as answer:
            async for piece in answer.aiter_bytes():
                size += len(piece)
                ends += piece.count(b"\n" if form == "csv" else b"{")
                samples.append(memory_kb(worker))
    assert ends == ROWS + 1
    assert size > 7_000_000
    cache = 32_768 if settings.resolved_database_url.startswith("sqlite") else 0  # pages that SQLite keeps, at most
    assert samples[-1] - samples[len(samples) // 10] < 4_000 + cache


async def test_an_export_ends_when_its_client_goes(ada: httpx.AsyncClient, settings: Settings) -> None:
    link = await make_busy_link(ada, settings)
    with vayro("api", settings, api_port=free_port()) as process:
        worker = max(children_of(process.pid), key=memory_kb)
        url = f"{process.url}/v1/analytics/{link['id']}/events"
        async with ada.stream("GET", url, params={"format": "csv"}) as answer:
            assert await anext(answer.aiter_bytes())
        deadline = time.monotonic() + 60
        before, idle = cpu_ticks(worker), 0
        while idle < 3 and time.monotonic() < deadline:
            await asyncio.sleep(0.2)
            now = cpu_ticks(worker)
            idle, before = (idle + 1 if now - before <= 1 else 0), now
        assert idle == 3
        assert (await ada.get(f"{process.url}/health/ready")).status_code == 200
