"""After a restore: counters go on beyond every code that was given out since the backup, and is known to nobody now.

A link that was made after the backup is gone, but its address is on paper. Given out again, it would lead to the
destination of somebody else.
"""

from dataclasses import dataclass

from vayro.database.engine import Database
from vayro.links.allocation.counter import COUNTER_PREFIX, counter_limit
from vayro.links.allocation.repository import list_counters, skip_numbers
from vayro.links.short_code import CodeSpace

SHARE = 100
"""A skip costs one hundredth of a length's codes: 1.5e10 of seven letters, eight days of 20,000 links a second."""

LEAST_COUNT = 1_000_000


@dataclass(frozen=True, slots=True)
class Skipped:
    """What became of the counter of one length."""

    length: int
    skipped: int
    left: int


async def skip_codes(database: Database, count: int | None = None) -> list[Skipped]:
    """Have no counter give out its next `count` codes; return what became of each that was ever used.

    Without a count: a hundredth of its length's codes, a million at least. A counter that has fewer left is used up,
    and codes become one letter longer. Snowflake codes need none of this: their time only goes forward. Raises
    Unavailable.
    """
    outcomes = []
    async with database.transaction() as connection:
        for name, before in await list_counters(connection, COUNTER_PREFIX):
            length = int(name.removeprefix(COUNTER_PREFIX))
            limit = counter_limit(length)
            wanted = count or max(LEAST_COUNT, CodeSpace.count(length) // SHARE)
            after = max(before, min(limit, before + wanted))
            await skip_numbers(connection, name, after)
            outcomes.append(Skipped(length, after - before, max(0, limit - after)))
    return outcomes
