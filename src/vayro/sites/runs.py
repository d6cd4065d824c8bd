"""The SQL of generations. Each statement of a run names it: what was overtaken by another run changes nothing."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, RowMapping, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from vayro.database.models import businesses, sites
from vayro.sites.site import FAILED, GENERATING, IN_FLIGHT, QUEUED


class Run(NamedTuple):
    """One generation of one site."""

    site_id: UUID
    generation_id: UUID


async def start_step(connection: AsyncConnection, run: Run, step: str) -> bool:
    """Say that a run is at this step; return False when it is nobody's any more."""
    return await write(connection, run, {"status": GENERATING, "step": step})


async def fail(connection: AsyncConnection, run: Run, sentence: str) -> bool:
    """Say why a run failed; return False when it is nobody's any more."""
    return await write(connection, run, {"status": FAILED, "error": sentence})


async def restart(connection: AsyncConnection, run: Run, generation_id: UUID) -> bool:
    """Have a run begin again under another name; return False when it is nobody's any more."""
    return await write(connection, run, {"status": QUEUED, "step": "waiting", "generation_id": generation_id})


async def write(connection: AsyncConnection, run: Run, values: Mapping[str, Any]) -> bool:
    """Write columns for a run that goes on; return False when it is nobody's any more."""
    now = dt.datetime.now(dt.UTC)
    changed = await connection.execute(update(sites).where(_goes_on(run)).values(**values, updated_at=now))
    return changed.rowcount > 0


async def lock(connection: AsyncConnection, run: Run) -> RowMapping | None:
    """Return the site of a run that goes on, and keep it as it is until the transaction ends, or None."""
    return (await connection.execute(select(sites).where(_goes_on(run)).with_for_update())).mappings().one_or_none()


async def find(connection: AsyncConnection, run: Run) -> tuple[RowMapping, RowMapping] | None:
    """Return the site of a run that goes on, and its business, or None."""
    site = (await connection.execute(select(sites).where(_goes_on(run)))).mappings().one_or_none()
    if site is None:
        return None
    query = select(businesses).where(businesses.c.id == site["business_id"])
    return site, (await connection.execute(query)).mappings().one()


async def is_link_taken(connection: AsyncConnection, link_id: UUID) -> bool:
    """Return whether a link belongs to a site."""
    return await connection.scalar(select(sites.c.id).where(sites.c.link_id == link_id)) is not None


async def list_queued(connection: AsyncConnection, limit: int) -> list[Run]:
    """Return runs that wait, the longest waiting first."""
    query = select(sites.c.id, sites.c.generation_id).where(sites.c.status == QUEUED).order_by(sites.c.updated_at)
    return [Run(*row) for row in await connection.execute(query.limit(limit))]


async def list_quiet(connection: AsyncConnection, since: dt.datetime, limit: int) -> list[Run]:
    """Return runs in flight of which nothing was heard since then."""
    query = select(sites.c.id, sites.c.generation_id).where(sites.c.status.in_(IN_FLIGHT), sites.c.updated_at < since)
    return [Run(*row) for row in await connection.execute(query.limit(limit))]


async def find_runs(connection: AsyncConnection, generation_ids: Sequence[UUID]) -> list[Run]:
    """Return those of these runs that are in flight."""
    query = select(sites.c.id, sites.c.generation_id)
    query = query.where(sites.c.generation_id.in_(generation_ids), sites.c.status.in_(IN_FLIGHT))
    return [Run(*row) for row in await connection.execute(query)]


def _goes_on(run: Run) -> ColumnElement[bool]:
    is_it = (sites.c.id == run.site_id) & (sites.c.generation_id == run.generation_id)
    return is_it & sites.c.status.in_(IN_FLIGHT)
