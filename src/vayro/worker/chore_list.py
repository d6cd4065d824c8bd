"""The chores of the worker. Each may be killed anywhere, and done twice changes nothing."""

import datetime as dt

import structlog
from sqlalchemy import Table, delete, text
from sqlalchemy.sql.elements import ColumnElement

from vayro.accounts.upkeep import delete_ended
from vayro.clicks.purge import purge_deleted_links
from vayro.clicks.retention import Retention
from vayro.clicks.rollup_check import RollupCheck
from vayro.clicks.rollup_job import RollupJob
from vayro.database.engine import Database
from vayro.database.models import (
    audit_log,
    billing_events,
    click_batches,
    click_dead_letters,
    click_segments,
    link_changes,
)
from vayro.database.partitions import create_ahead
from vayro.links.domain_proof import DnsProof
from vayro.links.domain_watch import watch_domains
from vayro.links.duplicates import count_duplicates
from vayro.links.idempotency import delete_claims_before
from vayro.observability import Metrics
from vayro.settings import Settings
from vayro.worker.chores import UNFINISHED, Chore
from vayro.worker.safety_chores import list_safety_chores
from vayro.worker.salts import delete_old_salts

MINUTE, HOUR, DAY = 60.0, 3_600.0, 86_400.0
BATCHES_KEPT = dt.timedelta(hours=1)
CHANGES_KEPT = dt.timedelta(days=7)
IDEMPOTENCY_KEPT = dt.timedelta(hours=48)
# As long as a segment could possibly still wait on an engine's disk: without its row it would count from zero.
SEGMENTS_KEPT = dt.timedelta(days=30)
BILLING_EVENTS_KEPT = dt.timedelta(days=30)
# One transaction: some 50 ms, so that nobody who writes waits for long.
ROWS_AT_ONCE = 5_000
_log = structlog.get_logger(__name__)


def list_chores(settings: Settings, database: Database, metrics: Metrics) -> list[Chore]:
    """Return the chores of this database."""
    days = {plan: limits.retention_days for plan, limits in settings.plan_table.items()}
    retention = Retention(database, days)
    sweeps = Sweeps(database)
    chores = [
        Chore("rollups", 30, lambda: _roll_up(database)),
        Chore("rollup_check", DAY, lambda: _check_rollups(database, metrics)),
        Chore("retention", HOUR, lambda: _let_expire(retention, metrics)),
        Chore("deleted_links", MINUTE, lambda: _purge_deleted_links(database)),
        Chore("domains", MINUTE, lambda: watch_domains(database, DnsProof(settings.domain_resolver), _now())),
        Chore("old_salts", 10 * MINUTE, lambda: delete_old_salts(database)),
        Chore("old_batches", MINUTE, sweeps.delete_batches),
        Chore("old_changes", HOUR, sweeps.delete_changes),
        Chore("old_segments", HOUR, sweeps.delete_segments),
        Chore("old_dead_letters", HOUR, sweeps.delete_settled_letters),
        Chore("old_idempotency_keys", HOUR, sweeps.delete_idempotency_keys),
        Chore("old_audit_entries", HOUR, lambda: sweeps.delete_audit_entries(dt.timedelta(days=settings.audit_days))),
        Chore("old_billing_events", HOUR, sweeps.delete_billing_events),
        Chore("old_sessions", HOUR, lambda: delete_ended(database)),
        Chore("duplicate_links", 5 * MINUTE, lambda: _count_duplicates(database), metrics.duplicate_canonical_links),
    ]
    chores += list_safety_chores(settings, database)
    if not database.is_sqlite:
        chores.insert(0, Chore("partitions", HOUR, lambda: _create_partitions(database)))
        default = metrics.default_partition_rows
        chores.append(Chore("default_partition", MINUTE, lambda: _count_default_partition(database), default))
    return chores


class Sweeps:
    """Deletes what nobody can need any more, a few thousand rows at a time."""

    def __init__(self, database: Database) -> None:
        """Args: database, the primary."""
        self._database = database

    async def delete_batches(self) -> None:
        """Those that a live reader could still ask for stay: it may come back within the hour."""
        await self._delete(click_batches, _before(click_batches.c.committed_at, BATCHES_KEPT))

    async def delete_segments(self) -> None:
        """Progress of segments that are long gone."""
        await self._delete(click_segments, _before(click_segments.c.updated_at, SEGMENTS_KEPT))

    async def delete_changes(self) -> None:
        """Deletions stay: a code that is made again goes on from the version that the deletion had."""
        old = _before(link_changes.c.changed_at, CHANGES_KEPT)
        await self._delete(link_changes, old & ~link_changes.c.is_deleted)

    async def delete_settled_letters(self) -> None:
        """Letters without content say only that an event is settled: known as long as it may come again."""
        letter = click_dead_letters.c
        await self._delete(click_dead_letters, _before(letter.created_at, SEGMENTS_KEPT) & (letter.payload == b""))

    async def delete_idempotency_keys(self) -> None:
        """Keys older than the two days that the documentation promises."""
        async with self._database.transaction() as connection:
            await delete_claims_before(connection, dt.datetime.now(dt.UTC) - IDEMPOTENCY_KEPT)

    async def delete_audit_entries(self, kept: dt.timedelta) -> None:
        """Entries older than the operator keeps them."""
        await self._delete(audit_log, _before(audit_log.c.created_at, kept))

    async def delete_billing_events(self) -> None:
        """Events that Stripe, which tries for three days, sends no more."""
        await self._delete(billing_events, _before(billing_events.c.received_at, BILLING_EVENTS_KEPT))

    async def _delete(self, table: Table, condition: ColumnElement[bool]) -> None:
        [key] = table.primary_key.columns
        some = table.select().with_only_columns(key).where(condition).limit(ROWS_AT_ONCE)
        deleted = ROWS_AT_ONCE
        while deleted >= ROWS_AT_ONCE:
            async with self._database.transaction() as connection:
                deleted = (await connection.execute(delete(table).where(key.in_(some)))).rowcount


async def _roll_up(database: Database) -> object:
    report = await RollupJob(database).run()
    return None if report.is_finished else UNFINISHED


async def _check_rollups(database: Database, metrics: Metrics) -> None:
    metrics.rollup_differences.inc(len(await RollupCheck(database).run()))


async def _let_expire(retention: Retention, metrics: Metrics) -> object:
    report = await retention.run()
    metrics.clicks_expired.inc(report.clicks)
    if report.clicks or report.partitions:
        _log.info("clicks have expired", clicks=report.clicks, partitions=report.partitions)
    return None if report.is_finished else UNFINISHED


async def _purge_deleted_links(database: Database) -> None:
    if purged := await purge_deleted_links(database, dt.datetime.now(dt.UTC)):
        _log.info("purged clicks of deleted links", clicks=purged)


async def _create_partitions(database: Database) -> None:
    async with database.transaction() as connection:
        if made := await connection.run_sync(create_ahead, dt.datetime.now(dt.UTC).date()):
            _log.info("made partitions", names=made)


async def _count_default_partition(database: Database) -> int:
    async with database.read() as connection:
        return int(await connection.scalar(text("SELECT count(*) FROM click_events_default")) or 0)


async def _count_duplicates(database: Database) -> int:
    async with database.replica_read() as connection:
        return await count_duplicates(connection)


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def _before(column: ColumnElement[dt.datetime], kept: dt.timedelta) -> ColumnElement[bool]:
    return column < dt.datetime.now(dt.UTC) - kept
