"""The SQL about checks of links: which are due, and what they found."""

import datetime as dt
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, delete, exists, literal, select, true, update
from sqlalchemy.ext.asyncio import AsyncConnection

from vayro.database.dialect import insert
from vayro.database.models import link_changes, link_checks, links
from vayro.links.checks import VERDICTS, Outcome, Verdict
from vayro.links.inspection import Finding

SEPARATOR = ": "


class DueLink(NamedTuple):
    """A link whose destination is to be checked."""

    link_id: UUID
    target_url: str
    version: int
    is_active: bool


class StoredCheck(NamedTuple):
    """What a check found of one version of a link."""

    verdict: Verdict
    findings: list[Finding]
    version: int
    checked_at: dt.datetime | None


async def enqueue_changed(connection: AsyncConnection, since: dt.datetime, now: dt.datetime) -> None:
    """Make the links due that changed since then and were not checked in that version."""
    changed = select(link_changes.c.link_id).where(link_changes.c.changed_at > since, ~link_changes.c.is_deleted)
    await _enqueue(connection, links.c.id.in_(changed), now)


async def enqueue_unchecked(connection: AsyncConnection, now: dt.datetime) -> None:
    """Make all links due that were never checked in the version they have."""
    await _enqueue(connection, true(), now)


async def list_due(connection: AsyncConnection, now: dt.datetime, limit: int) -> list[DueLink]:
    """Return the links that have waited longest."""
    query = (
        select(links.c.id, links.c.target_url, links.c.version, links.c.is_active)
        .join(link_checks, link_checks.c.link_id == links.c.id)
        .where(link_checks.c.due_at <= now)
        .order_by(link_checks.c.due_at)
        .limit(limit)
    )
    return [DueLink(*row) for row in await connection.execute(query)]


async def store_outcome(
    connection: AsyncConnection, due: DueLink, outcome: Outcome, now: dt.datetime, again_at: dt.datetime
) -> None:
    """Write down what was found, and when to look again."""
    values = {
        "verdict": outcome.verdict,
        "findings": [f"{finding.kind}{SEPARATOR}{finding.text}" for finding in outcome.findings],
        "version": due.version,
        "checked_at": now,
        "due_at": again_at,
    }
    await connection.execute(update(link_checks).where(link_checks.c.link_id == due.link_id).values(values))


async def postpone(connection: AsyncConnection, due: DueLink, again_at: dt.datetime) -> None:
    """Look again then: nothing could be found out now."""
    await connection.execute(update(link_checks).where(link_checks.c.link_id == due.link_id).values(due_at=again_at))


async def find_check(connection: AsyncConnection, link_id: UUID) -> StoredCheck | None:
    """Return the last check of a link, or None."""
    columns = (link_checks.c.verdict, link_checks.c.findings, link_checks.c.version, link_checks.c.checked_at)
    row = (await connection.execute(select(*columns).where(link_checks.c.link_id == link_id))).one_or_none()
    if row is None:
        return None
    pairs = [text.partition(SEPARATOR) for text in row.findings]
    return StoredCheck(row.verdict, [Finding(kind, text) for kind, _, text in pairs], row.version, row.checked_at)


async def delete_orphans(connection: AsyncConnection, limit: int) -> int:
    """Delete checks of links that are gone; return how many."""
    gone = select(link_checks.c.link_id).where(~exists().where(links.c.id == link_checks.c.link_id)).limit(limit)
    return int((await connection.execute(delete(link_checks).where(link_checks.c.link_id.in_(gone)))).rowcount)


async def _enqueue(connection: AsyncConnection, condition: ColumnElement[bool], now: dt.datetime) -> None:
    """Links that wait for their first check already stay as they are."""
    is_checked = exists().where(link_checks.c.link_id == links.c.id, link_checks.c.version >= links.c.version)
    found = select(
        links.c.id,
        links.c.workspace_id,
        literal(VERDICTS[0]),
        literal([], link_checks.c.findings.type),
        literal(0),
        literal(now, link_checks.c.due_at.type),
    ).where(links.c.is_active, ~is_checked, condition)
    names = ["link_id", "workspace_id", "verdict", "findings", "version", "due_at"]
    statement = insert(link_checks, connection.dialect.name).from_select(names, found)
    again = statement.on_conflict_do_update(
        index_elements=[link_checks.c.link_id], set_={"due_at": now}, where=link_checks.c.checked_at.is_not(None)
    )
    await connection.execute(again)
