"""What the database says about segments: how many of their events are committed, and how far they were read."""

from collections.abc import Iterable
from itertools import islice
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from vayro.database.engine import Database
from vayro.database.models import click_segments

_NAMES_A_QUERY = 500


class Progress(NamedTuple):
    """Of one segment."""

    committed: int = 0
    read_offset: int = 0


async def read_progress(database: Database, names: Iterable[str]) -> dict[str, Progress]:
    """Return the progress of those segments of which the database has heard. Raises Unavailable."""
    async with database.read() as connection:
        return await read_progress_in(connection, names)


async def read_progress_in(connection: AsyncConnection, names: Iterable[str]) -> dict[str, Progress]:
    """As `read_progress`, in a transaction of the caller's."""
    found: dict[str, Progress] = {}
    table = click_segments.c
    rest = iter(names)
    while chunk := list(islice(rest, _NAMES_A_QUERY)):
        query = select(table.segment, table.committed, table.read_offset).where(table.segment.in_(chunk))
        for row in await connection.execute(query):
            found[row.segment] = Progress(row.committed, row.read_offset)
    return found
