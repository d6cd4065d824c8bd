"""A link with ten million clicks over 90 days: how long the rollup job takes, and how long answers take after it.

PostgreSQL with 10 million rows, SQLite with 1 million; `ANALYTICS_ROWS` changes the first. Two ratios are printed:
the slowest median of the 90-day questions to the 50 ms that they may take, and counting the rows to reading rollups.
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
from uuid import UUID

from sqlalchemy import func, select, text
from uuid_utils.compat import uuid7

from bench.analytics_rows import fill
from tests.servers import PostgresServer, running
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


def main() -> None:
    """Measure both databases, each in a folder of its own that is deleted at the end."""
    with running(PostgresServer()) as server:
        print(f"PostgreSQL, {POSTGRES_ROWS:,} clicks on one link over {DAYS} days")
        asyncio.run(_measure(server.create_database(), POSTGRES_ROWS))
    folder = tempfile.mkdtemp(prefix="vayro-bench-")
    try:
        print(f"\nSQLite, {SQLITE_ROWS:,} clicks on one link over {DAYS} days")
        asyncio.run(_measure(f"sqlite:///{folder}/vayro.db", SQLITE_ROWS))
    finally:
        shutil.rmtree(folder)


async def _measure(url: str, rows: int) -> None:
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
        slowest = await _ask(service, workspace_id, link_id, now)
        rolled = await _time(service, workspace_id, link_id, Asked(_days_ago(now, 7)))
        print(f"  ratio to the {LIMIT_MS} ms that 90 days may take: {slowest / LIMIT_MS:.2f}")
        print(f"  ratio of 7 days from rows ({raw[0]:.0f} ms) to 7 days from rollups: {raw[0] / rolled[0]:.0f}")


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


async def _ask(service: AnalyticsService, workspace_id: UUID, link_id: UUID, now: dt.datetime) -> float:
    """Print p50 and p95 of many questions; return the slowest median of those over 90 days."""
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
            p50, p95, size = await _time(service, workspace_id, subject, asked)
            asking = f"{days:>4} days by {interval:6} {zone:17} {whose:9}"
            print(f"  {asking} p50 {p50:6.1f} ms  p95 {p95:6.1f} ms  {size:>7,} B", flush=True)
            slowest = max(slowest, p50 if days == DAYS else 0)
    filtered = Asked(_days_ago(now, 8), now.isoformat(), "day", "UTC", filters={"country": "DE", "device": "mobile"})
    p50, p95, _ = await _time(service, workspace_id, link_id, filtered, repetitions=5)
    print(f"     8 days by day with two filters, from rows: p50 {p50:6.1f} ms  p95 {p95:6.1f} ms")
    return slowest


async def _time(
    service: AnalyticsService, workspace_id: UUID, link_id: UUID | None, asked: Asked, *, repetitions: int = REPETITIONS
) -> tuple[float, float, int]:
    """Return p50 and p95 in milliseconds, from the question to the encoded answer, and the answer's size."""
    times = []
    size = 0
    for _ in range(repetitions):
        started = time.perf_counter()
        if link_id is None:
            answer = await service.read_workspace(workspace_id, asked)
        else:
            answer = await service.read_link(workspace_id, link_id, asked)
        size = len(encode_analytics(answer))
        times.append((time.perf_counter() - started) * 1e3)
    return statistics.median(times), sorted(times)[int(len(times) * 0.95) - 1 if len(times) > 1 else 0], size


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
