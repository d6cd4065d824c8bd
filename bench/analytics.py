"""A link with ten million clicks over 90 days: how long the rollup job takes, and how long answers take after it.

PostgreSQL with 10 million rows, SQLite with 1 million; `ANALYTICS_ROWS` changes the first. Two ratios are printed: the
CPU of the dearest answer over 90 days (ours and the database's) to the 50 ms that it may take, which a busy machine
distorts less than the clock; and counting 7 days from rows to reading their rollups.
"""

import asyncio
import contextlib
import datetime as dt
import os
import shutil
import statistics
import tempfile
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import func, select, text
from uuid_utils.compat import uuid7

from bench.analytics_rows import fill
from tests.servers import PostgresServer, Server, children_of, running
from vayro.api.schemas.analytics import encode_analytics
from vayro.clicks.rollup_job import RollupJob
from vayro.clicks.service import AnalyticsService, Asked
from vayro.database.engine import Database, open_database
from vayro.database.migrations import upgrade
from vayro.database.models import click_rollups, links, workspaces
from vayro.settings import Settings

DAYS = 90
REPETITIONS = 20
LIMIT_MS = 50
POSTGRES_ROWS = int(os.environ.get("ANALYTICS_ROWS", "10000000"))
SQLITE_ROWS = min(POSTGRES_ROWS, 1_000_000)


class Timing(NamedTuple):
    """Milliseconds an answer, CPU of the database included in `cpu`, and the answer's bytes."""

    p50: float
    p95: float
    cpu: float
    size: int

    def __str__(self) -> str:
        return f"p50 {self.p50:6.1f} ms  p95 {self.p95:6.1f} ms  CPU {self.cpu:5.1f} ms  {self.size:>7,} B"


def main() -> None:
    """Measure both databases, each in a folder of its own that is deleted at the end."""
    with running(PostgresServer()) as server:
        print(f"PostgreSQL, {POSTGRES_ROWS:,} clicks on one link over {DAYS} days")
        asyncio.run(_measure(server.create_database(), POSTGRES_ROWS, server))
    folder = tempfile.mkdtemp(prefix="vayro-bench-")
    try:
        print(f"\nSQLite, {SQLITE_ROWS:,} clicks on one link over {DAYS} days")
        asyncio.run(_measure(f"sqlite:///{folder}/vayro.db", SQLITE_ROWS))
    finally:
        shutil.rmtree(folder)


async def _measure(url: str, rows: int, server: Server | None = None) -> None:
    upgrade(url)
    async with _opened(url) as database:
        workspace_id, link_id = await _make_link(database)
        now = dt.datetime.now(dt.UTC)
        started = time.perf_counter()
        await fill(database, link_id, rows, now - dt.timedelta(days=DAYS), now)
        print(f"  rows written in {time.perf_counter() - started:.0f} s", flush=True)
        service = AnalyticsService(database, clock=lambda: now)
        raw = await _time(service, workspace_id, link_id, Asked(_days_ago(now, 7)), repetitions=1)
        await _roll_up(database, now, rows)
        slowest = await _ask(service, workspace_id, link_id, now, server)
        rolled = await _time(service, workspace_id, link_id, Asked(_days_ago(now, 7)))
        print(f"  ratio of the dearest answer over {DAYS} days to {LIMIT_MS} ms of CPU: {slowest / LIMIT_MS:.2f}")
        print(f"  ratio of 7 days from rows ({raw.p50:.0f} ms) to 7 days from rollups: {raw.p50 / rolled.p50:.0f}")


async def _roll_up(database: Database, now: dt.datetime, rows: int) -> None:
    job = RollupJob(database, clock=lambda: now)
    started = time.perf_counter()
    units = 0
    is_finished = False
    while not is_finished:
        report = await job.run(budget_seconds=60)
        units, is_finished = units + report.units, report.is_finished
    seconds = time.perf_counter() - started
    async with database.read() as connection:
        size = func.length(click_rollups.c.breakdown) + func.length(click_rollups.c.quarters)
        stored = await connection.scalar(
            select(func.sum(size + func.coalesce(func.length(click_rollups.c.sketches), 0)))
        )
        if not database.is_sqlite:
            stored = await connection.scalar(text("SELECT pg_total_relation_size('click_rollups')"))
    print(
        f"  rolled up in {seconds:.1f} s: {units:,} units, {rows / seconds:,.0f} clicks/s, {(stored or 0) / 1e6:.0f} MB"
    )


async def _ask(
    service: AnalyticsService, workspace_id: UUID, link_id: UUID, now: dt.datetime, server: Server | None
) -> float:
    """Print what many questions take; return the CPU of the dearest over 90 days."""
    slowest = 0.0
    for days, interval, zone in (
        (90, "day", "UTC"),
        (90, "day", "Europe/Berlin"),
        (90, "day", "Asia/Kolkata"),
        (90, "day", "Pacific/Chatham"),
        (90, "hour", "UTC"),
        (90, "hour", "Asia/Kathmandu"),
        (90, "week", "America/New_York"),
        (90, "month", "Asia/Tokyo"),
        (30, "day", "Europe/Berlin"),
        (7, "hour", "Europe/Berlin"),
        (1, "hour", "UTC"),
        (1, "hour", "Asia/Kolkata"),
        (0.25, "minute", "UTC"),
    ):
        asked = Asked(_days_ago(now, days), now.isoformat(), interval, zone)  # type: ignore[arg-type]
        for whose, subject in (("link", link_id), ("workspace", None)):
            timing = await _time(service, workspace_id, subject, asked, server=server)
            print(f"  {days:>4} days by {interval:6} {zone:17} {whose:9} {timing}", flush=True)
            slowest = max(slowest, timing.cpu if days == DAYS else 0)
    filtered = Asked(_days_ago(now, 8), now.isoformat(), "day", "UTC", filters={"country": "DE", "device": "mobile"})
    timing = await _time(service, workspace_id, link_id, filtered, repetitions=5, server=server)
    print(f"     8 days by day with two filters, from rows: {timing}")
    return slowest


async def _time(
    service: AnalyticsService,
    workspace_id: UUID,
    link_id: UUID | None,
    asked: Asked,
    *,
    repetitions: int = REPETITIONS,
    server: Server | None = None,
) -> Timing:
    """Ask so many times, from the question to the encoded answer."""
    times, size = [], 0
    cpu = _cpu_seconds(server)
    for _ in range(repetitions):
        started = time.perf_counter()
        if link_id is None:
            answer = await service.read_workspace(workspace_id, asked)
        else:
            answer = await service.read_link(workspace_id, link_id, asked)
        size = len(encode_analytics(answer))
        times.append((time.perf_counter() - started) * 1e3)
    cpu_ms = (_cpu_seconds(server) - cpu) / repetitions * 1e3
    return Timing(statistics.median(times), sorted(times)[int((len(times) - 1) * 0.95)], cpu_ms, size)


def _cpu_seconds(server: Server | None) -> float:
    """Return the CPU that this process and the database's have taken."""
    taken = time.process_time()
    for pid in children_of(server.pid) if server else []:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        taken += (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return taken


def _days_ago(now: dt.datetime, days: float) -> str:
    return (now - dt.timedelta(days=days)).isoformat()


async def _make_link(database: Database) -> tuple[UUID, UUID]:
    now, workspace_id, link_id = dt.datetime.now(dt.UTC), uuid7(), uuid7()
    values = {"workspace_id": workspace_id, "user_id": None, "domain": "", "target_url": "https://example.com/",
              "link_type": "standard", "canonical": False, "title": None, "tags": [], "is_active": True, "version": 1,
              "redirect_status": 302, "metadata": {}, "created_at": now, "updated_at": now}  # fmt: skip
    async with database.transaction() as connection:
        await connection.execute(workspaces.insert().values(id=workspace_id, name="bench", created_at=now))
        await connection.execute(links.insert().values(id=link_id, short_code="busy", **values))
    return workspace_id, link_id


@contextlib.asynccontextmanager
async def _opened(url: str) -> AsyncIterator[Database]:
    database = open_database(Settings(_env_file=None, database_url=url, data_dir=Path(tempfile.gettempdir())))  # type: ignore[call-arg]
    try:
        yield database
    finally:
        await database.close()


if __name__ == "__main__":
    main()
