"""How many links a workspace may still make this month, and the count of those that it made.

The count stands in `workspace_usage` and grows in the transaction that makes the links; who adds to it holds its row
until then. So no plan is ever exceeded, however many processes make links at once. Links whose codes were generated are
judged and counted within the one statement that makes them (`insertion.py`); for others, this is done here.
"""

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import bindparam, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from vayro.accounts.quotas import month_of
from vayro.database.dialect import insert
from vayro.database.models import workspace_usage, workspaces
from vayro.links.record import LinkRecord

MonthlyLimits = Mapping[str, int | None]
"""Links a month, by plan; None: without limit."""

OVER_QUOTA = 0
UNCOUNTED = -1
"""In place of a first version: the month's links are made; nothing is counted yet this month, so it has no row."""


def current_month() -> str:
    """Return the month that links are counted in."""
    return month_of(dt.datetime.now(dt.UTC))


def encode_limits(limits: MonthlyLimits) -> str:
    """Return the limits as the statement takes them."""
    return orjson.dumps(dict(limits)).decode()


async def reserve(
    connection: AsyncConnection, records: Sequence[LinkRecord], limits: MonthlyLimits
) -> tuple[list[LinkRecord], list[LinkRecord]]:
    """Count the links before they are made; return those that may be, and those that the plan does not allow."""
    wanted = Counter(record.workspace_id for record in records)
    left = {}
    # In one order, so that two processes wait for each other instead of deadlocking.
    for workspace_id in sorted(wanted):
        left[workspace_id] = await _reserve(connection, workspace_id, wanted[workspace_id], limits)
    allowed: list[LinkRecord] = []
    refused: list[LinkRecord] = []
    for record in records:
        (allowed if left[record.workspace_id] > 0 else refused).append(record)
        left[record.workspace_id] -= 1
    return allowed, refused


async def find_left(connection: AsyncConnection, workspace_id: UUID, limits: MonthlyLimits) -> int | None:
    """Return how many links the workspace may still make this month; None: as many as it likes."""
    own = (workspace_usage.c.workspace_id == workspace_id) & (workspace_usage.c.month == current_month())
    query = select(workspaces.c.plan, workspace_usage.c.links).outerjoin(workspace_usage, own)
    row = (await connection.execute(query.where(workspaces.c.id == workspace_id))).one()
    limit = limits.get(row.plan, limits["free"])
    return None if limit is None else max(0, limit - (row.links or 0))


async def give_back(connection: AsyncConnection, records: Sequence[LinkRecord]) -> None:
    """Count links no more that were not made after all."""
    usage = workspace_usage.c
    for workspace_id, number in sorted(Counter(record.workspace_id for record in records).items()):
        own = (usage.workspace_id == workspace_id) & (usage.month == current_month())
        await connection.execute(update(workspace_usage).where(own).values(links=usage.links - number))


async def _reserve(connection: AsyncConnection, workspace_id: UUID, wanted: int, limits: MonthlyLimits) -> int:
    """Return how many of them may be made."""
    row = (await connection.execute(_add(connection.dialect.name), _bound(workspace_id, wanted))).one()
    limit = limits.get(row.plan, limits["free"])
    return wanted if limit is None else wanted - max(0, row.links - limit)


def _bound(workspace_id: UUID, wanted: int) -> dict[str, Any]:
    return {"workspace": workspace_id, "current": current_month(), "wanted": wanted}


@cache
def _add(dialect_name: str) -> Any:
    usage = workspace_usage.c
    workspace: Any = bindparam("workspace", type_=workspaces.c.id.type)
    row: dict[str, Any] = {"workspace_id": workspace, "month": bindparam("current")}
    statement = insert(workspace_usage, dialect_name).values({**row, "links": bindparam("wanted")})
    statement = statement.on_conflict_do_update(
        index_elements=["workspace_id", "month"], set_={"links": usage.links + statement.excluded.links}
    )
    plan = select(workspaces.c.plan).where(workspaces.c.id == workspace).scalar_subquery()
    return statement.returning(usage.links, plan.label("plan"))


# ── Parts of the one statement on PostgreSQL ─────────────────────────────────────────────────────────────────────

JUDGED = f"""
    plans AS (
        SELECT id AS workspace_id,
               CAST(CAST(:limits AS jsonb) ->> CASE WHEN jsonb_exists(CAST(:limits AS jsonb), plan) THEN plan
                                                    ELSE 'free' END AS bigint) AS most
        FROM workspaces WHERE id IN (SELECT workspace_id FROM rows_in)),
    counts AS (
        SELECT usage.workspace_id, usage.links FROM workspace_usage AS usage
        WHERE usage.month = :month AND usage.workspace_id IN (SELECT workspace_id FROM plans WHERE most IS NOT NULL)
        ORDER BY usage.workspace_id FOR UPDATE),
    judged AS (
        SELECT rows_in.*,
               CASE WHEN plans.most IS NULL THEN 1
                    WHEN counts.links IS NULL THEN {UNCOUNTED}
                    WHEN counts.links + row_number() OVER (PARTITION BY rows_in.workspace_id) <= plans.most THEN 1
                    ELSE {OVER_QUOTA} END AS verdict
        FROM rows_in LEFT JOIN plans USING (workspace_id) LEFT JOIN counts USING (workspace_id))
"""  # noqa: S608  # built of constants
"""What `rows_in` may become: `judged` has a verdict of 1 for links that may be made. A count with a limit is held."""

COUNTED = """
    INSERT INTO workspace_usage (workspace_id, month, links)
    SELECT workspace_id, :month, count(*) FROM made GROUP BY workspace_id ORDER BY workspace_id
    ON CONFLICT (workspace_id, month) DO UPDATE SET links = workspace_usage.links + excluded.links
"""

COUNTED_OF_ONE = """
    INSERT INTO workspace_usage (workspace_id, month, links)
    SELECT CAST(:workspace AS uuid), :month, count(*) FROM made HAVING count(*) > 0
    ON CONFLICT (workspace_id, month) DO UPDATE SET links = workspace_usage.links + excluded.links
"""

OPEN_MONTH = """
    INSERT INTO workspace_usage (workspace_id, month, links)
    SELECT id, :month, 0 FROM workspaces
    WHERE id IN (SELECT CAST(one AS uuid) FROM json_array_elements_text(CAST(:workspaces AS json)) AS one)
    ORDER BY id ON CONFLICT DO NOTHING RETURNING workspace_id
"""


def open_month_parameters(records: Sequence[LinkRecord]) -> dict[str, str]:
    """Return what `OPEN_MONTH` takes, for the workspaces of these links."""
    ids = sorted({str(record.workspace_id) for record in records})
    return {"month": current_month(), "workspaces": orjson.dumps(ids).decode()}
