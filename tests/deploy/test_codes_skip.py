"""`vayro codes skip`: what was given out after a backup is not given out again by the database restored from it."""

import pytest
from sqlalchemy import select

from vayro.database.models import code_blocks
from vayro.links.allocation.counter import CounterAllocator, CounterBlocks
from vayro.links.allocation.recovery import LEAST_COUNT, SHARE, skip_codes
from vayro.links.short_code import CodeSpace


async def allocate(database, count: int, length: int = 7) -> set[str]:
    allocator = CounterAllocator(CounterBlocks(database, length))
    codes = set(await allocator.allocate(count))
    await allocator.close()
    return codes


async def rewind(database, to: int) -> None:
    """What a restore does to the counter."""
    async with database.transaction() as connection:
        await connection.execute(code_blocks.update().values(next=to))


async def test_codes_after_a_skip_are_none_of_those_before_the_restore(database):
    given = await allocate(database, 5000)
    await rewind(database, 0)
    assert given & await allocate(database, 5000), "a restore alone repeats codes: else this test shows nothing"
    await rewind(database, 0)
    await skip_codes(database)
    assert given.isdisjoint(await allocate(database, 20_000))


async def test_a_skip_is_a_hundredth_of_the_codes_of_that_length(database):
    await allocate(database, 1)
    (outcome,) = await skip_codes(database)
    assert outcome.length == 7
    assert outcome.skipped == CodeSpace.count(7) // SHARE


async def test_a_skip_of_short_codes_is_a_million_at_least(database):
    await allocate(database, 1, length=4)
    (outcome,) = await skip_codes(database)
    assert outcome.skipped == LEAST_COUNT


@pytest.mark.parametrize("times", [1, 30])
async def test_a_length_that_is_skipped_to_its_end_makes_codes_longer(database, times):
    await allocate(database, 1, length=4)
    for _ in range(times):
        await skip_codes(database, CodeSpace.count(4) // times + 1)
    assert {len(code) for code in await allocate(database, 100, length=4)} == {5}


async def test_the_largest_counter_does_not_overflow(database):
    await allocate(database, 1, length=12)
    for _ in range(3):
        await skip_codes(database, 10**15)
    await rewind(database, 2**63 - 2**32 - 5)
    (outcome,) = await skip_codes(database, 10**15)
    assert (outcome.skipped, outcome.left) == (5, 0)


async def test_a_database_without_generated_codes_has_nothing_to_skip(database):
    assert await skip_codes(database) == []
    async with database.read() as connection:
        assert (await connection.execute(select(code_blocks))).all() == []
