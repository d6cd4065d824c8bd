"""Which clicks expire by now, workspace by workspace."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Select, exists, func, literal, or_, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from vayro.clicks.rollups import CLOSING_LOCK, EPOCH, find_until, floor_day
from vayro.database.dialect import UtcDateTime, insert
from vayro.database.models import click_expiry, rollup_marks, workspaces


async def advance(connection: AsyncConnection, days: Mapping[str, int | None], now: dt.datetime) -> bool:
    """Let expire what each plan keeps no longer; return whether anything did. Takes the writers' lock if it has to.

    Never beyond what is rolled up by the day. A workspace with hours that are still to be made again waits for that.
    Args: days, how long each plan keeps clicks (None: for ever), as plans that are not named do.
    """
    rolled_until = await find_until(connection, "day")
    targets = {plan: min(floor_day(now - dt.timedelta(days=kept)), rolled_until) for plan, kept in days.items() if kept}
    if not await _is_any_due(connection, targets):
        return False
    if connection.dialect.name == "postgresql":
        await connection.execute(text("SET LOCAL lock_timeout = '2s'"))
        await connection.execute(select(func.pg_advisory_xact_lock(CLOSING_LOCK)))
    for plan, target in targets.items():
        await _advance(connection, plan, target)
    return True


async def _is_any_due(connection: AsyncConnection, targets: Mapping[str, dt.datetime]) -> bool:
    found = [await connection.scalar(select(exists(_due(plan, target)))) for plan, target in targets.items()]
    return any(found)


def _due(plan: str, target: dt.datetime) -> Select[Any]:
    """Return rows of `click_expiry` to be written: of the workspaces of a plan that have not come so far."""
    marked = exists().where(rollup_marks.c.workspace_id == workspaces.c.id, rollup_marks.c.hour < target)
    known = click_expiry.c
    return (
        select(workspaces.c.id, literal(target, UtcDateTime), literal(EPOCH, UtcDateTime))
        .join(click_expiry, known.workspace_id == workspaces.c.id, isouter=True)
        .where(workspaces.c.plan == plan, or_(known.expired_until.is_(None), known.expired_until < target), ~marked)
    )


async def _advance(connection: AsyncConnection, plan: str, target: dt.datetime) -> None:
    columns = ["workspace_id", "expired_until", "cleared_until"]
    statement = insert(click_expiry, connection.dialect.name).from_select(columns, _due(plan, target))
    changed = {"expired_until": statement.excluded.expired_until}
    await connection.execute(statement.on_conflict_do_update(index_elements=["workspace_id"], set_=changed))
