"""Database and Redis."""

import datetime as dt
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import redis.asyncio
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from sqlalchemy import func, select, text

from vayro.accounts import repository
from vayro.cli.checks.finding import Finding, fail, ok, warn
from vayro.database.engine import Database, open_database
from vayro.database.migrations import is_newer, newest_revision
from vayro.database.models import click_batches, links
from vayro.errors import Unavailable
from vayro.settings import Settings

REDIS_NEEDED = (6, 2)  # GETEX, XAUTOCLAIM, XTRIM MINID
SKEW_WARN_SECONDS = 1.0
SKEW_FAIL_SECONDS = 60.0
_REDIS_SECONDS = 3


async def check_database(settings: Settings) -> AsyncIterator[Finding]:
    """The database answers, is up to date, has an administrator, and agrees with this machine on the time."""
    if missing := _find_missing_file(settings.resolved_database_url):
        yield warn("database", f"{missing} is not there yet", "`vayro up` or `vayro migrate` makes it")
        return
    database = open_database(settings, pool_size=1)
    try:
        yield await _check_answer(database)
        yield await _check_clock(database)
        migrations = await _check_migrations(database)
        yield migrations
        if migrations.state != "fail":
            yield await _check_administrator(database)
            yield await _check_future(database)
    except Unavailable as error:
        reason = str(error.__cause__).partition("\n")[0] if error.__cause__ else error.detail
        yield fail("database", f"does not answer: {reason}", "start it, or mend VAYRO_DATABASE_URL")
    finally:
        await database.close()


def _find_missing_file(url: str) -> str | None:
    """Return the SQLite file that is not there: connecting would make an empty one."""
    path = url.removeprefix("sqlite:///")
    return path if path != url and not Path(path).exists() else None


async def check_redis(settings: Settings) -> AsyncIterator[Finding]:
    """Redis answers, is new enough, and throws nothing away."""
    if settings.is_embedded:
        yield ok("redis", "not used: the embedded shape")
        return
    kind: Any = redis.asyncio.RedisCluster if settings.redis_cluster else redis.asyncio.Redis
    client = kind.from_url(
        settings.redis_url,
        socket_timeout=_REDIS_SECONDS,
        socket_connect_timeout=_REDIS_SECONDS,
        retry=Retry(NoBackoff(), 0),
        decode_responses=True,
    )
    try:
        async for finding in _check_redis_server(client):
            yield finding
    except (RedisError, OSError) as error:
        yield fail("redis", f"does not answer: {error}", "start it, or mend VAYRO_REDIS_URL; redirects work without it")
    finally:
        await client.aclose()


async def _check_redis_server(client: Any) -> AsyncIterator[Finding]:
    started = time.perf_counter()
    server = _one_node(await client.info("server"))
    milliseconds = (time.perf_counter() - started) * 1000
    version = str(server["redis_version"])
    if tuple(int(part) for part in version.split(".")[:2]) < REDIS_NEEDED:
        yield fail("redis", f"version {version}", "use Redis 6.2 or newer")
    else:
        yield ok("redis", f"version {version}, answers in {milliseconds:.1f} ms")
    memory = _one_node(await client.info("memory"))
    policy = memory.get("maxmemory_policy", "")
    if policy != "noeviction":
        yield fail("redis memory", f"maxmemory-policy is {policy}: clicks may be evicted", "set it to noeviction")
    else:
        yield ok("redis memory", "maxmemory-policy is noeviction")
    persistence = _one_node(await client.info("persistence"))
    if not persistence.get("aof_enabled"):
        yield warn("redis persistence", "the append-only file is off", "appendonly yes: fewer clicks are shipped again")


def _one_node(info: Any) -> dict[str, Any]:
    """Return one answer; a cluster gives one a node."""
    nested = next(iter(info.values()), None)
    return nested if isinstance(nested, dict) and "redis_version" not in info and ":" in next(iter(info)) else info


async def _check_answer(database: Database) -> Finding:
    started = time.perf_counter()
    async with database.read() as connection:
        statement = "SELECT sqlite_version()" if database.is_sqlite else "SHOW server_version"
        version = await connection.scalar(text(statement))
    name = "SQLite" if database.is_sqlite else "PostgreSQL"
    return ok("database", f"{name} {version}, answers in {(time.perf_counter() - started) * 1000:.0f} ms")


async def _check_clock(database: Database) -> Finding:
    """Compare clocks. The database reads its own between two of ours, so we are off by half the trip at most."""
    if database.is_sqlite:
        return ok("clock", f"{dt.datetime.now(dt.UTC):%Y-%m-%d %H:%M:%SZ}, the database has no other")
    async with database.read() as connection:
        await connection.scalar(select(1))
        began, monotonic = dt.datetime.now(dt.UTC), time.monotonic()
        theirs = await connection.scalar(text("SELECT clock_timestamp()"))
        trip = time.monotonic() - monotonic
    skew = (theirs - began).total_seconds() - trip / 2
    detail = f"{abs(skew):.2f} s {'behind' if skew > 0 else 'ahead of'} the database's"
    if abs(skew) < SKEW_WARN_SECONDS + trip:
        return ok("clock", detail)
    finding = fail if abs(skew) > SKEW_FAIL_SECONDS else warn
    return finding("clock", detail, "let NTP set both machines: expiry and statistics go by these clocks")


async def _check_migrations(database: Database) -> Finding:
    async with database.read() as connection:
        try:
            revision = await connection.scalar(text("SELECT version_num FROM alembic_version"))
        except Exception:  # noqa: BLE001  # each driver has its own error for a missing table
            revision = None
    newest = newest_revision()
    if revision == newest:
        return ok("migrations", f"at {newest}, the newest")
    if is_newer(revision):
        known = f"at {revision}, this version knows {newest}"
        return warn("migrations", known, "fine while you go one version back or forward; then run one version")
    return fail("migrations", f"at {revision or 'none'}, the newest is {newest}", "run `vayro migrate`")


async def _check_administrator(database: Database) -> Finding:
    async with database.read() as connection:
        admin = await repository.find_first_admin(connection)
    if admin is None:
        return warn("accounts", "there is no administrator", "`vayro users create EMAIL --admin` makes one")
    return ok("accounts", f"the first administrator is {admin.email}")


async def _check_future(database: Database) -> Finding:
    """Rows from the future tell that the clock was set back."""
    async with database.read() as connection:
        newest = [
            await connection.scalar(select(func.max(links.c.created_at))),
            await connection.scalar(select(func.max(click_batches.c.committed_at))),
        ]
    ahead = max((row - dt.datetime.now(dt.UTC)).total_seconds() for row in newest if row) if any(newest) else 0.0
    if ahead > SKEW_WARN_SECONDS:
        return warn("time", f"the newest row is {ahead:.0f} s in the future", "was the clock set back? let NTP set it")
    return ok("time", "no row is in the future")
